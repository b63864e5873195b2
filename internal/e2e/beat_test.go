package e2e_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/node"
	"github.com/socme-project/socme/soc"
)

// TestABeatWithoutAnAnswerHoldsNoOtherBack: two beats vanish, and the node is heard of
// again before three would have been due.
func TestABeatWithoutAnAnswerHoldsNoOtherBack(t *testing.T) {
	t.Parallel()
	c := startCore(t, t.TempDir(), freePort(t))
	if _, err := c.api.AddClient(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	n := enrol(t, c, "acme")
	proxy := startProxy(t, c.dir, n.dir, rand.New(rand.NewPCG(1, 1)))
	proxy.calm()
	if err := node.WriteCores(n.dir, []string{proxy.url}); err != nil {
		t.Fatal(err)
	}
	n.write(t, 0, 10)
	n.start(t)
	c.delivered(t, n, 10)
	proxy.swallow.Store(2)
	within(t, patience, "two beats vanish", func() (bool, string) { left := proxy.swallow.Load(); return left <= 0, fmt.Sprint(left) })
	last := c.node(t, n.id.Node).LastSeenTime
	within(t, 3*soc.BeatEvery, "the node is heard of again", func() (bool, string) {
		got := c.node(t, n.id.Node)
		if got.State != soc.NodeDelivering {
			t.Fatalf("the node is called %s; last heard of %s ago", got.State, time.Since(got.LastSeenTime))
		}
		return got.LastSeenTime.After(last), ""
	})
}
