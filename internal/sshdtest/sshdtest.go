// Package sshdtest starts an OpenSSH server of its own for tests and benchmarks. Nothing
// that is shipped may import it.
package sshdtest

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
)

// Program is where Debian has the server.
const Program = "/usr/sbin/sshd"

// Server serves the user of this process, by key, at every address of the loopback.
type Server struct {
	Port string
	Key  string // the user's private key file
	Host string // the public line of the host key
	cmd  *exec.Cmd
}

// Start starts a server with its files in dir and waits until it listens. It ends with
// this process at the latest.
func Start(ctx context.Context, dir string) (*Server, error) {
	if os.Getuid() == 0 {
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil { //nolint:gosec // as the package makes it
			return nil, err
		}
	}
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	s := &Server{Port: port, Key: filepath.Join(dir, "id")}
	user, err := newKey(s.Key)
	if err != nil {
		return nil, err
	}
	if s.Host, err = newKey(filepath.Join(dir, "host")); err != nil {
		return nil, err
	}
	config := fmt.Sprintf("Port %s\nListenAddress 0.0.0.0\nHostKey %[2]s/host\nAuthorizedKeysFile %[2]s/authorized\nPidFile none\nStrictModes no\nUsePAM no\n"+
		"MaxStartups 1000\nPermitRootLogin yes\nPasswordAuthentication no\nLogLevel ERROR\nPrintMotd no\nPrintLastLog no\nSubsystem sftp internal-sftp\n"+
		"SetEnv HOME=%[2]s\n", port, dir) // so that no profile of this machine takes part
	for name, text := range map[string]string{"authorized": user, "config": config} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	s.cmd = exec.CommandContext(ctx, Program, "-D", "-e", "-f", filepath.Join(dir, "config")) //nolint:gosec // the path is ours
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("OpenSSH's server: %w", err)
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for began := time.Now(); ; <-tick.C {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", "127.0.0.1:"+port)
		if err == nil {
			return s, conn.Close()
		}
		if time.Since(began) > 10*time.Second || ctx.Err() != nil {
			s.Stop()
			return nil, fmt.Errorf("OpenSSH's server does not start: %w", err)
		}
	}
}

// Stop ends it.
func (s *Server) Stop() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// Pins are the lines of known_hosts for these addresses.
func (s *Server) Pins(ips ...string) string {
	var b strings.Builder
	for _, ip := range ips {
		fmt.Fprintf(&b, "[%s]:%s %s", ip, s.Port, s.Host)
	}
	return b.String()
}

func freePort(ctx context.Context) (string, error) {
	socket, err := new(net.ListenConfig).Listen(ctx, "tcp", "0.0.0.0:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(socket.Addr().String())
	if err != nil {
		return "", err
	}
	return port, socket.Close()
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
