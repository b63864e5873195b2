package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// counting are queries that rollups answer, and others that they do not.
var counting = []string{
	"", "severity>=high", `client:"clinic saint-luc"`, `client:"clinic saint-luc" severity:low`, "client:nobody", "after:-30h severity<=medium",
	"rule:9000001", "brute", "src:10.0.0.0/8 severity>=low", "-severity:low", "severity:high OR brute", "is:open",
}

func TestHistogramsAndFacetsCountWhatListsFind(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		other := must(w.AddClient(t.Context(), system, "Harbour", false))(t)
		otherNode, _ := w.enrol(t, other.Name)
		here, there := newChain(w.node.ID, soc.LaneNormal), newChain(otherNode.ID, soc.LaneNormal)
		alerts := variety(w, 500)
		must(w.Accept(t.Context(), system, here.delivery(here.entries(t, alerts[:300]...))))(t)
		must(w.Accept(t.Context(), system, there.delivery(there.entries(t, alerts[300:]...))))(t)
		scopes := []soc.Scope{system, soc.ScopeOf("ann", soc.RoleAnalyst, w.client.ID), soc.ScopeOf("cleo", soc.RoleViewer, other.ID), soc.ScopeOf("nobody", soc.RoleViewer)}
		for _, text := range counting {
			q := must(query.Parse(text, query.Asker{Now: w.clock}))(t)
			for i, scope := range scopes {
				for _, step := range []time.Duration{time.Hour, 24 * time.Hour} {
					// Whole days hold what is wanted; after: in the query is not on an hour.
					p := store.Period{Query: q, From: w.clock.Truncate(24 * time.Hour).Add(-72 * time.Hour), Until: w.clock.Truncate(24 * time.Hour).Add(24 * time.Hour)}
					h := must(w.Histogram(t.Context(), scope, p, step))(t)
					want, wantFacets := map[string]int64{}, map[string]int64{}
					for _, a := range must(w.Alerts(t.Context(), scope, store.AlertFilter{Limit: 501}))(t) {
						at := a.SortKey.Time()
						inside := !at.Before(h.From) && at.Before(h.Until)
						if !inside || !matchesBut(q, &a) {
							continue
						}
						want[fmt.Sprintf("%d %s", at.Truncate(step).Unix(), a.Severity)]++
						wantFacets["client "+a.Client]++
						wantFacets["rule "+a.Rule.ID+a.Rule.Name]++
						if a.Source.Address.IsValid() {
							wantFacets["source "+a.Source.Address.String()]++
						}
					}
					got := map[string]int64{}
					for _, b := range h.Buckets {
						for severity, n := range b.Severities {
							got[fmt.Sprintf("%d %s", b.Time.Unix(), severity)] += n
						}
					}
					if diff := cmp.Diff(want, got); diff != "" || !h.Complete {
						t.Errorf("%q, scope %d, every %s (-want +got):\n%s", text, i, step, diff)
					}
					if step != time.Hour {
						continue
					}
					f := must(w.Facets(t.Context(), scope, p))(t)
					for name, list := range map[string][]store.Facet{"client ": f.Clients, "source ": f.Sources, "rule ": f.Rules} {
						for _, v := range list {
							key := name + v.Value + v.Label
							if wantFacets[key] != v.Count {
								t.Errorf("%q, scope %d: %s counted %d times, want %d", text, i, key, v.Count, wantFacets[key])
							}
						}
						if len(list) == 0 && len(want) > 0 {
							t.Errorf("%q, scope %d: there is no %s", text, i, name)
						}
					}
				}
			}
		}
	})
}

// matchesBut says whether the alert matches the query, but for its bounds of time: those
// are rounded.
func matchesBut(q query.Query, a *soc.StoredAlert) bool {
	if q.Root == nil {
		return true
	}
	of := []query.Expr{*q.Root}
	if q.Root.Join == query.And {
		of = q.Root.Of
	}
	for _, e := range of {
		if e.Join == query.One && (e.Term.Field == query.After || e.Term.Field == query.Before) {
			continue
		}
		if one := (query.Query{Root: &e}); !one.Match(a) {
			return false
		}
	}
	return true
}

func TestBucketsAreBounded(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		for name, p := range map[string]struct {
			store.Period
			step time.Duration
		}{
			"a period that ends before it begins": {store.Period{From: w.clock, Until: w.clock.Add(-time.Hour)}, 0},
			"minutes of last month":               {store.Period{From: w.clock.Add(-700 * time.Hour), Until: w.clock.Add(-699 * time.Hour)}, time.Minute},
			"a step of which there is no rollup":  {store.Period{From: w.clock.Add(-time.Hour), Until: w.clock}, time.Second},
			"more buckets than anybody looks at":  {store.Period{From: w.clock.Add(-10000 * time.Hour), Until: w.clock}, time.Hour},
		} {
			if _, err := w.Histogram(t.Context(), system, p.Period, p.step); err == nil {
				t.Errorf("%s is counted", name)
			}
		}
	})
}

func TestViewsAreTheirUsers(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ann, bob := w.staff(t, "ann", soc.RoleAnalyst), w.staff(t, "bob", soc.RoleAnalyst)
		first := must(w.SaveView(t.Context(), ann, soc.View{Name: "Mine", Query: "is:mine", Standard: true}))(t)
		second := must(w.SaveView(t.Context(), ann, soc.View{Name: "Night", Query: "is:open", Shared: true, Standard: true}))(t)
		if _, err := w.SaveView(t.Context(), ann, soc.View{Name: "Night", Query: "x"}); err == nil {
			t.Error("two views have one name")
		}
		if _, err := w.SaveView(t.Context(), bob, soc.View{ID: second.ID, Name: "Bob's", Query: "x"}); err == nil {
			t.Error("bob changes ann's view")
		}
		if err := w.DeleteView(t.Context(), bob, second.ID); err == nil {
			t.Error("bob deletes ann's view")
		}
		names := func(scope soc.Scope) (got []string) {
			for _, v := range must(w.Views(t.Context(), scope))(t) {
				got = append(got, fmt.Sprintf("%s %v %v", v.Name, v.Own, v.Standard))
			}
			return got
		}
		if diff := cmp.Diff([]string{"Mine true false", "Night true true"}, names(ann)); diff != "" {
			t.Errorf("ann's views (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"Night false false"}, names(bob)); diff != "" {
			t.Errorf("bob's views (-want +got):\n%s", diff)
		}
		if err := w.DeleteView(t.Context(), ann, first.ID); err != nil {
			t.Error(err)
		}
	})
}
