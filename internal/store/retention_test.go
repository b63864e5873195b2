package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// setRetention sets policies.
func setRetention(t *testing.T, w *world, policies ...soc.RetentionPolicy) {
	t.Helper()
	if err := w.SetRetention(t.Context(), system, policies); err != nil {
		t.Fatal(err)
	}
}

// expire deletes what is old and returns how many alerts went.
func expire(t *testing.T, w *world) int64 {
	t.Helper()
	n, done, err := w.Expire(t.Context(), system, 0)
	if err != nil || !done {
		t.Fatalf("Expire = %d, done %v, %v", n, done, err)
	}
	return n
}

func checkCounts(t *testing.T, w *world) {
	t.Helper()
	if diff := cmp.Diff(recount(t, w), must(store.Rollups(w.Store))(t)); diff != "" {
		t.Errorf("rollups (-want +got):\n%s", diff)
	}
	checkGroups(t, w)
}

// days moves the clock on.
func (w *world) days(n int) { w.clock = w.clock.AddDate(0, 0, n) }

func TestWhatIsLeftIsCountedAsIfNothingElseHadEverBeenThere(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		other := must(w.AddClient(t.Context(), system, "Harbour", false))(t)
		otherNode, _ := w.enrol(t, other.Name)
		here, there := newChain(w.node.ID, soc.LaneNormal), newChain(otherNode.ID, soc.LaneNormal)
		must(w.Raise(t.Context(), system, store.Notice{Alert: alertAt(w.node.ID, w.clock, 5000), Client: w.client.ID, Node: w.node.ID, Once: "x"}))(t)
		must(w.Resolve(t.Context(), system, "x", "over"))(t)
		alerts := variety(w, 1600)
		for i := range alerts {
			alerts[i].EventKey = soc.NewEventKey(alerts[i].EventTime, alerts[i].ID.String())
		}
		must(w.Accept(t.Context(), system, here.delivery(here.entries(t, alerts[:900]...))))(t)
		must(w.Accept(t.Context(), system, there.delivery(there.entries(t, alerts[900:1300]...))))(t)
		w.days(20)
		for i := range alerts[1300:] { // the same groups, later
			a := &alerts[1300+i]
			if !a.EventTime.IsZero() {
				a.EventTime = a.EventTime.AddDate(0, 0, 20)
			}
			a.ID = soc.NewAlertID(a.EventTime, w.node.ID, a.Raw)
		}
		must(w.Accept(t.Context(), system, here.delivery(here.entries(t, alerts[1300:]...))))(t)
		w.days(11)
		setRetention(
			t, w,
			soc.RetentionPolicy{Severity: soc.SeverityMedium, Days: 10},
			soc.RetentionPolicy{Severity: soc.SeverityHigh, Days: 30},
			soc.RetentionPolicy{Client: "HARBOUR", Severity: soc.SeverityCritical, Days: 0},
		)
		var want []soc.AlertID
		expected := map[soc.Severity]int64{}
		for _, a := range everything(t, w, query.Query{}) {
			age := w.clock.Sub(a.ReceivedTime)
			old := a.Severity <= soc.SeverityMedium && age > 10*24*time.Hour || a.Severity == soc.SeverityHigh && age > 30*24*time.Hour
			if a.Client == "Harbour" || !old {
				want = append(want, a.ID)
				continue
			}
			expected[a.Severity]++
		}
		would := map[soc.Severity]int64{}
		for _, e := range must(w.WouldExpire(t.Context(), system))(t) {
			if e.Client != w.client.Name {
				t.Errorf("of %s would go %d", e.Client, e.Alerts)
			}
			would[e.Severity] += e.Alerts
		}
		if diff := cmp.Diff(expected, would); diff != "" {
			t.Errorf("what would go (-want +got):\n%s", diff)
		}
		sum := int64(0)
		for _, n := range expected {
			sum += n
		}
		if n := expire(t, w); n != sum || n < 600 {
			t.Errorf("%d alerts went, want %d, in more than one transaction", n, sum)
		}
		var got []soc.AlertID
		for _, a := range everything(t, w, query.Query{}) {
			got = append(got, a.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("what is left (-want +got):\n%s", diff)
		}
		checkCounts(t, w)
		for table, count := range map[string]int64{
			"raws": int64(len(want)), "alert_text": int64(len(want)), "events": int64(len(want)), "ledger": 1600,
		} {
			if n := must(store.Count(w.Store, table))(t); n != count {
				t.Errorf("%s has %d rows, want %d", table, n, count)
			}
		}
		for _, table := range []string{"rollup_hour", "rollup_rule", "rollup_facet"} {
			if n := must(store.Count(w.Store, table+" WHERE count = 0"))(t); n != 0 {
				t.Errorf("%s has %d rows that count nothing", table, n)
			}
		}
		if n := expire(t, w); n != 0 {
			t.Errorf("a second time %d went", n)
		}
		if n := must(w.Node(t.Context(), system, w.node.ID))(t); n.Delivered != 1200 || n.Alerts != 1200 {
			t.Errorf("the node delivered %d, %d of them alerts; want what it was before", n.Delivered, n.Alerts)
		}
	})
}

func TestAHoldKeepsAndReleasedLetsGo(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := newChain(w.node.ID, soc.LaneNormal)
		var made []soc.Alert
		for i := range 48 {
			made = append(made, alertAt(w.node.ID, w.clock.Add(time.Duration(i)*time.Hour), i))
		}
		began := w.clock
		w.clock = w.clock.Add(48 * time.Hour)
		must(w.Accept(t.Context(), system, c.delivery(c.entries(t, made...))))(t)
		w.days(30)
		setRetention(t, w, soc.RetentionPolicy{Severity: soc.SeverityCritical, Days: 7})
		part := must(w.AddHold(t.Context(), system, soc.Hold{Client: w.client.Name, From: began.Add(10 * time.Hour), Until: began.Add(20 * time.Hour), Reason: "case 12"}))(t)
		whole := must(w.AddHold(t.Context(), system, soc.Hold{Client: string(w.client.ID), Reason: "letter of the court"}))(t)
		if n := expire(t, w); n != 0 {
			t.Fatalf("of a client that is held %d alerts went", n)
		}
		if would := must(w.WouldExpire(t.Context(), system))(t); len(would) != 0 {
			t.Errorf("of a client that is held would go %+v", would)
		}
		if err := w.ReleaseHold(t.Context(), system, whole.ID); err != nil {
			t.Fatal(err)
		}
		if n := expire(t, w); n != 38 {
			t.Errorf("%d alerts went, want all but the ten that are held", n)
		}
		checkCounts(t, w)
		for _, a := range everything(t, w, query.Query{}) {
			if a.EventTime.Before(part.From) || !a.EventTime.Before(part.Until) {
				t.Errorf("left is an alert of %s, which is outside of the hold", a.EventTime)
			}
		}
		got := must(w.Retention(t.Context(), system))(t)
		if diff := cmp.Diff([]soc.Hold{part}, got.Holds); diff != "" {
			t.Errorf("holds (-want +got):\n%s", diff)
		}
		if err := w.ReleaseHold(t.Context(), system, part.ID); err != nil {
			t.Fatal(err)
		}
		if n := expire(t, w); n != 10 {
			t.Errorf("%d alerts went when nothing was held any more, want 10", n)
		}
		checkCounts(t, w)
		if err := w.ReleaseHold(t.Context(), system, part.ID); !errors.Is(err, soc.ErrNotFound) {
			t.Errorf("a hold that is not there is released: %v", err)
		}
	})
}

func TestTheWorstOfAGroupGoesWithTheAlertThatWasIt(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := newChain(w.node.ID, soc.LaneNormal)
		made := []soc.Alert{alertAt(w.node.ID, w.clock, 0), alertAt(w.node.ID, w.clock.Add(time.Second), 7), alertAt(w.node.ID, w.clock.Add(2*time.Second), 14)}
		made[0].Severity, made[1].Severity, made[2].Severity = soc.SeverityLow, soc.SeverityMedium, soc.SeverityInformational
		made[2].Rule.Name = "rule 0, renamed"
		must(w.Accept(t.Context(), system, c.delivery(c.entries(t, made...))))(t)
		w.days(6)
		setRetention(t, w, soc.RetentionPolicy{Severity: soc.SeverityCritical, Days: 5}, soc.RetentionPolicy{Severity: soc.SeverityLow, Days: 0})
		if n := expire(t, w); n != 1 {
			t.Fatalf("%d alerts went, want the worst", n)
		}
		checkCounts(t, w)
		setRetention(t, w, soc.RetentionPolicy{Severity: soc.SeverityInformational, Days: 5})
		if n := expire(t, w); n != 1 {
			t.Fatalf("%d alerts went, want the newest", n)
		}
		checkCounts(t, w)
	})
}

func TestAnAlertFromTheFutureIsDeletedByWhenItCame(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := newChain(w.node.ID, soc.LaneNormal)
		future, unread := alertAt(w.node.ID, w.clock.AddDate(70, 0, 0), 1), alertAt(w.node.ID, time.Time{}, 2)
		fresh := alertAt(w.node.ID, w.clock.AddDate(-3, 0, 0), 3) // an old event that came late
		must(w.Accept(t.Context(), system, c.delivery(c.entries(t, future, unread))))(t)
		w.days(9)
		must(w.Accept(t.Context(), system, c.delivery(c.entries(t, fresh))))(t)
		setRetention(t, w, soc.RetentionPolicy{Severity: soc.SeverityCritical, Days: 8})
		if n := expire(t, w); n != 2 {
			t.Errorf("%d alerts went, want the two that came nine days ago", n)
		}
		checkCounts(t, w)
	})
}

func TestAPolicyThatCannotBeIsRefused(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		setRetention(t, w, soc.RetentionPolicy{Severity: soc.SeverityLow, Days: 90})
		for name, policies := range map[string][]soc.RetentionPolicy{
			"shorter than what nodes send again": {{Severity: soc.SeverityLow, Days: 3}},
			"less than nothing":                  {{Severity: soc.SeverityLow, Days: -1}},
			"of no client":                       {{Client: "nobody", Severity: soc.SeverityLow, Days: 9}},
			"two of one":                         {{Client: w.client.Name, Days: 9}, {Client: string(w.client.ID), Days: 10}},
		} {
			if err := w.SetRetention(t.Context(), system, policies); !errors.Is(err, soc.ErrInvalid) {
				t.Errorf("a policy %s: %v, want ErrInvalid", name, err)
			}
		}
		got := must(w.Retention(t.Context(), soc.ScopeOf("x", soc.RoleViewer, "other")))(t)
		if diff := cmp.Diff([]soc.RetentionPolicy{{Severity: soc.SeverityLow, Days: 90}}, got.Policies); diff != "" {
			t.Errorf("policies (-want +got):\n%s", diff)
		}
		must(w.AddHold(t.Context(), system, soc.Hold{Client: w.client.Name, Reason: "x"}))(t)
		if got := must(w.Retention(t.Context(), soc.ScopeOf("x", soc.RoleViewer, w.client.ID)))(t); len(got.Holds) != 0 {
			t.Errorf("somebody of the client sees %+v", got.Holds)
		}
	})
}
