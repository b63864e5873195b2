package e2e_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

// listener follows the stream over every restart, as a browser does.
type listener struct {
	mu     sync.Mutex
	last   string
	ids    []soc.AlertID
	places []int64
	resets int
}

func (l *listener) run(ctx context.Context, api *sdk.Caller) {
	for ctx.Err() == nil {
		l.mu.Lock()
		last := l.last
		l.mu.Unlock()
		_ = api.Stream(ctx, "", last, func(event sdk.Event) error { // it ends with the core, and is opened again
			l.mu.Lock()
			defer l.mu.Unlock()
			if event.ID != "" {
				l.last = event.ID
			}
			switch event.Name {
			case "reset":
				l.resets++
			case "alert":
				place, err := strconv.ParseInt(event.ID, 10, 64)
				l.ids, l.places = append(l.ids, event.Alert.ID), append(l.places, place)
				return err
			}
			return nil
		})
		select {
		case <-ctx.Done():
		case <-time.After(10 * time.Millisecond): // nobody listens while the core starts
		}
	}
}

func TestARestartLosesNoEventAndNoBatch(t *testing.T) {
	const restarts, each = 4, 400
	listen, dir := freePort(t), t.TempDir()
	c := startCore(t, dir, listen)
	if _, err := c.Store.AddClient(t.Context(), soc.System("test"), "acme", false); err != nil {
		t.Fatal(err)
	}
	n := enrol(t, c, "acme")
	n.write(t, 0, 1)
	n.start(t)
	token := c.api.Token
	listeners := make([]*listener, 5)
	for i := range listeners {
		l := &listener{last: "0"}
		listeners[i] = l
		run(t, "listener", func(ctx context.Context) error {
			l.run(ctx, &sdk.Caller{URL: "http://" + listen, Token: token})
			return nil
		})
	}
	written := 1
	for range restarts {
		// The core stops while alerts are on their way.
		for range each / 40 {
			n.write(t, written, 40)
			written += 40
		}
		began := time.Now()
		c.stop(t)
		if took := time.Since(began); took > patience {
			t.Errorf("to stop took %s", took)
		}
		c = startCore(t, dir, listen)
	}
	until(t, "everything at the core", func() (bool, string) {
		is := c.node(t, n.id.Node)
		return is.Alerts == uint64(written), fmt.Sprintf("%d of %d", is.Alerts, written)
	})
	if is := c.node(t, n.id.Node); is.Delivered != uint64(written) || is.Repeated != 0 || is.Missing != 0 || is.Forks != 0 {
		t.Errorf("the node delivered %d, repeated %d, missing %d, forks %d; want %d and nothing else", is.Delivered, is.Repeated, is.Missing, is.Forks, written)
	}
	for i, l := range listeners {
		until(t, "everything at listener "+strconv.Itoa(i), func() (bool, string) {
			l.mu.Lock()
			defer l.mu.Unlock()
			return len(l.ids) >= written, fmt.Sprintf("%d of %d", len(l.ids), written)
		})
		l.mu.Lock()
		seen := map[soc.AlertID]bool{}
		for _, id := range l.ids {
			seen[id] = true
		}
		if len(seen) != written || len(l.ids) != written || l.resets != 0 || !slices.IsSorted(l.places) {
			t.Errorf("listener %d got %d events of %d alerts with %d resets, in order: %v; want each of %d once", i, len(l.ids), len(seen), l.resets, slices.IsSorted(l.places), written)
		}
		l.mu.Unlock()
	}
}
