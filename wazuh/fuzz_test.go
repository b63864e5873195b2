package wazuh_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/wazuh"
)

// one answers each request with the same, but lets people in.
type canned struct {
	status int
	kind   string
	body   []byte
}

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	status, kind, body := c.status, c.kind, c.body
	switch {
	case strings.HasPrefix(r.URL.Path, "/security/user/authenticate"):
		status, kind, body = 200, "text/plain", []byte("a.b.c")
	case r.URL.Path == "/":
		status, kind, body = 200, "application/json", []byte(`{"data":{"api_version":"4.14.7"}}`)
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(bytes.NewReader(body)), Request: r}, nil
}

// FuzzAnswer: whatever a server answers, a call returns, and with an error unless the
// answer was a success.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		`{"data":{"affected_items":[{"id":"001","name":"a","status":"active","os":{"name":"x"}}],"total_affected_items":1,"total_failed_items":0,"failed_items":[]},"message":"m","error":0}`,
		`{"data":{"affected_items":[],"total_affected_items":0,"total_failed_items":1,"failed_items":[{"error":{"code":1701,"message":"m","remediation":"r"},"id":["099",7]}]},"error":1}`,
		`{"data":{"affected_items":[{"id":1}],"failed_items":[{"error":{"code":"1701"},"id":[]}]},"error":2}`,
		`{"title":"Bad Request","detail":{"a":1},"error":1407,"dapi_errors":{"n":{"error":"e"}}}`,
		`{"title":null,"detail":null,"error":null}`, `{"data":[]}`, `{"data":{"affected_items":{}}}`, `[]`, `null`, ``, `{"error":1e400}`,
		`{"data":{"token":"x","output":{"rule":{"id":5710,"level":"5","mitre":{"id":"T1"}}},"codemsg":-1,"messages":["(7004)"]},"error":0}`,
	} {
		for _, status := range []int{200, 400, 401, 403, 404} {
			f.Add(status, []byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if status < 200 || status > 599 || status == 429 {
			return
		}
		c, err := wazuh.New(wazuh.Options{
			URL: "https://x", Transport: canned{status, "application/json", body}, Patience: -1, Limiter: wazuh.NewLimiter(1 << 30),
		})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		var last error
		for _, err := range c.Agents.List(t.Context(), wazuh.AgentFilter{}) {
			last = err
			if n++; n > 2000 {
				break // a server may say for ever that there are more
			}
		}
		var api *wazuh.APIError
		if status/100 != 2 && (!errors.As(last, &api) || api.Status != status) {
			t.Fatalf("status %d gave %v", status, last)
		}
		var failed *wazuh.FailedError
		if errors.As(last, &failed) && failed.Error() == "" {
			t.Fatal("an error that says nothing")
		}
		_, _ = c.Logtest.Run(t.Context(), wazuh.LogtestInput{})
		_, _ = c.Manager.Status(t.Context())
		_, _ = c.Security.May(t.Context())
		_, _ = c.Groups.Delete(t.Context(), "x")
	})
}

// FuzzAlert: an alert or a finding that is read keeps its bytes, and can be written.
func FuzzAlert(f *testing.F) {
	f.Add([]byte(`{"timestamp":"2026-11-23T13:44:21.342+0000","rule":{"level":5,"id":"5710","groups":["a"],"mitre":{"id":["T1"]}},"agent":{"id":"000"},"id":"1.2","data":{"a":[1,null]}}`))
	f.Add([]byte(`{"@timestamp":"2026-07-06T12:17:22Z","wazuh":{"agent":{"id":2},"rule":{"level":"high","tags":"x"}}}`))
	f.Add([]byte(`{"timestamp":1,"rule":{"level":"x"}}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		if a, err := wazuh.DecodeAlert(line); err == nil {
			if !bytes.Equal(a.Raw, line) {
				t.Fatal("Raw is not the line")
			}
			if _, err := json.Marshal(a); err != nil {
				t.Fatal(err)
			}
		}
		if x, err := wazuh.DecodeFinding(line); err == nil && !bytes.Equal(x.Raw, line) {
			t.Fatal("Raw is not the source")
		}
	})
}

// FuzzValues: the forms that Wazuh writes values in.
func FuzzValues(f *testing.F) {
	for _, seed := range []string{`"2026-11-23T13:42:53+00:00"`, `"2020-11-10 11:55:33+00:00"`, `1752451200.0`, `null`, `"N/A"`, `5`, `"5.0"`, `true`, `["a",1]`, `"yes"`, `1e309`, `"22021-05-28T12:16:14Z"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !json.Valid(data) {
			return
		}
		var when wazuh.Time
		if err := json.Unmarshal(data, &when); err != nil {
			t.Fatalf("a time must never fail a list: %v", err)
		}
		if !when.IsZero() && when.Location() != time.UTC {
			t.Fatalf("%v is not in UTC", when)
		}
		var text wazuh.Text
		var list wazuh.Strings
		var flag wazuh.Flag
		if json.Unmarshal(data, &text) != nil || json.Unmarshal(data, &list) != nil || json.Unmarshal(data, &flag) != nil {
			t.Fatal("a text, a list and a flag take anything")
		}
		var n wazuh.Int
		_ = json.Unmarshal(data, &n)
		var id wazuh.AgentID
		if json.Unmarshal(data, &id) == nil && bytes.HasPrefix(bytes.TrimSpace(data), []byte("7")) && len(id) < 3 {
			t.Fatalf("agent %s", id)
		}
		_, _ = wazuh.ParseVersion(string(data))
	})
}

// FuzzSearch: whatever an indexer answers, a search ends.
func FuzzSearch(f *testing.F) {
	f.Add([]byte(`{"timed_out":false,"_shards":{"total":1,"failed":0},"hits":{"hits":[{"_index":"i","_id":"1","_source":{},"sort":[1,2]}]}}`))
	f.Add([]byte(`{"error":{"type":"t","reason":"r","root_cause":[]},"status":400}`))
	f.Add([]byte(`{"_shards":{"failed":1},"hits":{"hits":[{}]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		x, err := wazuh.NewIndexer(wazuh.IndexerOptions{URL: "https://x", Transport: canned{200, "application/json", body}, Patience: -1})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for range x.Alerts(t.Context(), wazuh.AlertSearch{Span: wazuh.Span{Live: true, PageSize: 2}}) {
			if n++; n > 100 {
				break
			}
		}
	})
}
