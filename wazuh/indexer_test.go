package wazuh_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/socme-project/socme/wazuh"
	"github.com/socme-project/socme/wazuh/wazuhtest"
)

func indexerOf(t *testing.T, transport http.RoundTripper) *wazuh.Indexer {
	t.Helper()
	x, err := wazuh.NewIndexer(wazuh.IndexerOptions{URL: "https://indexer.example:9200", Username: "soc", Password: wazuh.PasswordText("s3cret"), Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// alertAt is an alert of a second.
func alertAt(n int) string {
	when := time.Date(2026, 11, 25, 10, 0, n/7, 0, time.UTC) // seven share a second
	return fmt.Sprintf(`{"@timestamp":%q,"timestamp":%q,"id":"%d.1","rule":{"id":"5710","level":%d,"description":"d","groups":["sshd"]},"agent":{"id":"%03d","name":"a"},"manager":{"name":"vm"},"location":"x"}`,
		when.Format(time.RFC3339), when.Format("2006-01-02T15:04:05.000-0700"), n, 1+n%16, n%5)
}

func filled(n int) *wazuhtest.Indexer {
	x := &wazuhtest.Indexer{Password: "s3cret"}
	for i := range n {
		x.Add("wazuh-alerts-4.x-2026.11.25", fmt.Sprintf("id-%d", i), alertAt(i))
	}
	return x
}

func TestAllAlertsComeOnceInOrder(t *testing.T) {
	for _, down := range []bool{false, true} {
		for _, live := range []bool{false, true} {
			t.Run(fmt.Sprintf("descending %v, live %v", down, live), func(t *testing.T) {
				server := filled(300)
				seen := map[string]bool{}
				var last time.Time
				span := wazuh.Span{Descending: down, Live: live, PageSize: 10}
				for a, err := range indexerOf(t, server).Alerts(t.Context(), wazuh.AlertSearch{Span: span}) {
					if err != nil {
						t.Fatal(err)
					}
					if seen[a.ID] || !last.IsZero() && (a.Time.Before(last) != down) && !a.Time.Equal(last) {
						t.Fatalf("%s at %v came twice or after %v", a.ID, a.Time, last)
					}
					seen[a.ID], last = true, a.Time.Time
				}
				if len(seen) != 300 {
					t.Errorf("%d alerts, want 300", len(seen))
				}
				if server.Open() != 0 {
					t.Errorf("%d points in time were left open", server.Open())
				}
			})
		}
	}
}

func TestAPointInTimeHidesWhatComesLater(t *testing.T) {
	server := filled(50)
	n := 50
	server.Before = func(r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/_search") {
			server.Add("wazuh-alerts-4.x-2026.11.25", fmt.Sprintf("id-%d", n), alertAt(n))
			n++
		}
	}
	all, err := wazuh.Collect(indexerOf(t, server).Alerts(t.Context(), wazuh.AlertSearch{Span: wazuh.Span{PageSize: 10}}))
	if err != nil || len(all) != 50 {
		t.Errorf("%d alerts, %v; want the 50 that were there", len(all), err)
	}
}

func TestAPointInTimeThatEndedIsReplaced(t *testing.T) {
	server := filled(100)
	n := 0
	for _, err := range indexerOf(t, server).Alerts(t.Context(), wazuh.AlertSearch{Span: wazuh.Span{PageSize: 10}}) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 25 {
			server.Expire() // the reader took its time
		}
	}
	if n != 100 {
		t.Errorf("%d alerts, want 100", n)
	}
}

func TestSearchesAreNarrowed(t *testing.T) {
	x := indexerOf(t, filled(160))
	from := time.Date(2026, 11, 25, 10, 0, 5, 0, time.UTC)
	tests := []struct {
		name   string
		search wazuh.AlertSearch
		want   int
	}{
		{"all", wazuh.AlertSearch{}, 160},
		{"by level", wazuh.AlertSearch{MinLevel: 15}, 20},
		{"by agent", wazuh.AlertSearch{Span: wazuh.Span{Agents: []wazuh.AgentID{"001", "002"}}}, 64},
		{"by time", wazuh.AlertSearch{Span: wazuh.Span{From: from, To: from.Add(2 * time.Second)}}, 14},
		{"by rule", wazuh.AlertSearch{Rules: []string{"1"}}, 0},
		{"of another index", wazuh.AlertSearch{Span: wazuh.Span{Index: "other-*"}}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all, err := wazuh.Collect(x.Alerts(t.Context(), tt.search))
			if err != nil || len(all) != tt.want {
				t.Errorf("%d, %v; want %d", len(all), err, tt.want)
			}
		})
	}
	if n, err := x.Count(t.Context(), wazuh.AlertsIndex, nil); err != nil || n != 160 {
		t.Errorf("Count = %d, %v", n, err)
	}
}

func TestStatesOfBothVersions(t *testing.T) {
	server := &wazuhtest.Indexer{}
	server.Add("wazuh-states-vulnerabilities-vm", "1", `{"agent":{"id":"001","name":"web"},"package":{"name":"openssl","version":"3.0.1"},"host":{"os":{"name":"Debian"}},"vulnerability":{"id":"CVE-2026-1","severity":"High","score":{"base":7.5,"version":"3.1"},"detected_at":"2026-11-25T10:00:00Z"}}`)
	server.Add("wazuh-states-vulnerabilities-vm", "2", `{"wazuh":{"agent":{"id":"002","name":"db"}},"package":{"name":"curl","version":"8.0"},"vulnerability":{"id":"CVE-2026-2","severity":"Low","score":{"base":2,"version":"3.1"},"detected_at":"2026-11-25T11:00:00Z"}}`)
	server.Add("wazuh-states-inventory-packages-vm", "3", `{"agent":{"id":"001"},"package":{"name":"zsh"}}`)
	server.Add("wazuh-states-inventory-packages", "4", `{"wazuh":{"agent":{"id":"002"}},"package":{"name":"zsh"}}`)
	server.Add("wazuh-findings-v5-security", "5", `{"@timestamp":"2026-11-25T10:00:00Z","wazuh":{"agent":{"id":"002","name":"db"},"rule":{"id":"r-1","title":"T","level":"high","tags":["x"]}}}`)
	x := indexerOf(t, server)
	found, err := wazuh.Collect(x.Vulnerabilities(t.Context(), wazuh.VulnerabilitySearch{Span: wazuh.Span{Agents: []wazuh.AgentID{"001", "002"}}}))
	if err != nil || len(found) != 2 || found[0].Vulnerability.ID != "CVE-2026-1" || found[1].Agent.ID != "002" || found[1].Package.Name != "curl" {
		t.Errorf("vulnerabilities %+v, %v", found, err)
	}
	states, err := wazuh.Collect(x.States(t.Context(), wazuh.StatePackages, wazuh.Span{}))
	if err != nil || len(states) != 2 || states[0].Agent.ID == states[1].Agent.ID || states[0].Agent.ID == "" {
		t.Errorf("states %+v, %v", states, err)
	}
	findings, err := wazuh.Collect(x.Findings(t.Context(), wazuh.FindingSearch{Levels: []string{"high"}}))
	if err != nil || len(findings) != 1 || findings[0].Wazuh.Rule.Title != "T" || findings[0].Document.ID != "5" {
		t.Errorf("findings %+v, %v", findings, err)
	}
	health, err := x.Health(t.Context())
	if err != nil || health.Status != "green" || health.Shards != 12 {
		t.Errorf("health %+v, %v", health, err)
	}
	indices, err := x.Indices(t.Context(), "wazuh-*")
	if err != nil || len(indices) != 1 || indices[0].Bytes != 20480 {
		t.Errorf("indices %+v, %v", indices, err)
	}
	if info, err := x.Info(t.Context()); err != nil || info.Version.Number != "2.19.1" {
		t.Errorf("info %+v, %v", info, err)
	}
}

func TestRefusalsOfTheIndexer(t *testing.T) {
	tests := []struct {
		name, kind, body string
		status           int
		is               error
		says             string
	}{
		{"an index that is not there", "application/json", `{"error":{"root_cause":[{"type":"index_not_found_exception","reason":"no such index [x]"}],"type":"index_not_found_exception","reason":"no such index [x]"},"status":404}`, 404, wazuh.ErrNotFound, "no such index [x]"},
		{"a permission", "application/json", `{"error":{"root_cause":[{"type":"security_exception","reason":"no permissions for [indices:data/read/point_in_time/create] and User [name=soc]"}],"type":"security_exception","reason":"…"},"status":403}`, 403, wazuh.ErrForbidden, "give the user's role the permission indices:data/read/point_in_time/create"},
		{"a password", "text/plain", "Unauthorized", 401, wazuh.ErrUnauthorized, "Unauthorized (HTTP 401)"},
		{"a text for an error", "application/json", `{"error":"no handler found"}`, 400, nil, "no handler found (HTTP 400)"},
		{"a shard that failed", "application/json", `{"timed_out":false,"_shards":{"total":3,"failed":1,"failures":[{"index":"i","reason":{"reason":"boom"}}]},"hits":{"hits":[]}}`, 200, nil, "1 of 3 shards failed (i: boom)"},
		{"a search that took too long", "application/json", `{"timed_out":true,"_shards":{"total":1},"hits":{"hits":[]}}`, 200, nil, "took longer"},
		{"no word of shards", "application/json", `{"hits":{"hits":[]}}`, 200, nil, "nothing of its shards"},
		{"a page of a proxy", "text/html", "<html>", 200, nil, "no JSON"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := filled(5)
			server.Fault = func(w http.ResponseWriter, _ *http.Request) bool {
				w.Header().Set("Content-Type", tt.kind)
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
				return true
			}
			_, err := wazuh.Collect(indexerOf(t, server).Alerts(t.Context(), wazuh.AlertSearch{Span: wazuh.Span{Live: true}}))
			if err == nil || !strings.Contains(err.Error(), tt.says) || tt.is != nil && !errors.Is(err, tt.is) || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%v, want %q", err, tt.says)
			}
		})
	}
}

func TestABusyIndexerIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := filled(5)
		left := 3
		server.Fault = func(w http.ResponseWriter, _ *http.Request) bool {
			if left--; left < 0 {
				return false
			}
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusTooManyRequests)
			return true
		}
		begin := time.Now()
		if _, err := indexerOf(t, server).Health(t.Context()); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took < 21*time.Second || took > 40*time.Second {
			t.Errorf("it took %v, want the wished 7 s three times", took)
		}
	})
}

func TestRecordedAlertsAndFindings(t *testing.T) {
	folder := os.Getenv("SOCME_CORPUS")
	if folder == "" {
		t.Skip("SOCME_CORPUS names no folder of recordings")
	}
	read := func(name string) []string {
		text, err := os.ReadFile(filepath.Join(folder, "wazuh", name))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Split(strings.TrimSpace(string(text)), "\n")
	}
	for _, line := range read("alerts-4.14.7.jsonl") {
		a, err := wazuh.DecodeAlert([]byte(line))
		if err != nil || a.ID == "" || a.Time.IsZero() || a.Rule.Level == 0 || a.Rule.ID == "" || a.Agent.ID == "" || a.Manager.Name == "" {
			t.Fatalf("%v: %+v of %s", err, a, line)
		}
	}
	n := 0
	for _, line := range read("findings-5.0.jsonl") {
		_, doc, _ := strings.Cut(line, `"doc": `)
		f, err := wazuh.DecodeFinding([]byte(strings.TrimSuffix(doc, "}")))
		if err != nil {
			t.Fatalf("%v of %s", err, doc)
		}
		if f.Wazuh.Rule.Title != "" && f.Wazuh.Rule.Level != "" && !f.Time.IsZero() {
			n++
		}
	}
	if n < 100 {
		t.Errorf("%d findings with a rule", n)
	}
}
