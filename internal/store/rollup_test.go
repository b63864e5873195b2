package store_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// recount is what the rollups must say, counted from the alerts themselves.
func recount(t *testing.T, w *world) map[string]int64 {
	t.Helper()
	want := map[string]int64{}
	for _, a := range everything(t, w, query.Query{}) {
		ms := a.SortKey.UnixMilli()
		for _, client := range []string{"", a.Client} {
			want[fmt.Sprintf("hour %s %d %s %s", client, ms/3_600_000, a.Severity, a.Rule.Engine)]++
			want[fmt.Sprintf("rule %s %d %s", client, ms/86_400_000, a.Rule.Name)]++
		}
		for kind, value := range map[string]string{"1": a.Source.Address.String(), "2": a.Destination.Address.String()} {
			if value != "invalid IP" {
				want[fmt.Sprintf("facet %s %s %d %s %s", kind, a.Client, ms/3_600_000, a.Severity, value)]++
			}
		}
		if host, _ := a.Subject(); host != "" {
			want[fmt.Sprintf("facet 3 %s %d %s %s", a.Client, ms/3_600_000, a.Severity, host)]++
		}
	}
	return want
}

func TestTheRollupsSayWhatTheAlertsSay(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		random := rand.New(rand.NewPCG(3, 4))
		other := must(w.AddClient(t.Context(), system, "Harbour", false))(t)
		otherNode, _ := w.enrol(t, other.Name)
		here, there := newChain(w.node.ID, soc.LaneNormal), newChain(otherNode.ID, soc.LaneNormal)
		alerts := variety(w, 400)
		for len(alerts) > 0 {
			n := min(len(alerts), 1+random.IntN(90))
			if random.IntN(2) == 0 {
				must(w.Accept(t.Context(), system, here.delivery(here.entries(t, alerts[:n]...))))(t)
			} else {
				must(w.Accept(t.Context(), system, there.delivery(there.entries(t, alerts[:n]...))))(t)
			}
			alerts = alerts[n:]
		}
		if diff := cmp.Diff(recount(t, w), must(store.Rollups(w.Store))(t)); diff != "" {
			t.Errorf("rollups (-want +got):\n%s", diff)
		}
		checkGroups(t, w)
	})
}

// checkGroups holds every group against its alerts.
func checkGroups(t *testing.T, w *world) {
	t.Helper()
	want := map[soc.GroupID]soc.Group{}
	for _, a := range everything(t, w, query.Query{}) { // newest first
		id := soc.NewGroupID(a.ClientID, &a.Alert)
		g, ok := want[id]
		if !ok {
			g = soc.Group{ID: id, Client: a.Client, ClientID: a.ClientID, Demo: a.Demo, Rule: a.Rule, SortKey: a.SortKey, LastTime: a.SortKey.Time()}
			g.Source, g.Destination = a.Sides()
		}
		g.FirstTime = a.SortKey.Time()
		g.Severity = max(g.Severity, a.Severity)
		g.Alerts++
		switch a.State {
		case soc.AlertOpen:
			g.Open++
		case soc.AlertAcknowledged:
			g.Acknowledged++
		case soc.AlertEscalated:
			g.Escalated++
		}
		want[id] = g
	}
	got := map[soc.GroupID]soc.Group{}
	for f := (store.GroupFilter{Limit: 500}); ; {
		page := must(w.Groups(t.Context(), system, f))(t).Groups
		if len(page) == 0 {
			break
		}
		for _, g := range page {
			got[g.ID] = g
		}
		last := page[len(page)-1]
		place := store.PlaceOf(&last)
		f.Before = &place
	}
	for id, g := range want {
		switch {
		case g.Open > 0:
			g.State = soc.AlertOpen
		case g.Acknowledged > 0:
			g.State = soc.AlertAcknowledged
		case g.Escalated > 0:
			g.State = soc.AlertEscalated
		default:
			g.State = soc.AlertResolved
		}
		want[id] = g
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
}

func TestAWitnessThatTakesItForWorseMovesTheCounts(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		urgent, normal := newChain(w.node.ID, soc.LaneUrgent), newChain(w.node.ID, soc.LaneNormal)
		first := alertAt(w.node.ID, w.clock, 1)
		first.EventKey = soc.NewEventKey(w.clock, "one event")
		worse := alertAt(w.node.ID, w.clock, 2)
		worse.EventKey, worse.Via, worse.Severity = first.EventKey, "wazuh", soc.SeverityHigh
		must(w.Accept(t.Context(), system, normal.delivery(normal.entries(t, first))))(t)
		must(w.Accept(t.Context(), system, urgent.delivery(urgent.entries(t, worse))))(t)
		if diff := cmp.Diff(recount(t, w), must(store.Rollups(w.Store))(t)); diff != "" {
			t.Errorf("rollups (-want +got):\n%s", diff)
		}
		checkGroups(t, w)
	})
}

func TestWhatWasRaisedAndResolvedIsCountedInItsGroup(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		a := alertAt(w.node.ID, w.clock, 1)
		a.Rule.Engine = soc.EngineSOCme
		must(w.Raise(t.Context(), system, store.Notice{Alert: a, Client: w.client.ID, Node: w.node.ID, Once: "x"}))(t)
		must(w.Resolve(t.Context(), system, "x", "over"))(t)
		checkGroups(t, w)
		w.clock = w.clock.Add(time.Minute)
		b := alertAt(w.node.ID, w.clock, 8) // the same rule
		b.Rule = a.Rule
		must(w.Raise(t.Context(), system, store.Notice{Alert: b, Client: w.client.ID, Node: w.node.ID, Once: "y"}))(t)
		checkGroups(t, w)
		if groups := must(w.Groups(t.Context(), system, store.GroupFilter{}))(t).Groups; len(groups) != 1 || groups[0].State != soc.AlertOpen {
			t.Errorf("groups %+v, want one that is open again", groups)
		}
	})
}

func TestOlderAlertsGetTheirGroupsAndCounts(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := newChain(w.node.ID, soc.LaneNormal)
		must(w.Accept(t.Context(), system, c.delivery(c.entries(t, variety(w, 300)...))))(t)
		must(w.Raise(t.Context(), system, store.Notice{Alert: alertAt(w.node.ID, w.clock, 1000), Client: w.client.ID, Node: w.node.ID, Once: "x"}))(t)
		must(w.Resolve(t.Context(), system, "x", "over"))(t)
		for _, statement := range []string{
			`DELETE FROM alert_groups`, `DELETE FROM rollup_minute`, `DELETE FROM rollup_hour`, `DELETE FROM rollup_rule`, `DELETE FROM rollup_facet`,
			`UPDATE alerts SET group_num = NULL`,
		} {
			if err := store.Exec(w.Store, statement); err != nil {
				t.Fatal(err)
			}
		}
		if err := store.FillGroups(t.Context(), w.Store); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(recount(t, w), must(store.Rollups(w.Store))(t)); diff != "" {
			t.Errorf("rollups (-want +got):\n%s", diff)
		}
		checkGroups(t, w)
	})
}

func TestWithTheDemoItsCountsGo(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		demo := must(w.AddClient(t.Context(), system, "Demo", true))(t)
		demoNode, _ := w.enrol(t, demo.Name)
		here, there := newChain(w.node.ID, soc.LaneNormal), newChain(demoNode.ID, soc.LaneNormal)
		alerts := variety(w, 200)
		must(w.Accept(t.Context(), system, here.delivery(here.entries(t, alerts[:100]...))))(t)
		must(w.Accept(t.Context(), system, there.delivery(there.entries(t, alerts[100:]...))))(t)
		must(w.DeleteDemo(t.Context(), system))(t)
		if diff := cmp.Diff(recount(t, w), must(store.Rollups(w.Store))(t)); diff != "" {
			t.Errorf("rollups (-want +got):\n%s", diff)
		}
		checkGroups(t, w)
	})
}
