package core

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/socme-project/socme/soc"
)

const (
	// followEvery is how often the feed is looked at, whatever was heard.
	followEvery = 2 * time.Second
	// followAgain is how long after the connection to the database was lost it is made anew.
	followAgain = time.Second
	// followAtOnce is how many entries are read at once.
	followAtOnce = 500
)

// follow hands on to this core's streams what others have committed: another core on the
// same database, or a command on the data folder. It ends with ctx.
func (c *Core) follow(ctx context.Context) error {
	wake := make(chan struct{}, 1)
	heard := func() {
		select {
		case wake <- struct{}{}:
		default: // it is awake already
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return c.listen(ctx, heard) })
	group.Go(func() error {
		ticker := time.NewTicker(followEvery)
		defer ticker.Stop()
		for {
			if err := c.catchUp(ctx); err != nil && ctx.Err() == nil {
				c.Log.ErrorContext(ctx, "feed not read, trying again", "err", err)
			}
			select {
			case <-ctx.Done():
				return nil
			case <-wake:
			case <-c.hub.Behind():
			case <-ticker.C:
			}
		}
	})
	return group.Wait()
}

// listen listens to other cores until ctx ends.
func (c *Core) listen(ctx context.Context, heard func()) error {
	for {
		err := c.Store.Listen(ctx, system, heard)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // it was ended
		}
		c.Log.WarnContext(ctx, "other cores are not heard, trying again", "err", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(followAgain):
		}
	}
}

// catchUp publishes what the feed holds beyond the hub.
func (c *Core) catchUp(ctx context.Context) error {
	for {
		last := c.hub.Last()
		fed, next, err := c.Store.Feed(ctx, system, last, followAtOnce)
		if err != nil || next == last {
			return err
		}
		c.hub.Publish(whole(fed, last, next))
	}
}

// whole are the entries from one position to another. An alert that is gone again has left
// a hole: readers are told to query.
func whole(fed []soc.Fed, last, next int64) []soc.Fed {
	if int64(len(fed)) == next-last {
		return fed
	}
	full := make([]soc.Fed, 0, next-last)
	for pos := last + 1; pos <= next; pos++ {
		if len(fed) > 0 && fed[0].Pos == pos {
			full, fed = append(full, fed[0]), fed[1:]
		} else {
			full = append(full, soc.Fed{Pos: pos, Reset: true})
		}
	}
	return full
}
