// Package rig runs the real program for tests that cross the whole path: processes,
// a core and a node as a pair, a sensor that writes. Only tests import it; it imports
// nothing of the product but its vocabulary and the caller of its API.
package rig

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Patience is how long a test waits for what should take milliseconds.
const Patience = 30 * time.Second

// binary builds the programs once; SOCME_BIN names a socme that is built already, with
// socme-node beside it.
var binary = sync.OnceValues(func() (string, error) {
	if built := os.Getenv("SOCME_BIN"); built != "" {
		return filepath.Abs(built)
	}
	dir, err := os.MkdirTemp("", "socme-e2e-")
	if err != nil {
		return "", err
	}
	text, err := exec.Command("go", "build", "-tags", "nomsgpack", "-o", dir+"/",
		"github.com/socme-project/socme/cmd/socme", "github.com/socme-project/socme/cmd/socme-node").CombinedOutput()
	if err != nil {
		return "", errors.New("build socme: " + string(text))
	}
	return filepath.Join(dir, "socme"), nil
})

// Main runs the tests of a package, and removes the program if it was built for them.
// What else must be done when they have run is after.
func Main(m *testing.M, after ...func()) {
	code := m.Run()
	for _, do := range after {
		do()
	}
	if file, err := binary(); err == nil && os.Getenv("SOCME_BIN") == "" {
		_ = os.RemoveAll(filepath.Dir(file))
	}
	os.Exit(code)
}

// Process is the program, running.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}

	mu  sync.Mutex
	out bytes.Buffer
}

// Start runs the program with args. It dies with the test, whatever happens.
func Start(t testing.TB, args ...string) *Process { t.Helper(); return StartIn(t, "", args...) }

// StartIn is Start in a network namespace.
func StartIn(t testing.TB, namespace string, args ...string) *Process {
	t.Helper()
	p := &Process{cmd: prepare(t, namespace, args), done: make(chan struct{})}
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	pipe, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stderr = p
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_, _ = io.Copy(p, pipe)
		_ = p.cmd.Wait() // a killed process is what the test wants
		close(p.done)
	}()
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() {
			t.Logf("%s said:\n%s", strings.Join(args[:min(2, len(args))], " "), Tail(p.String(), 4000))
		}
	})
	return p
}

// prepare makes the command; ip(8) becomes the program itself, so signals reach it.
func prepare(t testing.TB, namespace string, args []string) *exec.Cmd {
	t.Helper()
	file, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	if len(args) > 1 && args[0] == "node" && slices.Contains([]string{"enrol", "run", "key"}, args[1]) {
		// What runs at clients is tried as it runs there.
		file, args = filepath.Join(filepath.Dir(file), "socme-node"), args[1:]
	}
	if namespace != "" {
		return exec.Command("ip", append([]string{"netns", "exec", namespace, file}, args...)...)
	}
	return exec.Command(file, args...)
}

// Write keeps what the process says.
func (p *Process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.Write(b)
}

func (p *Process) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

// Tail is the end of a text, at most n bytes.
func Tail(text string, n int) string { return text[max(0, len(text)-n):] }

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Says waits until the process has said the words.
func (p *Process) Says(t testing.TB, words string) {
	t.Helper()
	Within(t, Patience, "the process says "+words, func() (bool, string) {
		select {
		case <-p.done:
			t.Fatalf("the process ended and said:\n%s", p)
		default:
		}
		return strings.Contains(p.String(), words), Tail(p.String(), 500)
	})
}

// Kill ends it at once, with no word to it, and waits until it is gone.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.done
}

// End asks it to stop, and waits until it has.
func (p *Process) End(t testing.TB) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-p.done
}

// Command runs the program to its end and returns what it printed.
func Command(t testing.TB, env []string, args ...string) string {
	t.Helper()
	out, err := Try(t, "", env, args...)
	if err != nil {
		t.Fatalf("socme %s: %v", strings.Join(args, " "), err)
	}
	return out
}

// Try is Command for what may fail, in a network namespace if one is named.
func Try(t testing.TB, namespace string, env []string, args ...string) (string, error) {
	t.Helper()
	cmd := prepare(t, namespace, args)
	cmd.Env = append(os.Environ(), env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return out.String(), errors.New(strings.TrimSpace(errs.String()))
	}
	return out.String(), nil
}

// Within polls until done, and fails the test with what last said.
func Within(t testing.TB, limit time.Duration, what string, done func() (bool, string)) {
	t.Helper()
	deadline := time.Now().Add(limit)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, last := done()
		if ok {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: still not after %s: %s", what, limit, last)
		}
		<-tick.C
	}
}

// Pause waits where a moment is chosen at random on purpose, and nothing is awaited.
func Pause(d time.Duration) { <-time.After(d) }
