package hub_test

import (
	"context"
	"encoding/json"
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

func TestListenersShareTheTextOfAnAlert(t *testing.T) {
	h := hub.New(0)
	h.Publish([]soc.Fed{{Pos: 1, Alert: soc.StoredAlert{Client: "acme"}}})
	var texts [2][]byte
	for i := range texts {
		entries, ok, err := h.Next(t.Context(), 0, 10)
		if err != nil || !ok || len(entries) != 1 {
			t.Fatalf("Next = %d entries, %v, %v", len(entries), ok, err)
		}
		texts[i] = entries[0].JSON()
	}
	if &texts[0][0] != &texts[1][0] {
		t.Error("the alert was written twice")
	}
	var alert soc.StoredAlert
	if err := json.Unmarshal(texts[0], &alert); err != nil || alert.Client != "acme" {
		t.Errorf("the text says %q, %v", alert.Client, err)
	}
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

func TestWhatOtherCoresCommitComesInItsPlace(t *testing.T) {
	h := hub.New(10)
	told := func() bool {
		select {
		case <-h.Behind():
			return true
		default:
			return false
		}
	}
	want := func(what string, last int64, behind bool) {
		t.Helper()
		if got := told(); h.Last() != last || got != behind {
			t.Errorf("%s: the newest is %d, and it is behind %v; want %d, %v", what, h.Last(), got, last, behind)
		}
	}
	h.Publish(fed(11, 12))
	want("what follows", 12, false)
	h.Publish(fed(15, 16))
	want("another core has 13 and 14", 12, true)
	h.Publish(fed(11, 16))
	want("all that was missing, and what is there already", 16, false)
	h.Publish(fed(12, 14))
	want("only what is there already", 16, false)
	h.Publish(append(fed(17, 18), fed(20, 20)...))
	want("a hole inside", 18, true)
	h.Publish(fed(19, 20))
	got, ok, err := h.Next(t.Context(), 10, 100)
	if !ok || err != nil || len(got) != 10 {
		t.Fatalf("%d entries, %v, %v; want 11 to 20", len(got), ok, err)
	}
	for i, f := range got {
		if f.Pos != 11+int64(i) {
			t.Errorf("entry %d is at %d", i, f.Pos)
		}
	}
}
