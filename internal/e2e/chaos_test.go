package e2e_test

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/node"
	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

// The size of the storm; `make chaos` sets a larger one.
const (
	chaosKills  = 25
	chaosAlerts = 20_000
)

func setInt(t *testing.T, name string, usual uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// TestChaos kills node and core at random moments while a sensor writes and rotates
// its file, behind a proxy that cuts connections and repeats batches. Nothing may be
// lost, nothing doubled, and both sides must end with the same heads.
func TestChaos(t *testing.T) {
	kills := int(setInt(t, "SOCME_CHAOS_KILLS", chaosKills))
	alerts := int(setInt(t, "SOCME_CHAOS_ALERTS", chaosAlerts))
	seed := setInt(t, "SOCME_CHAOS_SEED", uint64(time.Now().UnixNano()))
	t.Logf("%d kills over %d alerts, SOCME_CHAOS_SEED=%d", kills, alerts, seed)
	random := rand.New(rand.NewPCG(seed, 1))

	dir, listen := t.TempDir(), freePort(t)
	startUp := func() *process {
		p := start(t, "up", "--data", dir, "--listen", listen)
		return p
	}
	core := startUp()
	core.says(t, "is ready")
	token := strings.TrimSpace(command(t, nil, "token", "create", "--data", dir, "--name", "chaos", "--role", "admin"))
	env := []string{"SOCME_URL=http://" + listen, "SOCME_TOKEN=" + token}
	api := &sdk.Caller{URL: "http://" + listen, Token: soc.Secret(token)}
	command(t, env, "client", "add", "acme")
	nodeDir, sensor := t.TempDir(), t.TempDir()
	enrolment := strings.TrimSpace(command(t, env, "node", "token", "--client", "acme"))
	command(t, env, "node", "enrol", enrolment, "--data", nodeDir)
	eve := filepath.Join(sensor, "eve.json")
	config := fmt.Sprintf("[[source]]\nkind = \"suricata\"\npath = %q\n", eve)
	if err := os.WriteFile(filepath.Join(nodeDir, "node.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	proxy := startProxy(t, dir, nodeDir, rand.New(rand.NewPCG(seed, 2)))
	if err := node.WriteCores(nodeDir, []string{proxy.url}); err != nil {
		t.Fatal(err)
	}
	startNode := func() *process { return start(t, "node", "run", "--data", nodeDir) }
	collector := startNode()

	written := make(chan map[soc.Hash]bool, 1)
	length := time.Duration(kills) * 500 * time.Millisecond
	go func() { written <- writeAndRotate(t, eve, alerts, length, rand.New(rand.NewPCG(seed, 3))) }()
	for range kills {
		pause(time.Duration(random.IntN(900)+50) * time.Millisecond)
		if random.IntN(2) == 0 {
			collector.kill()
			collector = startNode()
		} else {
			core.kill()
			core = startUp()
		}
	}
	want := <-written
	proxy.calm()

	id, err := node.ReadIdentity(nodeDir)
	if err != nil {
		t.Fatal(err)
	}
	var state soc.Node
	began := time.Now()
	// A slow machine with one core takes 1,000 a second of what piled up.
	within(t, patience+time.Duration(alerts)*time.Millisecond, "all delivered", func() (bool, string) {
		nodes, err := api.Nodes(t.Context())
		if err != nil {
			return false, err.Error()
		}
		for _, n := range nodes {
			if n.ID == id.Node {
				state = n
			}
		}
		return state.Alerts >= uint64(len(want)) && state.Waiting == 0, fmt.Sprintf("alerts %d of %d, repeated %d, waiting %d, missing %d", state.Alerts, len(want), state.Repeated, state.Waiting, state.Missing)
	})
	took := time.Since(began).Round(time.Millisecond)
	collector.kill() // nothing moves any more

	doubled, strange := 0, 0
	missing := len(want)
	for _, a := range lines[soc.StoredAlert](t, command(t, env, "alert", "list", "--json", "--all", "--query", "client:acme")) {
		state, ok := want[a.RawSHA256]
		switch {
		case !ok:
			strange++
		case state:
			doubled++
		default:
			want[a.RawSHA256] = true
			missing--
		}
	}
	t.Logf("%d alerts, delivered %d = %d alerts + %d repeated + %d dropped; proxy cut %d and repeated %d requests; the rest came %s after the last kill",
		len(want), state.Delivered, state.Alerts, state.Repeated, state.Dropped, proxy.cut.Load(), proxy.repeated.Load(), took)
	if missing != 0 || doubled != 0 || strange != 0 {
		t.Errorf("lost %d, doubled %d, strange %d; want 0, 0, 0", missing, doubled, strange)
	}
	if state.Forks != 0 || state.Missing != 0 {
		t.Errorf("%d forks, %d records missing; kills make none", state.Forks, state.Missing)
	}
	n := nodeAt{dir: nodeDir}
	for _, head := range state.Heads {
		if got := n.outbox(t, fmt.Sprintf("SELECT seq FROM lanes WHERE lane = %d", head.Lane)); uint64(got) != head.Seq {
			t.Errorf("%s lane: the node's head is %d, the core's %d", head.Lane, got, head.Seq)
		}
		if got := n.outbox(t, fmt.Sprintf("SELECT value = x'%s' FROM lanes WHERE lane = %d", head.Value, head.Lane)); got != 1 {
			t.Errorf("%s lane: node and core have other chain values at %d", head.Lane, head.Seq)
		}
	}
}

// pause waits: the storm's moments are random on purpose, and nothing is awaited.
func pause(d time.Duration) { <-time.After(d) }

// writeAndRotate is a sensor: it writes the alerts over the given time, with noise
// between them and lines that come in two parts, and rotates its file as logrotate
// does. It returns the sha256 of every alert's line.
func writeAndRotate(t *testing.T, path string, alerts int, length time.Duration, random *rand.Rand) map[soc.Hash]bool {
	want := make(map[soc.Hash]bool, alerts)
	open := func() *os.File {
		file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			t.Error(err)
		}
		return file
	}
	file, rotated := open(), 0
	const steps = 200
	for step := range steps {
		for i := alerts * step / steps; i < alerts*(step+1)/steps; i++ {
			line := eveAlert(i)
			want[sha256.Sum256([]byte(line))] = false
			text := line + "\n" + `{"timestamp":"2026-03-02T12:00:00.000000+0000","event_type":"flow","flow":{"pkts_toserver":1}}` + "\n"
			cut := len(text)
			if random.IntN(50) == 0 {
				cut = random.IntN(len(text))
			}
			for _, part := range []string{text[:cut], text[cut:]} {
				if _, err := file.WriteString(part); err != nil {
					t.Error(err)
				}
			}
		}
		pause(length / steps)
		if random.IntN(25) == 0 {
			for n := rotated; n > 0; n-- {
				if err := os.Rename(fmt.Sprintf("%s.%d", path, n), fmt.Sprintf("%s.%d", path, n+1)); err != nil {
					t.Error(err)
				}
			}
			if err := os.Rename(path, path+".1"); err != nil {
				t.Error(err)
			}
			rotated++
			old := file
			file = open()
			_ = old.Close()
		}
	}
	_ = file.Close()
	return want
}
