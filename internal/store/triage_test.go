package store_test

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// staff adds a user who works on alerts, and returns their scope.
func (w *world) staff(t *testing.T, name string, role soc.Role, clients ...soc.ClientID) soc.Scope {
	t.Helper()
	wanted := store.Wanted{Role: role, AllClients: len(clients) == 0}
	for _, id := range clients {
		wanted.Clients = append(wanted.Clients, string(id))
	}
	invited := must(w.InviteUser(t.Context(), system, name, wanted))(t)
	actor := soc.Actor{Kind: soc.ActorUser, ID: invited.User.ID, Name: name}
	if len(clients) == 0 {
		return soc.ScopeOfAll(name, role).As(actor)
	}
	return soc.ScopeOf(name, role, clients...).As(actor)
}

func (w *world) deliver(t *testing.T, alerts ...soc.Alert) {
	t.Helper()
	c := newChain(w.node.ID, soc.LaneNormal)
	c.Epoch = soc.Epoch(soc.NewID()) // so that each delivery is a chain of its own
	c.head.Value = c.Genesis()
	must(w.Accept(t.Context(), system, c.delivery(c.entries(t, alerts...))))(t)
}

func (w *world) act(t *testing.T, scope soc.Scope, step store.Step) (soc.Action, error) {
	t.Helper()
	action, _, err := w.Act(t.Context(), scope, step)
	return action, err
}

func TestTheMachineOfStates(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ann := w.staff(t, "ann", soc.RoleAnalyst)
		// What leads to each state, and what may follow there.
		ways := map[soc.AlertState][]soc.Verb{
			soc.AlertOpen: {}, soc.AlertAcknowledged: {soc.VerbAcknowledge}, soc.AlertEscalated: {soc.VerbEscalate}, soc.AlertResolved: {soc.VerbResolve},
		}
		may := map[soc.AlertState]string{
			soc.AlertOpen: "acknowledge claim release escalate resolve", soc.AlertAcknowledged: "claim release escalate resolve",
			soc.AlertEscalated: "claim release resolve", soc.AlertResolved: "reopen",
		}
		n := 0
		for state, way := range ways {
			for _, verb := range soc.Verbs() {
				if verb == soc.VerbAssign {
					continue
				}
				n++
				a := alertAt(w.node.ID, w.clock, 1000+n)
				a.Source.Host = fmt.Sprint("host-", n)
				w.deliver(t, a)
				step := store.Step{Alert: &a.ID}
				for _, step.Verb = range append(way, verb) {
					step.Verdict = soc.VerdictNone
					if step.Verb == soc.VerbResolve {
						step.Verdict = soc.VerdictBenign
					}
					_, err := w.act(t, ann, step)
					if step.Verb != verb || len(way) > 0 && err == nil && verb == way[0] && !strings.Contains(may[state], string(verb)) {
						continue
					}
					wrong := &soc.StepError{}
					if may := strings.Contains(may[state], string(verb)); may && err != nil || !may && !errors.As(err, &wrong) {
						t.Errorf("%s in state %s: %v; may it: %v", verb, state, err, may)
					}
					if wrong.Last.Who != "" && wrong.Last.Who != "ann" {
						t.Errorf("%s in state %s is refused because of %q, want ann", verb, state, wrong.Last.Who)
					}
				}
				checkGroups(t, w)
			}
		}
	})
}

func TestOfThousandRacesEachGivesOneOwner(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		scopes := []soc.Scope{w.staff(t, "ann", soc.RoleAnalyst), w.staff(t, "bob", soc.RoleAnalyst)}
		races := 1000
		if strings.HasSuffix(t.Name(), "PostgreSQL") {
			races = 300 // each takes a millisecond or more there
		}
		if testing.Short() {
			races = 50
		}
		alerts := make([]soc.Alert, races)
		for i := range alerts {
			alerts[i] = alertAt(w.node.ID, w.clock, i)
		}
		w.deliver(t, alerts...)
		for i := range alerts {
			var wg sync.WaitGroup
			errs := make([]error, 2)
			for who, scope := range scopes {
				wg.Go(func() {
					_, _, errs[who] = w.Act(t.Context(), scope, store.Step{Verb: soc.VerbClaim, Alert: &alerts[i].ID})
				})
			}
			wg.Wait()
			var taken *soc.StepError
			loser := 0
			if errs[0] == nil {
				loser = 1
			}
			if errs[1-loser] != nil || !errors.As(errs[loser], &taken) {
				t.Fatalf("race %d: %v and %v, want one owner", i, errs[0], errs[1])
			}
			owner := must(w.Alert(t.Context(), system, alerts[i].ID))(t).Owner
			if winner := []string{"ann", "bob"}[1-loser]; owner != winner || taken.Owner != winner {
				t.Fatalf("race %d: %s owns it and the loser reads %q, want %s", i, owner, taken.Owner, winner)
			}
		}
	})
}

func TestAFilterIsActedOnAsItWasShownAndGivenBack(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ann, bob := w.staff(t, "ann", soc.RoleAnalyst), w.staff(t, "bob", soc.RoleAnalyst)
		alerts := variety(w, 700)
		w.deliver(t, alerts[:600]...)
		before := states(t, w)
		q := must(query.Parse("severity<=medium", query.Asker{Now: w.clock}))(t)
		shown := must(w.Matches(t.Context(), ann, store.Step{Verb: soc.VerbResolve, Query: &q}))(t)
		w.deliver(t, alerts[600:]...) // these came after the look
		action := must(w.act(t, ann, store.Step{Verb: soc.VerbResolve, Verdict: soc.VerdictFalsePositive, Query: &q, As: "severity<=medium", AsOf: shown.AsOf}))(t)
		if action.Alerts != shown.Alerts || shown.Alerts < 100 {
			t.Fatalf("%d alerts were shown and %d resolved", shown.Alerts, action.Alerts)
		}
		resolved := 0
		for _, a := range everything(t, w, query.Query{}) {
			if a.State == soc.AlertResolved {
				resolved++
				if a.Verdict != soc.VerdictFalsePositive || !q.Match(&a) {
					t.Errorf("alert %s is resolved as %s", a.ID, a.Verdict)
				}
			}
		}
		if resolved != int(shown.Alerts) {
			t.Errorf("%d are resolved, want %d", resolved, shown.Alerts)
		}
		checkGroups(t, w)

		if _, _, err := w.Undo(t.Context(), bob, action.ID); !errors.Is(err, soc.ErrNotFound) {
			t.Errorf("bob takes back what ann did: %v", err)
		}
		w.clock = w.clock.Add(soc.UndoFor - time.Second)
		undo, _, err := w.Undo(t.Context(), ann, action.ID)
		if err != nil || undo.Alerts != action.Alerts {
			t.Fatalf("undo gave back %d of %d: %v", undo.Alerts, action.Alerts, err)
		}
		after := states(t, w)
		for id, state := range before {
			if after[id] != state {
				t.Errorf("alert %s is %s after all, was %s", id, after[id], state)
			}
		}
		checkGroups(t, w)
		if _, _, err := w.Undo(t.Context(), ann, action.ID); !errors.Is(err, soc.ErrConflict) {
			t.Errorf("a second undo: %v, want a conflict", err)
		}
	})
}

func TestUndoLeavesAloneWhatWasTouchedSince(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ann, bob := w.staff(t, "ann", soc.RoleAnalyst), w.staff(t, "bob", soc.RoleAnalyst)
		a, b := alertAt(w.node.ID, w.clock, 1), alertAt(w.node.ID, w.clock, 8)
		w.deliver(t, a, b) // of one group
		group := soc.NewGroupID(w.client.ID, &a)
		action := must(w.act(t, ann, store.Step{Verb: soc.VerbAcknowledge, Group: &group}))(t)
		must(w.act(t, bob, store.Step{Verb: soc.VerbEscalate, Alert: &a.ID}))(t)
		undo, _, err := w.Undo(t.Context(), ann, action.ID)
		if err != nil || undo.Alerts != 1 {
			t.Fatalf("undo gave back %d, %v; want one", undo.Alerts, err)
		}
		if got := states(t, w); got[a.ID] != soc.AlertEscalated || got[b.ID] != soc.AlertOpen {
			t.Errorf("states %v", got)
		}
		w.clock = w.clock.Add(time.Minute)
		late := must(w.act(t, ann, store.Step{Verb: soc.VerbAcknowledge, Alert: &b.ID}))(t)
		w.clock = w.clock.Add(soc.UndoFor + time.Second)
		if _, _, err := w.Undo(t.Context(), ann, late.ID); !errors.Is(err, soc.ErrConflict) {
			t.Errorf("undo after %s: %v, want a conflict", soc.UndoFor, err)
		}
		var verbs []soc.Verb
		for _, did := range must2(w.GroupTimeline(t.Context(), ann, group))(t) {
			verbs = append(verbs, did.Verb)
		}
		if diff := cmp.Diff([]soc.Verb{soc.VerbAcknowledge, soc.VerbUndo, soc.VerbEscalate, soc.VerbAcknowledge}, verbs); diff != "" {
			t.Errorf("timeline of the group (-want +got):\n%s", diff)
		}
	})
}

func TestAClaimedGroupKeepsItsOwnerUntilItIsResolved(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ann, bob := w.staff(t, "ann", soc.RoleAnalyst), w.staff(t, "bob", soc.RoleAnalyst)
		made := func(n int) soc.Alert { return alertAt(w.node.ID, w.clock.Add(time.Duration(n)*time.Second), 7*n) } // all of one rule
		first := made(1)
		w.deliver(t, first)
		group := soc.NewGroupID(w.client.ID, &first)
		must(w.act(t, ann, store.Step{Verb: soc.VerbClaim, Group: &group}))(t)
		second := made(2)
		w.deliver(t, second)
		if got := must(w.Alert(t.Context(), system, second.ID))(t).Owner; got != "ann" {
			t.Errorf("a new alert of ann's group is %q's", got)
		}
		var taken *soc.StepError
		if _, err := w.act(t, bob, store.Step{Verb: soc.VerbClaim, Group: &group}); !errors.As(err, &taken) || taken.Owner != "ann" {
			t.Errorf("bob claims ann's group: %v", err)
		}
		must(w.act(t, ann, store.Step{Verb: soc.VerbResolve, Verdict: soc.VerdictTruePositive, Group: &group}))(t)
		third := made(3)
		w.deliver(t, third)
		if got := must(w.Alert(t.Context(), system, third.ID))(t); got.Owner != "" || got.State != soc.AlertOpen {
			t.Errorf("an alert after the resolution is %s, %q's; want open, nobody's", got.State, got.Owner)
		}
		checkGroups(t, w)
	})
}

func TestSimilarAlertsTellWhatTheyTurnedOutToBe(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ann := w.staff(t, "ann", soc.RoleAnalyst)
		other := must(w.AddClient(t.Context(), system, "Harbour", false))(t)
		var alerts []soc.Alert
		for i := range 5 {
			alerts = append(alerts, alertAt(w.node.ID, w.clock, 7*i))
		}
		w.deliver(t, alerts...)
		for i, verdict := range []soc.Verdict{soc.VerdictFalsePositive, soc.VerdictFalsePositive, soc.VerdictTruePositive} {
			must(w.act(t, ann, store.Step{Verb: soc.VerbResolve, Verdict: verdict, Alert: &alerts[i].ID}))(t)
		}
		must(w.act(t, ann, store.Step{Verb: soc.VerbReopen, Alert: &alerts[2].ID}))(t)
		got := must(w.Similar(t.Context(), ann, alerts[4].ID))(t)
		want := store.Similar{Seen: 5, Clients: 1, Verdicts: map[string]int64{"false-positive": 2}, LastWho: "ann", LastTime: w.clock}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("similar (-want +got):\n%s", diff)
		}
		there := w.staff(t, "cleo", soc.RoleAnalyst, other.ID)
		if _, err := w.Similar(t.Context(), there, alerts[4].ID); !errors.Is(err, soc.ErrNotFound) {
			t.Errorf("another client's people see it: %v", err)
		}
	})
}

func TestCommentsMentionAndStayInScope(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ann, bob := w.staff(t, "ann", soc.RoleAnalyst), w.staff(t, "bob", soc.RoleAnalyst)
		other := must(w.AddClient(t.Context(), system, "Harbour", false))(t)
		cleo := w.staff(t, "cleo", soc.RoleViewer, other.ID)
		a := alertAt(w.node.ID, w.clock, 1)
		w.deliver(t, a)
		group := soc.NewGroupID(w.client.ID, &a)
		must(w.act(t, ann, store.Step{Verb: soc.VerbComment, Group: &group, Text: "@bob and @cleo, not @bobby: look at this"}))(t)
		mentioned := must(w.Mentioned(t.Context(), bob))(t)
		if len(mentioned) != 1 || !cmp.Equal(mentioned[0].Mentions, []string{"bob", "cleo"}) {
			t.Errorf("bob is mentioned in %+v", mentioned)
		}
		if got := must(w.Mentioned(t.Context(), cleo))(t); len(got) != 0 {
			t.Errorf("cleo reads of a client that is not hers: %+v", got)
		}
		if got := must2(w.Timeline(t.Context(), bob, a.ID))(t); len(got) != 1 || got[0].Text == "" {
			t.Errorf("the timeline of the alert: %+v", got)
		}
		if _, err := w.act(t, cleo, store.Step{Verb: soc.VerbComment, Alert: &a.ID, Text: "x"}); !errors.Is(err, soc.ErrNotFound) {
			t.Errorf("cleo comments on what she may not see: %v", err)
		}
	})
}

func states(t *testing.T, w *world) map[soc.AlertID]soc.AlertState {
	t.Helper()
	got := map[soc.AlertID]soc.AlertState{}
	for _, a := range everything(t, w, query.Query{}) {
		got[a.ID] = a.State
	}
	return got
}

// What is delivered while somebody claims a group comes before the claim, or after it.
func TestAClaimedGroupHasNoAlertOfNobody(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ann := w.staff(t, "ann", soc.RoleAnalyst)
		for round := range 20 {
			made := alerts(w, 10*round, 6)
			for i := range made {
				made[i].Source.Host, made[i].Rule.ID = fmt.Sprint("host-", round), "9000001"
				made[i].Source.Address, made[i].Destination = netip.Addr{}, soc.Endpoint{}
			}
			c := newChain(w.node.ID, soc.LaneNormal)
			c.Epoch = soc.Epoch(soc.NewID())
			c.head.Value = c.Genesis()
			deliveries := make([]store.Delivery, len(made))
			for i := range made {
				deliveries[i] = c.delivery(c.entries(t, made[i]))
			}
			must(w.Accept(t.Context(), system, deliveries[0]))(t)
			group := soc.NewGroupID(w.client.ID, &made[0])
			var all sync.WaitGroup
			all.Go(func() {
				for _, d := range deliveries[1:] {
					if _, err := w.Accept(t.Context(), system, d); err != nil {
						t.Error(err)
					}
				}
			})
			all.Go(func() {
				if _, _, err := w.Act(t.Context(), ann, store.Step{Verb: soc.VerbClaim, Group: &group}); err != nil {
					t.Error(err)
				}
			})
			all.Wait()
			members := must(w.Alerts(t.Context(), system, store.AlertFilter{Group: &group}))(t)
			if len(members) != len(made) {
				t.Fatalf("the group has %d alerts, want %d", len(members), len(made))
			}
			for _, a := range members {
				if a.Owner != "ann" {
					t.Fatalf("round %d: an alert of a group that ann has claimed is %q's", round, a.Owner)
				}
			}
		}
	})
}
