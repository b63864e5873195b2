package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// pair makes the two alerts that Suricata and Wazuh make of event n.
func pair(w *world, n int) (own, passed soc.Alert) {
	own = alertAt(w.node.ID, w.clock.Add(time.Duration(n)*time.Second), n)
	own.EventKey = soc.NewEventKey(own.EventTime, fmt.Sprint("flow ", n))
	passed = own
	passed.Via = "wazuh"
	passed.Raw = fmt.Appendf(nil, `{"rule":{"id":"86601"},"n":%d}`, n)
	passed.ID = soc.NewAlertID(passed.EventTime, w.node.ID, passed.Raw)
	return own, passed
}

func TestTwoWitnessesOfOneEventAreOneAlert(t *testing.T) {
	tests := []struct {
		name     string
		batches  int  // in how many deliveries they come
		itsTurn  bool // Suricata's own comes first
		severity soc.Severity
	}{
		{"Suricata's comes first", 2, true, soc.SeverityLow},
		{"Wazuh's comes first", 2, false, soc.SeverityLow},
		{"both come together", 1, true, soc.SeverityLow},
		{"both come together, Wazuh's first", 1, false, soc.SeverityLow},
		{"the second takes it for worse", 2, true, soc.SeverityHigh},
		{"the second takes it for worse, together", 1, true, soc.SeverityHigh},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			onEveryEngine(t, func(t *testing.T, w *world) {
				own, passed := pair(w, 1)
				other, _ := pair(w, 2)
				passed.Severity = tt.severity
				first, second := own, passed
				if !tt.itsTurn {
					first, second = passed, own
				}
				c := newChain(w.node.ID, soc.LaneNormal)
				var fed []soc.Fed
				if tt.batches == 1 {
					fed = must(w.Accept(t.Context(), system, c.delivery(c.entries(t, first, other, second))))(t).Fed
				} else {
					must(w.Accept(t.Context(), system, c.delivery(c.entries(t, first, other))))(t)
					fed = must(w.Accept(t.Context(), system, c.delivery(c.entries(t, second))))(t).Fed
				}
				if got, want := counts(t, w), [5]uint64{3, 2, 1, 0, 0}; got != want {
					t.Errorf("delivered, alerts, repeated, dropped, missing = %v, want %v", got, want)
				}
				alert := must(w.Alert(t.Context(), system, first.ID))(t)
				if alert.Witnesses != 1 || alert.Severity != tt.severity {
					t.Errorf("the alert has %d witnesses and severity %v, want 1 and %v", alert.Witnesses, alert.Severity, tt.severity)
				}
				if len(fed) == 0 || fed[0].Alert.ID != first.ID || fed[0].Alert.Witnesses != 1 || fed[0].Alert.Severity != tt.severity {
					t.Errorf("streams get %+v, want the alert with its witness", fed)
				}
				if same := must(w.Alert(t.Context(), system, second.ID))(t); same.ID != first.ID {
					t.Errorf("the witness's id leads to %s, want %s", same.ID, first.ID)
				}
				if raw := must(w.AlertRaw(t.Context(), system, second.ID))(t); string(raw) != string(second.Raw) {
					t.Errorf("the witness's raw line is %q, want %q", raw, second.Raw)
				}
				witnesses := must(w.Witnesses(t.Context(), system, first.ID))(t)
				if len(witnesses) != 1 || witnesses[0].ID != second.ID || witnesses[0].Via != second.Via || witnesses[0].RawSHA256 != second.RawHash() || witnesses[0].Seq == 0 {
					t.Errorf("witnesses = %+v, want the second record", witnesses)
				}
				// Once more, from another read of the same files: nothing changes.
				must(w.Accept(t.Context(), system, c.delivery(c.entries(t, second, first))))(t)
				if got, want := counts(t, w), [5]uint64{5, 2, 3, 0, 0}; got != want {
					t.Errorf("after a repeat: %v, want %v", got, want)
				}
			})
		})
	}
}

// One packet can make two alerts of one rule; each has its own witness.
func TestTwoAlertsOfOnePacketStayTwo(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		a, passedA := pair(w, 1)
		b, passedB := pair(w, 1)
		b.Raw, passedB.Raw = append(b.Raw, ' '), append(passedB.Raw, ' ')
		b.ID, passedB.ID = soc.NewAlertID(b.EventTime, w.node.ID, b.Raw), soc.NewAlertID(b.EventTime, w.node.ID, passedB.Raw)
		c := newChain(w.node.ID, soc.LaneNormal)
		must(w.Accept(t.Context(), system, c.delivery(c.entries(t, a, b))))(t)
		if got, want := counts(t, w), [5]uint64{2, 2, 0, 0, 0}; got != want {
			t.Errorf("before Wazuh's: %v, want %v", got, want)
		}
		must(w.Accept(t.Context(), system, c.delivery(c.entries(t, passedA, passedB))))(t)
		if got, want := counts(t, w), [5]uint64{4, 2, 2, 0, 0}; got != want {
			t.Errorf("delivered, alerts, repeated, dropped, missing = %v, want %v", got, want)
		}
		for _, alert := range must(w.Alerts(t.Context(), system, store.AlertFilter{}))(t) {
			if alert.Witnesses != 1 {
				t.Errorf("alert %s has %d witnesses, want 1", alert.ID, alert.Witnesses)
			}
		}
	})
}

func TestTheOrderOfListsIsThatOfTheCoresClock(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := newChain(w.node.ID, soc.LaneNormal)
		var made []soc.Alert
		for i := range 20 {
			// The clock of the node jumps ten minutes ahead, back, and ten minutes behind.
			skew := []time.Duration{0, 10 * time.Minute, -10 * time.Minute, 1500 * time.Millisecond}[i/5]
			a := alertAt(w.node.ID, w.clock.Add(time.Duration(i)*10*time.Second+skew), i)
			if ms := skew.Milliseconds(); i >= 5 {
				a.SkewMS = &ms
			}
			made = append(made, a)
		}
		must(w.Accept(t.Context(), system, c.delivery(c.entries(t, made...))))(t)
		for i, got := range must(w.Alerts(t.Context(), system, store.AlertFilter{}))(t) {
			if want := made[len(made)-1-i]; got.ID != want.ID {
				t.Fatalf("alert %d of the list is not the one that happened then", i)
			}
		}
	})
}
