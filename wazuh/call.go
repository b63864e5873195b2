package wazuh

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Call is a request to the API.
type Call struct {
	Method      string // "" is GET
	Path        string // such as /agents/001/key, escaped
	Query       url.Values
	Body        []byte
	ContentType string // of the body; "" is application/json

	op string // of the specification; "" if unknown
}

// Answer is what the API said, as it came.
type Answer struct {
	Status int
	Type   string // media type, such as application/json
	Body   []byte
}

// maxAnswer bounds what is read of one answer.
const maxAnswer = 64 << 20

// Do makes a call that has no method here. It logs in, keeps the limits and waits like
// all others. An answer that is a failure is returned with its error.
func (c *Client) Do(ctx context.Context, call Call) (Answer, error) {
	a, err := c.send(ctx, call)
	if err != nil || a.Type != jsonType {
		return a, err
	}
	_, err = readEnvelope(call.name(), a.Body)
	return a, err
}

const jsonType = "application/json"

// name is the call in errors.
func (c *Call) name() string {
	if c.op != "" {
		return c.op
	}
	return c.method() + " " + c.Path
}

func (c *Call) method() string {
	if c.Method == "" {
		return http.MethodGet
	}
	return c.Method
}

// send makes a call with a token, and with a new one if the server no longer takes it.
func (c *Client) send(ctx context.Context, call Call) (Answer, error) {
	if c.complete && waits(call.op) {
		query := url.Values{"wait_for_complete": {"true"}}
		maps.Copy(query, call.Query)
		call.Query = query
	}
	token := ""
	for try := 0; ; try++ {
		var err error
		if token, err = c.token(ctx, token); err != nil {
			return Answer{}, err
		}
		a, err := c.exchange(ctx, call, func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) })
		if try > 0 || !errors.Is(err, ErrUnauthorized) {
			if errors.Is(err, ErrUnsupported) {
				c.keepVersion(Version{}) // perhaps it is another one by now
			}
			return a, err
		}
	}
}

// waits tells whether an operation knows wait_for_complete.
func waits(op string) bool {
	switch op {
	case "", "GET /", "GET /manager/version/check", "PUT /manager/restart", "PUT /cluster/restart", "PUT /cluster/reload",
		"PUT /security/user/revoke", "DELETE /security/user/authenticate", "GET /security/users/me/policies",
		"GET /security/actions", "GET /security/resources":
		return false
	}
	return true
}

// exchange sends a request until the server has time for it.
func (c *Client) exchange(ctx context.Context, call Call, authorize func(*http.Request)) (Answer, error) {
	var waited time.Duration
	for try := 0; ; try++ {
		if err := c.admit(ctx, call.op); err != nil {
			return Answer{}, fmt.Errorf("%s: wait for a turn: %w", call.name(), err)
		}
		a, err := c.roundTrip(ctx, call, authorize)
		limited := errors.Is(err, ErrLimited)
		if !limited && !errors.Is(err, ErrNotReady) {
			return a, err
		}
		wait := backoff(try)
		if deadline, ok := ctx.Deadline(); waited+wait > c.patience || ok && c.now().Add(wait).After(deadline) {
			return a, err
		}
		waited += wait
		if limited && call.op != eventsOp {
			c.pause.extend(c.now().Add(wait)) // all calls count together
			continue
		}
		if stopped := sleep(ctx, wait); stopped != nil {
			return a, err
		}
	}
}

// admit waits until a request may be sent.
func (c *Client) admit(ctx context.Context, op string) error {
	if c.patience > 0 {
		if err := sleep(ctx, c.pause.left(c.now())); err != nil {
			return err
		}
	}
	if op == eventsOp {
		if err := c.events.Wait(ctx); err != nil {
			return err
		}
	}
	return c.limiter.Wait(ctx)
}

// roundTrip sends one request.
func (c *Client) roundTrip(ctx context.Context, call Call, authorize func(*http.Request)) (Answer, error) {
	target := c.base.JoinPath("/")
	target.RawPath = strings.TrimSuffix(target.EscapedPath(), "/") + call.Path
	path, err := url.PathUnescape(target.RawPath)
	if err != nil {
		return Answer{}, fmt.Errorf("%s: %w", call.name(), err)
	}
	target.Path = path
	target.RawQuery = call.Query.Encode()
	r, err := http.NewRequestWithContext(ctx, call.method(), target.String(), bytes.NewReader(call.Body))
	if err != nil {
		return Answer{}, err
	}
	if len(call.Body) > 0 {
		r.Header.Set("Content-Type", jsonType)
		if call.ContentType != "" {
			r.Header.Set("Content-Type", call.ContentType)
		}
	}
	r.Header.Set("User-Agent", c.agent)
	authorize(r)
	response, err := c.http.Do(r)
	if err != nil {
		return Answer{}, fmt.Errorf("%s: %w", call.name(), unreachable(c.base.Host, err))
	}
	defer func() { _ = response.Body.Close() }() // it was read
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		if ended := ctx.Err(); ended != nil {
			err = ended // the connection may have noticed before the reader
		}
		return Answer{}, fmt.Errorf("%s: read the answer: %w", call.name(), err)
	}
	a := Answer{Status: response.StatusCode, Body: body}
	a.Type, _, _ = mime.ParseMediaType(response.Header.Get("Content-Type"))
	switch {
	case len(body) > maxAnswer:
		return Answer{}, fmt.Errorf("%s: the answer is over %d MiB; ask for less at a time", call.name(), maxAnswer>>20)
	case a.Status/100 != 2:
		return a, readProblem(call.name(), a)
	}
	return a, nil
}

// request makes the call of an operation. The path's names in braces are filled with
// args, in order.
func request(op string, args ...string) Call {
	method, path, _ := strings.Cut(op, " ")
	var b strings.Builder
	for _, arg := range args {
		before, rest, _ := strings.Cut(path, "{")
		_, after, _ := strings.Cut(rest, "}")
		b.WriteString(before + url.PathEscape(arg))
		path = after
	}
	b.WriteString(path)
	return Call{Method: method, Path: b.String(), op: op}
}

// with adds the parameters that a struct holds.
func (c Call) with(parameters any) Call {
	c.Query = merge(c.Query, values(parameters))
	return c
}

// set adds a parameter, unless it is empty.
func (c Call) set(name, value string) Call {
	if value != "" {
		c.Query = merge(c.Query, url.Values{name: {value}})
	}
	return c
}

// json sets the body.
func (c Call) json(body any) (Call, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return c, fmt.Errorf("%s: write the body: %w", c.name(), err)
	}
	c.Body = text
	return c, nil
}

// raw sets a body that is no JSON.
func (c Call) raw(contentType string, body []byte) Call {
	c.Body, c.ContentType = body, contentType
	return c
}

func merge(a, b url.Values) url.Values {
	if len(a) == 0 {
		return b
	}
	maps.Copy(a, b)
	return a
}

// empty refuses what must not be empty: a missing id would make another call of it.
func empty(op, what, value string) error {
	if value == "" {
		return fmt.Errorf("%s: no %s is given", op, what)
	}
	return nil
}
