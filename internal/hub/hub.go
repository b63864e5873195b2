// Package hub owns the fan-out of the feed inside one core: what the ingest has
// committed reaches every stream without another look at the database. It imports
// nothing of ours but soc. A slow listener loses; the ingest never waits.
package hub

import (
	"context"
	"sync"

	"github.com/socme-project/socme/soc"
)

// kept is how many entries the hub holds for listeners that are behind. Further
// back, they read the store.
const kept = 4096

// Hub keeps the newest entries of the feed and wakes who waits for the next.
type Hub struct {
	commit sync.Mutex // see Commit

	mu   sync.Mutex // guards what follows
	ring [kept]soc.Fed
	last int64         // position of the newest entry
	n    int64         // entries held, at most kept; they are last-n+1 … last
	wake chan struct{} // closed, and made anew, at each Publish
}

// New makes a hub that continues after the feed's last position.
func New(last int64) *Hub { return &Hub{last: last, wake: make(chan struct{})} }

// Commit calls do, which commits to the store, and publishes what it has fed. One call
// runs at a time: so the order of commits is the order of publishing, and positions rise
// in both.
func (h *Hub) Commit(do func() ([]soc.Fed, error)) error {
	h.commit.Lock()
	defer h.commit.Unlock()
	fed, err := do()
	h.Publish(fed)
	return err
}

// Publish hands on entries that were committed. They follow each other without gaps,
// in the order of their positions, and after all that was published before.
func (h *Hub) Publish(fed []soc.Fed) {
	if len(fed) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, f := range fed {
		h.ring[f.Pos%kept] = f
		h.last = f.Pos
	}
	h.n = min(h.n+int64(len(fed)), kept)
	close(h.wake)
	h.wake = make(chan struct{})
}

// Next returns the entries after a position, at most limit, and waits until there is
// one. False means that the hub does not go back so far: read the store.
func (h *Hub) Next(ctx context.Context, after int64, limit int) (fed []soc.Fed, ok bool, err error) {
	for {
		h.mu.Lock()
		if after < h.last-h.n {
			h.mu.Unlock()
			return nil, false, nil
		}
		if n := min(h.last-after, int64(limit)); n > 0 {
			fed = make([]soc.Fed, n)
			for i := range fed {
				fed[i] = h.ring[(after+1+int64(i))%kept]
			}
			h.mu.Unlock()
			return fed, true, nil
		}
		wake := h.wake
		h.mu.Unlock()
		select {
		case <-ctx.Done():
			return nil, false, ctx.Err()
		case <-wake:
		}
	}
}
