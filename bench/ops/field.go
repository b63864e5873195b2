package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/socme-project/socme/bench/rig"
)

// field is the hosts, and how each tool wants them named.
type field struct {
	hosts                            int
	key, known, inventory, list, ini string
	server                           *exec.Cmd
}

// startField starts an OpenSSH server for this user, on every address of the loopback.
func startField(ctx context.Context, dir string, hosts int) (*field, error) {
	program := "/usr/sbin/sshd"
	if _, err := os.Stat(program); err != nil {
		return nil, fmt.Errorf("OpenSSH's server is not installed: %w", err)
	}
	if os.Getuid() == 0 {
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil { //nolint:gosec // as the package makes it
			return nil, err
		}
	}
	address, err := rig.FreePort(ctx)
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	f := &field{hosts: hosts, key: filepath.Join(dir, "id"), known: filepath.Join(dir, "known"), inventory: filepath.Join(dir, "fleet.toml"), list: filepath.Join(dir, "list"), ini: filepath.Join(dir, "fleet.ini")}
	user, err := newKey(f.key)
	if err != nil {
		return nil, err
	}
	host, err := newKey(filepath.Join(dir, "host"))
	if err != nil {
		return nil, err
	}
	var known, inventory, list, ini strings.Builder
	for i := range hosts {
		ip := fmt.Sprintf("127.1.0.%d", i+1)
		fmt.Fprintf(&known, "[%s]:%s %s", ip, port, host)
		fmt.Fprintf(&inventory, "[hosts.host-%d]\naddress = \"%s:%s\"\n", i+1, ip, port)
		fmt.Fprintf(&list, "%s:%s\n", ip, port)
		fmt.Fprintf(&ini, "%s ansible_port=%s ansible_python_interpreter=/usr/bin/python3\n", ip, port)
	}
	config := fmt.Sprintf("Port %s\nListenAddress 0.0.0.0\nHostKey %s/host\nAuthorizedKeysFile %s/authorized\nPidFile none\nStrictModes no\nUsePAM no\n"+
		"MaxStartups 1000\nPermitRootLogin yes\nPasswordAuthentication no\nLogLevel ERROR\nPrintMotd no\nPrintLastLog no\nSubsystem sftp internal-sftp\n"+
		"SetEnv HOME=%s\n", port, dir, dir, dir) // so that no profile of this machine is measured
	for path, text := range map[string]string{
		f.known: known.String(), f.inventory: inventory.String(), f.list: list.String(), f.ini: ini.String(),
		filepath.Join(dir, "authorized"): user, filepath.Join(dir, "config"): config,
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	f.server = exec.CommandContext(ctx, program, "-D", "-e", "-f", filepath.Join(dir, "config")) //nolint:gosec // the path is ours
	f.server.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := f.server.Start(); err != nil {
		return nil, err
	}
	for began := time.Now(); ; rig.Pause(10 * time.Millisecond) {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err == nil {
			return f, conn.Close()
		}
		if time.Since(began) > 10*time.Second || ctx.Err() != nil {
			f.stop()
			return nil, fmt.Errorf("OpenSSH's server does not start: %w", err)
		}
	}
}

func (f *field) stop() {
	_ = f.server.Process.Kill()
	_ = f.server.Wait()
}

// newKey writes a key and returns its public line.
func newKey(path string) (string, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", err
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		return "", err
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		return "", err
	}
	return string(ssh.MarshalAuthorizedKey(signer.PublicKey())), os.WriteFile(path, pem.EncodeToMemory(block), 0o600)
}
