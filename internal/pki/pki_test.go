package pki_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/pki"
	"github.com/socme-project/socme/soc"
)

var now = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func authority(t *testing.T) *pki.Authority {
	t.Helper()
	a, err := pki.OpenAuthority(t.TempDir(), now)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func node(t *testing.T, a *pki.Authority, at time.Time) *tls.Certificate {
	t.Helper()
	key, err := pki.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	request, err := pki.Request(key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := a.SignNode(request, "n1", at)
	if err != nil {
		t.Fatal(err)
	}
	return pki.Pair(key, cert)
}

func core(t *testing.T, a *pki.Authority, at time.Time) *tls.Certificate {
	t.Helper()
	key, err := pki.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	cert, err := a.SignCore(key.Public(), at)
	if err != nil {
		t.Fatal(err)
	}
	return pki.Pair(key, cert, a.Certificate)
}

// shake runs a handshake and one byte from the server, since in TLS 1.3 a client
// learns only with the first read that it was refused. It returns each side's error.
func shake(t *testing.T, server, client *tls.Config) (serverErr, clientErr error) {
	t.Helper()
	socket, err := tls.Listen("tcp", "127.0.0.1:0", server)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		conn, err := socket.Accept()
		if err == nil {
			_, err = conn.Write([]byte{1})
			_ = conn.Close()
		}
		done <- err
	}()
	conn, clientErr := tls.Dial("tcp", socket.Addr().String(), client)
	if clientErr == nil {
		_, clientErr = io.ReadFull(conn, make([]byte, 1))
		_ = conn.Close()
	}
	serverErr = <-done
	if err := socket.Close(); err != nil {
		t.Error(err)
	}
	return serverErr, clientErr
}

func TestWhoTrustsWhom(t *testing.T) {
	ours, theirs := authority(t), authority(t)
	server := ours.Server(func() *tls.Certificate { return core(t, ours, now) })
	expired := ours.Server(func() *tls.Certificate { return core(t, ours, now.Add(-300*24*time.Hour)) })
	pretender := ours.Server(func() *tls.Certificate { return node(t, ours, now) }) // a node that plays the core
	tests := []struct {
		name           string
		server, client *tls.Config
		fails          bool
		untrusted      bool // it is the client that refuses
	}{
		{"a node of ours", server, pki.Client(ours.Certificate, node(t, ours, now)), false, false},
		{"nobody: the door decides what it may ask", server, pki.Client(ours.Certificate, nil), false, false},
		{"a node past its time: it may still renew", server, pki.Client(ours.Certificate, node(t, ours, now.Add(-200*24*time.Hour))), false, false},
		{"a core past its time: the node's clock may be wrong", expired, pki.Client(ours.Certificate, node(t, ours, now)), false, false},
		{"a node of theirs", server, pki.Client(ours.Certificate, node(t, theirs, now)), true, false},
		{"a core's certificate as a node's", server, pki.Client(ours.Certificate, core(t, ours, now)), true, false},
		{"a node that trusts theirs", server, pki.Client(theirs.Certificate, node(t, theirs, now)), true, true},
		{"a node that plays the core", pretender, pki.Client(ours.Certificate, node(t, ours, now)), true, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			serverErr, clientErr := shake(t, tt.server, tt.client)
			if (serverErr != nil) != tt.fails || (clientErr != nil) != tt.fails || errors.Is(clientErr, pki.ErrUntrusted) != tt.untrusted {
				t.Errorf("server: %v; client: %v; want it to fail: %v, refused by the client: %v", serverErr, clientErr, tt.fails, tt.untrusted)
			}
		})
	}
}

func TestAStrangerKnowsTheCoreByItsFingerprint(t *testing.T) {
	ours, theirs := authority(t), authority(t)
	server := ours.Server(func() *tls.Certificate { return core(t, ours, now) })
	var found *x509.Certificate
	if _, err := shake(t, server, pki.Stranger(ours.Fingerprint(), func(c *x509.Certificate) { found = c })); err != nil || !found.Equal(ours.Certificate) {
		t.Errorf("the right fingerprint = %v, want to find the authority", err)
	}
	if _, err := shake(t, server, pki.Stranger(theirs.Fingerprint(), func(*x509.Certificate) { t.Error("found somebody else") })); err == nil {
		t.Error("another fingerprint was accepted")
	}
	// Somebody who shows the right authority beside a certificate that it never signed.
	liar := theirs.Server(func() *tls.Certificate {
		pair := core(t, theirs, now)
		pair.Certificate = [][]byte{pair.Certificate[0], ours.Certificate.Raw}
		return pair
	})
	if _, err := shake(t, liar, pki.Stranger(ours.Fingerprint(), func(*x509.Certificate) { t.Error("was fooled") })); !errors.Is(err, pki.ErrUntrusted) {
		t.Errorf("a liar = %v, want ErrUntrusted", err)
	}
}

func TestAnAuthorityIsMadeOnce(t *testing.T) {
	dir := t.TempDir()
	first, err := pki.OpenAuthority(dir, now)
	if err != nil {
		t.Fatal(err)
	}
	// A start that was cut short after the key leaves no certificate: the key is used.
	if err := os.Remove(filepath.Join(dir, "ca.pem")); err != nil {
		t.Fatal(err)
	}
	second, err := pki.OpenAuthority(dir, now)
	if err != nil {
		t.Fatal(err)
	}
	third, err := pki.OpenAuthority(dir, now.Add(time.Hour))
	if err != nil || third.Fingerprint() != second.Fingerprint() {
		t.Errorf("opened again: %v, fingerprint %s, want %s", err, third.Fingerprint(), second.Fingerprint())
	}
	if !bytes.Equal(first.Certificate.RawSubjectPublicKeyInfo, second.Certificate.RawSubjectPublicKeyInfo) {
		t.Error("a start that was cut short left a key that is not used")
	}
	info, err := os.Stat(filepath.Join(dir, "ca.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's file is %v, %v; want 0600", info.Mode(), err)
	}
}

func TestARequestThatIsNoneIsRefused(t *testing.T) {
	if _, err := authority(t).SignNode([]byte("garbage"), "n1", now); !errors.Is(err, soc.ErrInvalid) {
		t.Errorf("SignNode = %v, want ErrInvalid", err)
	}
}

func TestACertificateIsRenewedAtTwoThirds(t *testing.T) {
	cert := node(t, authority(t), now).Leaf
	if at := pki.RenewAt(cert).Sub(now); at < 59*24*time.Hour || at > 61*24*time.Hour {
		t.Errorf("renewed after %s, want about 60 days", at)
	}
}
