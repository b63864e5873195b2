package link_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/e2e/rig"
	"github.com/socme-project/socme/soc"
)

func TestMain(m *testing.M) { rig.Main(m) }

// soak is how long the link is bad before it is cut; SOCME_SOAK sets another time,
// SOCME_LINK_SEED repeats the losses.
const soak = 3 * time.Minute

// The two ends of the wire.
const (
	nodeAddress = "10.203.0.1"
	coreAddress = "10.203.0.2"
)

func setting(t *testing.T) (length time.Duration, seed uint64) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("a bad link needs root, for networks of its own")
	}
	if _, err := os.Stat("/dev/net/tun"); err != nil {
		t.Skip("a bad link needs /dev/net/tun")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("a bad link needs ip(8), of the package iproute2")
	}
	length, seed = soak, uint64(time.Now().UnixNano())
	var err error
	if text := os.Getenv("SOCME_SOAK"); text != "" {
		if length, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	if text := os.Getenv("SOCME_LINK_SEED"); text != "" {
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("a bad link for %s, SOCME_LINK_SEED=%d", length, seed)
	return length, seed
}

// TestANodeBehindABadLinkIsNeverCalledOffline: 5 % of the packets are lost each way,
// and each takes 300 ms. The node must be seen as what it is all the time, through
// alerts and through silence; when the link is really cut it must be told soon.
func TestANodeBehindABadLinkIsNeverCalledOffline(t *testing.T) {
	length, seed := setting(t)
	sweep(t)
	coreSide, nodeSide := newNamespace(t, "core"), newNamespace(t, "node")
	w := &wire{delay: 300 * time.Millisecond, jitter: 100 * time.Millisecond, loss: 0.05, seed: seed}
	w.join(t, interfaceIn(t, nodeSide, nodeAddress, coreAddress), interfaceIn(t, coreSide, coreAddress, nodeAddress))
	p := rig.NewPair(t, rig.Where{
		CoreNamespace: coreSide, NodeNamespace: nodeSide, HTTP: callerIn(coreSide),
		Listen: "127.0.0.1:8080", NodeListen: coreAddress + ":8443",
	})
	p.StartNode(t)
	sensor := rig.StartSensor(t, p.Eve, 1, 200*time.Millisecond)
	until(t, p, time.Minute, "delivering for the first time", func(n soc.Node) bool { return n.State == soc.NodeDelivering })

	seen := watch{pair: p}
	seen.over(t, length*2/3)
	sensor.Rest(true)
	seen.over(t, length/3) // beats alone
	sensor.Rest(false)
	t.Logf("%d packets carried, %d lost; %s", w.carried.Load(), w.lost.Load(), &seen)
	if notices := p.Notices(t); len(notices) != 0 {
		t.Errorf("%d notices were raised on a link that is only bad; the first says %s", len(notices), notices[0].Rule.Name)
	}

	w.cut.Store(true)
	cutAt := time.Now()
	until(t, p, time.Minute, "offline once the link is cut", func(n soc.Node) bool { return n.State == soc.NodeOffline })
	t.Logf("offline %s after the cut", time.Since(cutAt).Round(time.Second))
	told := notice(t, p, time.Until(cutAt.Add(time.Minute)), "open")
	w.cut.Store(false)
	backAt := time.Now()
	until(t, p, time.Minute, "delivering once the link is back", func(n soc.Node) bool { return n.State == soc.NodeDelivering })
	t.Logf("delivering %s after the link was back", time.Since(backAt).Round(time.Second))
	_, took := p.Settle(t, sensor, 90*time.Second)
	t.Logf("everything there %s later", took.Round(time.Second))
	if told {
		notice(t, p, 30*time.Second, "resolved")
	}
	seen.over(t, 15*time.Second) // what a return sets off comes a while after it
	for _, n := range p.Notices(t) {
		if n.Rule.ID != "node-offline" {
			t.Errorf("the cut raised %s: %v", n.Rule.ID, n.Details)
		}
	}
}

// watch is what was seen of the node, a look each second.
type watch struct {
	pair *rig.Pair

	looks, beats int
	longest      time.Duration // between two beats that arrived
	silence      time.Duration // the longest that the core had heard nothing
	lines        uint64
	lastBeat     time.Time
}

// over looks for as long as that, and fails the test when the node is called
// anything but delivering.
func (w *watch) over(t *testing.T, length time.Duration) {
	t.Helper()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for end := time.Now().Add(length); time.Now().Before(end); <-tick.C {
		n, err := w.pair.State(t)
		if err != nil {
			t.Fatal(err)
		}
		w.looks++
		w.silence = max(w.silence, time.Since(n.LastSeenTime))
		if n.State != soc.NodeDelivering {
			t.Errorf("after %d looks the node is called %s; last heard of %s ago", w.looks, n.State, time.Since(n.LastSeenTime).Round(time.Millisecond))
		}
		w.note(n)
	}
}

// note counts beats. They alone bring the counts of the sources; while the sensor
// rests every word of the node is a beat.
func (w *watch) note(n soc.Node) {
	var lines uint64
	for _, s := range n.Sources {
		lines += s.Lines
	}
	if at := n.LastSeenTime; lines != w.lines || (n.Waiting == 0 && at.Sub(w.lastBeat) > 5*time.Second) {
		if !w.lastBeat.IsZero() {
			w.longest = max(w.longest, at.Sub(w.lastBeat))
		}
		w.lines, w.lastBeat = lines, at
		w.beats++
	}
}

func (w *watch) String() string {
	return fmt.Sprintf("%d looks, %d beats, %s between two at most, the core heard nothing for %s at most",
		w.looks, w.beats, w.longest.Round(100*time.Millisecond), w.silence.Round(100*time.Millisecond))
}

func until(t *testing.T, p *rig.Pair, limit time.Duration, what string, good func(soc.Node) bool) {
	t.Helper()
	rig.Within(t, limit, what, func() (bool, string) {
		n, err := p.State(t)
		if err != nil {
			return false, err.Error()
		}
		return good(n), fmt.Sprintf("%s, last heard of %s ago, waiting %d", n.State, time.Since(n.LastSeenTime).Round(time.Second), n.Waiting)
	})
}

// notice waits for the alert that says that the node is offline, in that state.
func notice(t *testing.T, p *rig.Pair, limit time.Duration, state string) (found bool) {
	t.Helper()
	var last string
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for end := time.Now().Add(limit); time.Now().Before(end); <-tick.C {
		states := noticeStates(t, p)
		if last = fmt.Sprint(states); len(states) == 1 && states[0] == state {
			return true
		}
	}
	t.Errorf("the alerts node-offline are %s after %s; want one that is %s", last, limit.Round(time.Second), state)
	return false
}

// noticeStates are the states of the alerts of rule node-offline.
func noticeStates(t *testing.T, p *rig.Pair) (states []string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.API.URL+"/api/v1/alerts?query=rule:node-offline", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+string(p.API.Token))
	answer, err := p.API.HTTP.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var page struct {
		Items []struct {
			State string `json:"state"`
		} `json:"items"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&page); err != nil {
		t.Fatal(err)
	}
	for _, item := range page.Items {
		states = append(states, item.State)
	}
	return states
}
