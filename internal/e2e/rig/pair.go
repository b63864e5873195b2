package rig

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

// Where a pair lives. What is left empty is a new folder, a free port of the
// loopback, and no network namespace.
type Where struct {
	CoreDir, NodeDir             string
	CoreNamespace, NodeNamespace string
	Listen, NodeListen           string
	HTTP                         *http.Client // reaches Listen; nil is the usual one
}

// Pair is a core and a node, each a process with a folder of its own, and the file of
// a sensor beside them.
type Pair struct {
	Where
	Eve        string
	API        *sdk.Caller
	ID         soc.NodeID
	Core, Node *Process
}

// NewPair starts a core and enrols a node that reads Eve. The node does not run yet.
func NewPair(t testing.TB, w Where) *Pair {
	t.Helper()
	if w.CoreDir == "" {
		w.CoreDir = t.TempDir()
	}
	if w.NodeDir == "" {
		w.NodeDir = t.TempDir()
	}
	if w.Listen == "" {
		w.Listen = FreePort(t)
	}
	p := &Pair{Where: w, Eve: filepath.Join(t.TempDir(), "eve.json")}
	p.StartCore(t)
	token := strings.TrimSpace(p.command(t, w.CoreNamespace, "token", "create", "--data", w.CoreDir, "--name", "rig", "--role", "admin"))
	p.API = &sdk.Caller{URL: "http://" + w.Listen, Token: soc.Secret(token), HTTP: w.HTTP}
	if _, err := p.API.AddClient(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	enrolment, _, err := p.API.AddNodeToken(t.Context(), "acme", "gate")
	if err != nil {
		t.Fatal(err)
	}
	p.command(t, w.NodeNamespace, "node", "enrol", enrolment, "--data", w.NodeDir)
	config := fmt.Sprintf("[[source]]\nkind = \"suricata\"\npath = %q\n", p.Eve)
	if err := os.WriteFile(filepath.Join(w.NodeDir, "node.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	nodes, err := p.API.Nodes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range nodes {
		if n.Client == "acme" {
			p.ID = n.ID
		}
	}
	return p
}

func (p *Pair) command(t testing.TB, namespace string, args ...string) string {
	t.Helper()
	out, err := Try(t, namespace, nil, args...)
	if err != nil {
		t.Fatalf("socme %s: %v", strings.Join(args, " "), err)
	}
	return out
}

// StartCore starts the core, or starts it again, and waits until it is ready.
func (p *Pair) StartCore(t testing.TB) {
	t.Helper()
	args := []string{"up", "--data", p.CoreDir, "--listen", p.Listen}
	if p.NodeListen != "" {
		args = append(args, "--node-listen", p.NodeListen)
	}
	p.Core = StartIn(t, p.CoreNamespace, args...)
	p.Core.Says(t, "is ready")
}

// StartNode starts the node, or starts it again.
func (p *Pair) StartNode(t testing.TB) {
	t.Helper()
	p.Node = StartIn(t, p.NodeNamespace, "node", "run", "--data", p.NodeDir)
}

// State is what the core tells of the node.
func (p *Pair) State(t testing.TB) (soc.Node, error) {
	t.Helper()
	nodes, err := p.API.Nodes(t.Context())
	if err != nil {
		return soc.Node{}, err
	}
	for _, n := range nodes {
		if n.ID == p.ID {
			return n, nil
		}
	}
	return soc.Node{}, fmt.Errorf("node %s: %w", p.ID, soc.ErrNotFound)
}

// Alerts lists every alert of the client.
func (p *Pair) Alerts(t testing.TB) []soc.StoredAlert {
	t.Helper()
	var alerts []soc.StoredAlert
	for cursor := ""; ; {
		page, err := p.API.Alerts(t.Context(), "client:acme", cursor, 500)
		if err != nil {
			t.Fatal(err)
		}
		alerts = append(alerts, page.Items...)
		if page.Next == nil {
			return alerts
		}
		cursor = *page.Next
	}
}

// Settle stops the sensor, waits until the core has everything that it wrote, and
// fails the test if an alert is lost, doubled or strange, or if the ledger says that
// anything but deliveries happened. It returns the node and how long it took.
func (p *Pair) Settle(t testing.TB, s *Sensor, limit time.Duration) (soc.Node, time.Duration) {
	t.Helper()
	s.Stop()
	began := time.Now()
	var state soc.Node
	Within(t, limit, "everything delivered", func() (bool, string) {
		var err error
		if state, err = p.State(t); err != nil {
			return false, err.Error()
		}
		return state.Alerts >= uint64(s.Wrote()) && state.Waiting == 0,
			fmt.Sprintf("%d of %d alerts, waiting %d, missing %d, forks %d", state.Alerts, s.Wrote(), state.Waiting, state.Missing, state.Forks)
	})
	took := time.Since(began)
	if lost, doubled, strange := s.Tally(p.Alerts(t)); lost != 0 || doubled != 0 || strange != 0 {
		t.Errorf("lost %d, doubled %d, strange %d; want 0, 0, 0", lost, doubled, strange)
	}
	if state.Forks != 0 || state.Missing != 0 || state.Dropped != 0 {
		t.Errorf("%d forks, %d records missing, %d dropped; want none", state.Forks, state.Missing, state.Dropped)
	}
	return state, took
}

// Notices are the client's alerts of engine socme.
func (p *Pair) Notices(t testing.TB) []soc.StoredAlert {
	t.Helper()
	var notices []soc.StoredAlert
	for _, a := range p.Alerts(t) {
		if a.Rule.Engine == soc.EngineSOCme {
			notices = append(notices, a)
		}
	}
	return notices
}

// FreePort is an address of the loopback that nothing listens on.
func FreePort(t testing.TB) string {
	t.Helper()
	socket, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = socket.Close() }()
	return socket.Addr().String()
}
