package opsme_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/socme-project/socme/opsme"
)

func TestHowACommandEnds(t *testing.T) {
	s := startSSHD(t, "")
	f, h := s.fleet(t), s.at("here", "127.0.0.1")
	tests := []struct {
		name, line     string
		stdout, stderr string
		kind           opsme.Kind // "" is well
		code           int
		signal         string
	}{
		{"well, with both streams", "echo out; echo err >&2", "out\n", "err\n", "", 0, ""},
		{"with a status", "echo before; exit 42", "before\n", "", opsme.Exit, 42, ""},
		{"by a signal", "kill -KILL $$", "", "", opsme.Signalled, -1, "KILL"},
		{"not found", "/no/such/program 2>/dev/null", "", "", opsme.Exit, 127, ""},
		{"quotes and lines are the shell's", `printf '%s|' "a b" 'c'"'"'d'; echo; echo é`, "a b|c'd|\né\n", "", "", 0, ""},
		{"a connection that is killed", "echo begun; sleep 0.3; kill -KILL $PPID; sleep 30", "begun\n", "", opsme.Lost, -1, ""},
		{"well again after that", "echo again", "again\n", "", "", 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := one(t, f, h, command(tt.line))
			if string(o.Stdout) != tt.stdout || string(o.Stderr) != tt.stderr || o.Code != tt.code || o.Signal != tt.signal {
				t.Errorf("wrote %q and %q, code %d, signal %q: %v", o.Stdout, o.Stderr, o.Code, o.Signal, o.Err)
			}
			if tt.kind == "" && o.Err != nil || tt.kind != "" && !errors.Is(o.Err, tt.kind) {
				t.Errorf("error = %v, want %q", o.Err, tt.kind)
			}
		})
	}
	t.Run("it reads what it is given", func(t *testing.T) {
		o := one(t, f, h, opsme.Command{Line: "tr a-z A-Z", Stdin: []byte("abc")})
		if string(o.Stdout) != "ABC" {
			t.Errorf("wrote %q: %v", o.Stdout, o.Err)
		}
	})
	t.Run("bare, nothing is put before the line", func(t *testing.T) {
		o := one(t, f, h, opsme.Command{Line: "echo $SSH_ORIGINAL_COMMAND; ps -o args= $PPID", Bare: true})
		if !o.OK() || len(o.Stderr) > 0 {
			t.Errorf("wrote %q and %q: %v", o.Stdout, o.Stderr, o.Err)
		}
	})
}

func TestScripts(t *testing.T) {
	s := startSSHD(t, "")
	f, h := s.fleet(t), s.at("here", "127.0.0.1")
	temp := t.TempDir()
	t.Run("arguments, input and status are the script's", func(t *testing.T) {
		script := opsme.Script{Name: "x", Args: []string{"a b", "$HOME", "it's"}, Body: []byte("export TMPDIR=" + temp + "\nprintf '<%s>' \"$@\"; cat; ls -l \"$0\" | cut -c1-10; exit 3")}
		o := one(t, f, h, script)
		if string(o.Stdout) != "<a b><$HOME><it's>-rw-------\n" || o.Code != 3 {
			t.Errorf("wrote %q and %q: %v", o.Stdout, o.Stderr, o.Err)
		}
	})
	t.Run("the first line names who runs it", func(t *testing.T) {
		o := one(t, f, h, opsme.Script{Name: "x", Body: []byte("#!/usr/bin/awk -f\nBEGIN { print 6 * 7 }\n")})
		if string(o.Stdout) != "42\n" {
			t.Errorf("wrote %q and %q: %v", o.Stdout, o.Stderr, o.Err)
		}
	})
	t.Run("nothing of it stays", func(t *testing.T) {
		o := one(t, f, h, opsme.Script{Name: "x", Body: []byte("echo $0")})
		if _, err := os.Stat(strings.TrimSpace(string(o.Stdout))); !errors.Is(err, os.ErrNotExist) || !o.OK() {
			t.Errorf("%q is there: %v, %v", o.Stdout, err, o.Err)
		}
	})
}

func Test100MBOfAnyBytes(t *testing.T) {
	t.Parallel()
	s := startSSHD(t, "")
	f := s.fleet(t)
	const size = 100 << 20
	data := make([]byte, size)
	for i := range data { // all bytes, and no short period
		data[i] = byte(i*7 + i>>8*13 + i>>16)
	}
	file := filepath.Join(t.TempDir(), "data")
	must(t, os.WriteFile(file, data, 0o600))
	hash, n := sha256.New(), 0
	for event := range f.Do(t.Context(), []opsme.Host{s.at("here", "127.0.0.1")}, opsme.Job{Task: command("cat " + file)}) {
		switch e := event.(type) {
		case opsme.Output:
			if len(e.Data) > 32<<10 {
				t.Fatalf("%d bytes at once", len(e.Data))
			}
			n += len(e.Data)
			_, _ = hash.Write(e.Data)
		case opsme.Result:
			must(t, e.Err)
		}
	}
	if want := sha256.Sum256(data); n != size || !bytes.Equal(hash.Sum(nil), want[:]) {
		t.Errorf("%d bytes came, with another hash than was written", n)
	}
}

func TestOutputComesWhileTheCommandRuns(t *testing.T) {
	t.Parallel()
	s := startSSHD(t, "")
	gate := filepath.Join(t.TempDir(), "gate")
	var order []string
	job := opsme.Job{Task: command("echo first; while ! test -e " + gate + "; do sleep 0.02; done; echo second"), Timeout: time.Minute}
	for event := range s.fleet(t).Do(t.Context(), []opsme.Host{s.at("here", "127.0.0.1")}, job) {
		switch e := event.(type) {
		case opsme.Output:
			order = append(order, string(e.Data))
			if len(order) == 1 { // the command waits for what its first line leads to
				must(t, os.WriteFile(gate, nil, 0o600))
			}
		case opsme.Result:
			must(t, e.Err)
		default:
			order = append(order, fmt.Sprintf("%T", e))
			if e.At() == "" {
				t.Errorf("%T has no host", e)
			}
			order = order[:0]
		}
	}
	if strings.Join(order, "") != "first\nsecond\n" {
		t.Errorf("order %q", order)
	}
}

// What was cancelled, or took too long, is gone from the host too, whoever signed in.
func TestNothingGoesOnAfterACancel(t *testing.T) {
	t.Parallel()
	s := startSSHD(t, "")
	hosts := []opsme.Host{s.at("here", "127.0.0.1")}
	for _, tt := range []struct {
		name, line string
	}{
		{"a command that obeys", "echo $$; sleep 600 & echo $!; wait"},
		{"a command that will not hear", "trap '' TERM; (trap '' TERM; while :; do sleep 600; done) & echo $$; echo $!; while :; do sleep 600; done"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var pids []string
			text := ""
			for event := range s.fleet(t).Do(ctx, hosts, opsme.Job{Task: command(tt.line)}) {
				switch e := event.(type) {
				case opsme.Output:
					if text += string(e.Data); strings.Count(text, "\n") == 2 {
						pids = strings.Fields(text)
						cancel()
					}
				case opsme.Result:
					fails(t, e.Err, opsme.Cancelled, opsme.Running)
				}
			}
			if len(pids) != 2 {
				t.Fatalf("wrote %q", text)
			}
			for _, pid := range pids {
				eventually(t, "process "+pid+" to end", func() bool {
					stat, err := os.ReadFile("/proc/" + pid + "/stat")
					return err != nil || bytes.Contains(stat, []byte(") Z "))
				})
			}
		})
	}
	t.Run("the reader leaves", func(t *testing.T) {
		t.Parallel()
		for event := range s.fleet(t).Do(t.Context(), hosts, opsme.Job{Task: command("yes")}) {
			if _, ok := event.(opsme.Output); ok {
				break
			}
		}
	})
}

func TestFailFastAndCarryOn(t *testing.T) {
	s := startSSHD(t, "")
	var hosts []opsme.Host
	for i := range 6 {
		hosts = append(hosts, s.at(fmt.Sprintf("host-%d", i), "127.0.0.1"))
	}
	dir := t.TempDir()
	// One after the other; the second to run fails.
	line := fmt.Sprintf("mkdir %[1]s/a 2>/dev/null && exit 0; mkdir %[1]s/b 2>/dev/null && exit 9; exit 0", dir)
	count := func(failFast bool) map[opsme.Kind]int {
		_ = os.Remove(filepath.Join(dir, "a"))
		_ = os.Remove(filepath.Join(dir, "b"))
		kinds := map[opsme.Kind]int{}
		for _, o := range opsme.Collect(s.fleet(t).Do(t.Context(), hosts, opsme.Job{Task: command(line), Parallel: 1, FailFast: failFast}), 0) {
			if e, ok := errors.AsType[*opsme.Error](o.Err); ok {
				kinds[e.Kind]++
			} else {
				kinds[""]++
			}
		}
		return kinds
	}
	if got := count(true); got[""] != 1 || got[opsme.Exit] != 1 || got[opsme.Skipped] != 4 {
		t.Errorf("fail fast: %v", got)
	}
	if got := count(false); got[""] != 5 || got[opsme.Exit] != 1 {
		t.Errorf("carry on: %v", got)
	}
}

func TestAtMostSoManyAtATime(t *testing.T) {
	s := startSSHD(t, "")
	var hosts []opsme.Host
	for i := range 9 {
		hosts = append(hosts, s.at(fmt.Sprintf("host-%d", i), "127.0.0.1"))
	}
	running, most := 0, 0
	for event := range s.fleet(t).Do(t.Context(), hosts, opsme.Job{Task: command("sleep 0.1"), Parallel: 3}) {
		switch e := event.(type) {
		case opsme.Started:
			running++
			most = max(most, running)
		case opsme.Result:
			must(t, e.Err)
			running--
		}
	}
	if most != 3 {
		t.Errorf("%d at a time, want 3", most)
	}
}

func TestADryRunConnectsToNothing(t *testing.T) {
	options := opsme.Options{KnownHosts: known(t, opsme.RefuseNew), Dial: func(context.Context, string, string) (net.Conn, error) {
		t.Error("it connects")
		return nil, io.EOF
	}}
	hosts := []opsme.Host{{Name: "a", Address: "192.0.2.1", User: "ops", Jump: []string{"b"}}}
	var planned []opsme.Planned
	for event := range newFleet(t, options).Do(t.Context(), hosts, opsme.Job{Task: opsme.Command{Line: "reboot", As: "root"}, DryRun: true}) {
		if p, ok := event.(opsme.Planned); ok {
			planned = append(planned, p)
		}
	}
	if len(planned) != 1 || fmt.Sprint(planned[0]) != "{a 192.0.2.1:22 ops [b] as root, run: reboot}" {
		t.Errorf("planned %v", planned)
	}
}

// counting dials, and counts.
func counting(n *atomic.Int32) dialer {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		n.Add(1)
		return new(net.Dialer).DialContext(ctx, network, address)
	}
}

func TestOneConnectionIsUsedAgain(t *testing.T) {
	s := startSSHD(t, "")
	var dials atomic.Int32
	options := s.options(t, s.pins("127.0.0.1"))
	options.Dial = counting(&dials)
	f, h := newFleet(t, options), s.at("here", "127.0.0.1")
	var wg sync.WaitGroup
	for range 5 { // at the same time, and after one another
		wg.Go(func() { one(t, f, h, command("true")) })
	}
	wg.Wait()
	for range 5 {
		if o := one(t, f, h, command("true")); !o.OK() {
			t.Error(o.Err)
		}
	}
	if n := dials.Load(); n != 1 {
		t.Errorf("%d connections, want 1", n)
	}
}

// frozen is a network that can stop to carry anything, without a word.
type frozen struct {
	net.Conn
	gate <-chan struct{} // closed: nothing moves any more
}

func (f frozen) Read(b []byte) (int, error) {
	n, err := f.Conn.Read(b)
	select {
	case <-f.gate:
		return f.Conn.Read(make([]byte, 1<<20)) // what comes is gone
	default:
		return n, err
	}
}

func (f frozen) Write(b []byte) (int, error) {
	select {
	case <-f.gate:
		return len(b), nil
	default:
		return f.Conn.Write(b)
	}
}

func TestANetworkThatDiesIsNoticed(t *testing.T) {
	t.Parallel()
	s := startSSHD(t, "")
	gate := make(chan struct{})
	options := s.options(t, s.pins("127.0.0.1"))
	options.KeepAlive = 100 * time.Millisecond
	options.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return frozen{conn, gate}, err
	}
	for event := range newFleet(t, options).Do(t.Context(), []opsme.Host{s.at("here", "127.0.0.1")}, opsme.Job{Task: command("echo x; sleep 600")}) {
		switch e := event.(type) {
		case opsme.Output:
			close(gate)
		case opsme.Result:
			fails(t, e.Err, opsme.Lost, opsme.Running)
		}
	}
}
