package store_test

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/proof"
	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/internal/store/storetest"
	"github.com/socme-project/socme/soc"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// world is a store with a client, one node of it, and a clock that the test moves.
type world struct {
	*store.Store
	clock  time.Time
	client soc.Client
	node   soc.Node
	key    ed25519.PrivateKey
}

var system = soc.System("test")

func onEveryEngine(t *testing.T, do func(t *testing.T, w *world)) {
	storetest.OnEach(t, func(t *testing.T, d storetest.Database) {
		w := &world{clock: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)}
		w.Store = d.Open(t, func() time.Time { return w.clock })
		w.client = must(w.AddClient(t.Context(), system, "Clinic Saint-Luc", false))(t)
		w.node, w.key = w.enrol(t, w.client.Name)
		do(t, w)
	})
}

func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func (w *world) enrol(t testing.TB, client string) (soc.Node, ed25519.PrivateKey) {
	t.Helper()
	secret, _, err := w.AddEnrolment(t.Context(), system, client, "")
	if err != nil {
		t.Fatal(err)
	}
	public, private, _ := ed25519.GenerateKey(nil)
	node, err := w.Enrol(t.Context(), system, store.Enrolment{
		Secret: secret, LedgerKey: public, Name: "gate",
		Sign: func(soc.NodeID) (time.Time, error) { return w.clock.Add(90 * 24 * time.Hour), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return node, private
}

// chain writes deliveries of one lane as a node would.
type chain struct {
	soc.Chain
	head soc.Head
}

func newChain(node soc.NodeID, lane soc.Lane) *chain {
	c := &chain{Chain: soc.Chain{Node: node, Epoch: "epoch-1", Lane: lane}}
	c.head.Value = c.Genesis()
	return c
}

func (c *chain) entries(t testing.TB, alerts ...soc.Alert) []soc.Entry {
	t.Helper()
	entries := make([]soc.Entry, len(alerts))
	for i, a := range alerts {
		r := soc.Record{Seq: c.head.Seq + 1, AlertID: a.ID, RawHash: a.RawHash()}
		c.head = soc.Head{Seq: r.Seq, Value: r.Next(c.head.Value)}
		entries[i] = soc.Entry{Record: r, Value: c.head.Value, Alert: a, Normal: must(json.Marshal(a))(t)}
	}
	return entries
}

func (c *chain) delivery(entries []soc.Entry) store.Delivery {
	return store.Delivery{Chain: c.Chain, Latest: c.head.Seq, Entries: entries, Signed: soc.Signed{Time: time.UnixMilli(1), Signature: []byte{1}}}
}

// alertAt makes an alert that differs from every other with another n.
func alertAt(node soc.NodeID, at time.Time, n int) soc.Alert {
	a := soc.Alert{
		Severity: soc.SeverityLow, Rule: soc.Rule{Engine: soc.EngineSuricata, ID: fmt.Sprint(9000000 + n%7), Name: fmt.Sprintf("rule %d", n%7)},
		EventTime: at.UTC(), SeenTime: at.UTC(), Raw: fmt.Appendf(nil, `{"event_type":"alert","n":%d}`, n),
	}
	a.ID = soc.NewAlertID(a.EventTime, node, a.Raw)
	return a
}

func TestANewerSchemaIsRefused(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d storetest.Database) {
		o := store.Options{Dir: t.TempDir(), Database: d.URL(t), Now: time.Now}
		s := must(store.Open(t.Context(), o))(t)
		if err := store.Exec(s, `INSERT INTO migrations VALUES (9999)`); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s, err := store.Open(t.Context(), o)
		if err == nil {
			t.Fatalf("a database of the future was opened: %v", s.Close())
		}
		if !strings.Contains(err.Error(), "install a newer socme") {
			t.Errorf("Open = %v, want what to do", err)
		}
	})
}

func TestTheZeroScopeSeesAndChangesNothing(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := newChain(w.node.ID, soc.LaneNormal)
		a := alertAt(w.node.ID, w.clock, 1)
		must(w.Accept(t.Context(), system, c.delivery(c.entries(t, a))))(t)
		ctx, none := t.Context(), soc.Scope{}
		calls := map[string]func() (int, error){
			"Accept": func() (int, error) { _, err := w.Accept(ctx, none, c.delivery(c.entries(t, a))); return 0, err },
			"AcceptMissing": func() (int, error) {
				_, err := w.AcceptMissing(ctx, none, store.Missing{Chain: c.Chain, From: 2, Head: soc.Head{Seq: 3}})
				return 0, err
			},
			"AddHold":      func() (int, error) { _, err := w.AddHold(ctx, none, soc.Hold{}); return 0, err },
			"SetAuditKept": func() (int, error) { return 0, w.SetAuditKept(ctx, none, 400) },
			"TrimAudit":    func() (int, error) { n, err := w.TrimAudit(ctx, none); return int(n), err },
			"Listen":       func() (int, error) { return 0, w.Listen(ctx, none, func() {}) },
			"Only": func() (int, error) {
				_, err := w.Only(ctx, none, store.JobTidy, func() error { return nil })
				return 0, err
			},
			"Share":       func() (int, error) { got, err := w.Share(ctx, none, "x", "y"); return len(got), err },
			"Shared":      func() (int, error) { got, err := w.Shared(ctx, none, "x"); return len(got), err },
			"Dump":        func() (int, error) { _, err := w.Dump(ctx, none, t.TempDir(), nil); return 0, err },
			"Expire":      func() (int, error) { n, _, err := w.Expire(ctx, none, 0); return int(n), err },
			"ReleaseHold": func() (int, error) { return 0, w.ReleaseHold(ctx, none, "x") },
			"Retention": func() (int, error) {
				got, err := w.Retention(ctx, none)
				return len(got.Policies) + len(got.Holds), err
			},
			"SetRetention": func() (int, error) { return 0, w.SetRetention(ctx, none, nil) },
			"VerifyLedger": func() (int, error) { _, err := w.VerifyLedger(ctx, none); return 0, err },
			"WouldExpire":  func() (int, error) { got, err := w.WouldExpire(ctx, none); return len(got), err },
			"AddClient":    func() (int, error) { _, err := w.AddClient(ctx, none, "x", false); return 0, err },
			"AddEnrolment": func() (int, error) { _, _, err := w.AddEnrolment(ctx, none, w.client.Name, ""); return 0, err },
			"AddLink":      func() (int, error) { _, err := w.AddLink(ctx, none); return 0, err },
			"AddNotes":     func() (int, error) { return 0, w.AddNotes(ctx, none, []store.Note{{}}) },
			"AddSession": func() (int, error) {
				_, _, err := w.AddSession(ctx, none, "admin", store.Origin{})
				return 0, err
			},
			"AddToken": func() (int, error) {
				_, _, err := w.AddToken(ctx, none, store.NewToken{Name: "x", Wanted: store.Wanted{Role: soc.RoleViewer, AllClients: true}})
				return 0, err
			},
			"AddUserLink": func() (int, error) { _, err := w.AddUserLink(ctx, none, "admin"); return 0, err },
			"Account":     func() (int, error) { _, err := w.Account(ctx, none, "admin", ""); return 0, err },
			"Audit":       func() (int, error) { got, err := w.Audit(ctx, none, store.AuditFilter{}); return len(got), err },
			"AdminWithPassword": func() (int, error) {
				_, err := w.AdminWithPassword(ctx, none)
				return 0, err
			},
			"Alert":      func() (int, error) { _, err := w.Alert(ctx, none, a.ID); return 0, err },
			"AlertPlace": func() (int, error) { _, err := w.AlertPlace(ctx, none, a.ID); return 0, err },
			"AlertRaw":   func() (int, error) { _, err := w.AlertRaw(ctx, none, a.ID); return 0, err },
			"Alerts":     func() (int, error) { got, err := w.Alerts(ctx, none, store.AlertFilter{}); return len(got), err },
			"Agents": func() (int, error) {
				got, err := w.Agents(ctx, none, store.AgentFilter{})
				return len(got.Agents), err
			},
			"SetFacts":      func() (int, error) { return 0, w.SetFacts(ctx, none, w.node.ID, store.Facts{Machine: &soc.Machine{}}) },
			"Beat":          func() (int, error) { return 0, w.Beat(ctx, none, w.node.ID, store.Beat{}) },
			"Client":        func() (int, error) { _, err := w.Client(ctx, none, w.client.Name); return 0, err },
			"Clients":       func() (int, error) { got, err := w.Clients(ctx, none); return len(got), err },
			"DeleteDemo":    func() (int, error) { _, err := w.DeleteDemo(ctx, none); return 0, err },
			"DeleteAccount": func() (int, error) { return 0, w.DeleteAccount(ctx, none, "admin") },
			"DeleteTOTP":    func() (int, error) { return 0, w.DeleteTOTP(ctx, none) },
			"DeleteToken":   func() (int, error) { return 0, w.DeleteToken(ctx, none, "x") },
			"DeleteUser":    func() (int, error) { return 0, w.DeleteUser(ctx, none, "admin") },
			"EndSession":    func() (int, error) { return 0, w.EndSession(ctx, none, "x") },
			"Enrol":         func() (int, error) { _, err := w.Enrol(ctx, none, store.Enrolment{}); return 0, err },
			"Feed":          func() (int, error) { got, _, err := w.Feed(ctx, none, 0, 10); return len(got), err },
			"FeedSpan":      func() (int, error) { _, err := w.FeedSpan(ctx, none); return 0, err },
			"Heads":         func() (int, error) { got, err := w.Heads(ctx, none, w.node.ID); return len(got), err },
			"Node":          func() (int, error) { _, err := w.Node(ctx, none, w.node.ID); return 0, err },
			"NodeKey":       func() (int, error) { _, err := w.NodeKey(ctx, none, w.node.ID); return 0, err },
			"Nodes":         func() (int, error) { got, err := w.Nodes(ctx, none); return len(got), err },
			"InviteUser": func() (int, error) {
				_, err := w.InviteUser(ctx, none, "x", store.Wanted{Role: soc.RoleViewer, AllClients: true})
				return 0, err
			},
			"DeleteView": func() (int, error) { return 0, w.DeleteView(ctx, none, "x") },
			"Facets": func() (int, error) {
				got, err := w.Facets(ctx, none, store.Period{From: w.clock.Add(-time.Hour), Until: w.clock.Add(time.Hour)})
				return len(got.Rules) + len(got.Clients), err
			},
			"Histogram": func() (int, error) {
				got, err := w.Histogram(ctx, none, store.Period{From: w.clock.Add(-time.Hour), Until: w.clock.Add(time.Hour)}, 0)
				return int(got.Total), err
			},
			"Advisories": func() (int, error) { got, err := w.Advisories(ctx, none, store.AdvisoryFilter{}); return len(got), err },
			"Publishers": func() (int, error) { got, err := w.Publishers(ctx, none); return len(got), err },
			"SavePublisher": func() (int, error) {
				_, err := w.SavePublisher(ctx, none, soc.Publisher{Name: "x", URL: "https://cert.example/", Kind: soc.AdvisoryAlert})
				return 0, err
			},
			"DeletePublisher": func() (int, error) { return 0, w.DeletePublisher(ctx, none, "x") },
			"NotePublished":   func() (int, error) { return 0, w.NotePublished(ctx, none, soc.Publisher{ID: "x"}, nil) },
			"SaveView":        func() (int, error) { _, err := w.SaveView(ctx, none, soc.View{Name: "x"}); return 0, err },
			"Newest":          func() (int, error) { n, err := w.Newest(ctx, none); return int(n), err },
			"Views":           func() (int, error) { got, err := w.Views(ctx, none); return len(got), err },
			"Act": func() (int, error) {
				_, _, err := w.Act(ctx, none, store.Step{Verb: soc.VerbAcknowledge, Alert: &a.ID})
				return 0, err
			},
			"GroupTimeline": func() (int, error) { got, _, err := w.GroupTimeline(ctx, none, soc.GroupID{}); return len(got), err },
			"Matches": func() (int, error) {
				got, err := w.Matches(ctx, none, store.Step{Verb: soc.VerbAcknowledge, Query: &query.Query{}})
				return int(got.Alerts), err
			},
			"Mentioned":  func() (int, error) { got, err := w.Mentioned(ctx, none); return len(got), err },
			"Colleagues": func() (int, error) { got, err := w.Colleagues(ctx, none, w.client.ID); return len(got), err },
			"GroupOf":    func() (int, error) { _, err := w.GroupOf(ctx, none, a.ID); return 0, err },
			"Sightings":  func() (int, error) { got, err := w.Sightings(ctx, none, a.ID); return len(got), err },
			"Similar":    func() (int, error) { got, err := w.Similar(ctx, none, a.ID); return int(got.Seen), err },
			"Timeline":   func() (int, error) { got, _, err := w.Timeline(ctx, none, a.ID); return len(got), err },
			"Undo":       func() (int, error) { _, _, err := w.Undo(ctx, none, "x"); return 0, err },
			"Group":      func() (int, error) { _, err := w.Group(ctx, none, soc.GroupID{}); return 0, err },
			"Groups":     func() (int, error) { got, err := w.Groups(ctx, none, store.GroupFilter{}); return len(got.Groups), err },
			"GroupFacets": func() (int, error) {
				got, err := w.GroupFacets(ctx, none, query.Query{}, "")
				return len(got.Severities) + len(got.Rules), err
			},
			"Overview": func() (int, error) {
				got, err := w.Overview(ctx, none, w.clock)
				return len(got.Clients) + int(got.Totals.Groups) + got.Nodes.Delivering + got.Claims.Count, err
			},
			"SetClient": func() (int, error) {
				_, err := w.SetClient(ctx, none, string(w.client.ID), store.ClientChange{})
				return 0, err
			},
			"DeleteClient": func() (int, error) {
				_, err := w.DeleteClient(ctx, none, string(w.client.ID), w.client.Name)
				return 0, err
			},
			"Removal": func() (int, error) {
				got, err := w.Removal(ctx, none, string(w.client.ID))
				return int(got.Alerts), err
			},
			"Logo": func() (int, error) { got, err := w.Logo(ctx, none, string(w.client.ID)); return len(got.Image), err },
			"SetLogo": func() (int, error) {
				_, err := w.SetLogo(ctx, none, string(w.client.ID), store.Logo{Image: []byte("x")})
				return 0, err
			},
			"Records": func() (int, error) {
				got, _, err := w.Records(ctx, none, store.RecordFilter{Client: string(w.client.ID)})
				return len(got), err
			},
			"SetFirstView": func() (int, error) { return 0, w.SetFirstView(ctx, none, "") },
			"GroupBy": func() (int, error) {
				got, err := w.GroupBy(ctx, none, store.GroupByFilter{By: []store.GroupKey{store.ByRule}})
				return len(got.Items), err
			},
			"PruneRollups": func() (int, error) { return 0, w.PruneRollups(ctx, none) },
			"Proof": func() (int, error) {
				n := 0
				err := w.Proof(ctx, none, store.ProofFilter{Node: w.node.ID, Until: w.clock.Add(time.Hour)}, func(proof.Line) error { n++; return nil })
				return n, err
			},
			"ProofHeader": func() (int, error) {
				_, err := w.ProofHeader(ctx, none, store.ProofFilter{Node: w.node.ID, Until: w.clock.Add(time.Hour)})
				return 0, err
			},
			"PruneFeed": func() (int, error) { return 0, w.PruneFeed(ctx, none) },
			"Raise": func() (int, error) {
				_, err := w.Raise(ctx, none, store.Notice{Alert: a, Client: w.client.ID})
				return 0, err
			},
			"RenewedNode": func() (int, error) { return 0, w.RenewedNode(ctx, none, w.node.ID, w.clock) },
			"Resolve":     func() (int, error) { got, err := w.Resolve(ctx, none, "x", "x"); return len(got), err },
			"AcceptAll": func() (int, error) {
				got := w.AcceptAll(ctx, none, []store.Delivery{{}})
				return len(got[0].Fed), got[0].Err
			},
			"Load":        func() (int, error) { return 0, w.Load(ctx, none, nil) },
			"RevokeNode":  func() (int, error) { return 0, w.RevokeNode(ctx, none, w.node.ID) },
			"Session":     func() (int, error) { _, _, err := w.Session(ctx, none, "x"); return 0, err },
			"Sessions":    func() (int, error) { got, err := w.Sessions(ctx, none, ""); return len(got), err },
			"SetAccount":  func() (int, error) { return 0, w.SetAccount(ctx, none, store.AccountChange{Name: "x"}) },
			"SetTOTP":     func() (int, error) { return 0, w.SetTOTP(ctx, none, store.TOTP{Sealed: []byte("x")}) },
			"SetUser":     func() (int, error) { _, err := w.SetUser(ctx, none, "admin", store.UserChange{}); return 0, err },
			"SetWithheld": func() (int, error) { return 0, w.SetWithheld(ctx, none, w.node.ID, []store.Counted{{}}) },
			"Tape":        func() (int, error) { got, err := w.Tape(ctx, none, w.node.ID); return len(got), err },
			"TokenOf":     func() (int, error) { _, err := w.TokenOf(ctx, none, "x"); return 0, err },
			"Tokens":      func() (int, error) { got, err := w.Tokens(ctx, none); return len(got), err },
			"Names":       func() (int, error) { got, err := w.Names(ctx, none, query.RuleID, ""); return len(got), err },
			"Unresolved":  func() (int, error) { got, err := w.Unresolved(ctx, none, ""); return len(got), err },
			"UseLink":     func() (int, error) { _, err := w.UseLink(ctx, none, "x", store.Origin{}); return 0, err },
			"UseRecoveryCode": func() (int, error) {
				_, err := w.UseRecoveryCode(ctx, none, "admin", "x", store.Origin{})
				return 0, err
			},
			"UseTOTP":     func() (int, error) { _, err := w.UseTOTP(ctx, none, "admin", 1); return 0, err },
			"User":        func() (int, error) { _, err := w.User(ctx, none, "admin"); return 0, err },
			"Users":       func() (int, error) { got, err := w.Users(ctx, none); return len(got), err },
			"VerifyAudit": func() (int, error) { head, err := w.VerifyAudit(ctx, none); return int(head.Seq), err },
			"Withheld":    func() (int, error) { got, err := w.Withheld(ctx, none, w.node.ID); return len(got), err },
			"Witnesses":   func() (int, error) { got, err := w.Witnesses(ctx, none, a.ID); return len(got), err },
		}
		for _, method := range store.ScopedMethods() {
			call, ok := calls[method]
			if !ok {
				t.Errorf("%s takes a scope and is not tried here", method)
				continue
			}
			n, err := call()
			if n != 0 || (err != nil && !errors.Is(err, soc.ErrForbidden) && !errors.Is(err, soc.ErrNotFound)) {
				t.Errorf("%s gave %d things, %v; want nothing, or ErrForbidden or ErrNotFound", method, n, err)
			}
		}
		before := must(w.Alerts(t.Context(), system, store.AlertFilter{}))(t)
		if len(before) != 1 {
			t.Errorf("afterwards there are %d alerts, want 1", len(before))
		}
	})
}
