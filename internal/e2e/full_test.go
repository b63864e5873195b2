package e2e_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/e2e/rig"
	"github.com/socme-project/socme/soc"
)

// alive fails the test if the process has ended.
func alive(t *testing.T, p *rig.Process) {
	t.Helper()
	select {
	case <-p.Done():
		t.Fatalf("the process ended and said:\n%s", rig.Tail(p.String(), 2000))
	default:
	}
}

// told waits until the core tells that the node's source is in trouble.
func told(t *testing.T, p *rig.Pair) {
	t.Helper()
	within(t, patience, "the core tells that the source is in trouble", func() (bool, string) {
		alive(t, p.Node)
		n, err := p.State(t)
		if err != nil || len(n.Sources) != 1 {
			return false, fmt.Sprint(n.Sources, err)
		}
		return n.Sources[0].State == "error" && n.Sources[0].Error != "", fmt.Sprintf("%+v", n.Sources[0])
	})
	if !strings.Contains(p.Node.String(), "level=ERROR") {
		t.Error("the node's log holds no error")
	}
}

func TestANodesDiskIsFullWhileTheCoreIsThere(t *testing.T) {
	t.Parallel()
	dir := smallDisk(t, 64)
	p := rig.NewPair(t, rig.Where{NodeDir: dir})
	p.StartNode(t)
	sensor := rig.StartSensor(t, p.Eve, 5, 10*time.Millisecond)
	taken(t, p, 200)

	b := fill(t, dir)
	told(t, p)
	b.full(t)
	before := sensor.Wrote()
	within(t, patience, "the sensor goes on", func() (bool, string) { return sensor.Wrote() > before+500, "" })
	alive(t, p.Node)
	within(t, patience, "the node delivers what it holds", func() (bool, string) {
		n, err := p.State(t)
		return err == nil && n.State == soc.NodeDelivering && n.Waiting == 0, fmt.Sprint(n.State, n.Waiting, err)
	})
	b.free(t)
	_, took := p.Settle(t, sensor, patience)
	t.Logf("%d alerts; the rest came %s after there was space", sensor.Wrote(), took.Round(time.Millisecond))
	alive(t, p.Node)
	healed(t, p)
}

// TestANodesDiskIsFullWhileTheCoreIsAway: the outbox holds more than two batches of
// each lane may be on their way, so it must note what the core confirms, and there is
// no byte left to note it with.
func TestANodesDiskIsFullWhileTheCoreIsAway(t *testing.T) {
	t.Parallel()
	dir := smallDisk(t, 64)
	p := rig.NewPair(t, rig.Where{NodeDir: dir})
	p.StartNode(t)
	sensor := rig.StartSensor(t, p.Eve, 50, 10*time.Millisecond)
	taken(t, p, 200)
	p.Core.Kill()
	n := nodeAt{dir: dir}
	within(t, patience, "records pile up", func() (bool, string) {
		count := n.outbox(t, `SELECT SUM(seq) FROM lanes`)
		return count > 8000, fmt.Sprint(count)
	})
	b := fill(t, dir)
	within(t, patience, "the node tells of the full disk", func() (bool, string) {
		alive(t, p.Node)
		return strings.Contains(p.Node.String(), "level=ERROR"), rig.Tail(p.Node.String(), 500)
	})
	before := sensor.Wrote()
	within(t, patience, "the sensor goes on", func() (bool, string) { return sensor.Wrote() > before+1000, "" })
	sensor.Rest(true)
	p.StartCore(t)
	told(t, p)
	var held uint64
	within(t, patience, "the core has all that the outbox holds, on a full disk", func() (bool, string) {
		alive(t, p.Node)
		b.full(t)
		state, err := p.State(t)
		held = 0
		for _, head := range state.Heads {
			held += head.Latest
		}
		return err == nil && held > 8000 && state.Waiting == 0 && state.Alerts >= held, fmt.Sprintf("%d of %d, waiting %d, %v", state.Alerts, held, state.Waiting, err)
	})
	if wrote := uint64(sensor.Wrote()); held >= wrote {
		t.Errorf("the outbox took all %d alerts: its disk was not full", wrote)
	}
	b.free(t)
	state, took := p.Settle(t, sensor, patience)
	t.Logf("%d alerts, %d while the disk was full, %d repeated; the rest came %s after there was space", sensor.Wrote(), held, state.Repeated, took.Round(time.Millisecond))
	healed(t, p)
}

// TestANodeIsKilledOnAFullDisk: it may not be able to start there, and then says why;
// what it had is all there once there is space.
func TestANodeIsKilledOnAFullDisk(t *testing.T) {
	t.Parallel()
	dir := smallDisk(t, 64)
	p := rig.NewPair(t, rig.Where{NodeDir: dir})
	p.StartNode(t)
	sensor := rig.StartSensor(t, p.Eve, 5, 10*time.Millisecond)
	taken(t, p, 200)

	b := fill(t, dir)
	told(t, p)
	ended := false
	for range 3 {
		p.Node.Kill()
		b.full(t)
		p.StartNode(t)
		within(t, patience, "the node starts, or says why not", func() (bool, string) {
			select {
			case <-p.Node.Done():
				ended = true
			default:
			}
			said := p.Node.String()
			return strings.Contains(said, "node runs") || (ended && strings.Contains(said, "full")), said
		})
	}
	b.free(t)
	if ended {
		p.Node.Kill()
		p.StartNode(t) // as a service manager does again and again
	}
	state, took := p.Settle(t, sensor, patience)
	t.Logf("it could start on a full disk: %t; %d alerts, %d repeated; the rest came %s after there was space", !ended, sensor.Wrote(), state.Repeated, took.Round(time.Millisecond))
}

func TestTheCoresDiskIsFull(t *testing.T) {
	t.Parallel()
	dir := smallDisk(t, 96)
	p := rig.NewPair(t, rig.Where{CoreDir: dir})
	p.StartNode(t)
	sensor := rig.StartSensor(t, p.Eve, 5, 10*time.Millisecond)
	taken(t, p, 200)

	b := fill(t, dir)
	within(t, patience, "the core tells of the full disk", func() (bool, string) {
		alive(t, p.Core)
		return strings.Contains(p.Core.String(), "level=ERROR"), rig.Tail(p.Core.String(), 500)
	})
	b.full(t)
	have := len(p.Alerts(t)) // people read on: Alerts fails the test if they cannot
	for range 20 {
		state, err := p.State(t)
		if err != nil {
			t.Fatalf("the API does not answer on a full disk: %v", err)
		}
		if got := len(p.Alerts(t)); got < have || uint64(got) < state.Alerts {
			t.Errorf("%d alerts are listed of %d", got, state.Alerts)
		}
		rig.Pause(50 * time.Millisecond)
	}
	n := nodeAt{dir: p.NodeDir}
	within(t, patience, "the node keeps what the core cannot take", func() (bool, string) {
		alive(t, p.Core)
		alive(t, p.Node)
		waiting := n.outbox(t, `SELECT SUM(seq - acked) FROM lanes`)
		return waiting > 500, fmt.Sprint(waiting, " wait")
	})
	p.Core.Kill()
	b.full(t)
	p.StartCore(t) // whoever starts it again must be able to read, too
	if got := len(p.Alerts(t)); got < have {
		t.Errorf("%d alerts are listed after a start on a full disk, and were %d before", got, have)
	}
	b.full(t)
	b.free(t)
	_, took := p.Settle(t, sensor, patience)
	t.Logf("%d alerts; the rest came %s after there was space", sensor.Wrote(), took.Round(time.Millisecond))
	alive(t, p.Core)
}

// taken waits until the core has that many alerts of the node.
func taken(t *testing.T, p *rig.Pair, alerts uint64) {
	t.Helper()
	within(t, patience, "the first alerts are at the core", func() (bool, string) {
		n, err := p.State(t)
		return err == nil && n.Alerts >= alerts, fmt.Sprint(n.Alerts, err)
	})
}

// healed waits until the core tells that the node's source is well again.
func healed(t *testing.T, p *rig.Pair) {
	t.Helper()
	within(t, patience, "the source is told to be well again", func() (bool, string) {
		n, err := p.State(t)
		if err != nil || len(n.Sources) != 1 {
			return false, fmt.Sprint(n.Sources, err)
		}
		return n.Sources[0].State == "reading" && n.Sources[0].Error == "", fmt.Sprintf("%+v", n.Sources[0])
	})
}
