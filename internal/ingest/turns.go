package ingest

import (
	"context"
	"sync"
	"time"

	"github.com/socme-project/socme/soc"
)

// How long a batch waits for the one before it: one that is here, and one that may
// still be on its way, since two requests need not arrive as they were sent.
const (
	turnWait    = 2 * time.Second
	arrivalWait = 100 * time.Millisecond
)

// turns knows how many batches of each node are being worked on, and tells when one
// is done.
type turns struct {
	mu     *sync.Mutex
	inside map[soc.NodeID]int
	moved  map[soc.NodeID]chan struct{} // closed when a batch of the node is done
}

func newTurns() turns {
	return turns{mu: &sync.Mutex{}, inside: map[soc.NodeID]int{}, moved: map[soc.NodeID]chan struct{}{}}
}

// enter counts a batch in; what it returns counts it out.
func (t turns) enter(node soc.NodeID) (leave func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.inside[node]++
	if t.moved[node] == nil {
		t.moved[node] = make(chan struct{})
	}
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		close(t.moved[node])
		t.moved[node] = make(chan struct{})
		if t.inside[node]--; t.inside[node] == 0 {
			delete(t.inside, node)
			delete(t.moved, node)
		}
	}
}

// watch returns what is closed when a batch of the node is done, and whether there
// is none but the caller's.
func (t turns) watch(node soc.NodeID) (moved <-chan struct{}, alone bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.moved[node], t.inside[node] == 1
}

// wait waits for another batch to be done; false if it took too long.
func (t turns) wait(ctx context.Context, moved <-chan struct{}, alone bool) bool {
	limit := turnWait
	if alone {
		limit = arrivalWait
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-moved:
		return true
	case <-ctx.Done():
	case <-timer.C:
	}
	return false
}
