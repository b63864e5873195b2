// Package node owns the collector: it reads sensors through its sources, keeps their
// alerts in the outbox until the core has them, and forwards them. It must never
// import the core or anything of it; the two know each other by wire alone.
package node

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/socme-project/socme/internal/config"
	"github.com/socme-project/socme/internal/wire"
	"github.com/socme-project/socme/soc"
)

// Options of New.
type Options struct {
	Dir     string // the node's data folder, enrolled
	Config  config.Node
	Version string
	Log     *slog.Logger
	Now     func() time.Time
	// Agents are those of an example node, which has no manager to ask. Nil asks as Config says.
	Agents func() ([]soc.ManagedAgent, error)
}

// Node is a collector that is ready to run.
type Node struct {
	Identity Identity

	log       *slog.Logger
	outbox    *Outbox
	sources   []*watched
	forwarder *forwarder
	facts     *facts
}

// New opens the data folder of an enrolled node.
func New(ctx context.Context, o Options) (*Node, error) {
	identity, err := ReadIdentity(o.Dir)
	if err != nil {
		return nil, err
	}
	n := &Node{Identity: identity, log: o.Log}
	filter, err := newFilter(o.Config, identity.Client, o.Now)
	if err != nil {
		return nil, err
	}
	for _, c := range o.Config.Sources {
		w, err := newSource(c, identity.Node, filter, o.Log)
		if err != nil {
			return nil, err
		}
		w.keys = hearsTwice(o.Config.Sources)
		n.sources = append(n.sources, w)
	}
	key, err := ledgerKey(o.Dir)
	if err != nil {
		return nil, err
	}
	if n.outbox, err = OpenOutbox(ctx, OutboxOptions{Dir: o.Dir, Node: identity.Node, Key: key, Log: o.Log, Now: o.Now, Quota: int64(o.Config.Outbox.Quota)}); err != nil {
		return nil, err
	}
	n.forwarder, err = newForwarder(o, identity, n.outbox, n.health)
	if err != nil {
		return nil, fmt.Errorf("prepare the way to the core: %w", err)
	}
	n.facts = &facts{forwarder: n.forwarder, look: looker()}
	if o.Config.WazuhAPI != nil {
		n.facts.agents = (&agents{config: *o.Config.WazuhAPI, log: o.Log}).ask
	}
	if o.Agents != nil {
		n.facts.agents = func(context.Context) wire.Agents { return agentsOf(o.Agents) }
	}
	return n, nil
}

// Run collects and forwards until ctx ends.
func (n *Node) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return n.outbox.Run(ctx) })
	for _, w := range n.sources {
		group.Go(func() error { return w.run(ctx, n.outbox) })
	}
	for _, l := range soc.Lanes() {
		group.Go(func() error { return n.forwarder.lane(ctx, l) })
	}
	group.Go(func() error { return n.forwarder.beats(ctx) })
	group.Go(func() error { return n.facts.run(ctx) })
	err := group.Wait()
	if closeErr := n.outbox.Close(); err == nil {
		err = closeErr
	}
	if ctx.Err() != nil && err == context.Canceled { //nolint:errorlint // exactly this: the normal end
		return nil
	}
	return err
}

func (n *Node) health() []soc.SourceHealth {
	health := make([]soc.SourceHealth, len(n.sources))
	for i, w := range n.sources {
		health[i] = w.health()
		// A full disk stops every source, and the people at the core must see it.
		if why := n.outbox.Trouble(); why != "" {
			health[i].State, health[i].Error = "error", why
		}
	}
	return health
}
