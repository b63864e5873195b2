package wazuh

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	requestsPerMinute = 300 // max_request_per_minute of the server, for all its callers together
	eventsPerMinute   = 30  // of POST /events
)

// NewLimiter holds requests to at most perMinute in any minute, a sixth of them at
// once. The server counts in fixed minutes; no such minute sees more.
func NewLimiter(perMinute int) *rate.Limiter {
	burst := max(1, perMinute/6)
	return rate.NewLimiter(rate.Limit(float64(max(1, perMinute-burst))/60), burst)
}

// pause is a time in which nobody asks, since the server said that it is too busy.
type pause struct {
	mu    sync.Mutex
	until time.Time
}

func (p *pause) extend(until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until.After(p.until) {
		p.until = until
	}
}

func (p *pause) left(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.until.Sub(now)
}

// sleep waits, unless ctx ends before.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// backoff is how long to wait before another try: 1 s, twice as long each time, 30 s at
// most, with a fifth of chance. The server's minute is over after two of the longest.
func backoff(try int) time.Duration {
	d := min(time.Second<<min(try, 5), 30*time.Second)
	return d - d/10 + rand.N(d/5) //nolint:gosec // chance is all that is wanted
}
