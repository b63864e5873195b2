package notifytest

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// Certificate makes a certificate for localhost and 127.0.0.1 that vouches for itself, as files in PEM.
func Certificate(t *testing.T) (certificate tls.Certificate, certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, content := range map[string][]byte{certFile: certPEM, keyFile: keyPEM} {
		// A server that gives up root rights reads them too.
		if err := os.WriteFile(file, content, 0o644); err != nil { //nolint:gosec // of a test
			t.Fatal(err)
		}
	}
	if certificate, err = tls.X509KeyPair(certPEM, keyPEM); err != nil {
		t.Fatal(err)
	}
	return certificate, certFile, keyFile
}

// Program finds a program that a test needs: on the path, in /usr/sbin, or in the folder bin of the repository. Without it the
// test is skipped, except on a CI machine, where everything must run.
func Program(t *testing.T, name string) string {
	t.Helper()
	if file, err := exec.LookPath(name); err == nil {
		return file
	}
	candidates := []string{"/usr/sbin/" + name}
	for dir, depth := "..", 0; depth < 6; dir, depth = filepath.Join("..", dir), depth+1 {
		candidates = append(candidates, filepath.Join(dir, "bin", name))
	}
	for _, file := range candidates {
		if info, err := os.Stat(file); err == nil && !info.IsDir() {
			if file, err = filepath.Abs(file); err == nil {
				return file
			}
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is not installed; `tools/setup test` does it", name)
	}
	t.Skipf("%s is not installed; `tools/setup test` does it", name)
	return ""
}

// FreePort is a port of 127.0.0.1 that nobody listens on, for network "tcp" or "udp".
func FreePort(t *testing.T, network string) int {
	t.Helper()
	if network == "udp" {
		conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		return conn.LocalAddr().(*net.UDPAddr).Port
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:0") //nolint:noctx // of a test
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// Peer starts a program, ends it with the test and, if the test failed, shows what it wrote. ready is asked every 20 ms until
// it is true; a peer that is not ready within 30 s fails the test.
func Peer(t *testing.T, ready func() bool, program string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var out output
	cmd := exec.CommandContext(ctx, program, args...) //nolint:gosec // of a test
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	t.Cleanup(func() {
		cancel()
		<-ended
		if t.Failed() {
			t.Logf("%s wrote:\n%s", program, out.String())
		}
	})
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for late := time.After(30 * time.Second); !ready(); {
		select {
		case <-tick.C:
		case <-ended:
			t.Fatalf("%s ended by itself", program)
		case <-late:
			t.Fatalf("%s is not ready after 30 s", program)
		}
	}
}

// Listening says that somebody takes connections at a TCP address.
func Listening(address string) bool {
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(context.Background(), "tcp", address)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// Serve takes connections on 127.0.0.1 until the test ends and hands each to serve. It returns the address.
func Serve(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0") //nolint:noctx // of a test
	if err != nil {
		t.Fatal(err)
	}
	var (
		mu    sync.Mutex
		conns []net.Conn
		group sync.WaitGroup
	)
	group.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, conn)
			mu.Unlock()
			group.Go(func() { defer conn.Close(); serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		mu.Lock()
		for _, conn := range conns {
			_ = conn.Close()
		}
		mu.Unlock()
		group.Wait()
	})
	return listener.Addr().String()
}

// Cut ends a connection with a reset instead of a goodbye.
func Cut(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
