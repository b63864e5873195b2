package hub_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/socme-project/socme/internal/hub"
	"github.com/socme-project/socme/soc"
)

func fed(first, last int64) []soc.Fed {
	var f []soc.Fed
	for pos := first; pos <= last; pos++ {
		f = append(f, soc.Fed{Pos: pos})
	}
	return f
}

func TestEveryListenerGetsEveryEntryInOrder(t *testing.T) {
	h := hub.New(10)
	const last = 3000
	var listeners sync.WaitGroup
	for range 20 {
		listeners.Go(func() {
			for pos := int64(10); pos < last; {
				got, ok, err := h.Next(t.Context(), pos, 100)
				if err != nil || !ok {
					t.Errorf("Next after %d = %v, %v", pos, ok, err)
					return
				}
				for _, f := range got {
					if f.Pos != pos+1 {
						t.Errorf("after %d came %d", pos, f.Pos)
						return
					}
					pos = f.Pos
				}
			}
		})
	}
	for pos := int64(11); pos <= last; pos += 10 {
		h.Publish(fed(pos, min(pos+9, last)))
	}
	listeners.Wait()
}

func TestASlowListenerIsSentToTheStore(t *testing.T) {
	h := hub.New(0)
	h.Publish(fed(1, 5000))
	if _, ok, err := h.Next(t.Context(), 0, 10); ok || err != nil {
		t.Errorf("Next after 0 = %v, %v; want false: 5,000 entries do not fit", ok, err)
	}
	if got, ok, _ := h.Next(t.Context(), 4990, 100); !ok || len(got) != 10 || got[0].Pos != 4991 {
		t.Errorf("Next after 4990 = %d entries, %v; want the last 10", len(got), ok)
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := hub.New(7).Next(ctx, 7, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("Next = %v, want Canceled", err)
	}
}
