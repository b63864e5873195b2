package core

import (
	"context"
	"errors"
	"time"

	"github.com/socme-project/socme/internal/metrics"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

const (
	expireEvery = time.Hour
	expireFirst = time.Minute // after the start, which has enough to do
)

// expire deletes what the retention policies let go, every hour, until ctx ends.
func (c *Core) expire(ctx context.Context) error {
	for timer := time.NewTimer(expireFirst); ; timer.Reset(expireEvery) {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		case <-c.Store.Removals(): // a client was deleted: its data need not wait
		}
		for done := false; !done; {
			var deleted int64
			var err error
			deleted, done, err = c.Store.Expire(ctx, system, expireEvery)
			c.metrics.Expired(deleted)
			if deleted > 0 {
				c.Log.InfoContext(ctx, "old alerts deleted", "alerts", deleted)
			}
			if err != nil {
				if ctx.Err() == nil && !errors.Is(err, soc.ErrConflict) { // somebody else is at it
					c.Log.ErrorContext(ctx, "old alerts not deleted, trying again later", "err", err)
				}
				break
			}
		}
		c.trimAudit(ctx)
	}
}

// trimAudit lets old records of the audit go.
func (c *Core) trimAudit(ctx context.Context) {
	var gone int64
	_, err := c.Store.Only(ctx, system, store.JobAudit, func() (err error) {
		gone, err = c.Store.TrimAudit(ctx, system)
		return err
	})
	if gone > 0 {
		c.Log.InfoContext(ctx, "old records of the audit deleted", "records", gone)
	}
	if err != nil && ctx.Err() == nil {
		c.Log.ErrorContext(ctx, "old records of the audit not deleted, trying again later", "err", err)
	}
}

// state reads what the metrics tell of the moment.
func (c *Core) state(ctx context.Context) (metrics.State, error) {
	now := metrics.State{Trouble: c.Store.Trouble() != ""}
	now.DatabaseBytes, now.WALBytes = c.Store.Size()
	span, err := c.Store.FeedSpan(ctx, system)
	if err != nil {
		return now, err
	}
	now.FeedFirst, now.FeedLast = span.First, span.Last
	now.Nodes, err = c.Store.Nodes(ctx, system)
	return now, err
}
