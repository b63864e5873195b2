package source

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

// methods are the ways in which files are rotated in the field. Each is one rotation of
// the sensor's file; the writer goes on after it.
var methods = []struct {
	name   string
	rotate func(*sensor)
}{
	{"rename and create", (*sensor).renameCreate},
	{"rename with a late writer", (*sensor).renameLate},
	{"rename without a new file for a while", (*sensor).renameNoCreate},
	{"copy and truncate", (*sensor).copyTruncate},
	{"truncate in place", (*sensor).truncateInPlace},
	{"delete and create", (*sensor).deleteCreate},
	{"twice between two looks", (*sensor).twice},
	{"rename and compress", (*sensor).renameCompress},
	{"a link that moves", (*sensor).moveLink},
	{"a hard link that moves, as Wazuh does", (*sensor).moveHardLink},
}

// mixed are those of methods that can take turns on one file.
const mixed = 8

// TestEachRotation has a sensor rotate its file in one way only.
func TestEachRotation(t *testing.T) {
	for i, method := range methods {
		for _, kills := range []string{"", ", with kills", ", down meanwhile"} {
			t.Run(method.name+kills, func(t *testing.T) {
				torture(t, tortured{seed: uint64(i), methods: []int{i}, kills: kills != "", down: kills == ", down meanwhile", steps: 35})
			})
		}
	}
}

// TestTorture mixes them all. SOCME_TORTURE_SEED=n repeats a run, and
// SOCME_TORTURE_SEEDS=n makes n of them, also of each way by itself.
func TestTorture(t *testing.T) {
	first, seeds := uint64(1), uint64(3)
	if text := os.Getenv("SOCME_TORTURE_SEEDS"); text != "" {
		seeds = number64(t, text)
	}
	if text := os.Getenv("SOCME_TORTURE_SEED"); text != "" {
		first, seeds = number64(t, text), 1
	} else if os.Getenv("SOCME_TORTURE_SEEDS") != "" {
		first = uint64(time.Now().UnixNano())
	}
	all := []int{}
	for i := range mixed {
		all = append(all, i)
	}
	for seed := first; seed < first+seeds; seed++ {
		t.Run(fmt.Sprintf("all ways, seed %d", seed), func(t *testing.T) {
			torture(t, tortured{seed: seed, methods: all, kills: true, steps: 120})
		})
		if os.Getenv("SOCME_TORTURE_SEEDS") == "" && os.Getenv("SOCME_TORTURE_SEED") == "" {
			continue
		}
		for i, method := range methods {
			t.Run(fmt.Sprintf("%s, seed %d", method.name, seed), func(t *testing.T) {
				torture(t, tortured{seed: seed, methods: []int{i}, kills: true, down: seed%2 == 0, steps: 60})
			})
		}
	}
}

func number64(t *testing.T, text string) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// tortured is one run.
type tortured struct {
	seed    uint64
	methods []int
	kills   bool // the node dies at random batches, committed or not
	down    bool // and stays dead over rotations
	steps   int
}

func torture(t *testing.T, o tortured) {
	t.Helper()
	t.Logf("SOCME_TORTURE_SEED=%d repeats this", o.seed)
	random := rand.New(rand.NewPCG(o.seed, 2026))
	s := newSensor(t, random, o.methods[0])
	if o.kills {
		s.node.kill = func() (dead, committed bool) { return s.chance(12), s.chance(2) }
	}
	s.up()
	s.write(1)
	// The first cursor: rotated files that come later are not those from before us.
	wait(t, "the first line", func() bool { s.up(); return s.node.count() > 0 })
	for range o.steps {
		s.write(random.IntN(40))
		if random.IntN(4) == 0 {
			methods[o.methods[random.IntN(len(o.methods))]].rotate(s)
		}
		if random.IntN(3) == 0 {
			s.chores()
		}
		if random.IntN(3) == 0 {
			pause(time.Duration(random.IntN(4)) * time.Millisecond)
		}
		if random.IntN(25) == 0 {
			pause(120 * time.Millisecond) // long enough for what stands there to count
		}
		if o.down && random.IntN(8) == 0 {
			s.stop()
		}
		if !o.down || random.IntN(12) == 0 {
			s.up()
		}
	}
	s.node.mu.Lock()
	s.node.kill = nil
	s.node.mu.Unlock()
	s.finish()
	s.write(1)
	s.up()
	s.settle()
	s.check()
	s.stop()
	// Nothing comes again, either.
	s.up()
	s.write(1)
	s.settle()
	s.check()
}
