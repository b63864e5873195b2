package node

import (
	"sync"
	"time"
)

// slowAnswer is how long an answer may take and still tell the time.
const slowAnswer = 4 * time.Second

// clock is what the node knows of the core's time. It counts on by a clock that never
// jumps, so that a step of the machine's own clock is known at once.
type clock struct {
	wall   func() time.Time
	steady func() time.Duration // since some moment; it never jumps

	mu    sync.Mutex
	known bool
	core  time.Time     // the core's time
	at    time.Duration // and when it was that, by steady
}

func newClock(wall func() time.Time) *clock {
	began := time.Now()
	return &clock{wall: wall, steady: func() time.Duration { return time.Since(began) }}
}

// learn takes the core's time out of an answer: it was that in the middle between asked
// and now.
func (c *clock) learn(asked time.Duration, core time.Time) {
	now := c.steady()
	if core.IsZero() || now-asked > slowAnswer {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known, c.core, c.at = true, core, asked+(now-asked)/2
}

// skew is the machine's clock minus the core's, in ms; nil while it is not known.
func (c *clock) skew() *int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.known {
		return nil
	}
	ms := c.wall().Sub(c.core.Add(c.steady() - c.at)).Milliseconds()
	return &ms
}
