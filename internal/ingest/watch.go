package ingest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/socme-project/socme/soc"
)

const (
	watchEvery = 5 * time.Second
	// silence is how long a node may say nothing: three beats.
	silence = 3 * soc.BeatEvery
	// grace is how long nodes have after the start of the core to be heard again.
	grace = silence + 15*time.Second
)

// heard is when each node was last heard of by this core, on a clock that never jumps:
// when the core's clock is set, no node goes offline.
type heard struct {
	mu    sync.Mutex
	began time.Time
	last  map[soc.NodeID]time.Time
	kept  map[soc.NodeID]kept
}

// kept is what the database said last of when a node was heard, by whatever core's clock,
// and when it was looked at.
type kept struct{ last, looked time.Time }

func newHeard(now time.Time) *heard {
	return &heard{began: now, last: map[soc.NodeID]time.Time{}, kept: map[soc.NodeID]kept{}}
}

func (h *heard) note(id soc.NodeID, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last[id] = now
}

// told takes what the database says of when a node was last heard. If it has changed and
// this core has heard nothing, another one has: what it says is by that core's clock.
func (h *heard) told(id soc.NodeID, last, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	before, ok := h.kept[id]
	if ok && !before.last.Equal(last) && h.last[id].Before(before.looked) {
		h.last[id] = now
	}
	h.kept[id] = kept{last, now}
}

// silent says whether a node has said nothing for too long.
func (h *heard) silent(id soc.NodeID, now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if last, ok := h.last[id]; ok {
		return now.Sub(last) > silence
	}
	return now.Sub(h.began) > grace
}

// Watch raises an alert when a node falls silent, and resolves it when the node is heard
// again, until ctx ends.
func (i *Ingest) Watch(ctx context.Context) error {
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	for {
		if err := i.watch(ctx, time.Now()); err != nil && ctx.Err() == nil {
			i.Log.ErrorContext(ctx, "nodes not looked at, trying again", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

func (i *Ingest) watch(ctx context.Context, now time.Time) error {
	nodes, err := i.Store.Nodes(ctx, system)
	if err != nil {
		return err
	}
	for _, n := range nodes {
		name := "offline " + string(n.ID) + " "
		open, err := i.Store.Unresolved(ctx, system, name)
		if err != nil {
			return err
		}
		// Another core may have heard it: the database says so.
		i.heard.told(n.ID, n.LastSeenTime, now)
		offline := n.State == soc.NodeOffline && i.heard.silent(n.ID, now)
		switch {
		case offline && len(open) == 0:
			err = i.raiseOffline(ctx, n, name)
		case !offline && n.State != soc.NodeOffline && len(open) > 0:
			err = i.resolveOffline(ctx, n, open)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (i *Ingest) raiseOffline(ctx context.Context, n soc.Node, name string) error {
	from := caller{id: n.ID}
	from.Name, from.Client = n.Name, n.ClientID
	details := []soc.Detail{
		{Name: "last heard", Value: n.LastSeenTime.Format(time.RFC3339)},
		{Name: "address", Value: n.Address},
		{Name: "what to do", Value: "Nothing is lost while the node runs: it keeps what its sensors find, up to its quota. Look whether the machine, its link and the service socme run. This alert resolves itself when the node is heard again."},
	}
	return i.raise(ctx, from, notice{
		rule: "node-offline", once: name + fmt.Sprint(n.LastSeenTime.UnixMilli()),
		name: fmt.Sprintf("Node %s is offline", n.Name), severity: soc.SeverityHigh, details: details,
	})
}

func (i *Ingest) resolveOffline(ctx context.Context, n soc.Node, open []string) error {
	why := "the node was heard again"
	if n.State == soc.NodeRevoked {
		why = "the node was revoked"
	}
	for _, once := range open {
		err := i.Hub.Commit(func() ([]soc.Fed, error) { return i.Store.Resolve(ctx, system, once, why) })
		if err != nil {
			return err
		}
		i.Log.InfoContext(ctx, "notice resolved", "rule", "node-offline", "node", n.ID, "why", why)
	}
	return nil
}
