package node

import (
	"context"
	"math/rand/v2"
	"time"
)

// backoff waits longer after each failure, with jitter so that a thousand nodes do
// not come back in the same second.
type backoff struct {
	next, most time.Duration
}

func newBackoff(most time.Duration) *backoff {
	return &backoff{next: 100 * time.Millisecond, most: most}
}

// wait waits, and returns an error only when ctx ended first.
func (b *backoff) wait(ctx context.Context) error { return b.waitOr(ctx, nil) }

// waitOr is wait that early cuts short.
func (b *backoff) waitOr(ctx context.Context, early <-chan struct{}) error {
	d := b.next/2 + rand.N(b.next/2+1) //nolint:gosec // nobody gains from guessing a pause
	b.next = min(b.next*2, b.most)
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
	case <-early:
	}
	return nil
}

func (b *backoff) reset() { b.next = 100 * time.Millisecond }
