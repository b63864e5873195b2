package opsme

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/skeema/knownhosts"
	"golang.org/x/crypto/ssh"
	xknownhosts "golang.org/x/crypto/ssh/knownhosts"
)

// Trust says what becomes of a host whose key is not pinned yet.
type Trust int

// What to do about an unknown host key. A key that differs from the pinned one, or that
// is revoked, is always refused.
const (
	RefuseNew Trust = iota // fail with HostKeyUnknown
	TrustNew               // pin it in the file, and tell by an event HostKey
)

// KnownHosts pins host keys in a file of OpenSSH's known_hosts format, with hashed names,
// patterns, @cert-authority and @revoked. It may be used by many at a time.
type KnownHosts struct {
	mu    sync.Mutex
	path  string
	trust Trust
	db    *knownhosts.HostKeyDB
}

// OpenKnownHosts reads the file. One that is not there yet is an empty one; its folder
// must exist.
func OpenKnownHosts(path string, trust Trust) (*KnownHosts, error) {
	k := &KnownHosts{path: expand(path), trust: trust}
	return k, k.read()
}

func (k *KnownHosts) read() error {
	var files []string
	switch _, err := os.Stat(k.path); {
	case err == nil:
		files = []string{k.path}
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("known hosts: %w", err)
	}
	db, err := knownhosts.NewDB(files...)
	if err != nil {
		return fmt.Errorf("known hosts: %w", err)
	}
	k.db = db
	return nil
}

// algorithms are the kinds of key to ask the host for: those that are pinned, since
// another would look like a change. Where none is, any will do, but no certificate:
// nobody is pinned who could vouch for the host.
func (k *KnownHosts) algorithms(target string) (algorithms []string, pinned bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if found := k.db.HostKeyAlgorithms(target); len(found) > 0 {
		return found, true
	}
	return slices.DeleteFunc(ssh.SupportedAlgorithms().HostKeys, func(a string) bool { return strings.Contains(a, "-cert-") }), false
}

// check compares the key that a host showed with what is pinned. It tells whether the
// key was pinned just now.
func (k *KnownHosts) check(target string, key ssh.PublicKey) (added bool, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	err = k.compare(target, key)
	if !errors.Is(err, HostKeyUnknown) || k.trust != TrustNew {
		return false, err
	}
	// Another process may have pinned one meanwhile.
	if err := k.read(); err != nil {
		return false, err
	}
	if err := k.compare(target, key); !errors.Is(err, HostKeyUnknown) {
		return false, err
	}
	if err := k.pin(target, key); err != nil {
		return false, &Error{Kind: Local, Phase: Handshaking, Err: fmt.Errorf("pin the host key: %w", err)}
	}
	return true, k.read()
}

func (k *KnownHosts) compare(target string, key ssh.PublicKey) error {
	// The address that the name led to says nothing: with a jump host or a dialer of the
	// caller's own it is not even the host's. The name is what is pinned.
	err := k.db.HostKeyCallback()(target, &net.TCPAddr{IP: net.IPv4zero}, key)
	var (
		revoked  *xknownhosts.RevokedError
		mismatch *xknownhosts.KeyError
	)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &revoked):
		return &Error{
			Kind: HostKeyRevoked, Phase: Handshaking,
			Err: fmt.Errorf("%s shows the key %s, revoked in %s line %d", target, ssh.FingerprintSHA256(key), revoked.Revoked.Filename, revoked.Revoked.Line),
		}
	case errors.As(err, &mismatch) && len(mismatch.Want) == 0:
		return &Error{
			Kind: HostKeyUnknown, Phase: Handshaking,
			Err: fmt.Errorf("%s shows the key %s %s, and %s pins none for it", target, key.Type(), ssh.FingerprintSHA256(key), k.path),
		}
	case errors.As(err, &mismatch):
		var want []string
		for _, w := range mismatch.Want {
			want = append(want, fmt.Sprintf("%s (line %d)", ssh.FingerprintSHA256(w.Key), w.Line))
		}
		return &Error{
			Kind: HostKeyChanged, Phase: Handshaking,
			Err: fmt.Errorf("%s shows the key %s %s, but %s pins %s; somebody may sit between, or the host was set up anew. Nothing was sent to it",
				target, key.Type(), ssh.FingerprintSHA256(key), k.path, strings.Join(want, ", ")),
		}
	}
	// A certificate that has expired, is another host's, or of another authority.
	return &Error{Kind: HostKeyChanged, Phase: Handshaking, Err: fmt.Errorf("%s shows a certificate that %s does not vouch for: %w", target, k.path, plain(err))}
}

// noneOf explains a host that has no key of a kind that is pinned for it.
func (k *KnownHosts) noneOf(target string, want, offered []string) error {
	return &Error{
		Kind: HostKeyChanged, Phase: Handshaking,
		Err: fmt.Errorf("%s has no key of the pinned kinds (%s pins %s, the host offers %s)",
			target, k.path, strings.Join(want, ", "), strings.Join(offered, ", ")),
	}
}

// pin appends a line. What stands in the file stays as it is.
func (k *KnownHosts) pin(target string, key ssh.PublicKey) error {
	file, err := os.OpenFile(k.path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	line := knownhosts.Line([]string{target}, key) + "\n"
	last := make([]byte, 1)
	if info, err := file.Stat(); err == nil && info.Size() > 0 {
		if _, err := file.ReadAt(last, info.Size()-1); err == nil && last[0] != '\n' {
			line = "\n" + line
		}
	}
	_, err = file.WriteString(line)
	return errors.Join(err, file.Close())
}

// hostCheck checks one host's key during a handshake, and remembers what it found.
type hostCheck struct {
	known  *KnownHosts
	target string
	passed bool
	pinned string // the fingerprint, if the key was pinned just now
	err    error
}

func (c *hostCheck) callback(_ string, _ net.Addr, key ssh.PublicKey) error {
	added, err := c.known.check(c.target, key)
	if c.err = err; err != nil {
		return err
	}
	if added {
		c.pinned = ssh.FingerprintSHA256(key)
	}
	c.passed = true
	return nil
}

// explain finds why the handshake failed.
func (c *hostCheck) explain(err error) error {
	var terms *ssh.AlgorithmNegotiationError
	switch {
	case c.err != nil:
		return c.err
	case errors.As(err, &terms) && terms.What == "host key":
		if want, pinned := c.known.algorithms(c.target); pinned {
			return c.known.noneOf(c.target, want, terms.RequestedAlgorithms)
		}
		return explain(err, Handshaking)
	case c.passed:
		return explain(err, Authenticating)
	}
	return explain(err, Handshaking)
}
