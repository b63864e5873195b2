package store_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/internal/store/storetest"
	"github.com/socme-project/socme/soc"
)

// answers are what a store says about all that it holds.
type answers struct {
	Alerts    []soc.StoredAlert
	Raws      [][]byte
	Found     map[string]int
	Groups    []soc.Group
	Histogram store.Histogram
	Facets    store.Facets
	Rollups   map[string]int64
	Tape      []soc.TapeCell
	Heads     []soc.HeadState
	Fed       []soc.Fed
	Indexes   []string
}

func (w *world) answers(t *testing.T) answers {
	t.Helper()
	a := answers{Found: map[string]int{}}
	a.Alerts = everything(t, w, query.Query{})
	for _, alert := range a.Alerts {
		a.Raws = append(a.Raws, must(w.AlertRaw(t.Context(), system, alert.ID))(t))
	}
	for _, text := range []string{"brute", "severity>=high", "host:ward-pc-17", "src:10.0.0.0/8", "rule:9000001 -is:resolved", "-has:host"} {
		a.Found[text] = len(everything(t, w, must(query.Parse(text, query.Asker{Now: w.clock}))(t)))
	}
	a.Groups = must(w.Groups(t.Context(), system, store.GroupFilter{Limit: 500}))(t).Groups
	period := store.Period{From: w.clock.Add(-96 * time.Hour), Until: w.clock.Add(time.Hour)}
	a.Histogram = must(w.Histogram(t.Context(), system, period, time.Hour))(t)
	a.Facets = must(w.Facets(t.Context(), system, period))(t)
	a.Rollups = must(store.Rollups(w.Store))(t)
	a.Tape = must(w.Tape(t.Context(), system, w.node.ID))(t)
	a.Heads = must(w.Heads(t.Context(), system, w.node.ID))(t)
	a.Fed, _, _ = w.Feed(t.Context(), system, 0, 10_000)
	a.Indexes = must(store.Indexes(w.Store))(t)
	return a
}

func TestWhatIsLoadedIsAsIfNodesHadBroughtIt(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d storetest.Database) {
		var got []answers
		for _, loaded := range []bool{false, true} {
			w := &world{clock: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)}
			w.Store = d.Open(t, func() time.Time { return w.clock })
			w.client = must(w.AddClient(t.Context(), system, "Clinic Saint-Luc", false))(t)
			w.node, w.key = w.enrol(t, w.client.Name)
			// Both have the same names, so that they may be held against each other.
			for statement, id := range map[string]string{`UPDATE clients SET id = ?`: "client", `UPDATE nodes SET id = ?`: "node"} {
				if err := store.Exec(w.Store, statement, id); err != nil {
					t.Fatal(err)
				}
			}
			w.client.ID, w.node.ID = "client", "node"
			c := newChain(w.node.ID, soc.LaneNormal)
			alerts := variety(w, 400)
			delivery := func(some []soc.Alert) store.Delivery {
				d := c.delivery(c.entries(t, some...))
				d.Signed.Time = w.clock
				return d
			}
			if loaded {
				err := w.Load(t.Context(), system, func(add func([]store.Delivery, bool) error) error {
					if err := add([]store.Delivery{delivery(alerts[:300])}, false); err != nil {
						return err
					}
					return add([]store.Delivery{delivery(alerts[300:])}, false)
				})
				if err != nil {
					t.Fatal(err)
				}
			} else {
				must(w.Accept(t.Context(), system, delivery(alerts[:300])))(t)
				must(w.Accept(t.Context(), system, delivery(alerts[300:])))(t)
			}
			got = append(got, w.answers(t))
		}
		if len(got[0].Alerts) != 400 || len(got[0].Groups) == 0 || len(got[0].Fed) == 0 || got[0].Found["brute"] == 0 {
			t.Fatalf("the nodes brought %d alerts, in %d groups", len(got[0].Alerts), len(got[0].Groups))
		}
		if diff := cmp.Diff(got[0], got[1], cmpopts.EquateComparable(netip.Addr{})); diff != "" {
			t.Errorf("brought (-) and loaded (+) differ:\n%s", diff)
		}
	})
}

func TestAlertsMayBeLoadedAsResolved(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := newChain(w.node.ID, soc.LaneNormal)
		alerts := variety(w, 60)
		err := w.Load(t.Context(), system, func(add func([]store.Delivery, bool) error) error {
			if err := add([]store.Delivery{c.delivery(c.entries(t, alerts[:50]...))}, true); err != nil {
				return err
			}
			return add([]store.Delivery{c.delivery(c.entries(t, alerts[50:]...))}, false)
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(everything(t, w, must(query.Parse("is:resolved", query.Asker{Now: w.clock}))(t))); n != 50 {
			t.Errorf("%d alerts are resolved, want 50", n)
		}
		var open, all int64
		for _, g := range must(w.Groups(t.Context(), system, store.GroupFilter{Limit: 500}))(t).Groups {
			open, all = open+g.Open, all+g.Alerts
			if (g.State == soc.AlertResolved) != (g.Open == 0) {
				t.Errorf("a group with %d open alerts is %s", g.Open, g.State)
			}
		}
		if open != 10 || all != 60 {
			t.Errorf("the groups have %d open alerts of %d, want 10 of 60", open, all)
		}
	})
}
