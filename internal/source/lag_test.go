package source

import (
	"context"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/soc"
)

func TestTheLagIsWhatStandsThereAndIsNotRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "eve.json")
	clock := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	var now atomic.Pointer[time.Time]
	now.Store(&clock)
	pass := func(d time.Duration) { later := now.Load().Add(d); now.Store(&later) }
	f := testFile(path)
	f.now = func() time.Time { return *now.Load() }
	if state := f.State(); state != (State{}) {
		t.Errorf("before it runs: %+v", state)
	}
	n := newNode()
	gate := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- f.Run(ctx, nil, func(ctx context.Context, b Batch) error {
			select {
			case <-gate:
			case <-ctx.Done():
				return ctx.Err()
			}
			return n.emit(ctx, b)
		})
	}()
	appendFile(t, path, numbered(0, 1000))
	first := int64(len(numbered(0, 1000)))
	lag := func() State { pass(lagEvery); return f.State() }
	wait(t, "the node to have no room", func() bool { return lag().LagBytes == 0 && f.clearsNothing() })
	gate <- struct{}{}
	wait(t, "the first lines", func() bool { return n.count() == 1000 })
	appendFile(t, path, numbered(1000, 300_000))
	rest := int64(len(numbered(1000, 300_000)))
	wait(t, "the rest to be noticed", func() bool { return lag().LagBytes > rest/2 })
	since := f.State().LagTime
	if since.IsZero() {
		t.Error("the lag has no time")
	}
	if pass(time.Minute); f.State().LagTime != since || f.State().LagBytes > first+rest {
		t.Errorf("a minute later: %+v, want since %s", f.State(), since)
	}
	close(gate)
	wait(t, "all lines", func() bool { return n.count() == 300_000 })
	wait(t, "the lag to end", func() bool { return lag() == State{} })
	// Half a line that stands there is read, and is no lag.
	appendFile(t, path, "{\"n\":")
	wait(t, "no lag", func() bool { return lag() == State{} })
	cancel()
	<-done
}

// clearsNothing says that no pass has ended: a batch is on its way.
func (f *File) clearsNothing() bool {
	f.lag.mu.Lock()
	defer f.lag.mu.Unlock()
	return len(f.lag.gauges) > 0
}

func TestEveryAlertHasThePlaceOfItsLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "eve.json")
	text := line(0) + "no alert\n" + line(1) + "\n" + line(2)
	n := newNode()
	follow(t, path, n)
	appendFile(t, path, text)
	wait(t, "the lines", func() bool { return n.count() == 3 })
	want := map[string][]soc.Place{
		"0": {{Path: path}},
		"1": {{Path: path, Offset: int64(len(line(0) + "no alert\n"))}},
		"2": {{Path: path, Offset: int64(len(text) - len(line(2)))}},
	}
	if diff := cmp.Diff(want, n.places); diff != "" {
		t.Error(diff)
	}
}
