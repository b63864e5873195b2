package indexer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/internal/source"
	"github.com/socme-project/socme/internal/source/indexer/indexertest"
	"github.com/socme-project/socme/soc"
)

func TestARefusalSaysWhatToDo(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fault indexertest.Fault
		says  string // "" waits, and is no error
	}{
		{"no such user", indexertest.Fault{Status: 401, Body: "Unauthorized", Content: "text/plain"}, `refuses the user "socme" (401): check username`},
		{
			"a permission is missing",
			indexertest.Fault{Status: 403, Body: `{"error":{"root_cause":[],"type":"security_exception","reason":"no permissions for [indices:data/read/search] and User [name=socme, backend_roles=[], requestedTenant=null]"},"status":403}`},
			"give its role the permission indices:data/read/search on wazuh-alerts-*",
		},
		{"no index yet", indexertest.Fault{Status: 404, Body: `{"error":{"type":"index_not_found_exception","reason":"no such index [x]"},"status":404}`}, ""},
		{"another path", indexertest.Fault{Status: 404, Body: "<html>", Content: "text/html"}, "is text/html and not JSON"},
		{"a dashboard", indexertest.Fault{Status: 200, Body: "<html>", Content: "text/html; charset=utf-8"}, "is text/html and not JSON"},
		{"too many requests", indexertest.Fault{Status: 429, Body: `{"error":"busy","status":429}`}, "busy or broken (429), trying again: busy"},
		{"broken", indexertest.Fault{Status: 502, Body: "<html>", Content: "text/html"}, "busy or broken (502), trying again: Bad Gateway"},
		{"a redirect", indexertest.Fault{Status: 302, Header: map[string]string{"Location": "https://elsewhere.example/"}}, "redirect (302), which is not followed"},
		{"a query that it does not know", indexertest.Fault{Status: 400, Body: `{"error":{"type":"parsing_exception","reason":"unknown"},"status":400}`}, "refuses the search (400): parsing_exception: unknown"},
		{"a search that took too long", indexertest.Fault{TimedOut: true}, "not complete: the search took longer"},
		{"a shard that failed", indexertest.Fault{Failed: true}, "2 of 3 shards failed (x: es_rejected_execution_exception: queue is full)"},
		{"nothing of the shards", indexertest.Fault{NoShards: true}, "says nothing of its shards"},
		{"a connection that is reset", indexertest.Fault{Cut: true}, "breaks off"},
		{"something else that is JSON", indexertest.Fault{Status: 200, Body: `{"name":"x"}`}, "says nothing of its shards"},
		{"no object", indexertest.Fault{Status: 200, Body: `[]`, Content: "application/json"}, "where { should stand"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, evening)
			w.alert(1, evening, evening.Add(-time.Minute))
			w.pass(0)
			w.server.Fault = func(indexertest.Request) *indexertest.Fault { return &tt.fault }
			s := w.source()
			s.Index = "wazuh-alerts-*"
			w.read(s, evening.Add(10*time.Minute))
			state := s.State()
			if tt.says == "" {
				if state.Err != nil || !state.Waiting {
					t.Errorf("State = %+v, want to wait", state)
				}
			} else if state.Err == nil || !strings.Contains(state.Err.Error(), tt.says) || strings.Contains(state.Err.Error(), "right") {
				t.Errorf("State says %v, want %q", state.Err, tt.says)
			}
			if len(w.seen) > 0 {
				t.Errorf("something was emitted: %v", w.seen)
			}
			if n := w.server.Requests(); n > 140 {
				t.Errorf("%d requests in ten minutes", n)
			}
			// As soon as all is well, all is read.
			w.server.Fault = nil
			w.read(s, evening.Add(20*time.Minute))
			if state := s.State(); w.check() > 0 || state.Err != nil || state.Waiting {
				t.Errorf("State = %+v after it went well", state)
			}
			if strings.Contains(w.log.String(), "right") {
				t.Error("the log shows the password")
			}
		})
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]int{"120": 6, "Wed, 21 Oct 2099 07:28:00 GMT": 2} {
		w := newWorld(t, evening)
		w.step = time.Millisecond
		w.server.Fault = func(indexertest.Request) *indexertest.Fault {
			return &indexertest.Fault{Status: 429, Header: map[string]string{"Retry-After": value, "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}}
		}
		s := w.source()
		s.Index = "wazuh-alerts-*"
		w.read(s, evening.Add(11*time.Minute))
		if got := w.server.Requests(); got != want {
			t.Errorf("Retry-After %s: %d requests in 11 minutes, want %d", value, got, want)
		}
	}
}

func TestTheUserCannotReadOnePattern(t *testing.T) {
	t.Parallel()
	w := newWorld(t, evening)
	w.alert(1, evening, evening)
	refused := 0
	w.server.Fault = func(r indexertest.Request) *indexertest.Fault {
		if strings.HasPrefix(r.Index, "wazuh-findings") {
			refused++
			return &indexertest.Fault{Status: 403, Body: `{"error":{"type":"security_exception","reason":"no permissions for [indices:data/read/search] and User []"}}`}
		}
		return nil
	}
	s := w.source()
	w.read(s, evening.Add(10*time.Minute))
	if refused > 30 {
		t.Errorf("asked %d times in ten minutes for what is forbidden", refused)
	}
	if state := s.State(); w.check() > 0 || state.Err == nil || !strings.Contains(state.Err.Error(), "wazuh-findings-v5-*") {
		t.Errorf("State = %+v, want an error about the findings and the alerts read all the same", state)
	}
}

func TestANewPasswordNeedsNoRestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, evening)
	s := w.source()
	for i := range 20 {
		at := evening.Add(time.Duration(i) * time.Minute)
		w.alert(i, at, at)
	}
	w.server.Fault = func(r indexertest.Request) *indexertest.Fault {
		switch r.Number {
		case 50:
			w.server.SetPassword("other")
		case 60:
			if err := os.WriteFile(s.PasswordFile, []byte("other\r\n"), 0o600); err != nil {
				t.Error(err)
			}
		}
		return nil
	}
	w.read(s, evening.Add(30*time.Minute))
	if repeated := w.check(); repeated > 0 || s.State().Err != nil {
		t.Errorf("%d emitted again, %v", repeated, s.State().Err)
	}
}

func TestAnAnswerThatIsTooLargeIsAskedForInParts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, evening)
	for i := range 500 {
		w.finding(i, evening.Add(time.Duration(i)*time.Millisecond), evening.Add(time.Second))
	}
	huge := `{"@timestamp":"2026-03-01T22:45:00.100Z","rule":{"id":"1","level":3},"full_log":"` + strings.Repeat("x", 120_000) + `"}`
	w.add(planned{at: evening, stream: "wazuh-alerts-4.x-big", name: "wazuh-alerts-4.x-big", id: "big", source: []byte(huge), irrelevant: true})
	s := w.source()
	s.maxBody = 100_000
	w.read(s, evening.Add(5*time.Minute))
	if repeated := w.check(); repeated > 0 || w.counts.TooLong != 1 || s.State().Err != nil {
		t.Errorf("%d emitted again, %d too long, state %+v; want all but the huge one", repeated, w.counts.TooLong, s.State())
	}
}

func TestTheServersCertificate(t *testing.T) {
	t.Parallel()
	server := indexertest.NewTLS()
	t.Cleanup(server.Close)
	certificate := server.Certificate()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(certificate.Raw)
	tests := []struct {
		name, ca, fingerprint string
		says                  string
	}{
		{"an authority", ca, "", ""},
		{"its fingerprint", "", hex.EncodeToString(sum[:]), ""},
		{"nobody to trust", "", "", "set ca_file"},
		{"another fingerprint", "", strings.Repeat("ab", 32), fmt.Sprintf("has the fingerprint %x", sum)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, evening)
			s := w.source()
			s.URL, s.CAFile, s.Fingerprint = server.URL, tt.ca, tt.fingerprint
			w.read(s, evening.Add(time.Minute))
			state := s.State()
			if tt.says == "" && (state.Err != nil || !state.Waiting) || tt.says != "" && (state.Err == nil || !strings.Contains(state.Err.Error(), tt.says)) {
				t.Errorf("State = %+v, want %q", state, tt.says)
			}
		})
	}
	s := &Source{URL: server.URL, CAFile: "/does/not/exist"}
	if err := s.Run(t.Context(), nil, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Run without its ca_file = %v", err)
	}
}

func TestCredentialsDoNotFollowARedirect(t *testing.T) {
	t.Parallel()
	asked := 0
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer elsewhere.Close()
	w := newWorld(t, evening)
	w.server.Fault = func(indexertest.Request) *indexertest.Fault {
		return &indexertest.Fault{Status: 307, Header: map[string]string{"Location": elsewhere.URL}}
	}
	w.read(w.source(), evening.Add(time.Minute))
	if asked > 0 {
		t.Error("the redirect was followed")
	}
}

func TestABodyThatStallsEnds(t *testing.T) {
	t.Parallel()
	stall := make(chan struct{})
	defer close(stall)
	w := newWorld(t, evening)
	w.server.Fault = func(indexertest.Request) *indexertest.Fault { return &indexertest.Fault{Stall: stall} }
	s := w.source()
	s.timeout = 50 * time.Millisecond
	w.read(s, evening.Add(time.Second))
	if err := s.State().Err; err == nil || !strings.Contains(err.Error(), "deadline exceeded") {
		t.Errorf("State says %v", err)
	}
}

func TestRunEndsWithItsContextAndWaitsForTheClock(t *testing.T) {
	t.Parallel()
	server := indexertest.New()
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	s := &Source{URL: server.URL}
	done := make(chan error, 1)
	go func() {
		done <- s.Run(ctx, nil, func(context.Context, source.Batch) error { cancel(); return nil })
	}()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v, want context.Canceled", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	s = &Source{URL: server.URL, now: func() time.Time { return time.Unix(0, 0) }}
	s.pause = func(context.Context, time.Duration) error { cancel(); return ctx.Err() }
	if err := s.Run(ctx, nil, nil); !errors.Is(err, context.Canceled) || s.State().Err == nil {
		t.Errorf("Run with the clock of 1970 = %v, state %+v; want it to wait", err, s.State())
	}
}

func TestAMarkThatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	w := newWorld(t, evening)
	w.mark = "{"
	if err := w.run(w.source(), evening.Add(time.Minute)); !errors.Is(err, soc.ErrInvalid) {
		t.Errorf("Run = %v, want ErrInvalid", err)
	}
}

func TestDecodeKeepsTheBytesOfTheSource(t *testing.T) {
	t.Parallel()
	odd := "{ \"b\" : 1.0 ,\"a\":\"\\u00e9\xff\", \"a\":{} , \"big\":12345678901234567890 }"
	text := `{"took":1,"hits":{"total":{"value":1},"hits":[{"_index":"i","_id":"1","_score":null,"fields":{"x":[1]},"_source":` + odd +
		`,"sort":[1772000000000,7]}],"max_score":null},"_shards":{"total":1,"failed":0},"timed_out":false}`
	a, err := decode(strings.NewReader(text))
	if err != nil || len(a.docs) != 1 {
		t.Fatalf("decode = %+v, %v", a, err)
	}
	if diff := cmp.Diff(odd, string(a.docs[0].source)); diff != "" || a.docs[0].at != (position{1772000000000, 7}) {
		t.Errorf("at %v (-want +got):\n%s", a.docs[0].at, diff)
	}
	for end := range len(text) - 1 {
		if _, err := decode(strings.NewReader(text[:end])); !errors.As(err, new(incompleteError)) {
			t.Fatalf("decode of the first %d bytes = %v, want it to say that it breaks off", end, err)
		}
	}
}
