package e2e_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/e2e/forgetfs"
	"github.com/socme-project/socme/internal/e2e/rig"
)

// powerLosses is how often each side loses its power; SOCME_POWER_LOSSES sets another
// number, SOCME_POWER_SEED repeats a run.
const powerLosses = 12

// forgetful is a mounted disk that forgets, and the chances of a run.
func forgetful(t *testing.T) (disk *forgetfs.Disk, dir string, losses int, random *rand.Rand) {
	t.Helper()
	if _, err := os.Stat("/dev/fuse"); err != nil {
		t.Skip("a disk that forgets needs /dev/fuse")
	}
	if os.Getuid() != 0 {
		t.Skip("a disk that forgets needs root")
	}
	seed := setInt(t, "SOCME_POWER_SEED", uint64(time.Now().UnixNano()))
	losses = int(setInt(t, "SOCME_POWER_LOSSES", powerLosses))
	t.Logf("%d losses of power, SOCME_POWER_SEED=%d", losses, seed)
	rig.SweepMounts(t)
	disk, dir = forgetfs.New(rig.MountName()), t.TempDir()
	if err := disk.Mount(dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := disk.Unmount(); err != nil {
			t.Error(err)
		}
	})
	return disk, dir, losses, rand.New(rand.NewPCG(seed, 4))
}

// lose loses the power of a disk whose program was killed, and returns a copy of what
// is left.
func lose(t *testing.T, disk *forgetfs.Disk, random *rand.Rand) (left string) {
	t.Helper()
	loss, err := disk.PowerLoss(random)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(loss)
	left = t.TempDir()
	if err := disk.CopyTo(left); err != nil {
		t.Fatal(err)
	}
	return left
}

// TestANodeLosesItsPower: what the node committed is on its disk, and what it had not
// committed it reads again from the sensor's file.
func TestANodeLosesItsPower(t *testing.T) {
	t.Parallel()
	disk, dir, losses, random := forgetful(t)
	p := rig.NewPair(t, rig.Where{NodeDir: dir})
	disk.Sync() // node.toml is not ours: its owner saved it long ago
	p.StartNode(t)
	sensor := rig.StartSensor(t, p.Eve, 3, 10*time.Millisecond)
	for range losses {
		rig.Pause(time.Duration(random.IntN(700)+50) * time.Millisecond)
		p.Node.Kill()
		walkOutbox(t, lose(t, disk, random), string(p.ID))
		p.StartNode(t)
	}
	state, took := p.Settle(t, sensor, patience)
	t.Logf("%d alerts, %d repeated; the rest came %s after the last loss", state.Alerts, state.Repeated, took.Round(time.Millisecond))
	p.Node.Kill()
	left := t.TempDir()
	if err := disk.CopyTo(left); err != nil {
		t.Fatal(err)
	}
	p.Core.Kill()
	agree(t, walkOutbox(t, left, string(p.ID)), walkCore(t, p.CoreDir), string(p.ID))
}

// TestACoreLosesItsPower: what the core has confirmed is on its disk.
func TestACoreLosesItsPower(t *testing.T) {
	t.Parallel()
	disk, dir, losses, random := forgetful(t)
	p := rig.NewPair(t, rig.Where{CoreDir: dir})
	p.StartNode(t)
	sensor := rig.StartSensor(t, p.Eve, 3, 10*time.Millisecond)
	for range losses {
		taken := uint64(0)
		within(t, patience, "the core takes alerts again", func() (bool, string) {
			state, err := p.State(t)
			if taken == 0 {
				taken = state.Alerts
			}
			return err == nil && state.Alerts > taken, fmt.Sprint(state.Alerts, err)
		})
		rig.Pause(time.Duration(random.IntN(300)) * time.Millisecond)
		p.Core.Kill()
		left := lose(t, disk, random)
		p.Node.Kill() // its outbox is looked at; what it knows is on its disk
		confirmed := walkOutbox(t, copied(t, p.NodeDir), string(p.ID))
		p.StartNode(t)
		for _, end := range walkCore(t, left) {
			for _, lane := range confirmed {
				if end.node == string(p.ID) && end.lane == lane.lane && end.seq < lane.acked {
					t.Errorf("the core confirmed record %d of lane %d and has %d after the loss", lane.acked, lane.lane, end.seq)
				}
			}
		}
		p.StartCore(t)
	}
	state, took := p.Settle(t, sensor, patience)
	t.Logf("%d alerts, %d repeated; the rest came %s after the last loss", state.Alerts, state.Repeated, took.Round(time.Millisecond))
	p.Node.Kill()
	p.Core.Kill()
	left := t.TempDir()
	if err := disk.CopyTo(left); err != nil {
		t.Fatal(err)
	}
	agree(t, walkOutbox(t, copied(t, p.NodeDir), string(p.ID)), walkCore(t, left), string(p.ID))
}

// copied is a copy of a folder that nobody writes to.
func copied(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	copyFolder(t, dir, to)
	return to
}

// agree fails the test unless node and core end with the same heads.
func agree(t *testing.T, node []laneEnd, core []coreEnd, id string) {
	t.Helper()
	for _, lane := range node {
		found := false
		for _, end := range core {
			if end.node == id && end.lane == lane.lane {
				found = true
				if end.seq != lane.seq || string(end.value) != string(lane.value) {
					t.Errorf("lane %d ends at %d at the node and at %d at the core", lane.lane, lane.seq, end.seq)
				}
			}
		}
		if !found && lane.seq > 0 {
			t.Errorf("the core does not know lane %d", lane.lane)
		}
	}
}
