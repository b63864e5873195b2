package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

func TestTheOverviewIsWhatTheGroupsSay(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ann := w.staff(t, "ann", soc.RoleAnalyst)
		must(w.AddClient(t.Context(), system, "Acme", false))(t)
		w.enrol(t, "Acme")
		var made []soc.Alert
		for n := range 60 {
			a := alertAt(w.node.ID, w.clock.Add(-time.Duration(n)*time.Minute), n)
			a.Severity, a.Source.Host = soc.Severity(n%6), fmt.Sprint("host-", n/2)
			a.ID = soc.NewAlertID(a.EventTime, w.node.ID, a.Raw)
			made = append(made, a)
		}
		w.deliver(t, made...)
		group := func(n int) *soc.GroupID {
			id := soc.NewGroupID(w.client.ID, &made[n])
			return &id
		}
		w.clock = w.clock.Add(90 * time.Second)
		must(w.act(t, ann, store.Step{Verb: soc.VerbClaim, Group: group(0)}))(t)
		must(w.act(t, ann, store.Step{Verb: soc.VerbAcknowledge, Group: group(2)}))(t)
		must(w.act(t, ann, store.Step{Verb: soc.VerbResolve, Verdict: soc.VerdictBenign, Group: group(4)}))(t)
		w.clock = w.clock.Add(30 * time.Second)
		must(w.act(t, ann, store.Step{Verb: soc.VerbClaim, Group: group(6)}))(t)

		got := must(w.Overview(t.Context(), system, w.clock.Add(-time.Hour)))(t)
		var want, urgent store.Waiting
		oldest := map[soc.Severity]time.Time{}
		open := map[string]int64{}
		for _, g := range groupPages(t, w, store.GroupFilter{Query: must(query.Parse("-is:resolved", query.Asker{}))(t), Limit: 500}) {
			one := store.Waiting{Groups: 1, OpenAlerts: g.Open}
			if g.State == soc.AlertOpen {
				one.OpenGroups = 1
				open[g.Severity.String()]++
			}
			if g.Owner == "" {
				one.Unclaimed, one.FreshAlerts = 1, g.Open
				if was, ok := oldest[g.Severity]; g.State == soc.AlertOpen && (!ok || g.FirstTime.Before(was)) {
					oldest[g.Severity] = g.FirstTime
				}
			}
			sum := func(to *store.Waiting) {
				to.Groups, to.OpenGroups, to.Unclaimed = to.Groups+one.Groups, to.OpenGroups+one.OpenGroups, to.Unclaimed+one.Unclaimed
				to.OpenAlerts, to.FreshAlerts = to.OpenAlerts+one.OpenAlerts, to.FreshAlerts+one.FreshAlerts
			}
			sum(&want)
			if g.Severity >= soc.SeverityHigh {
				sum(&urgent)
			}
		}
		if diff := cmp.Diff([]store.Waiting{want, urgent}, []store.Waiting{got.Totals, got.Urgent}); diff != "" || want.Groups < 20 || want.Unclaimed != want.Groups-2 {
			t.Errorf("totals and urgent (-want +got):\n%s", diff)
		}
		if len(got.Severities) != 6 || got.Severities[0].Severity != soc.SeverityCritical {
			t.Errorf("severities are %+v", got.Severities)
		}
		for _, s := range got.Severities {
			if !s.Oldest.Equal(oldest[s.Severity]) {
				t.Errorf("the oldest of %s is of %s, want %s", s.Severity, s.Oldest, oldest[s.Severity])
			}
		}
		if got.Claims.Count != 2 || got.Claims.Median != 105 {
			t.Errorf("claims are %+v, want 2 with a median of 90 and 120 seconds", got.Claims)
		}
		if again := must(w.Overview(t.Context(), system, w.clock))(t); again.Claims.Count != 1 {
			t.Errorf("since the last claim there were %+v", again.Claims)
		}
		if len(got.Clients) != 2 || got.Clients[0].Name != "Acme" || got.Nodes.New != 1 || got.Nodes.Offline != 1 {
			t.Fatalf("clients are %+v, nodes %+v", got.Clients, got.Nodes)
		}
		acme, clinic := got.Clients[0], got.Clients[1]
		if diff := cmp.Diff(open, clinic.Severities); diff != "" || clinic.Waiting != want || clinic.Delivered != 60 || clinic.States.Offline != 1 {
			t.Errorf("the clinic has %+v; open groups (-want +got):\n%s", clinic, diff)
		}
		if slices.ContainsFunc(acme.Tape, func(cell string) bool { return cell != "empty" }) || acme.Waiting.Groups != 0 {
			t.Errorf("the client without alerts has %+v", acme)
		}
		if clinic.Tape[23] != "delivered" || clinic.Tape[22] != "late" { // half of them, and most more than a minute old
			t.Errorf("the clinic's tape is %v", clinic.Tape)
		}
		one := must(w.Overview(t.Context(), soc.ScopeOf("eve", soc.RoleViewer, acme.ID), w.clock.Add(-time.Hour)))(t)
		if len(one.Clients) != 1 || one.Totals.Groups != 0 || one.Claims.Count != 0 || one.Nodes.New != 1 {
			t.Errorf("who sees the other client alone is told %+v", one)
		}
	})
}
