package ingest

import (
	"context"
	"crypto/ed25519"
	"log/slog"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/hub"
	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/internal/store/storetest"
	"github.com/socme-project/socme/soc"
)

// watched is a core with one node, and two clocks: that of the wall can be set.
type watched struct {
	*Ingest
	wall, steady time.Time
	node         soc.NodeID
}

func TestMain(m *testing.M) { storetest.Main(m) }

func newWatched(t *testing.T, d storetest.Database) *watched {
	t.Helper()
	w := &watched{wall: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC), steady: time.Now()}
	now := func() time.Time { return w.wall }
	s := d.Open(t, now)
	w.Ingest = &Ingest{Store: s, Hub: hub.New(0), Log: slog.New(slog.DiscardHandler), Now: now}
	if err := w.Prepare(); err != nil {
		t.Fatal(err)
	}
	w.heard = newHeard(w.steady)
	client, err := s.AddClient(t.Context(), system, "Acme", false)
	if err != nil {
		t.Fatal(err)
	}
	secret, _, err := s.AddEnrolment(t.Context(), system, client.Name, "gate")
	if err != nil {
		t.Fatal(err)
	}
	public, _, _ := ed25519.GenerateKey(nil)
	node, err := s.Enrol(t.Context(), system, store.Enrolment{
		Secret: secret, LedgerKey: public, Name: "gate",
		Sign: func(soc.NodeID) (time.Time, error) { return w.wall, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	w.node = node.ID
	return w
}

func (w *watched) pass(d time.Duration) { w.wall, w.steady = w.wall.Add(d), w.steady.Add(d) }

func (w *watched) beat(t *testing.T) {
	t.Helper()
	w.heard.note(w.node, w.steady)
	if err := w.Store.Beat(context.Background(), system, w.node, store.Beat{}); err != nil {
		t.Fatal(err)
	}
}

// notices looks at the nodes, and returns the states of the alerts about them.
func (w *watched) notices(t *testing.T) []soc.AlertState {
	t.Helper()
	if err := w.watch(t.Context(), w.steady); err != nil {
		t.Fatal(err)
	}
	q, err := query.Parse("rule:node-offline", query.Asker{Now: w.wall})
	if err != nil {
		t.Fatal(err)
	}
	alerts, err := w.Store.Alerts(t.Context(), system, store.AlertFilter{Query: q})
	if err != nil {
		t.Fatal(err)
	}
	states := make([]soc.AlertState, len(alerts))
	for i, a := range alerts {
		states[i] = a.State
	}
	return states
}

func wantStates(t *testing.T, what string, got []soc.AlertState, want ...soc.AlertState) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: alerts %v, want %v", what, got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%s: alerts %v, want %v", what, got, want)
		}
	}
}

func TestASilentNodeRaisesOneAlertThatResolvesItself(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d storetest.Database) {
		w := newWatched(t, d)
		wantStates(t, "never heard of", w.notices(t))
		w.beat(t)
		w.pass(29 * time.Second)
		wantStates(t, "after less than three beats", w.notices(t))
		w.pass(2 * time.Second)
		wantStates(t, "after three beats", w.notices(t), soc.AlertOpen)
		w.pass(time.Hour)
		wantStates(t, "an hour later", w.notices(t), soc.AlertOpen)
		w.beat(t)
		wantStates(t, "heard again", w.notices(t), soc.AlertResolved)
		w.pass(40 * time.Second)
		wantStates(t, "silent again", w.notices(t), soc.AlertOpen, soc.AlertResolved)
		if err := w.Store.RevokeNode(t.Context(), system, w.node); err != nil {
			t.Fatal(err)
		}
		wantStates(t, "revoked", w.notices(t), soc.AlertResolved, soc.AlertResolved)
	})
}

func TestNeitherTheCoresClockNorItsStartMakesANodeOffline(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d storetest.Database) {
		w := newWatched(t, d)
		w.beat(t)
		w.wall = w.wall.Add(10 * time.Minute)
		wantStates(t, "the core's clock was set", w.notices(t))

		w.heard = newHeard(w.steady) // the core starts anew, and has heard of nobody
		wantStates(t, "just started", w.notices(t))
		w.pass(31 * time.Second)
		wantStates(t, "started 31 s ago", w.notices(t))
		w.pass(20 * time.Second)
		wantStates(t, "started 51 s ago", w.notices(t), soc.AlertOpen)
	})
}

func TestWhatAnotherCoreHearsIsHeardWhateverItsClock(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d storetest.Database) {
		w := newWatched(t, d)
		wantStates(t, "at the start", w.notices(t))
		w.pass(time.Minute)
		wantStates(t, "never heard of", w.notices(t)) // and so not offline
		for range 20 {                                // beats reach the other core, whose clock is five minutes behind
			w.pass(10 * time.Second)
			w.wall = w.wall.Add(-5 * time.Minute)
			if err := w.Store.Beat(t.Context(), system, w.node, store.Beat{}); err != nil {
				t.Fatal(err)
			}
			w.wall = w.wall.Add(5 * time.Minute)
			wantStates(t, "heard by another core", w.notices(t))
		}
		w.pass(31 * time.Second)
		wantStates(t, "heard by nobody", w.notices(t), soc.AlertOpen)
	})
}
