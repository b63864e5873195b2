package api_test

import (
	"bufio"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/internal/store/storetest"
	"github.com/socme-project/socme/soc"
)

// side is one of two clients with a node, alerts and a token of its own.
type side struct {
	client soc.Client
	node   soc.Node
	alerts []soc.StoredAlert
	token  soc.Token
	marks  []string // what tells of this client wherever it stands
}

// asker is who calls: a role for some sides, by a session or by a token.
type asker struct {
	name   string
	role   soc.Role // "" for nobody
	all    bool
	sees   []*side
	user   string // id, for a session
	header []string
}

func (a *asker) seesIt(s *side) bool { return slices.Contains(a.sees, s) }

// isolation is a core with two clients and everybody who may ask it.
type isolation struct {
	*server
	sides  [2]*side
	askers []*asker
	made   int
}

func newIsolation(t *testing.T, d storetest.Database) *isolation {
	t.Helper()
	i := &isolation{server: serve(t, d)}
	for n, name := range []string{"North clinic", "South school"} {
		i.sides[n] = i.side(t, name, 3+2*n)
	}
	north, south := i.sides[0], i.sides[1]
	i.askers = []*asker{{name: "nobody"}}
	for _, role := range []soc.Role{soc.RoleViewer, soc.RoleAnalyst, soc.RoleAdmin} {
		for of, sees := range map[string][]*side{"north": {north}, "south": {south}, "all": {north, south}} {
			var wanted []*side
			if of != "all" {
				wanted = sees
			}
			user := i.user(t, role, wanted)
			secret, _, err := i.store.AddSession(t.Context(), system, user.ID, store.Origin{})
			if err != nil {
				t.Fatal(err)
			}
			a := asker{name: fmt.Sprintf("%s of %s", role, of), role: role, all: of == "all", sees: sees}
			session, token := a, a
			session.name, session.user, session.header = a.name+" by session", user.ID, []string{"Cookie", "socme_session=" + string(secret)}
			scope := user.Scope(soc.Actor{Kind: soc.ActorSystem, Name: "test"})
			if role != soc.RoleAdmin {
				scope = system
			}
			_, bearer, err := i.store.AddToken(t.Context(), scope, store.NewToken{Name: a.name, Wanted: wantedOf(role, wanted)})
			if err != nil {
				t.Fatal(err)
			}
			token.name, token.header = a.name+" by token", []string{"Authorization", "Bearer " + string(bearer)}
			i.askers = append(i.askers, &session, &token)
		}
	}
	return i
}

func wantedOf(role soc.Role, sides []*side) store.Wanted {
	w := store.Wanted{Role: role, AllClients: len(sides) == 0}
	for _, s := range sides {
		w.Clients = append(w.Clients, string(s.client.ID))
	}
	return w
}

func (i *isolation) user(t *testing.T, role soc.Role, sides []*side) soc.User {
	t.Helper()
	i.made++
	invitation, err := i.store.InviteUser(t.Context(), system, fmt.Sprint("user ", i.made), wantedOf(role, sides))
	if err != nil {
		t.Fatal(err)
	}
	return invitation.User
}

// side makes a client with a node that delivers n alerts.
func (i *isolation) side(t *testing.T, name string, n int) *side {
	t.Helper()
	ctx, s := t.Context(), &side{}
	var err error
	if name == "North clinic" {
		if s.client, err = i.store.AddClient(ctx, system, name, false); err != nil {
			t.Fatal(err)
		}
	} else {
		s.client = i.client // the one that serve made
		name = s.client.Name
	}
	secret, _, err := i.store.AddEnrolment(ctx, system, name, "gate of "+name)
	if err != nil {
		t.Fatal(err)
	}
	public, _, _ := ed25519.GenerateKey(nil)
	s.node, err = i.store.Enrol(ctx, system, store.Enrolment{
		Secret: secret, LedgerKey: public, Name: "gate of " + name,
		Sign: func(soc.NodeID) (time.Time, error) { return time.Now().Add(time.Hour), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	chain := soc.Chain{Node: s.node.ID, Epoch: "epoch-1", Lane: soc.LaneNormal}
	head := soc.Head{Value: chain.Genesis()}
	var entries []soc.Entry
	for n := range n {
		at := time.Now().UTC().Add(time.Duration(n) * time.Millisecond).Truncate(time.Millisecond)
		alert := soc.Alert{
			Severity: soc.SeverityLow, EventTime: at, SeenTime: at, Raw: fmt.Appendf(nil, `{"secret of":%q,"n":%d}`, name, n),
			Rule: soc.Rule{Engine: soc.EngineSuricata, ID: fmt.Sprint(n), Name: "rule of " + name},
		}
		alert.ID = soc.NewAlertID(at, s.node.ID, alert.Raw)
		record := soc.Record{Seq: head.Seq + 1, AlertID: alert.ID, RawHash: alert.RawHash()}
		head = soc.Head{Seq: record.Seq, Value: record.Next(head.Value)}
		normal, err := json.Marshal(alert)
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, soc.Entry{Record: record, Value: head.Value, Alert: alert, Normal: normal})
	}
	accepted, err := i.store.Accept(ctx, system, store.Delivery{
		Chain: chain, Latest: head.Seq, Entries: entries, Signed: soc.Signed{Time: time.Now(), Signature: []byte{1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	i.hub.Publish(accepted.Fed)
	if s.alerts, err = i.store.Alerts(ctx, soc.ScopeOf("test", soc.RoleViewer, s.client.ID), store.AlertFilter{Limit: 500}); err != nil || len(s.alerts) != n {
		t.Fatalf("%d alerts of %s, %v; want %d", len(s.alerts), name, err, n)
	}
	if err := i.store.SetFacts(ctx, system, s.node.ID, store.Facts{
		Machine: &soc.Machine{Host: "machine of " + name},
		Agents:  &soc.NodeAgents{AgentCounts: soc.AgentCounts{Active: 1}},
		Listed:  []soc.ManagedAgent{{ID: "001", Name: "desk of " + name, Status: soc.AgentActive}},
	}); err != nil {
		t.Fatal(err)
	}
	s.token, _, err = i.store.AddToken(ctx, system, store.NewToken{Name: "script of " + name, Wanted: store.Wanted{Role: soc.RoleViewer, Clients: []string{name}}})
	if err != nil {
		t.Fatal(err)
	}
	s.marks = []string{string(s.client.ID), string(s.node.ID), s.token.ID, "of " + name, `"` + name + `"`}
	for _, a := range s.alerts {
		s.marks = append(s.marks, a.ID.String())
	}
	return s
}

// operations lists the document's operations: id → method and path.
func (i *isolation) operations(t *testing.T) map[string][2]string {
	t.Helper()
	_, text, _ := call(t, i.Client(), "GET", i.URL+"/api/v1/openapi.json", "")
	var document struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
		} `json:"paths"`
	}
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		t.Fatal(err)
	}
	found := map[string][2]string{}
	for path, methods := range document.Paths {
		for method, op := range methods {
			found[op.OperationID] = [2]string{strings.ToUpper(method), path}
		}
	}
	return found
}

// ask makes a request from an address of its own, so that no limit on strangers is met.
func (i *isolation) ask(t *testing.T, a *asker, method, path, body string) (int, string, http.Header) {
	t.Helper()
	i.made++
	from := []string{"X-Forwarded-For", fmt.Sprintf("10.%d.%d.%d", i.made>>16&255, i.made>>8&255, i.made&255)}
	if strings.HasPrefix(path, "/stream") {
		return i.toTheEnd(t, a)
	}
	url := i.URL + "/api/v1" + path
	if path == "/metrics" {
		url = i.URL + path
	}
	return call(t, i.Client(), method, url, body, append(from, a.header...)...)
}

// toTheEnd follows the stream from its beginning until everything that the asker may see
// has come, and what came after that.
func (i *isolation) toTheEnd(t *testing.T, a *asker) (int, string, http.Header) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, i.URL+"/api/v1/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Last-Event-ID", "0")
	for n := 0; n < len(a.header); n += 2 {
		request.Header.Set(a.header[n], a.header[n+1])
	}
	answer, err := i.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(text), answer.Header
	}
	var text strings.Builder
	lines, alerts := bufio.NewScanner(answer.Body), 0
	for alerts < a.alerts() && lines.Scan() {
		text.WriteString(lines.Text() + "\n")
		if lines.Text() == "event: alert" {
			alerts++
		}
	}
	lines.Scan() // the data of the last
	text.WriteString(lines.Text() + "\n")
	return answer.StatusCode, text.String(), answer.Header
}

func TestNobodySeesWhatIsNotTheirs(t *testing.T) {
	storetest.OnEach(t, nobodySeesWhatIsNotTheirs)
}

func nobodySeesWhatIsNotTheirs(t *testing.T, d storetest.Database) {
	t.Helper()
	i := newIsolation(t, d)
	table, operations := rows(), i.operations(t)
	for id := range operations {
		if table[id].least == "" {
			t.Errorf("operation %s has no row in this test", id)
		}
	}
	calls := 0
	for _, id := range slices.Sorted(maps.Keys(table)) {
		method, r := operations[id][0], table[id]
		if method == "" {
			t.Errorf("the document has no operation %s", id)
			continue
		}
		t.Run(id, func(t *testing.T) {
			for _, a := range i.askers {
				targets := []*side{nil}
				if r.of != nil {
					targets = i.sides[:]
				}
				for _, s := range targets {
					calls++
					i.tryOne(t, method, r, a, s)
				}
			}
		})
	}
	t.Logf("%d operations, %d askers, %d calls", len(table), len(i.askers), calls)
}

// audited is how many records the audit has.
func (i *isolation) audited(t *testing.T) uint64 {
	t.Helper()
	newest, err := i.store.Audit(t.Context(), system, store.AuditFilter{Limit: 1})
	if err != nil || len(newest) != 1 {
		t.Fatal(newest, err)
	}
	return newest[0].Seq
}

func (i *isolation) tryOne(t *testing.T, method string, r row, a *asker, s *side) {
	t.Helper()
	name := a.name
	var path, body string
	if s != nil {
		name += " for " + s.client.Name
		path, body = r.of(t, i, a, s)
	} else {
		path, body = r.about(t, i, a)
	}
	before := i.audited(t)
	status, text, _ := i.ask(t, a, method, path, body)
	want := r.ok
	if want == 0 {
		want = http.StatusOK
	}
	ok, refusal := r.may(a)
	switch {
	case !ok:
		want = refusal
	case r.least == "self" && a.user == "":
		// A token has no account and no session; it is told so. An admin of all clients may
		// see and end the sessions of everybody, by a token as well.
		if status == http.StatusUnauthorized || status == http.StatusForbidden || a.all && a.role == soc.RoleAdmin && strings.HasPrefix(path, "/sessions") {
			want = status
		} else {
			want = http.StatusForbidden
		}
	case s != nil && !a.seesIt(s):
		want = http.StatusNotFound
	}
	if status != want {
		t.Errorf("%s: %s %s = %d %s, want %d", name, method, path, status, text, want)
	}
	for _, other := range i.sides {
		for _, mark := range other.marks {
			if !a.seesIt(other) && strings.Contains(text, mark) {
				t.Errorf("%s: %s %s tells of %s: %q in %s", name, method, path, other.client.Name, mark, text)
			}
		}
	}
	if ok && r.count != nil {
		var list struct{ Items []json.RawMessage }
		want := r.count(t, i, a)
		if err := json.Unmarshal([]byte(text), &list); err != nil || len(list.Items) != want {
			t.Errorf("%s: %s has %d items, %v; want %d", name, path, len(list.Items), err, want)
		}
	}
	after := i.audited(t)
	did := method != http.MethodGet && status < 300
	if !r.quiet && did != (after > before) {
		t.Errorf("%s: %s %s = %d, and the audit has %d records more", name, method, path, status, after-before)
	}
}

func TestNotYoursAndNotThereAreTheSameAnswer(t *testing.T) {
	i := newIsolation(t, storetest.SQLite())
	operations, theirs := i.operations(t), i.sides[1]
	nothing := &side{client: soc.Client{ID: soc.ClientID(soc.NewID())}, node: soc.Node{ID: soc.NodeID(soc.NewID())}, alerts: []soc.StoredAlert{{Alert: soc.Alert{ID: theirs.alerts[0].ID}}}}
	nothing.alerts[0].ID[15] ^= 1
	for id, r := range rows() {
		if r.of == nil {
			continue
		}
		for _, a := range i.askers {
			if ok, _ := r.may(a); !ok || a.seesIt(theirs) {
				continue
			}
			path, body := r.of(t, i, a, theirs)
			absent := "/tokens/" + soc.NewID()
			if id != "delete-token" {
				absent, _ = r.of(t, i, a, nothing)
			}
			method := operations[id][0]
			status, text, head := i.ask(t, a, method, path, body)
			status2, text2, head2 := i.ask(t, a, method, absent, body)
			for _, h := range []http.Header{head, head2} {
				h.Del("X-Request-Id")
				h.Del("Date")
			}
			if status != http.StatusNotFound || status != status2 || text != text2 || fmt.Sprint(head) != fmt.Sprint(head2) {
				t.Errorf("%s of %s: not yours is %d %s %v, not there is %d %s %v", id, a.name, status, text, head, status2, text2, head2)
			}
		}
	}
	// What takes a different time tells as much. This is a figure more than a test: the
	// machine of the CI is slow and shared.
	viewer := i.askers[slices.IndexFunc(i.askers, func(a *asker) bool { return a.name == "viewer of north by token" })]
	for _, at := range []string{"/alerts/{alert}", "/alerts/{alert}/raw", "/nodes/{node}", "/clients/{client}"} {
		var took [2][]time.Duration
		for range 200 {
			for n, s := range []*side{theirs, nothing} {
				p, _ := path(at)(t, i, viewer, s)
				start := time.Now()
				i.ask(t, viewer, "GET", p, "")
				took[n] = append(took[n], time.Since(start))
			}
		}
		for n := range took {
			slices.Sort(took[n])
		}
		yours, there := took[0][100], took[1][100]
		t.Logf("GET %s: median of 200, not yours %s, not there %s", at, yours, there)
		if diff := (yours - there).Abs(); diff > 50*time.Millisecond {
			t.Errorf("GET %s: not yours takes %s, not there %s", at, yours, there)
		}
	}
}

// What the SOC's people write to each other is in no answer to a client's own people:
// viewers of named clients. Whoever writes for them says so.
func TestInternalCommentsAreNotForAClientsOwnPeople(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d storetest.Database) {
		i := newIsolation(t, d)
		operations := i.operations(t)
		const among, said = "between the two of us", "we look into it"
		north := i.sides[0]
		visible := false
		group := soc.NewGroupID(north.client.ID, &north.alerts[0].Alert)
		var mentions strings.Builder // everybody, so that mentions are tried, too
		for n := range i.made {
			fmt.Fprintf(&mentions, ` @"user %d"`, n)
		}
		for _, step := range []store.Step{
			{Text: among + mentions.String(), Alert: &north.alerts[0].ID},
			{Text: among, Group: &group},
			{Text: said, Alert: &north.alerts[0].ID, Internal: &visible},
		} {
			step.Verb = soc.VerbComment
			if _, _, err := i.store.Act(t.Context(), system, step); err != nil {
				t.Fatal(err)
			}
		}
		for id, r := range rows() {
			if operations[id][0] != http.MethodGet || id == "stream" {
				continue // the stream is read below, of alerts that are acted on
			}
			for _, a := range i.askers {
				if ok, _ := r.may(a); !ok || !a.seesIt(north) {
					continue
				}
				var at string
				if r.of != nil {
					at, _ = r.of(t, i, a, north)
				} else {
					at, _ = r.about(t, i, a)
				}
				_, text, _ := i.ask(t, a, http.MethodGet, at, "")
				own := a.role == soc.RoleViewer && !a.all
				isTimeline := strings.HasSuffix(id, "-timeline")
				if got := strings.Contains(text, among); own && got || !own && isTimeline && !got {
					t.Errorf("%s: %s tells of the internal comment: %v", a.name, at, got)
				}
				if isTimeline && !strings.Contains(text, said) {
					t.Errorf("%s: %s lacks what was said to the client", a.name, at)
				}
			}
		}
	})
}

func TestACommentIsInternalAsItsWriterIs(t *testing.T) {
	i := newIsolation(t, storetest.SQLite())
	north := i.sides[0]
	at := "/alerts/" + north.alerts[0].ID.String() + "/actions"
	for _, a := range i.askers {
		if a.role != soc.RoleAnalyst || !a.seesIt(north) {
			continue
		}
		for body, want := range map[string]bool{
			`{"verb":"comment","text":"x"}`:                  a.all,
			`{"verb":"comment","text":"x","internal":true}`:  true,
			`{"verb":"comment","text":"x","internal":false}`: false,
		} {
			_, text, _ := i.ask(t, a, "POST", at, body)
			if got := into[soc.Action](t, text); got.Internal != want {
				t.Errorf("%s writes %s: internal %v, want %v", a.name, body, got.Internal, want)
			}
		}
		if status, text, _ := i.ask(t, a, "POST", at, `{"verb":"acknowledge","internal":true}`); status != 422 {
			t.Errorf("%s: an internal step = %d %s, want 422: steps are seen by whoever sees the alert", a.name, status, text)
		}
	}
}
