package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

func alerts(w *world, first, count int) []soc.Alert {
	made := make([]soc.Alert, count)
	for i := range made {
		made[i] = alertAt(w.node.ID, w.clock.Add(time.Duration(first+i)*time.Second), first+i)
	}
	return made
}

func counts(t *testing.T, w *world) [5]uint64 {
	t.Helper()
	n := must(w.Node(t.Context(), system, w.node.ID))(t)
	return [5]uint64{n.Delivered, n.Alerts, n.Repeated, n.Dropped, n.Missing}
}

func TestDeliveriesThatComeAgainChangeNothing(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := newChain(w.node.ID, soc.LaneNormal)
		entries := c.entries(t, alerts(w, 0, 10)...)
		first := must(w.Accept(t.Context(), system, c.delivery(entries)))(t)
		for _, part := range [][]soc.Entry{entries, entries[3:7], entries[9:]} {
			again := must(w.Accept(t.Context(), system, c.delivery(part)))(t)
			if again.Head != first.Head || len(again.Fed) != 0 {
				t.Errorf("again = %+v, want the same head and nothing new", again)
			}
		}
		more := c.entries(t, alerts(w, 10, 5)...)
		overlapping := must(w.Accept(t.Context(), system, c.delivery(append(entries[8:], more...))))(t)
		if overlapping.Head.Seq != 15 || len(overlapping.Fed) != 5 {
			t.Errorf("overlapping = head %d, %d new; want head 15, 5 new", overlapping.Head.Seq, len(overlapping.Fed))
		}
		if got, want := counts(t, w), [5]uint64{15, 15, 0, 0, 0}; got != want {
			t.Errorf("counts = %v, want %v", got, want)
		}
	})
}

func TestARepeatedAlertIsARecordAndNoSecondAlert(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := newChain(w.node.ID, soc.LaneNormal)
		made := alerts(w, 0, 4)
		must(w.Accept(t.Context(), system, c.delivery(c.entries(t, made...))))(t)
		twice := append(alerts(w, 2, 4), made[0], alerts(w, 5, 1)[0])
		must(w.Accept(t.Context(), system, c.delivery(c.entries(t, twice...))))(t)
		if got, want := counts(t, w), [5]uint64{10, 6, 4, 0, 0}; got != want {
			t.Errorf("delivered, alerts, repeated, dropped, missing = %v, want %v", got, want)
		}
		if got := must(w.Alerts(t.Context(), system, store.AlertFilter{}))(t); len(got) != 6 {
			t.Errorf("%d alerts, want 6", len(got))
		}
	})
}

func TestWhatDoesNotFitTheChainIsRefusedAndNamed(t *testing.T) {
	tests := []struct {
		name   string
		tamper func(t *testing.T, e []soc.Entry) []soc.Entry
		fork   bool
		seq    uint64
	}{
		{"a record deleted", func(_ *testing.T, e []soc.Entry) []soc.Entry { return append(e[:4:4], e[5:]...) }, true, 15},
		{"a record deleted and the rest numbered anew", func(_ *testing.T, e []soc.Entry) []soc.Entry {
			e = append(e[:4:4], e[5:]...)
			for i := 4; i < len(e); i++ {
				e[i].Seq--
			}
			return e
		}, true, 15},
		{"two records in each other's place", func(_ *testing.T, e []soc.Entry) []soc.Entry {
			e[3], e[4] = e[4], e[3]
			return e
		}, true, 14},
		{"two records in each other's place, numbered anew", func(_ *testing.T, e []soc.Entry) []soc.Entry {
			e[3], e[4] = e[4], e[3]
			e[3].Seq, e[4].Seq = e[4].Seq, e[3].Seq
			return e
		}, true, 14},
		{"a raw line changed", func(_ *testing.T, e []soc.Entry) []soc.Entry {
			e[6].RawHash[0] ^= 1
			return e
		}, true, 17},
		{"another alert's id", func(_ *testing.T, e []soc.Entry) []soc.Entry {
			e[6].AlertID[9] ^= 1
			return e
		}, true, 17},
		{"a record that the core holds changed", func(t *testing.T, e []soc.Entry) []soc.Entry {
			t.Helper()
			e[0].Seq = 10
			e[0].Value[0] ^= 1
			return e[:1]
		}, true, 10},
		{"the beginning left out", func(_ *testing.T, e []soc.Entry) []soc.Entry { return e[2:] }, false, 13},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			onEveryEngine(t, func(t *testing.T, w *world) {
				c := newChain(w.node.ID, soc.LaneNormal)
				must(w.Accept(t.Context(), system, c.delivery(c.entries(t, alerts(w, 0, 10)...))))(t)
				entries := tt.tamper(t, c.entries(t, alerts(w, 10, 10)...))
				_, err := w.Accept(t.Context(), system, c.delivery(entries))
				var ledger *soc.LedgerError
				if !errors.As(err, &ledger) || ledger.Fork != tt.fork || ledger.Seq != tt.seq {
					t.Errorf("Accept = %v (%+v), want fork %v at record %d", err, ledger, tt.fork, tt.seq)
				}
				if !tt.fork && ledger.Want != 11 {
					t.Errorf("the core wants record %d, want 11", ledger.Want)
				}
				if got, want := counts(t, w), [5]uint64{10, 10, 0, 0, 0}; got != want {
					t.Errorf("a refused delivery left traces: %v, want %v", got, want)
				}
			})
		})
	}
}

func TestAMissingRangeIsCountedAndTheLaneGoesOn(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := newChain(w.node.ID, soc.LaneUrgent)
		must(w.Accept(t.Context(), system, c.delivery(c.entries(t, alerts(w, 0, 3)...))))(t)
		c.entries(t, alerts(w, 3, 4)...) // made and lost
		gone := store.Missing{Chain: c.Chain, From: 4, Head: c.head, Latest: 9, Signed: soc.Signed{Time: w.clock, Signature: []byte{1}}}
		for range 2 { // saying it twice counts it once
			head := must(w.AcceptMissing(t.Context(), system, gone))(t)
			if head != c.head {
				t.Errorf("head = %+v, want %+v", head, c.head)
			}
		}
		must(w.Accept(t.Context(), system, c.delivery(c.entries(t, alerts(w, 7, 2)...))))(t)
		if got, want := counts(t, w), [5]uint64{5, 5, 0, 0, 4}; got != want {
			t.Errorf("delivered, alerts, repeated, dropped, missing = %v, want %v", got, want)
		}
		beyond := gone
		beyond.From, beyond.Head.Seq = 20, 30
		var ledger *soc.LedgerError
		if _, err := w.AcceptMissing(t.Context(), system, beyond); !errors.As(err, &ledger) || ledger.Want != 10 {
			t.Errorf("a range beyond the head = %v, want record 10 to be asked for", err)
		}
	})
}

func TestADroppedRecordIsCountedAndStoresNoAlert(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := newChain(w.node.ID, soc.LaneNormal)
		entries := c.entries(t, alerts(w, 0, 3)...)
		entries[1].Dropped, entries[1].Alert.Raw = true, nil
		must(w.Accept(t.Context(), system, c.delivery(entries)))(t)
		if got, want := counts(t, w), [5]uint64{3, 2, 0, 1, 0}; got != want {
			t.Errorf("delivered, alerts, repeated, dropped, missing = %v, want %v", got, want)
		}
	})
}

func TestARevokedNodeDeliversNothing(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := newChain(w.node.ID, soc.LaneNormal)
		if err := w.RevokeNode(t.Context(), system, w.node.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Accept(t.Context(), system, c.delivery(c.entries(t, alerts(w, 0, 1)...))); !errors.Is(err, soc.ErrForbidden) {
			t.Errorf("Accept = %v, want ErrForbidden", err)
		}
	})
}

func TestTheTapeTellsWhatEachQuarterBrought(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := newChain(w.node.ID, soc.LaneNormal)
		made := alerts(w, 0, 3)
		made[0].SeenTime = w.clock.Add(-2 * time.Hour)
		must(w.Accept(t.Context(), system, c.delivery(c.entries(t, append(made, made[2])...))))(t)
		got := must(w.Tape(t.Context(), system, w.node.ID))(t)
		want := []soc.TapeCell{
			{StartTime: w.clock.Add(-2 * time.Hour), Lane: soc.LaneNormal, Delivered: 1, Late: 1},
			{StartTime: w.clock, Lane: soc.LaneNormal, Delivered: 3, Repeated: 1},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestTheFeedResumesWhereAReaderWas(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := newChain(w.node.ID, soc.LaneNormal)
		for i := range 5 {
			must(w.Accept(t.Context(), system, c.delivery(c.entries(t, alerts(w, i*10, 10)...))))(t)
		}
		var seen []string
		for pos := int64(0); ; {
			fed, next, err := w.Feed(t.Context(), system, pos, 7)
			if err != nil {
				t.Fatal(err)
			}
			if next == pos {
				break
			}
			for _, f := range fed {
				seen = append(seen, fmt.Sprint(f.Pos))
			}
			pos = next
		}
		if len(seen) != 50 || seen[0] != "1" || seen[49] != "50" {
			t.Errorf("read %d entries from %s to %s, want 50 from 1 to 50", len(seen), seen[0], seen[len(seen)-1])
		}
		w.clock = w.clock.Add(25 * time.Hour)
		must(w.Accept(t.Context(), system, c.delivery(c.entries(t, alerts(w, 90_000, 1)...))))(t)
		if err := w.PruneFeed(t.Context(), system); err != nil {
			t.Fatal(err)
		}
		span := must(w.FeedSpan(t.Context(), system))(t)
		if span.Holds(49) || !span.Holds(50) || !span.Holds(51) || span.Holds(52) {
			t.Errorf("after a day the feed holds %+v, want only 51", span)
		}
	})
}

func TestHeadsAreListedNewestEpochFirstAndUrgentBeforeNormal(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		first := newChain(w.node.ID, soc.LaneNormal)
		must(w.Accept(t.Context(), system, first.delivery(first.entries(t, alerts(w, 0, 1)...))))(t)
		w.clock = w.clock.Add(time.Hour)
		for _, lane := range []soc.Lane{soc.LaneNormal, soc.LaneUrgent} {
			c := &chain{Chain: soc.Chain{Node: w.node.ID, Epoch: "epoch-2", Previous: "epoch-1", Lane: lane}}
			c.head.Value = c.Genesis()
			must(w.Accept(t.Context(), system, c.delivery(c.entries(t, alerts(w, 10*int(lane), 1)...))))(t)
		}
		var got []string
		node := must(w.Node(t.Context(), system, w.node.ID))(t)
		for _, h := range node.Heads {
			got = append(got, fmt.Sprint(h.Epoch, " ", h.Lane, " ", h.Current))
		}
		want := []string{"epoch-2 urgent true", "epoch-2 normal true", "epoch-1 normal false"}
		if diff := cmp.Diff(want, got); diff != "" || node.Forks != 1 {
			t.Errorf("%d forks, want 1 (-want +got):\n%s", node.Forks, diff)
		}
	})
}
