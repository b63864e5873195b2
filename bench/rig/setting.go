package rig

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

// Setting is a core and a node as two processes.
type Setting struct {
	Core, Node *Process
	API        *sdk.Caller
	Eve        string // what the node reads

	written int
	binary  string
	node    []string // the program that is the node, and what it is called with
	nodeDir string
	coreDir string
	listen  string
}

// SetUp starts both in a new folder. The node runs with what more adds to its node.toml.
func SetUp(ctx context.Context, binary, dir, more string) (*Setting, error) {
	s, err := SetUpCore(ctx, binary, dir)
	if err != nil {
		return nil, err
	}
	if _, err := s.API.AddClient(ctx, "acme"); err != nil {
		return nil, err
	}
	enrolment, _, err := s.API.AddNodeToken(ctx, "acme", "bench")
	if err != nil {
		return nil, err
	}
	if _, err := Output(ctx, s.node[0], append(s.node[1:], "enrol", enrolment, "--data", s.nodeDir)...); err != nil {
		return nil, err
	}
	config := fmt.Sprintf("[[source]]\nkind = \"suricata\"\npath = %q\n%s", s.Eve, more)
	if err := os.WriteFile(filepath.Join(s.nodeDir, "node.toml"), []byte(config), 0o600); err != nil {
		return nil, err
	}
	return s, s.StartNode(ctx)
}

// SetUpCore starts a core without any node, with flags of `socme up` beside its own.
func SetUpCore(ctx context.Context, binary, dir string, flags ...string) (*Setting, error) {
	listen, err := FreePort(ctx)
	if err != nil {
		return nil, err
	}
	core, nodeDir := filepath.Join(dir, "core"), filepath.Join(dir, "node")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	s := &Setting{Eve: filepath.Join(dir, "eve.json"), binary: binary, node: nodeProgram(binary), nodeDir: nodeDir, coreDir: core, listen: listen}
	if s.Core, err = Launch(ctx, binary, append([]string{"up", "--data", core, "--listen", listen}, flags...)...); err != nil {
		return nil, err
	}
	for began := time.Now(); ; Pause(10 * time.Millisecond) {
		if _, err := Get(ctx, "http://"+listen+"/healthz"); err == nil {
			break
		}
		if time.Since(began) > time.Minute {
			return nil, errors.New("socme up does not start")
		}
	}
	token, err := Output(ctx, binary, "token", "create", "--data", core, "--name", "bench", "--role", "admin")
	if err != nil {
		return nil, err
	}
	s.API = &sdk.Caller{URL: "http://" + listen, Token: soc.Secret(token)}
	return s, nil
}

// nodeProgram is what runs at clients, if it was built beside the whole program.
func nodeProgram(binary string) []string {
	if small := filepath.Join(filepath.Dir(binary), "socme-node"); isFile(small) {
		return []string{small}
	}
	return []string{binary, "node"}
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// StartNode starts the node, again after it was stopped.
func (s *Setting) StartNode(ctx context.Context) error {
	var err error
	s.Node, err = Launch(ctx, s.node[0], append(s.node[1:], "run", "--data", s.nodeDir)...)
	return err
}

// StartCore starts the core again after it was stopped.
func (s *Setting) StartCore(ctx context.Context) error {
	var err error
	s.Core, err = Launch(ctx, s.binary, "up", "--data", s.coreDir, "--listen", s.listen)
	return err
}

// Both are the two processes by name.
func (s *Setting) Both() map[string]*Process {
	return map[string]*Process{"core": s.Core, "node": s.Node}
}

// Stop ends both.
func (s *Setting) Stop() {
	if s.Node != nil {
		s.Node.Stop()
	}
	s.Core.Stop()
}

// Write appends n alerts at once, of 1.1 KB each.
func (s *Setting) Write(n int) error {
	file, err := os.OpenFile(s.Eve, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	var b strings.Builder
	for range n {
		b.WriteString(AlertLine(s.written, time.Now()))
		b.WriteByte('\n')
		s.written++
	}
	_, err = io.WriteString(file, b.String())
	return errors.Join(err, file.Close())
}

// Delivered is how many alerts of the node the core has.
func (s *Setting) Delivered(ctx context.Context) (uint64, error) {
	nodes, err := s.API.Nodes(ctx)
	for _, n := range nodes {
		if n.Client == "acme" {
			return n.Alerts, err
		}
	}
	return 0, err
}

// Get reads a page as a browser asks for it.
func Get(ctx context.Context, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	request.Header.Set("Accept", "text/html")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	body, err := io.ReadAll(answer.Body)
	return string(body), errors.Join(err, answer.Body.Close())
}
