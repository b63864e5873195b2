package wazuh

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// IndexerOptions say which indexer is asked, and how.
type IndexerOptions struct {
	URL       string // such as https://indexer.example.com:9200
	Username  string
	Password  Password // asked for at each request
	Trust     Trust
	Timeout   time.Duration // of one request; 0 is 60 s
	Patience  time.Duration // with an indexer that is too busy; 0 is 2 minutes, less than 0 none
	UserAgent string
	Transport http.RoundTripper // Trust is not heeded with one
}

// Indexer asks Wazuh's indexer (OpenSearch), where alerts, findings, vulnerabilities and
// inventories lie. It only reads. It is safe for use by several goroutines; make it with
// [NewIndexer].
type Indexer struct {
	http     *http.Client
	base     *url.URL
	options  IndexerOptions
	patience time.Duration
	now      func() time.Time
}

// NewIndexer makes one. It asks nothing yet.
func NewIndexer(o IndexerOptions) (*Indexer, error) {
	u, err := base(o.URL, "indexer")
	if err != nil {
		return nil, err
	}
	common := Options{Timeout: o.Timeout, Patience: o.Patience, UserAgent: o.UserAgent}
	common.complete()
	o.Timeout, o.UserAgent = common.Timeout, common.UserAgent
	if o.Password == nil {
		o.Password = PasswordText("")
	}
	sender, err := o.Trust.httpClient(o.Transport, o.Timeout)
	if err != nil {
		return nil, err
	}
	return &Indexer{http: sender, base: u, options: o, patience: common.Patience, now: time.Now}, nil
}

// Close closes the connections that wait for another request.
func (x *Indexer) Close() { x.http.CloseIdleConnections() }

// IndexerError is an answer of the indexer that says no.
type IndexerError struct {
	Status int
	Type   string // such as index_not_found_exception
	Reason string
	// Permission is what the user's role lacks, for status 403; "" if it is not told.
	Permission string
	Op         string
}

func (e *IndexerError) Error() string {
	text := e.Type
	if e.Reason != "" {
		text = strings.TrimPrefix(text+": "+e.Reason, ": ")
	}
	if text == "" {
		text = http.StatusText(e.Status)
	}
	if len(text) > 400 {
		text = strings.ToValidUTF8(text[:400], "") + "…"
	}
	hint := ""
	if e.Permission != "" {
		hint = "; give the user's role the permission " + e.Permission
	}
	return fmt.Sprintf("%s: %s (HTTP %d)%s", e.Op, text, e.Status, hint)
}

// Is tells the kind of the error.
func (e *IndexerError) Is(target error) bool {
	switch e.Status {
	case http.StatusUnauthorized:
		return target == ErrUnauthorized
	case http.StatusForbidden:
		return target == ErrForbidden
	case http.StatusNotFound:
		return target == ErrNotFound
	case http.StatusTooManyRequests:
		return target == ErrLimited
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return target == ErrNotReady
	}
	return false
}

// IncompleteError is an answer that does not hold all that it should: shards failed, or
// the search took too long. Nothing of it is used.
type IncompleteError struct{ Op, Why string }

func (e *IncompleteError) Error() string { return e.Op + ": the answer is not complete: " + e.Why }

// Do sends a request and returns the answer's JSON. Body may be nil.
func (x *Indexer) Do(ctx context.Context, method, path string, query url.Values, body any) (json.RawMessage, error) {
	op := method + " " + path
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return nil, fmt.Errorf("%s: write the request: %w", op, err)
		}
	}
	var waited time.Duration
	for try := 0; ; try++ {
		answer, wish, err := x.roundTrip(ctx, op, indexerRequest{method, path, query, text})
		if !errors.Is(err, ErrLimited) && !errors.Is(err, ErrNotReady) {
			return answer, err
		}
		wait := max(wish, backoff(try))
		if deadline, ok := ctx.Deadline(); waited+wait > x.patience || ok && x.now().Add(wait).After(deadline) {
			return nil, err
		}
		waited += wait
		if stopped := sleep(ctx, wait); stopped != nil {
			return nil, err
		}
	}
}

type indexerRequest struct {
	method, path string
	query        url.Values
	body         []byte
}

// roundTrip sends one request. Wish is after how long the indexer wants to be asked
// again, if it is busy and says so.
func (x *Indexer) roundTrip(ctx context.Context, op string, q indexerRequest) (answer json.RawMessage, wish time.Duration, err error) {
	target := x.base.JoinPath(q.path)
	target.RawQuery = q.query.Encode()
	r, err := http.NewRequestWithContext(ctx, q.method, target.String(), bytes.NewReader(q.body))
	if err != nil {
		return nil, 0, err
	}
	if len(q.body) > 0 {
		r.Header.Set("Content-Type", jsonType)
	}
	r.Header.Set("User-Agent", x.options.UserAgent)
	if x.options.Username != "" {
		password, err := x.options.Password(ctx)
		if err != nil {
			return nil, 0, err
		}
		r.SetBasicAuth(x.options.Username, password)
	}
	response, err := x.http.Do(r)
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", op, unreachable(x.base.Host, err))
	}
	defer func() { _ = response.Body.Close() }() // it was read
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, 0, fmt.Errorf("%s: read the answer: %w", op, err)
	case len(body) > maxAnswer:
		return nil, 0, fmt.Errorf("%s: the answer is over %d MiB; ask for smaller pages", op, maxAnswer>>20)
	case response.StatusCode/100 != 2:
		return nil, retryAfter(response.Header.Get("Retry-After")), readRefusal(op, response.StatusCode, body)
	}
	if kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); kind != jsonType {
		return nil, 0, fmt.Errorf("%s: the answer is no JSON; is the URL the indexer's own port (9200)?", op)
	}
	return body, 0, nil
}

// readRefusal makes an error of an answer other than 2xx.
func readRefusal(op string, status int, body []byte) error {
	e := &IndexerError{Op: op, Status: status}
	var parsed struct {
		Error json.RawMessage `json:"error"`
	}
	if json.Unmarshal(body, &parsed) != nil {
		if text := strings.TrimSpace(string(body)); len(text) < 100 {
			e.Reason = text // the security plugin says Unauthorized so
		}
		return e
	}
	var detail struct {
		Type   string `json:"type"`
		Reason string `json:"reason"`
		Roots  []struct {
			Type   string `json:"type"`
			Reason string `json:"reason"`
		} `json:"root_cause"`
	}
	if json.Unmarshal(parsed.Error, &detail) == nil {
		e.Type, e.Reason = detail.Type, detail.Reason
		if len(detail.Roots) > 0 && detail.Roots[0].Reason != "" {
			e.Type, e.Reason = detail.Roots[0].Type, detail.Roots[0].Reason // all shards failed says less
		}
	} else {
		_ = json.Unmarshal(parsed.Error, &e.Reason) // some parts send a text
	}
	if _, rest, ok := strings.Cut(e.Reason, "no permissions for ["); ok && status == http.StatusForbidden {
		e.Permission, _, _ = strings.Cut(rest, "]")
	}
	return e
}

// retryAfter reads the header's seconds, a minute at most.
func retryAfter(text string) time.Duration {
	seconds, err := strconv.Atoi(text)
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(min(seconds, 60)) * time.Second
}
