// Package hub owns the fan-out of the feed inside one core: what the ingest has
// committed reaches every stream without another look at the database. It imports
// nothing of ours but soc. A slow listener loses; the ingest never waits.
package hub

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/socme-project/socme/soc"
)

// kept is how many entries the hub holds for listeners that are behind. Further
// back, they read the store.
const kept = 4096

// Entry is an entry of the feed, shared by all who read it.
type Entry struct {
	soc.Fed
	text func() []byte
}

// NewEntry makes the entry of what was fed.
func NewEntry(fed soc.Fed) *Entry {
	e := &Entry{Fed: fed}
	e.text = sync.OnceValue(func() []byte {
		text, err := json.Marshal(&e.Alert)
		if err != nil { // our own types always marshal
			panic(err)
		}
		return text
	})
	return e
}

// JSON is the alert as the API writes it: written once, however many listen.
func (e *Entry) JSON() []byte { return e.text() }

// Hub keeps the newest entries of the feed and wakes who waits for the next.
type Hub struct {
	commit sync.Mutex // see Commit

	mu   sync.Mutex // guards what follows
	ring [kept]*Entry
	last int64         // position of the newest entry
	n    int64         // entries held, at most kept; they are last-n+1 … last
	wake chan struct{} // closed, and made anew, at each Publish

	behind chan struct{} // see Behind
}

// New makes a hub that continues after the feed's last position.
func New(last int64) *Hub {
	return &Hub{last: last, wake: make(chan struct{}), behind: make(chan struct{}, 1)}
}

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

// Publish hands on entries that were committed, in the order of their positions. Those that
// were published before are passed over. Where some are missing, since another core has
// committed them, it ends: whoever reads Behind brings these and what follows.
func (h *Hub) Publish(fed []soc.Fed) {
	h.mu.Lock()
	defer h.mu.Unlock()
	before := h.last
	for _, f := range fed {
		if f.Pos > h.last+1 {
			select {
			case h.behind <- struct{}{}:
			default: // it is told already
			}
			break
		}
		if f.Pos == h.last+1 {
			h.ring[f.Pos%kept] = NewEntry(f)
			h.last = f.Pos
		}
	}
	if h.last == before {
		return
	}
	h.n = min(h.n+h.last-before, kept)
	close(h.wake)
	h.wake = make(chan struct{})
}

// Behind tells when entries were committed that the hub has not been given.
func (h *Hub) Behind() <-chan struct{} { return h.behind }

// Last is the position of the newest entry.
func (h *Hub) Last() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last
}

// Next returns the entries after a position, at most limit, and waits until there is
// one. False means that the hub does not go back so far: read the store.
func (h *Hub) Next(ctx context.Context, after int64, limit int) (entries []*Entry, ok bool, err error) {
	for {
		h.mu.Lock()
		if after < h.last-h.n {
			h.mu.Unlock()
			return nil, false, nil
		}
		if n := min(h.last-after, int64(limit)); n > 0 {
			entries = make([]*Entry, n)
			for i := range entries {
				entries[i] = h.ring[(after+1+int64(i))%kept]
			}
			h.mu.Unlock()
			return entries, true, nil
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
