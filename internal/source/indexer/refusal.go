package indexer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// errNoIndex is that there is nothing to read yet.
var errNoIndex = errors.New("no index of the pattern is there")

// laterError is a refusal with the time after which the indexer wants to be asked.
type laterError struct {
	error
	wait time.Duration
}

func (e laterError) Unwrap() error { return e.error }

// apiError is the error of the indexer's API.
type apiError struct {
	Type   string `json:"type"`
	Reason string `json:"reason"`
}

// UnmarshalJSON reads the object, or the text that older parts send.
func (e *apiError) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &e.Reason)
	}
	type plain apiError
	return json.Unmarshal(data, (*plain)(e))
}

func (e apiError) String() string {
	text := e.Type
	if e.Reason != "" {
		text = strings.TrimPrefix(text+": "+e.Reason, ": ")
	}
	if len(text) > 300 {
		text = strings.ToValidUTF8(text[:300], "") + "…"
	}
	return text
}

// refusal makes an error of an answer other than 200 that says what to do.
func (c *client) refusal(r *http.Response, index string) error {
	var body struct {
		Error apiError `json:"error"`
	}
	text, err := io.ReadAll(io.LimitReader(r.Body, 64<<10))
	parsed := err == nil && isJSON(r) && json.Unmarshal(text, &body) == nil
	why := body.Error
	switch {
	case r.StatusCode >= 300 && r.StatusCode < 400:
		return fmt.Errorf("the indexer answers with a redirect (%d), which is not followed since the password would go with it; set url to the indexer itself", r.StatusCode)
	case r.StatusCode == http.StatusUnauthorized:
		return fmt.Errorf("the indexer refuses the user %q (401): check username and what stands in password_file, which is read again each time", c.username)
	case r.StatusCode == http.StatusForbidden:
		return fmt.Errorf("the user %q may not do this (403): give its role the permission %s on %s", c.username, permission(why.Reason), index)
	case parsed && r.StatusCode == http.StatusNotFound && why.Type == "index_not_found_exception":
		return errNoIndex
	case r.StatusCode == http.StatusTooManyRequests || r.StatusCode >= 500:
		err := fmt.Errorf("the indexer is busy or broken (%d), trying again: %s", r.StatusCode, orStatus(why, r))
		return laterError{err, retryAfter(r)}
	case !isJSON(r):
		return notJSON(r)
	}
	return fmt.Errorf("the indexer refuses the search (%d): %s", r.StatusCode, orStatus(why, r))
}

func orStatus(why apiError, r *http.Response) string {
	if text := why.String(); text != "" {
		return text
	}
	return http.StatusText(r.StatusCode)
}

// permission finds the missing one in what the security plugin says.
func permission(reason string) string {
	_, rest, ok := strings.Cut(reason, "no permissions for [")
	if name, _, end := strings.Cut(rest, "]"); ok && end && len(name) < 100 && utf8.ValidString(name) {
		return name
	}
	return "indices:data/read/search"
}

func notJSON(r *http.Response) error {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if len(kind) > 60 || kind == "" {
		kind = "something else"
	}
	return fmt.Errorf("the answer (%d) is %s and not JSON: is url the indexer's own port (9200) and no proxy or dashboard?", r.StatusCode, kind)
}

// maxRetryAfter bounds what a server may ask of us.
const maxRetryAfter = 10 * time.Minute

// retryAfter reads the header's seconds or date; 0 if there is none.
func retryAfter(r *http.Response) time.Duration {
	text := r.Header.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds > 0 {
		return min(time.Duration(min(seconds, 3600))*time.Second, maxRetryAfter)
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	sent, err := http.ParseTime(r.Header.Get("Date"))
	if err != nil {
		return 0
	}
	return min(max(0, at.Sub(sent)), maxRetryAfter)
}
