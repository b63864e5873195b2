package wazuh_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/socme-project/socme/wazuh"
)

// recording is a request to a real server and what it answered.
type recording struct {
	Name    string `json:"name"`
	Request struct {
		Method, Path, Auth string
		Headers            map[string]string
		Body               json.RawMessage
	} `json:"request"`
	Response struct {
		Status  int               `json:"status"`
		Headers map[string]string `json:"headers"`
		Body    json.RawMessage   `json:"body"`
	} `json:"response"`
}

// body is the answer as it came: text stands as a JSON string.
func (r *recording) body() string {
	var text string
	if json.Unmarshal(r.Response.Body, &text) == nil {
		return text
	}
	return string(r.Response.Body)
}

func (r *recording) requestText() string {
	var text string
	_ = json.Unmarshal(r.Request.Body, &text) // empty if it is no text
	return text
}

// replay answers with a recording, and checks that it is asked for.
type replay struct {
	t   *testing.T
	of  recording
	hit bool
}

func (p *replay) RoundTrip(r *http.Request) (*http.Response, error) {
	status, kind, body := http.StatusOK, "text/plain", "a.b.c"
	asked, err := url.Parse(p.of.Request.Path)
	if err != nil {
		return nil, err
	}
	switch {
	case r.Method == p.of.Request.Method && r.URL.Path == asked.Path:
		p.hit = true
		p.check(r, asked.Query())
		status, kind, body = p.of.Response.Status, p.of.Response.Headers["content-type"], p.of.body()
	case r.URL.Path == "/":
		kind, body = "application/json", `{"data":{"api_version":"4.14.7"},"error":0}`
	case !strings.HasPrefix(r.URL.Path, "/security/user/authenticate"):
		p.t.Errorf("%s %s was asked, recorded is %s %s", r.Method, r.URL, p.of.Request.Method, p.of.Request.Path)
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// check compares a request with the recorded one; how many a page has is ours to say.
func (p *replay) check(r *http.Request, query url.Values) {
	for name := range query {
		if got := r.URL.Query().Get(name); name != "limit" && name != "offset" && got != query.Get(name) {
			p.t.Errorf("%s=%q was sent, recorded is %q", name, got, query.Get(name))
		}
	}
	var want, got any
	text, _ := io.ReadAll(r.Body)
	if json.Unmarshal(p.of.Request.Body, &want) != nil || want == nil {
		return
	}
	if file, isText := want.(string); isText {
		if string(text) != file {
			p.t.Errorf("the body is %.100q, recorded is %.100q", text, file)
		}
		return
	}
	if json.Unmarshal(text, &got) != nil || !reflect.DeepEqual(got, want) {
		p.t.Errorf("the body is %s, recorded is %s", text, p.of.Request.Body)
	}
}

type calls map[string]func(ctx context.Context, c *wazuh.Client) (any, error)

// page reads no more than a recording holds.
func page[T any](items iter.Seq2[T, error], n int) (any, error) {
	var all []T
	for item, err := range items {
		if err != nil {
			return all, err
		}
		if all = append(all, item); len(all) == n {
			break
		}
	}
	return all, nil
}

func TestRecordedAnswers(t *testing.T) {
	folder := os.Getenv("SOCME_CORPUS")
	if folder == "" {
		t.Skip("SOCME_CORPUS names no folder of recordings")
	}
	files, err := filepath.Glob(filepath.Join(folder, "wazuh", "api-4.14.7", "*.json"))
	if err != nil || len(files) < 100 {
		t.Fatalf("%d recordings: %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var r recording
		if err := json.Unmarshal(text, &r); err != nil {
			t.Fatal(err)
		}
		t.Run(r.Name, func(t *testing.T) {
			do := recordedCalls(&r)[r.Name]
			if do == nil {
				t.Fatal("no call makes this request")
			}
			p := &replay{t: t, of: r}
			o := wazuh.Options{URL: "https://wazuh.example", Username: "u", Password: wazuh.PasswordText("p"), Transport: p, Patience: -1}
			if r.Name == "run-as" {
				o.RunAs = map[string]string{"user": "x"}
			}
			c, err := wazuh.New(o)
			if err != nil {
				t.Fatal(err)
			}
			got, err := do(t.Context(), c)
			if !p.hit {
				t.Fatalf("the request was not made: %v", err)
			}
			compareAnswer(t, &r, got, err)
		})
	}
}

// compareAnswer holds what a call returned against what was recorded.
func compareAnswer(t *testing.T, r *recording, got any, err error) {
	t.Helper()
	var body struct {
		Title, Detail, Remediation string
		Error                      int
		Message                    string
		Data                       json.RawMessage
		Codemsg                    int
	}
	_ = json.Unmarshal(r.Response.Body, &body) // some are files
	if r.Response.Status/100 != 2 {
		var e *wazuh.APIError
		if !errors.As(err, &e) {
			t.Fatalf("error = %v, want an APIError", err)
		}
		if e.Status != r.Response.Status || e.Title != body.Title || e.Detail != body.Detail || e.Remediation != body.Remediation || e.Code != body.Error {
			t.Errorf("error = %+v, recorded is %s", e, r.Response.Body)
		}
		return
	}
	var list struct {
		Items  []json.RawMessage `json:"affected_items"`
		Failed []struct {
			Error struct {
				Code                 int
				Message, Remediation string
			}
			ID []string
		} `json:"failed_items"`
	}
	_ = json.Unmarshal(body.Data, &list)
	if body.Error != 0 {
		var e *wazuh.FailedError
		if !errors.As(err, &e) || len(e.Failures) != len(list.Failed) || e.Partial() != (body.Error == 2) || e.Message != body.Message {
			t.Fatalf("error = %v, want a FailedError of %d", err, len(list.Failed))
		}
		for i, f := range list.Failed {
			want := wazuh.Failure{Code: f.Error.Code, Message: f.Error.Message, Remediation: f.Error.Remediation, IDs: f.ID}
			if !reflect.DeepEqual(e.Failures[i], want) {
				t.Errorf("failure = %+v, want %+v", e.Failures[i], want)
			}
		}
	} else if _, session := errors.AsType[*wazuh.LogtestError](err); err != nil && !session && !errors.Is(err, wazuh.ErrNotFound) {
		t.Fatal(err)
	}
	wire := body.Data
	_, isRaw := got.(json.RawMessage)
	switch {
	case list.Items == nil:
	case reflect.ValueOf(got).Kind() == reflect.Slice && !isRaw:
		if n := reflect.ValueOf(got).Len(); n != len(list.Items) {
			t.Fatalf("%d items, recorded are %d", n, len(list.Items))
		}
		wire, _ = json.Marshal(list.Items)
	case len(list.Items) == 1:
		wire = list.Items[0]
	default:
		return // an error told so
	}
	if text, isText := got.(string); isText {
		if text != r.body() {
			t.Errorf("got %.100q, recorded is %.100q", text, r.body())
		}
		return
	}
	if got == nil {
		return
	}
	again, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var have, want any
	if json.Unmarshal(again, &have) != nil || json.Unmarshal(wire, &want) != nil {
		t.Fatalf("no JSON: %s, %s", again, wire)
	}
	differ(t, "", have, want)
}

// differ tells what a model lost or changed of the wire.
func differ(t *testing.T, at string, have, want any) {
	t.Helper()
	switch want := want.(type) {
	case map[string]any:
		got, isMap := have.(map[string]any)
		if !isMap {
			t.Errorf("%s: %v, recorded is an object", at, have)
			return
		}
		for name, value := range want {
			if held, there := got[name]; there {
				differ(t, at+"."+name, held, value)
			} else if !nothing(value) {
				t.Errorf("%s.%s is lost: %v", at, name, value)
			}
		}
	case []any:
		got, isList := have.([]any)
		if len(want) == 0 && have == nil {
			return
		}
		if !isList || len(got) != len(want) {
			t.Errorf("%s: %v, recorded is %v", at, have, want)
			return
		}
		for i := range want {
			differ(t, fmt.Sprintf("%s[%d]", at, i), got[i], want[i])
		}
	default:
		a, b := fmt.Sprint(have), fmt.Sprint(want)
		if a == b || a == strings.TrimSpace(b) || a == b+"Z" || nothing(want) && nothing(have) {
			return
		}
		var x, y wazuh.Time
		if x.UnmarshalJSON([]byte(`"`+a+`"`)) != nil || y.UnmarshalJSON([]byte(`"`+b+`"`)) != nil || x.IsZero() || !x.Equal(y.Time) {
			t.Errorf("%s: %v, recorded is %v", at, have, want)
		}
	}
}

func nothing(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return v == nil || v == "" || v == false || v == 0.0
}
