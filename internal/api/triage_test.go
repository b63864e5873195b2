package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/internal/store/storetest"
	"github.com/socme-project/socme/soc"
)

// analyst signs somebody in, who works for the clients, or for all.
func (s *server) analyst(t *testing.T, name string, clients ...string) *http.Client {
	t.Helper()
	invited, err := s.store.InviteUser(t.Context(), system, name, store.Wanted{Role: soc.RoleAnalyst, AllClients: len(clients) == 0, Clients: clients})
	if err != nil {
		t.Fatal(err)
	}
	client := browser(t)
	status, text, _ := call(t, client, "POST", s.URL+"/api/v1/session/link", fmt.Sprintf(`{"secret":%q}`, string(invited.Secret)), "Origin", s.URL)
	if status != http.StatusOK {
		t.Fatalf("sign in as %s: %d %s", name, status, text)
	}
	return client
}

func (s *server) do(t *testing.T, client *http.Client, path, body string, into any) (int, string) {
	t.Helper()
	status, text, _ := call(t, client, "POST", s.URL+"/api/v1"+path, body, "Origin", s.URL)
	if into != nil && status == http.StatusOK {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatal(err)
		}
	}
	return status, text
}

func TestTriageOverTheAPI(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d storetest.Database) {
		s := serve(t, d)
		harbour, err := s.store.AddClient(t.Context(), system, "harbour", false)
		if err != nil {
			t.Fatal(err)
		}
		ann, bob, cleo := s.analyst(t, "ann"), s.analyst(t, "bob"), s.analyst(t, "cleo", harbour.Name)
		s.raise(t, 4)
		var page struct {
			Items []soc.Group `json:"items"`
			AsOf  int64       `json:"as_of"`
		}
		_, text, _ := call(t, ann, "GET", s.URL+"/api/v1/groups?state=open,escalated&severity=low", "")
		if err := json.Unmarshal([]byte(text), &page); err != nil || len(page.Items) != 4 || page.AsOf < 4 {
			t.Fatalf("groups: %s", text)
		}
		group := "/groups/" + page.Items[0].ID.String()
		if status, text := s.do(t, ann, group+"/actions", `{"verb":"claim"}`, nil); status != http.StatusOK {
			t.Fatalf("claim: %d %s", status, text)
		}
		status, text := s.do(t, bob, group+"/actions", `{"verb":"claim"}`, nil)
		if status != http.StatusConflict || !strings.Contains(text, "ann has it") {
			t.Errorf("bob claims what ann has: %d %s", status, text)
		}
		for _, path := range []string{group, group + "/alerts", group + "/timeline"} {
			if status, text, _ := call(t, cleo, "GET", s.URL+"/api/v1"+path, ""); status != http.StatusNotFound {
				t.Errorf("cleo reads %s of another client: %d %s", path, status, text)
			}
		}
		if status, _ := s.do(t, cleo, group+"/actions", `{"verb":"acknowledge"}`, nil); status != http.StatusNotFound {
			t.Errorf("cleo acts on another client's group: %d", status)
		}
		if status, text := s.do(t, ann, group+"/actions", `{"verb":"resolve"}`, nil); status != http.StatusUnprocessableEntity || !strings.Contains(text, "true-positive") {
			t.Errorf("resolved without a verdict: %d %s", status, text)
		}

		var shown store.Matches
		if status, text := s.do(t, ann, "/actions/preview", `{"verb":"resolve","query":"severity:low"}`, &shown); status != http.StatusOK || shown.Alerts != 2 {
			t.Fatalf("preview: %d %s", status, text)
		}
		s.raise(t, 1) // of low severity, after the look
		var action soc.Action
		if status, text := s.do(t, ann, "/actions", fmt.Sprintf(`{"verb":"resolve","verdict":"expected","query":"severity:low","as_of":%d}`, shown.AsOf), &action); status != http.StatusOK || action.Alerts != 2 {
			t.Fatalf("resolve all: %d %s", status, text)
		}
		if status, text := s.do(t, cleo, "/actions", `{"verb":"resolve","verdict":"expected","query":""}`, nil); status != http.StatusConflict {
			t.Errorf("cleo resolves what she does not see: %d %s", status, text)
		}
		if status, text := s.do(t, ann, "/actions/"+action.ID+"/undo", ``, &action); status != http.StatusOK || action.Alerts != 2 || action.Verb != soc.VerbUndo {
			t.Errorf("undo: %d %s", status, text)
		}
		var h store.Histogram
		_, text, _ = call(t, ann, "GET", s.URL+"/api/v1/alerts/histogram?query=severity:low", "")
		if err := json.Unmarshal([]byte(text), &h); err != nil || h.Total != 3 || h.Seconds != 3600 {
			t.Errorf("histogram: %s", text)
		}
		for seconds, want := range map[string]int{"60": http.StatusOK, "3600": http.StatusOK, "86400": http.StatusOK, "61": http.StatusUnprocessableEntity} {
			if status, text, _ := call(t, ann, "GET", s.URL+"/api/v1/alerts/histogram?seconds="+seconds, ""); status != want || want == http.StatusOK && !strings.Contains(text, `"seconds":`+seconds) {
				t.Errorf("a histogram of buckets of %s s: %d %s, want %d", seconds, status, text, want)
			}
		}
		if status, text, _ := call(t, ann, "GET", s.URL+"/api/v1/alerts/histogram?from="+time.Now().UTC().Format(time.RFC3339)+"&until=2001-01-01T00:00:00Z", ""); status != http.StatusUnprocessableEntity {
			t.Errorf("a period that ends before it begins: %d %s", status, text)
		}
	})
}

// Each action stands once in the audit, and once in the timelines.
func TestWhoTookAStepSeesItInTheOverview(t *testing.T) {
	s := serve(t, storetest.SQLite())
	ann := s.analyst(t, "ann")
	s.raise(t, 1)
	open := func() (groups struct{ Items []soc.Group }, waiting int) {
		t.Helper()
		var overview struct {
			Totals struct {
				OpenGroups int `json:"open_groups"`
			}
		}
		for path, into := range map[string]any{"/overview": &overview, "/groups?state=open": &groups} {
			_, text, _ := call(t, ann, "GET", s.URL+"/api/v1"+path, "")
			if err := json.Unmarshal([]byte(text), into); err != nil {
				t.Fatal(err)
			}
		}
		return groups, overview.Totals.OpenGroups
	}
	groups, before := open()
	if before != len(groups.Items) || before == 0 {
		t.Fatalf("the overview counts %d open groups of %d", before, len(groups.Items))
	}
	if status, text := s.do(t, ann, "/groups/"+groups.Items[0].ID.String()+"/actions", `{"verb":"acknowledge"}`, nil); status != http.StatusOK {
		t.Fatalf("acknowledge: %d %s", status, text)
	}
	if _, after := open(); after != before-1 {
		t.Errorf("after one of %d open groups was acknowledged the overview counts %d", before, after)
	}
}

func TestTheTimelineIsTheAudit(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d storetest.Database) {
		s := serve(t, d)
		ann := s.analyst(t, "ann")
		s.raise(t, 2)
		var list struct {
			Items []soc.StoredAlert `json:"items"`
		}
		_, text, _ := call(t, ann, "GET", s.URL+"/api/v1/alerts", "")
		if err := json.Unmarshal([]byte(text), &list); err != nil {
			t.Fatal(err)
		}
		alert := "/alerts/" + list.Items[0].ID.String()
		for _, body := range []string{`{"verb":"claim"}`, `{"verb":"escalate","text":"to the client"}`, `{"verb":"comment","text":"called them"}`, `{"verb":"resolve","verdict":"true-positive"}`, `{"verb":"reopen"}`} {
			if status, text := s.do(t, ann, alert+"/actions", body, nil); status != http.StatusOK {
				t.Fatalf("%s: %d %s", body, status, text)
			}
		}
		var timeline struct {
			Items []soc.Action `json:"items"`
		}
		_, text, _ = call(t, ann, "GET", s.URL+"/api/v1"+alert+"/timeline", "")
		if err := json.Unmarshal([]byte(text), &timeline); err != nil {
			t.Fatal(err)
		}
		want := map[string]int{}
		for _, action := range timeline.Items {
			want[action.ID]++
		}
		got := map[string]int{}
		page, err := s.store.Audit(t.Context(), system, store.AuditFilter{Noun: "alert", Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, record := range page {
			var after soc.Action
			if err := json.Unmarshal(record.After, &after); err != nil {
				t.Fatal(err)
			}
			got[after.ID]++
			if record.Actor.Name != "ann" || record.Verb != string(after.Verb) {
				t.Errorf("the audit says that %s did %s; the timeline %s", record.Actor.Name, record.Verb, after.Verb)
			}
		}
		if len(want) != 5 || fmt.Sprint(want) != fmt.Sprint(got) {
			t.Errorf("timeline %v, audit %v", want, got)
		}
	})
}
