package ingest

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// crowdMost is how many records are committed together: as many as one batch may have.
const crowdMost = 1000

// crowd gathers the deliveries that wait for their turn to commit. Whoever gets it takes
// along what other nodes have brought meanwhile, so that small batches of many nodes share
// what a commit costs, and nobody waits for company.
type crowd struct {
	mu      sync.Mutex
	waiting []*waiter
}

// waiter is a delivery that is to be committed, and what became of it.
type waiter struct {
	store.Delivery
	store.Outcome
	done bool
}

func (c *crowd) bring(d store.Delivery) *waiter {
	w := &waiter{Delivery: d}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = append(c.waiting, w)
	return w
}

// take takes w out and, as far as they fit, those that came first: one of each node,
// since what a node sends next depends on what became of the one before. It is nil if
// somebody has taken w along.
func (c *crowd) take(w *waiter) []*waiter {
	c.mu.Lock()
	defer c.mu.Unlock()
	if w.done {
		return nil
	}
	taken, records, nodes := []*waiter{w}, len(w.Entries), map[soc.NodeID]bool{w.Chain.Node: true}
	c.waiting = slices.DeleteFunc(c.waiting, func(other *waiter) bool {
		if other == w {
			return true
		}
		if nodes[other.Chain.Node] || records+len(other.Entries) > crowdMost {
			nodes[other.Chain.Node] = true // those behind it must not pass it
			return false
		}
		nodes[other.Chain.Node] = true
		records += len(other.Entries)
		taken = append(taken, other)
		return true
	})
	for _, w := range taken {
		w.done = true
	}
	return taken
}

// commit commits a delivery, and others with it.
func (i *Ingest) commit(ctx context.Context, d store.Delivery) (store.Accepted, error) {
	w := i.crowd.bring(d)
	ctx = context.WithoutCancel(ctx) // what others brought does not end with this request
	_ = i.Hub.Commit(func() (fed []soc.Fed, _ error) {
		taken := i.crowd.take(w)
		if len(taken) == 0 {
			return nil, nil
		}
		ds := make([]store.Delivery, len(taken))
		for n, other := range taken {
			ds[n] = other.Delivery
		}
		for n, outcome := range i.Store.AcceptAll(ctx, system, ds) {
			taken[n].Outcome = outcome
			fed = append(fed, outcome.Fed...)
		}
		slices.SortFunc(fed, func(a, b soc.Fed) int { return cmp.Compare(a.Pos, b.Pos) })
		return fed, nil // each has its own error
	})
	return w.Accepted, w.Err
}
