package api_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/store/storetest"
	"github.com/socme-project/socme/soc"
)

func TestFiguresAreForACredentialThatSeesEverything(t *testing.T) {
	s := serve(t, storetest.SQLite())
	viewer := s.token(t, soc.RoleViewer)
	s.raise(t, 3)
	next := follow(t, s, "", "0", viewer)
	for range 4 {
		next() // hello and three alerts
	}
	call(t, s.Client(), "GET", s.URL+"/api/v1/alerts", "", "Authorization", "Bearer socme_wrong")
	call(t, s.Client(), "POST", s.URL+"/api/v1/session", `{"name":"admin","password":"wrong"}`)
	call(t, s.Client(), "GET", s.URL+"/api/v1/alerts/x", "", "Authorization", "Bearer "+viewer)
	if status, text, _ := call(t, s.Client(), "GET", s.URL+"/metrics", ""); status != 401 {
		t.Errorf("nobody gets the figures: %d %s", status, text)
	}
	status, text, header := call(t, s.Client(), "GET", s.URL+"/metrics", "", "Authorization", "Bearer "+viewer)
	if status != 200 || !strings.HasPrefix(header.Get("Content-Type"), "text/plain") {
		t.Fatalf("figures = %d %s %s", status, header.Get("Content-Type"), text)
	}
	for _, want := range []string{
		`socme_build_info{go="go`, `,version="test"} 1`, "socme_streams_open 1\n", "socme_stream_alerts_total 3\n",
		`socme_sign_in_failures_total{why="token"} 1`, `socme_sign_in_failures_total{why="password"} 1`,
		`socme_http_requests_total{operation="alert",status="422"} 1`, `socme_http_request_seconds_count{operation="alert"} 1`,
		"go_goroutines ", "process_resident_memory_bytes ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the figures do not say %s", want)
		}
	}
	if strings.Contains(text, "acme") || strings.Contains(text, viewer) {
		t.Error("the figures name a client, or hold a token")
	}
}

func TestReadyMeansThatAlertsCanBeTaken(t *testing.T) {
	s := serve(t, storetest.SQLite())
	var r struct {
		Ready   bool
		Reasons []string
	}
	status, text, _ := call(t, s.Client(), "GET", s.URL+"/readyz", "")
	if err := json.Unmarshal([]byte(text), &r); err != nil || status != 200 || !r.Ready || r.Reasons == nil {
		t.Errorf("ready = %d %s, %v", status, text, err)
	}
	if err := s.store.Close(); err != nil {
		t.Fatal(err)
	}
	status, text, _ = call(t, s.Client(), "GET", s.URL+"/readyz", "")
	if err := json.Unmarshal([]byte(text), &r); err != nil || status != 503 || r.Ready || len(r.Reasons) != 1 || strings.Contains(text, "sql") {
		t.Errorf("without a database ready = %d %s, %v", status, text, err)
	}
	if status, text, _ := call(t, s.Client(), "GET", s.URL+"/healthz", ""); status != 200 || text != "ok\n" {
		t.Errorf("without a database it is alive still, and says %d %s", status, text)
	}
}

func TestRetentionOverTheAPI(t *testing.T) {
	s := serve(t, storetest.SQLite())
	admin := s.token(t, soc.RoleAdmin)
	do := func(method, path, body string, want int, into any) {
		t.Helper()
		status, text, _ := call(t, s.Client(), method, s.URL+"/api/v1"+path, body, "Authorization", "Bearer "+admin)
		if status != want {
			t.Fatalf("%s %s = %d %s, want %d", method, path, status, text, want)
		}
		if into != nil {
			if err := json.Unmarshal([]byte(text), into); err != nil {
				t.Fatal(err)
			}
		}
	}
	do("PUT", "/retention", `{"policies":[{"severity":"low","days":3}]}`, 422, nil)
	do("PUT", "/retention", `{"policies":[],"audit_days":30}`, 422, nil) // who becomes an admin makes it forget nothing
	do("PUT", "/retention", `{"policies":[],"audit_days":400}`, 204, nil)
	do("PUT", "/retention", `{"policies":[{"severity":"low","days":30},{"client":"ACME","severity":"critical","days":0}]}`, 204, nil)
	var hold soc.Hold
	do("POST", "/holds", `{"client":"acme","from":"2026-03-01T00:00:00Z","until":"2026-04-01T00:00:00Z","reason":"case 12"}`, 201, &hold)
	if hold.Client != "acme" || hold.PlacedBy != "admin" || !hold.From.Equal(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("the hold is %+v", hold)
	}
	do("POST", "/holds", `{"client":"nobody","reason":"x"}`, 404, nil)
	do("POST", "/holds", `{"reason":"x","from":"2026-03-01T00:00:00Z","until":"2026-03-01T00:00:00Z"}`, 422, nil)
	var r soc.Retention
	do("GET", "/retention", "", 200, &r)
	if len(r.Policies) != 2 || r.Policies[1].Client != "acme" || len(r.Holds) != 1 || r.Holds[0].ID != hold.ID || *r.AuditDays != 400 {
		t.Errorf("retention is %+v", r)
	}
	var ran struct {
		Deleted int64
		Done    bool
		Would   []soc.Expired
	}
	do("POST", "/retention/run?dry_run=true", "", 200, &ran)
	do("POST", "/retention/run", "", 200, &ran)
	if !ran.Done || ran.Deleted != 0 {
		t.Errorf("the run did %+v", ran)
	}
	do("DELETE", "/holds/"+hold.ID, "", 204, nil)
	do("DELETE", "/holds/"+hold.ID, "", 404, nil)
	if !strings.Contains(s.logs.String(), "hold released") || !strings.Contains(s.logs.String(), "retention set") {
		t.Error("the log does not say who changed what is kept")
	}
}
