package e2e_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/socme-project/socme/soc"
)

// binary builds the program once; SOCME_BIN names one that is built already.
var binary = sync.OnceValues(func() (string, error) {
	if built := os.Getenv("SOCME_BIN"); built != "" {
		return filepath.Abs(built)
	}
	dir, err := os.MkdirTemp("", "socme-e2e-")
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "socme")
	text, err := exec.Command("go", "build", "-tags", "nomsgpack", "-o", file, "github.com/socme-project/socme/cmd/socme").CombinedOutput()
	if err != nil {
		return "", &buildError{string(text)}
	}
	return file, nil
})

type buildError struct{ text string }

func (e *buildError) Error() string { return "build socme: " + e.text }

func TestMain(m *testing.M) {
	code := m.Run()
	if file, err := binary(); err == nil && os.Getenv("SOCME_BIN") == "" {
		_ = os.RemoveAll(filepath.Dir(file))
	}
	os.Exit(code)
}

// process is the program, running.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}

	mu  sync.Mutex
	out bytes.Buffer
}

// start runs the program with args. It dies with the test, whatever happens.
func start(t testing.TB, args ...string) *process {
	t.Helper()
	file, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(file, args...), done: make(chan struct{})}
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
		p.kill()
		if t.Failed() {
			t.Logf("%s said:\n%s", strings.Join(args[:min(2, len(args))], " "), tail(p.String(), 4000))
		}
	})
	return p
}

// Write keeps what the process says.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.Write(b)
}

func (p *process) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

func tail(text string, n int) string { return text[max(0, len(text)-n):] }

// says waits until the process has said the words.
func (p *process) says(t testing.TB, words string) {
	t.Helper()
	until(t, "the process says "+words, func() (bool, string) {
		select {
		case <-p.done:
			t.Fatalf("the process ended and said:\n%s", p)
		default:
		}
		return strings.Contains(p.String(), words), tail(p.String(), 500)
	})
}

// kill ends it as a power cut would.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.done
}

// command runs the program to its end and returns what it printed.
func command(t testing.TB, env []string, args ...string) string {
	t.Helper()
	out, err := try(t, env, args...)
	if err != nil {
		t.Fatalf("socme %s: %v", strings.Join(args, " "), err)
	}
	return out
}

// try is command for what may fail.
func try(t testing.TB, env []string, args ...string) (string, error) {
	t.Helper()
	file, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(file, args...)
	cmd.Env = append(os.Environ(), env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return out.String(), &buildError{strings.TrimSpace(errs.String())}
	}
	return out.String(), nil
}

// lines reads one JSON object a line.
func lines[T any](t testing.TB, text string) []T {
	t.Helper()
	var all []T
	scanner := bufio.NewScanner(strings.NewReader(text))
	scanner.Buffer(nil, 4*soc.MaxRaw)
	for scanner.Scan() {
		var one T
		if err := json.Unmarshal(scanner.Bytes(), &one); err != nil {
			t.Fatalf("%v in %q", err, scanner.Text())
		}
		all = append(all, one)
	}
	return all
}
