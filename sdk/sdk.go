// Package sdk is the Go caller of a SOCme core's API: the command line, the screen
// and the end-to-end tests use it. It imports nothing of ours but soc.
package sdk

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/socme-project/socme/soc"
)

// Caller calls one core with one credential.
type Caller struct {
	// URL is the core's address without a path, e.g. http://127.0.0.1:8080.
	URL   string
	Token soc.Secret
	HTTP  *http.Client // http.DefaultClient if nil
}

// For says for which clients a user or a token is: all of them, or those that are named
// by id or name.
type For struct {
	AllClients bool     `json:"all_clients,omitempty"`
	Clients    []string `json:"clients,omitempty"`
}

// Problem is the core's answer to what it would not do (RFC 9457).
type Problem struct {
	Status int    `json:"status"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Errors []struct {
		Message  string `json:"message"`
		Location string `json:"location"`
	} `json:"errors"`
}

func (p *Problem) Error() string {
	text := p.Detail
	if text == "" {
		text = p.Title
	}
	for _, e := range p.Errors {
		text += " " + e.Message
		if e.Location != "" {
			text += " (" + e.Location + ")"
		}
	}
	return text
}

// Page is one page of alerts.
type Page struct {
	Items []soc.StoredAlert `json:"items"`
	Next  *string           `json:"next"` // cursor of the next page, nil on the last
}

// Alerts returns a page of at most limit alerts (1–500), newest event first.
func (c *Caller) Alerts(ctx context.Context, query, cursor string, limit int) (Page, error) {
	var page Page
	values := url.Values{"query": {query}, "limit": {strconv.Itoa(limit)}}
	if cursor != "" {
		values.Set("cursor", cursor)
	}
	return page, c.do(ctx, http.MethodGet, "/alerts?"+values.Encode(), nil, &page)
}

// AlertRaw returns the alert as the sensor wrote it, to the byte.
func (c *Caller) AlertRaw(ctx context.Context, id string) ([]byte, error) {
	answer, err := c.send(ctx, http.MethodGet, "/alerts/"+url.PathEscape(id)+"/raw", nil, "")
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }() // read to its end
	return io.ReadAll(io.LimitReader(answer.Body, soc.MaxRaw+1))
}

// Nodes lists the nodes with their proof of delivery.
func (c *Caller) Nodes(ctx context.Context) ([]soc.Node, error) {
	var list struct{ Items []soc.Node }
	return list.Items, c.do(ctx, http.MethodGet, "/nodes", nil, &list)
}

// NodeDetail is a node with what it did not deliver.
type NodeDetail struct {
	soc.Node
	Tape     []soc.TapeCell `json:"tape"`
	Withheld []soc.Withheld `json:"withheld"`
}

// Node finds one node by its id.
func (c *Caller) Node(ctx context.Context, id soc.NodeID) (NodeDetail, error) {
	var node NodeDetail
	return node, c.do(ctx, http.MethodGet, "/nodes/"+url.PathEscape(string(id)), nil, &node)
}

// ProofOf chooses what a proof is about.
type ProofOf struct {
	Node        soc.NodeID
	From, Until time.Time // of the core's clock; the zero Until is now
	Raw         bool      // with the raw lines that the core still holds
}

// Proof writes the file that proves what a node delivered. A file that breaks off has
// no end: proof.Verify tells.
func (c *Caller) Proof(ctx context.Context, of ProofOf, to io.Writer) error {
	values := url.Values{"from": {of.From.UTC().Format(time.RFC3339Nano)}, "raw": {strconv.FormatBool(of.Raw)}}
	if !of.Until.IsZero() {
		values.Set("until", of.Until.UTC().Format(time.RFC3339Nano))
	}
	answer, err := c.send(ctx, http.MethodGet, "/nodes/"+url.PathEscape(string(of.Node))+"/proof?"+values.Encode(), nil, "")
	if err != nil {
		return err
	}
	if _, err := io.Copy(to, answer.Body); err != nil {
		return errors.Join(fmt.Errorf("read the proof: %w", err), answer.Body.Close())
	}
	return answer.Body.Close()
}

// RevokeNode ends a node's right to deliver.
func (c *Caller) RevokeNode(ctx context.Context, id soc.NodeID) error {
	return c.do(ctx, http.MethodPost, "/nodes/"+url.PathEscape(string(id))+"/revoke", nil, nil)
}

// Clients lists the clients.
func (c *Caller) Clients(ctx context.Context) ([]soc.Client, error) {
	var list struct{ Items []soc.Client }
	return list.Items, c.do(ctx, http.MethodGet, "/clients", nil, &list)
}

// AddClient adds a client.
func (c *Caller) AddClient(ctx context.Context, name string) (soc.Client, error) {
	var client soc.Client
	return client, c.do(ctx, http.MethodPost, "/clients", map[string]string{"name": name}, &client)
}

// AddNodeToken makes a token that enrols one node of the client, within an hour.
// client is an id or a name; node may be empty.
func (c *Caller) AddNodeToken(ctx context.Context, client, node string) (token string, expires time.Time, err error) {
	var reply struct {
		Token       string    `json:"token"`
		ExpiresTime time.Time `json:"expires_time"`
	}
	body := map[string]string{}
	if node != "" {
		body["name"] = node
	}
	err = c.do(ctx, http.MethodPost, "/clients/"+url.PathEscape(client)+"/node-tokens", body, &reply)
	return reply.Token, reply.ExpiresTime, err
}

// Event is one event of the stream.
type Event struct {
	Name  string // hello, alert or reset
	ID    string // position; hand the last one to Stream to go on from there
	Alert *soc.StoredAlert
}

// Stream follows new alerts that match the query and calls each for every event,
// until ctx ends, each returns an error, or the connection does.
func (c *Caller) Stream(ctx context.Context, query, lastEventID string, each func(Event) error) error {
	answer, err := c.send(ctx, http.MethodGet, "/stream?"+url.Values{"query": {query}}.Encode(), nil, lastEventID)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }() // the stream has ended
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 8<<20)
	var event Event
	var data []byte
	for lines.Scan() {
		field, value, _ := strings.Cut(lines.Text(), ": ")
		switch field {
		case "event":
			event.Name = value
		case "id":
			event.ID = value
		case "data":
			data = []byte(value)
		case "":
			if lines.Text() != "" || event.Name == "" {
				continue // a comment that keeps the connection alive
			}
			if event.Name == "alert" {
				event.Alert = &soc.StoredAlert{}
				if err := json.Unmarshal(data, event.Alert); err != nil {
					return fmt.Errorf("read the stream: %w", err)
				}
			}
			if err := each(event); err != nil {
				return err
			}
			event, data = Event{}, nil
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read the stream: %w", err)
	}
	return io.ErrUnexpectedEOF
}

func (c *Caller) do(ctx context.Context, method, path string, body, into any) error {
	answer, err := c.send(ctx, method, path, body, "")
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }() // read to its end
	if into == nil || answer.StatusCode == http.StatusNoContent {
		return nil
	}
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
		return fmt.Errorf("read the core's answer: %w", err)
	}
	return nil
}

// send returns an answer of success; anything else is a *Problem.
func (c *Caller) send(ctx context.Context, method, path string, body any, lastEventID string) (*http.Response, error) {
	var content io.Reader
	kind := "application/json"
	if p, ok := body.(picture); ok {
		content, kind = p.reader()
	} else if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimRight(c.URL, "/")+"/api/v1"+path, content)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+string(c.Token))
	if body != nil {
		request.Header.Set("Content-Type", kind)
	}
	if lastEventID != "" {
		request.Header.Set("Last-Event-ID", lastEventID)
	}
	client := c.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	answer, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode < 300 {
		return answer, nil
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	problem := &Problem{Status: answer.StatusCode, Title: answer.Status}
	_ = json.Unmarshal(text, problem) // what is no problem document keeps the status
	return nil, errors.Join(err, answer.Body.Close(), problem)
}
