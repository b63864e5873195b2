package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/internal/store/storetest"
	"github.com/socme-project/socme/soc"
)

// lookOf is what a record says of a look.
type lookOf struct {
	Minute string         `json:"minute"`
	What   map[string]int `json:"what"`
}

func readLook(t *testing.T, r soc.AuditRecord) lookOf {
	t.Helper()
	var look lookOf
	if err := json.Unmarshal(r.After, &look); err != nil {
		t.Fatalf("record %d says %s: %v", r.Seq, r.After, err)
	}
	return look
}

// looks are the records of looks, the oldest first.
func (s *server) looks(t *testing.T) []soc.AuditRecord {
	t.Helper()
	got, err := s.store.Audit(t.Context(), system, store.AuditFilter{Verb: "see", Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(got)
	return got
}

func TestEveryOperationThatShowsDataLeavesARecord(t *testing.T) {
	storetest.OnEach(t, everyOperationThatShowsDataLeavesARecord)
}

func everyOperationThatShowsDataLeavesARecord(t *testing.T, d storetest.Database) {
	t.Helper()
	i := newIsolation(t, d)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- i.api.RunAudit(ctx) }()
	t.Cleanup(func() { stop(); <-ended })
	var viewer, root *asker
	for _, a := range i.askers {
		switch a.name {
		case "admin of north by token": // who may ask nearly all, about one client
			viewer = a
		case "admin of all by token":
			root = a
		}
	}
	// wanted is who, what, and of which client: "" is all of them.
	type wanted struct {
		who, what string
		client    soc.ClientID
	}
	missing := map[wanted]bool{}
	north, south := i.sides[0], i.sides[1]
	operations, table := i.operations(t), rows()
	var last time.Time
	for _, id := range slices.Sorted(maps.Keys(operations)) {
		method, r := operations[id][0], table[id]
		if r.shows == "" && method == http.MethodGet {
			t.Errorf("operation %s reads, and its row does not say what it shows", id)
		}
		if r.shows == "" {
			continue
		}
		for _, a := range []*asker{viewer, root} {
			if ok, _ := r.may(a); !ok || r.least == "self" {
				continue
			}
			var path, body string
			if r.of != nil {
				path, body = r.of(t, i, a, north)
			} else {
				path, body = r.about(t, i, a)
			}
			status, text, _ := i.ask(t, a, method, path, body)
			last = time.Now()
			if status != max(r.ok, http.StatusOK) && status != http.StatusNotFound {
				t.Fatalf("%s: %s = %d %s", id, path, status, text)
			}
			who := map[*asker]string{viewer: "admin of north", root: "admin of all"}[a]
			switch {
			case r.shows == some && (r.of != nil || a == viewer), r.shows == counts && a == viewer:
				missing[wanted{who, id, north.client.ID}] = true
			case r.shows == some && id == "stream": // to who sees all, those of any client come all the time
				missing[wanted{who, id, ""}] = true
			case r.shows == some:
				missing[wanted{who, id, north.client.ID}], missing[wanted{who, id, south.client.ID}] = true, true
			case r.shows == counts:
				missing[wanted{who, id, ""}] = true
			}
		}
	}
	t.Logf("%d looks", len(missing))
	for deadline := time.Now().Add(20 * time.Second); len(missing) > 0 && time.Now().Before(deadline); {
		for _, r := range i.looks(t) {
			for what := range readLook(t, r).What {
				delete(missing, wanted{r.Actor.Name, what, r.Client.ID})
			}
		}
	}
	t.Logf("all are in the audit %s after the last", time.Since(last).Round(time.Millisecond))
	for w := range missing {
		t.Errorf("the audit has no record of %s of %q by %s", w.what, w.client, w.who)
	}
	for _, r := range i.looks(t) {
		if r.Client.ID == "" && (r.Noun != "clients" || r.Actor.Name != "admin of all") || r.Actor.Name == "admin of north" && r.Client.ID != north.client.ID {
			t.Errorf("record %+v is not about whom it should", r)
		}
		for what := range readLook(t, r).What {
			if table[what].shows == nothing || table[what].shows == "" {
				t.Errorf("%s shows nothing, and is in the audit", what)
			}
		}
	}
}

func TestWhoLooksIsWrittenDownOnceAMinute(t *testing.T) {
	s := serve(t, storetest.SQLite())
	s.raise(t, 3)
	ada := s.join(t, "ada", soc.RoleViewer, "acme")
	bob := s.join(t, "bob", soc.RoleViewer)
	began := s.clock.UTC().Truncate(time.Minute).Add(time.Minute)
	step := func(what string, want ...string) {
		t.Helper()
		before := len(s.looks(t))
		s.api.Flush(t.Context())
		var got []string
		for _, r := range s.looks(t)[before:] {
			look := readLook(t, r)
			at, err := time.Parse("2006-01-02T15:04Z", look.Minute)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprintf("%s %s %s %v", r.Actor.Name, r.Target.Name, at.Sub(began), look.What))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: new in the audit is %q, want %q", what, got, want)
		}
	}
	step("before anybody looked")
	s.clock = began
	page := into[struct{ Items []soc.StoredAlert }](t, ada.must(t, 200, "GET", "/alerts", ""))
	one := "/alerts/" + page.Items[0].ID.String()
	for range 10 {
		ada.must(t, 200, "GET", "/alerts", "")
		ada.must(t, 200, "GET", one, "")
	}
	step("21 looks", "ada acme 0s map[alert:10 list-alerts:11]")
	ada.must(t, 200, "GET", "/alerts", "")
	step("the same again in the same minute")
	bob.must(t, 200, "GET", "/alerts", "")
	ada.must(t, 200, "GET", one+"/raw", "")
	step("another person, and raw lines", "ada acme 0s map[alert-raw:1 list-alerts:1]", "bob acme 0s map[list-alerts:1]")
	ada.must(t, 200, "GET", "/alerts", "")
	ada.must(t, 200, "GET", "/alerts", "")
	s.clock = s.clock.Add(time.Minute)
	step("the minute is over", "ada acme 0s map[list-alerts:2]")
	ada.must(t, 200, "GET", "/alerts", "")
	step("the next minute", "ada acme 1m0s map[list-alerts:1]")
	ada.must(t, 200, "GET", "/alerts?query=rule:nothing", "")
	s.clock = s.clock.Add(time.Minute)
	ada.must(t, 200, "GET", "/alerts?query=rule:nothing", "")
	step("who is given nothing has seen nothing")
	ada.must(t, 200, "GET", one, "")
	step("at the end", "ada acme 2m0s map[alert:1]")
	ada.must(t, 200, "GET", one, "")
	before := len(s.looks(t))
	s.api.FlushAll(t.Context())
	if got := s.looks(t)[before:]; len(got) != 1 || readLook(t, got[0]).What["alert"] != 1 {
		t.Errorf("what was not told when the core stops is %+v, want one look", got)
	}
}

func TestWhoSeesAllClientsLeavesOneRecordOfThem(t *testing.T) {
	s := serve(t, storetest.SQLite())
	for n := range 30 {
		if _, err := s.store.AddClient(t.Context(), system, fmt.Sprintf("c%02d", n), false); err != nil {
			t.Fatal(err)
		}
	}
	root := []string{"Authorization", "Bearer " + s.token(t, soc.RoleAdmin)}
	ask := func(path string) {
		t.Helper()
		if status, text, _ := call(t, s.Client(), "GET", s.URL+"/api/v1"+path, "", root...); status != http.StatusOK {
			t.Fatalf("GET %s = %d %s", path, status, text)
		}
	}
	told := func() map[string]int {
		s.api.Flush(t.Context())
		got := map[string]int{}
		for _, r := range s.looks(t) {
			for what, times := range readLook(t, r).What {
				got[what+" of "+r.Target.Name] += times
			}
		}
		return got
	}
	ask("/clients")
	if got := told(); len(got) != 1 || got["list-clients of all clients"] != 1 {
		t.Errorf("a look at 31 clients is told as %v", got)
	}
	s.clock = s.clock.Add(time.Minute)
	for n := range 30 {
		ask(fmt.Sprintf("/clients/c%02d", n))
	}
	got := told()
	if len(got) != 12 || got["client of all clients"] != 20 || got["client of c09"] != 1 || got["client of c10"] != 0 {
		t.Errorf("looks at 30 clients, one by one, are told as %v; want ten by name, and the rest as all", got)
	}
	s.clock = s.clock.Add(time.Minute)
	ask("/alerts/histogram?query=client:C05+severity:high")
	ask("/alerts/facets?query=client:c06+OR+client:c07")
	ask("/alerts/facets?query=client:c08+OR+severity:high")
	ask("/alerts/facets?query=-client:c08")
	got = told()
	for what, times := range map[string]int{"histogram of c05": 1, "facets of c06": 1, "facets of c07": 1, "facets of all clients": 2, "facets of c08": 0, "histogram of all clients": 0} {
		if got[what] != times {
			t.Errorf("%s is told %d times, want %d, in %v", what, got[what], times, got)
		}
	}
	// Who asks about one client is told who looked at all.
	of, err := s.store.Audit(t.Context(), system, store.AuditFilter{Verb: "see", Client: "c20", Limit: 500})
	if err != nil || len(of) != 3 {
		t.Errorf("looks at c20 are %+v, %v; want the three at all clients", of, err)
	}
}

func TestLooksWaitUntilTheAuditCanBeWritten(t *testing.T) {
	s := serve(t, storetest.SQLite())
	s.raise(t, 1)
	ada := s.join(t, "ada", soc.RoleViewer, "acme")
	ada.must(t, 200, "GET", "/alerts", "")
	refused, cancel := context.WithCancel(t.Context())
	cancel()
	s.api.Flush(refused)
	if got := s.looks(t); len(got) != 0 {
		t.Fatalf("with a database that refuses there are %d records", len(got))
	}
	s.clock = s.clock.Add(time.Minute)
	ada.must(t, 200, "GET", "/alerts", "")
	s.api.Flush(t.Context())
	got := s.looks(t)
	if len(got) != 2 || readLook(t, got[0]).What["list-alerts"] != 1 || readLook(t, got[0]).Minute == readLook(t, got[1]).Minute {
		t.Errorf("after it works again there are %+v, want the look of each minute", got)
	}
}
