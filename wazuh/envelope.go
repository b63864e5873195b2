package wazuh

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// envelope is what every answer in JSON stands in.
type envelope struct {
	Data    json.RawMessage `json:"data"`
	Message Text            `json:"message"`
	Error   Int             `json:"error"` // 0: all succeeded, 1: all failed, 2: some did
}

// listing is the data of most answers.
type listing[T any] struct {
	Items []T `json:"affected_items"`
	Total Int `json:"total_affected_items"` // matches, not those of this page
}

// failures is the part of a listing that says what failed.
type failures struct {
	Items []json.RawMessage `json:"affected_items"`
	List  []struct {
		Error struct {
			Code        Int  `json:"code"`
			Message     Text `json:"message"`
			Remediation Text `json:"remediation"`
		} `json:"error"`
		IDs []Text `json:"id"`
	} `json:"failed_items"`
}

// readEnvelope opens an answer of HTTP 2xx. If it is a failure, the envelope is
// returned with a [FailedError].
func readEnvelope(op string, body []byte) (envelope, error) {
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return e, fmt.Errorf("%s: read the answer: %w", op, err)
	}
	var of failures
	if isObject(e.Data) {
		// Other data have no such lists.
		if err := json.Unmarshal(e.Data, &of); err != nil && e.Error != 0 {
			return e, fmt.Errorf("%s: read what failed: %w", op, err)
		}
	}
	if e.Error == 0 && len(of.List) == 0 {
		return e, nil
	}
	failed := &FailedError{Op: op, Message: string(e.Message), Succeeded: len(of.Items)}
	for _, f := range of.List {
		failure := Failure{Code: int(f.Error.Code), Message: string(f.Error.Message), Remediation: string(f.Error.Remediation)}
		for _, id := range f.IDs {
			failure.IDs = append(failure.IDs, string(id))
		}
		failed.Failures = append(failed.Failures, failure)
	}
	return e, failed
}

func isObject(text []byte) bool { return len(text) > 0 && text[0] == '{' }

// readProblem makes an error of an answer other than 2xx.
func readProblem(op string, a Answer) error {
	e := &APIError{Op: op, Status: a.Status}
	var body struct {
		Title       Text            `json:"title"`
		Detail      json.RawMessage `json:"detail"` // mostly a text
		Remediation Text            `json:"remediation"`
		Error       Int             `json:"error"`
		Code        Int             `json:"code"` // as the specification has it
		Nodes       json.RawMessage `json:"dapi_errors"`
	}
	if err := json.Unmarshal(a.Body, &body); err != nil {
		// Of a proxy, perhaps.
		e.Title = http.StatusText(a.Status)
		e.Detail = "the answer is " + kindOfBody(a) + " and not Wazuh's: is the URL the API's own?"
		return e
	}
	e.Title, e.Remediation = string(body.Title), string(body.Remediation)
	e.Code = int(body.Error)
	if e.Code == 0 {
		e.Code = int(body.Code)
	}
	var text string
	if json.Unmarshal(body.Detail, &text) == nil {
		e.Detail = text
	} else {
		e.Detail = string(bytes.TrimSpace(body.Detail))
	}
	_ = json.Unmarshal(body.Nodes, &e.Nodes) // only tells more
	e.unknown = e.Code == 0 && (a.Status == http.StatusMethodNotAllowed ||
		a.Status == http.StatusNotFound && (e.Detail == "" || strings.HasPrefix(e.Detail, "404")))
	return e
}

func kindOfBody(a Answer) string {
	if a.Type == "" || len(a.Type) > 60 {
		return "something else"
	}
	return a.Type
}

// open makes a call and opens its answer. A failure comes with what data there are.
func (c *Client) open(ctx context.Context, call Call) (envelope, error) {
	if err := c.check(ctx, call.op); err != nil {
		return envelope{}, err
	}
	a, err := c.send(ctx, call)
	if err != nil {
		return envelope{}, err
	}
	return readEnvelope(call.name(), a.Body)
}

// items makes a call whose data is a list. With an error of type [FailedError] it
// returns those that succeeded.
func items[T any](ctx context.Context, c *Client, call Call) ([]T, error) {
	list, err := page[T](ctx, c, call)
	return list.Items, err
}

func page[T any](ctx context.Context, c *Client, call Call) (listing[T], error) {
	var list listing[T]
	e, err := c.open(ctx, call)
	if !isObject(e.Data) {
		return list, err
	}
	if bad := json.Unmarshal(e.Data, &list); bad != nil && err == nil {
		return list, fmt.Errorf("%s: read the answer: %w", call.name(), bad)
	}
	return list, err
}

// one makes a call that is about one thing.
func one[T any](ctx context.Context, c *Client, call Call) (T, error) {
	list, err := items[T](ctx, c, call)
	if len(list) > 0 {
		return list[0], err
	}
	var none T
	if err == nil {
		err = fmt.Errorf("%s: %w", call.name(), ErrNotFound)
	}
	return none, err
}

// object makes a call whose data is the thing itself.
func object[T any](ctx context.Context, c *Client, call Call) (T, error) {
	var data T
	e, err := c.open(ctx, call)
	if err != nil {
		return data, err
	}
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return data, fmt.Errorf("%s: read the answer: %w", call.name(), err)
	}
	return data, nil
}

// done makes a call that returns nothing but its success.
func done(ctx context.Context, c *Client, call Call) error {
	_, err := c.open(ctx, call)
	return err
}

// text makes a call whose answer is a file.
func text(ctx context.Context, c *Client, call Call) ([]byte, error) {
	if err := c.check(ctx, call.op); err != nil {
		return nil, err
	}
	a, err := c.send(ctx, call)
	if err != nil {
		return nil, err
	}
	if a.Type == jsonType { // there is no such file: it says so in the other shape
		if _, err := readEnvelope(call.name(), a.Body); err != nil {
			return nil, err
		}
	}
	return a.Body, nil
}
