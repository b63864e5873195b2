package opsme_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"iter"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/socme-project/socme/opsme"
)

// pair is a key in a file, for either side.
type pair struct {
	path   string
	signer ssh.Signer
}

func (p pair) public() string { return string(ssh.MarshalAuthorizedKey(p.signer.PublicKey())) }

func newPair(t testing.TB, path, passphrase string) pair {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	block, err := ssh.MarshalPrivateKey(private, "")
	if passphrase != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte(passphrase))
	}
	must(t, err)
	must(t, os.WriteFile(path, pem.EncodeToMemory(block), 0o600))
	signer, err := ssh.NewSignerFromKey(private)
	must(t, err)
	return pair{path, signer}
}

// sshd is a real OpenSSH server with files of its own. It serves the user who runs the
// tests, at every address of the loopback.
type sshd struct {
	dir     string
	port    int
	key     pair // the user's
	host    pair
	command *exec.Cmd
}

// startSSHD starts a server with what more adds to its configuration. Wrap, if not empty,
// is a command that execs its arguments.
func startSSHD(t testing.TB, more string, wrap ...string) *sshd {
	t.Helper()
	program, err := exec.LookPath("/usr/sbin/sshd")
	if err != nil {
		t.Skip("no OpenSSH server here: tools/setup test installs it")
	}
	if os.Getuid() == 0 { // where sshd wants to be alone before anybody has signed in
		must(t, os.MkdirAll("/run/sshd", 0o755))
	}
	dir := t.TempDir()
	must(t, os.Chmod(dir, 0o755))
	s := &sshd{dir: dir, port: freePort(t), key: newPair(t, filepath.Join(dir, "id"), ""), host: newPair(t, filepath.Join(dir, "host"), "")}
	must(t, os.WriteFile(filepath.Join(dir, "authorized"), []byte(s.key.public()), 0o644))
	config := fmt.Sprintf("Port %d\nListenAddress 0.0.0.0\nHostKey %s\nAuthorizedKeysFile %s/authorized\nPidFile none\nStrictModes no\n"+
		"LogLevel ERROR\nMaxStartups 1000\nPermitRootLogin yes\nPrintMotd no\nPrintLastLog no\nSubsystem sftp internal-sftp\n"+
		"SetEnv HOME=%s\n", // not what this machine's user runs when signing in
		s.port, s.host.path, dir, dir)
	if !strings.Contains(more, "PasswordAuthentication") {
		more += "PasswordAuthentication no\n"
	}
	if !strings.Contains(more, "UsePAM") {
		more += "UsePAM no\n"
	}
	must(t, os.WriteFile(filepath.Join(dir, "config"), []byte(config+more), 0o600))
	line := slices.Concat(wrap, []string{program, "-D", "-e", "-f", filepath.Join(dir, "config")})
	s.command = exec.Command(line[0], line[1:]...)
	var said bytes.Buffer
	s.command.Stderr = &said
	s.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	must(t, s.command.Start())
	t.Cleanup(func() {
		_ = s.command.Process.Kill()
		_ = s.command.Wait()
		if t.Failed() && said.Len() > 0 {
			t.Logf("sshd said:\n%s", said.String())
		}
	})
	eventually(t, "sshd to listen", func() bool {
		conn, err := net.Dial("tcp", s.address("127.0.0.1"))
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
	return s
}

func (s *sshd) address(ip string) string { return net.JoinHostPort(ip, strconv.Itoa(s.port)) }

func (s *sshd) at(name, ip string) opsme.Host {
	return opsme.Host{Name: name, Address: ip, Port: s.port}
}

// pins is the line of known_hosts for this server under these addresses.
func (s *sshd) pins(ips ...string) string {
	var b strings.Builder
	for _, ip := range ips {
		fmt.Fprintf(&b, "[%s]:%d %s", ip, s.port, s.host.public())
	}
	return b.String()
}

// options pin what is given, and sign in with the server's user key.
func (s *sshd) options(t testing.TB, pins ...string) opsme.Options {
	t.Helper()
	return opsme.Options{KnownHosts: known(t, opsme.RefuseNew, pins...), Identity: opsme.Identity{Keys: []string{s.key.path}}}
}

// fleet pins 127.0.0.1 too.
func (s *sshd) fleet(t testing.TB, pins ...string) *opsme.Fleet {
	t.Helper()
	return newFleet(t, s.options(t, append(pins, s.pins("127.0.0.1"))...))
}

func known(t testing.TB, trust opsme.Trust, lines ...string) *opsme.KnownHosts {
	t.Helper()
	path := filepath.Join(t.TempDir(), "known_hosts")
	must(t, os.WriteFile(path, []byte(strings.Join(lines, "")), 0o600))
	k, err := opsme.OpenKnownHosts(path, trust)
	must(t, err)
	return k
}

func newFleet(t testing.TB, options opsme.Options) *opsme.Fleet {
	t.Helper()
	f, err := opsme.NewFleet(options)
	must(t, err)
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "0.0.0.0:0")
	must(t, err)
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

// one runs a task at one host and returns its outcome.
func one(t testing.TB, f *opsme.Fleet, h opsme.Host, task opsme.Task) opsme.Outcome {
	t.Helper()
	return single(t, f.Do(t.Context(), []opsme.Host{h}, opsme.Job{Task: task, Timeout: time.Minute}))
}

func single(t testing.TB, events iter.Seq[opsme.Event]) opsme.Outcome {
	t.Helper()
	outcomes := opsme.Collect(events, 256<<20)
	if len(outcomes) != 1 {
		t.Fatalf("%d results, want 1: %v", len(outcomes), outcomes)
	}
	return outcomes[0]
}

func command(line string) opsme.Task { return opsme.Command{Line: line} }

// fails demands a failure of that kind in that phase.
func fails(t testing.TB, err error, kind opsme.Kind, phase opsme.Phase) *opsme.Error {
	t.Helper()
	var e *opsme.Error
	if !errors.As(err, &e) || !errors.Is(err, kind) || e.Phase != phase {
		t.Fatalf("error = %v, want %q while %q", err, kind, phase)
	}
	return e
}

func eventually(t testing.TB, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(30 * time.Second)
	for !done() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// me is the user who runs the tests.
func me(t testing.TB) string {
	t.Helper()
	u, err := user.Current()
	must(t, err)
	return cmp.Or(u.Username, "root")
}

// dialer is what options take.
type dialer = func(ctx context.Context, network, address string) (net.Conn, error)
