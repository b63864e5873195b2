package opsme_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"github.com/socme-project/socme/opsme"
)

func TestHostKeys(t *testing.T) {
	s := startSSHD(t, "")
	other := newPair(t, filepath.Join(t.TempDir(), "other"), "")
	as := func(key ssh.PublicKey) string {
		return fmt.Sprintf("[127.0.0.1]:%d %s", s.port, ssh.MarshalAuthorizedKey(key))
	}
	tests := []struct {
		name, known string
		trust       opsme.Trust
		kind        opsme.Kind
		says        []string
	}{
		{"a pinned key", s.pins("127.0.0.1"), opsme.RefuseNew, "", nil},
		{"a pinned pattern", "* " + s.host.public(), opsme.RefuseNew, "", nil},
		{"an unknown key", "", opsme.RefuseNew, opsme.HostKeyUnknown, []string{ssh.FingerprintSHA256(s.host.signer.PublicKey())}},
		{
			"a changed key", as(other.signer.PublicKey()), opsme.RefuseNew, opsme.HostKeyChanged,
			[]string{ssh.FingerprintSHA256(s.host.signer.PublicKey()), ssh.FingerprintSHA256(other.signer.PublicKey()), "line 1", "Nothing was sent"},
		},
		{"a changed key, although trust was asked for", as(other.signer.PublicKey()), opsme.TrustNew, opsme.HostKeyChanged, nil},
		{"a key of another kind than the pinned one", as(ecdsaKey(t)), opsme.TrustNew, opsme.HostKeyChanged, []string{"ecdsa-sha2-nistp256", "ssh-ed25519"}},
		{"a revoked key", "@revoked * " + s.host.public() + s.pins("127.0.0.1"), opsme.TrustNew, opsme.HostKeyRevoked, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFleet(t, opsme.Options{KnownHosts: known(t, tt.trust, tt.known), Identity: opsme.Identity{Keys: []string{s.key.path}}})
			o := one(t, f, s.at("here", "127.0.0.1"), command("true"))
			if tt.kind == "" {
				must(t, o.Err)
				return
			}
			fails(t, o.Err, tt.kind, opsme.Handshaking)
			for _, part := range tt.says {
				if !strings.Contains(o.Err.Error(), part) {
					t.Errorf("%v\ndoes not say %q", o.Err, part)
				}
			}
		})
	}
}

func TestTrustOnFirstUsePinsOnce(t *testing.T) {
	s, imposter := startSSHD(t, ""), startSSHD(t, "")
	path := filepath.Join(t.TempDir(), "known_hosts")
	must(t, os.WriteFile(path, []byte("# mine, without a newline at its end"), 0o600))
	// The same name leads to another server later.
	port := &atomic.Int32{}
	port.Store(int32(s.port))
	try := func(trust opsme.Trust) (pinned []opsme.HostKey, err error) {
		k, err := opsme.OpenKnownHosts(path, trust)
		must(t, err)
		f := newFleet(t, opsme.Options{
			KnownHosts: k, Identity: opsme.Identity{Keys: []string{s.key.path, imposter.key.path}},
			Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, fmt.Sprintf("127.0.0.1:%d", port.Load()))
			},
		})
		for event := range f.Do(t.Context(), []opsme.Host{{Name: "web-1", Address: "web-1.example"}}, opsme.Job{Task: command("true")}) {
			switch e := event.(type) {
			case opsme.HostKey:
				pinned = append(pinned, e)
			case opsme.Result:
				err = e.Err
			}
		}
		return pinned, err
	}
	pinned, err := try(opsme.TrustNew)
	must(t, err)
	want := opsme.HostKey{Host: "web-1", Address: "web-1.example:22", Fingerprint: ssh.FingerprintSHA256(s.host.signer.PublicKey())}
	if len(pinned) != 1 || pinned[0] != want {
		t.Errorf("pinned %v, want %v", pinned, want)
	}
	if pinned, err := try(opsme.RefuseNew); err != nil || len(pinned) != 0 {
		t.Errorf("the second time: %v, %v", pinned, err)
	}
	text, err := os.ReadFile(path)
	must(t, err)
	if string(text) != "# mine, without a newline at its end\nweb-1.example "+s.host.public() {
		t.Errorf("known_hosts:\n%s", text)
	}
	port.Store(int32(imposter.port))
	_, err = try(opsme.TrustNew)
	fails(t, err, opsme.HostKeyChanged, opsme.Handshaking)
	if again, _ := os.ReadFile(path); string(again) != string(text) {
		t.Errorf("known_hosts was changed:\n%s", again)
	}
}

func ecdsaKey(t *testing.T) ssh.PublicKey {
	t.Helper()
	// Of no host: made for this test.
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte("ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBISKOCXy1F01qdM5eJFayZS+DQzDaUXR+VQsibcu54g0fPZFrAE+Kx9z31+9OYuQcjCDd6LyE/Ggz2+Nkw2ADvw="))
	must(t, err)
	return key
}

// certify makes a certificate for a key.
func certify(t *testing.T, ca, key pair, kind uint32, principals ...string) string {
	t.Helper()
	cert := &ssh.Certificate{
		Key: key.signer.PublicKey(), CertType: kind, KeyId: "test", ValidPrincipals: principals,
		ValidAfter: uint64(time.Now().Add(-time.Hour).Unix()), ValidBefore: uint64(time.Now().Add(time.Hour).Unix()),
	}
	must(t, cert.SignCert(rand.Reader, ca.signer))
	return string(ssh.MarshalAuthorizedKey(cert))
}

func TestWaysToSignIn(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Chmod(dir, 0o755))
	ca := newPair(t, filepath.Join(dir, "ca"), "")
	must(t, os.WriteFile(filepath.Join(dir, "ca.pub"), []byte(ca.public()), 0o644))
	s := startSSHD(t, "TrustedUserCAKeys "+filepath.Join(dir, "ca.pub")+"\n")
	locked := newPair(t, filepath.Join(dir, "locked"), "open sesame")
	more, err := os.OpenFile(filepath.Join(s.dir, "authorized"), os.O_APPEND|os.O_WRONLY, 0)
	must(t, err)
	_, err = more.WriteString(locked.public())
	must(t, errors.Join(err, more.Close()))
	stranger := newPair(t, filepath.Join(dir, "stranger"), "")
	certified := newPair(t, filepath.Join(dir, "certified"), "")
	must(t, os.WriteFile(certified.path+"-cert.pub", []byte(certify(t, ca, certified, ssh.UserCert, me(t))), 0o644))

	asked := 0
	ask := func(answer string) func(context.Context, opsme.Prompt) (string, error) {
		return func(_ context.Context, p opsme.Prompt) (string, error) {
			if p.Kind != opsme.Passphrase || p.Text != locked.path {
				t.Errorf("asked for %+v", p)
			}
			asked++
			return answer, nil
		}
	}
	tests := []struct {
		name     string
		identity opsme.Identity
		keys     []string // the host's own
		kind     opsme.Kind
		phase    opsme.Phase
	}{
		{"with a key", opsme.Identity{Keys: []string{s.key.path}}, nil, "", ""},
		{"with a key of the host", opsme.Identity{}, []string{s.key.path}, "", ""},
		{"with a signer", opsme.Identity{Signers: []ssh.Signer{s.key.signer}}, nil, "", ""},
		{"with an agent", opsme.Identity{Agent: startAgent(t, s.key)}, nil, "", ""},
		{"with a certificate", opsme.Identity{Keys: []string{certified.path}}, nil, "", ""},
		{"with a locked key", opsme.Identity{Keys: []string{locked.path}, Ask: ask("open sesame")}, nil, "", ""},
		{"with a key after one that is not there", opsme.Identity{Keys: []string{"/no/such/key", s.key.path}}, nil, "", ""},
		{"not with a stranger's key", opsme.Identity{Keys: []string{stranger.path}}, nil, opsme.Denied, opsme.Authenticating},
		{"not without a key", opsme.Identity{}, nil, opsme.Denied, opsme.Authenticating},
		{"not with a locked key and nobody to ask", opsme.Identity{Keys: []string{locked.path}}, nil, opsme.Local, opsme.Preparing},
		{"not without the agent that was named", opsme.Identity{Agent: "/no/such/socket"}, nil, opsme.Local, opsme.Preparing},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFleet(t, opsme.Options{KnownHosts: known(t, opsme.RefuseNew, s.pins("127.0.0.1", "127.0.0.2")), Identity: tt.identity})
			h := s.at("here", "127.0.0.1")
			h.Keys = tt.keys
			o := one(t, f, h, command("true"))
			if tt.kind == "" {
				must(t, o.Err)
				there := s.at("there", "127.0.0.2")
				there.Keys = tt.keys
				must(t, one(t, f, there, command("true")).Err)
				return
			}
			fails(t, o.Err, tt.kind, tt.phase)
		})
	}
	if asked != 1 {
		t.Errorf("asked %d times for one passphrase", asked)
	}
}

// startAgent starts OpenSSH's agent with a key.
func startAgent(t *testing.T, key pair) string {
	t.Helper()
	program, err := exec.LookPath("ssh-agent")
	if err != nil {
		t.Skip("no ssh-agent here: tools/setup test installs it")
	}
	socket := filepath.Join(t.TempDir(), "agent")
	command := exec.Command(program, "-D", "-a", socket)
	must(t, command.Start())
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	var conn net.Conn
	eventually(t, "the agent", func() bool {
		conn, err = net.Dial("unix", socket)
		return err == nil
	})
	defer func() { _ = conn.Close() }()
	text, err := os.ReadFile(key.path)
	must(t, err)
	private, err := ssh.ParseRawPrivateKey(text)
	must(t, err)
	must(t, agent.NewClient(conn).Add(agent.AddedKey{PrivateKey: private}))
	return socket
}

func TestAHostThatAnAuthorityVouchesFor(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Chmod(dir, 0o755))
	ca, key := newPair(t, filepath.Join(dir, "ca"), ""), newPair(t, filepath.Join(dir, "key"), "")
	must(t, os.WriteFile(key.path+"-cert.pub", []byte(certify(t, ca, key, ssh.HostCert, "127.0.0.1")), 0o644))
	s := startSSHD(t, fmt.Sprintf("HostKey %s\nHostCertificate %s-cert.pub\n", key.path, key.path))
	try := func(lines string) error {
		f := newFleet(t, opsme.Options{KnownHosts: known(t, opsme.TrustNew, lines), Identity: opsme.Identity{Keys: []string{s.key.path}}})
		return one(t, f, s.at("here", "127.0.0.1"), command("true")).Err
	}
	must(t, try("@cert-authority * "+ca.public()))
	stranger := newPair(t, filepath.Join(dir, "stranger"), "")
	fails(t, try("@cert-authority * "+stranger.public()), opsme.HostKeyChanged, opsme.Handshaking)
	must(t, try("")) // nobody vouches for anybody: the bare key is pinned
}

func TestJumpHosts(t *testing.T) {
	inner, bastion := startSSHD(t, ""), startSSHD(t, "")
	var dials atomic.Int32
	var wrong atomic.Bool
	options := opsme.Options{
		KnownHosts: known(t, opsme.RefuseNew, bastion.pins("127.0.0.1", "127.2.0.1"), inner.pins("127.0.0.1", "127.1.0.1", "127.1.0.2", "127.1.0.3")),
		Identity:   opsme.Identity{Keys: []string{inner.key.path, bastion.key.path}},
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			if address != bastion.address("127.0.0.1") { // the rest is behind it
				wrong.Store(true)
				return nil, errors.New("no way there")
			}
			return counting(&dials)(ctx, network, address)
		},
	}
	inventory, err := opsme.ParseInventory(fmt.Sprintf(`
		[hosts.bastion]
		address = "127.0.0.1:%d"
		[hosts.second]
		address = "127.2.0.1:%[1]d"
		jump = ["bastion"]
	`, bastion.port))
	must(t, err)
	options.Inventory = inventory
	f := newFleet(t, options)
	var hosts []opsme.Host
	for i := range 3 {
		h := inner.at(fmt.Sprintf("inner-%d", i), fmt.Sprintf("127.1.0.%d", i+1))
		h.Jump = [][]string{{"bastion"}, {"bastion", "second"}, {"second"}}[i]
		hosts = append(hosts, h)
	}
	line := command("echo $SSH_CONNECTION | cut -d' ' -f1,3")
	for range 2 {
		for _, o := range opsme.Collect(f.Do(t.Context(), hosts, opsme.Job{Task: line, Timeout: time.Minute}), 0) {
			if want := "127.0.0.1 127.1.0." + string(o.Host[6]+1) + "\n"; string(o.Stdout) != want && o.OK() {
				t.Logf("%s: %q", o.Host, o.Stdout) // the kernel may choose another source
			}
			must(t, o.Err)
		}
	}
	if wrong.Load() || dials.Load() != 1 {
		t.Errorf("%d connections to the bastion, want 1; dialled past it: %v", dials.Load(), wrong.Load())
	}
	refused := opsme.Host{Name: "x", Address: "127.0.0.1", Port: freePort(t), Jump: []string{"bastion"}}
	fails(t, one(t, f, refused, line).Err, opsme.Refused, opsme.Connecting)
	behind := hosts[0]
	behind.Jump = []string{fmt.Sprintf("127.0.0.1:%d", freePort(t))}
	if e := fails(t, one(t, f, behind, line).Err, opsme.Closed, opsme.Connecting); e.Via != behind.Jump[0] {
		t.Errorf("via %q, want %q", e.Via, behind.Jump[0])
	}
}

// drip is a network that carries little at a time, and late.
type drip struct{ net.Conn }

func (d drip) Read(b []byte) (int, error) {
	<-time.After(time.Millisecond)
	return d.Conn.Read(b[:min(len(b), 400)])
}

func TestASlowHostGetsItsTime(t *testing.T) {
	t.Parallel()
	s := startSSHD(t, "")
	options := s.options(t, s.pins("127.0.0.1"))
	options.KeepAlive = 50 * time.Millisecond // slow is not dead
	options.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return drip{conn}, err
	}
	o := one(t, newFleet(t, options), s.at("here", "127.0.0.1"), command("head -c 100000 /dev/zero; sleep 0.5; echo end"))
	if must(t, o.Err); len(o.Stdout) != 100004 || !strings.HasSuffix(string(o.Stdout), "\x00end\n") {
		t.Errorf("%d bytes came", len(o.Stdout))
	}
}
