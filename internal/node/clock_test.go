package node

import (
	"testing"
	"time"
)

func TestTheSkewFollowsEveryStepOfTheMachinesClock(t *testing.T) {
	core := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	wall, steady := core.Add(300*time.Millisecond), time.Duration(0)
	c := &clock{wall: func() time.Time { return wall }, steady: func() time.Duration { return steady }}
	pass := func(d time.Duration) { core, wall, steady = core.Add(d), wall.Add(d), steady+d }
	if got := c.skew(); got != nil {
		t.Fatalf("before any answer the skew is %d ms, want unknown", *got)
	}
	asked := steady
	pass(time.Second) // on the way there
	told := core
	pass(time.Second) // and back
	c.learn(asked, told)
	want := func(what string, ms int64) {
		t.Helper()
		if got := c.skew(); got == nil || *got != ms {
			t.Errorf("%s: skew %v, want %d ms", what, got, ms)
		}
	}
	want("after an answer", 300)
	wall = wall.Add(10 * time.Minute)
	want("the clock jumps ahead", 600_300)
	pass(time.Hour)
	want("an hour later, without an answer", 600_300)
	wall = wall.Add(-20 * time.Minute)
	want("the clock jumps back", -599_700)

	asked = steady
	pass(time.Minute)
	c.learn(asked, core.Add(-time.Hour)) // an answer that took so long tells nothing
	c.learn(steady, time.Time{})         // nor does one without a time
	want("after answers that tell nothing", -599_700)
}
