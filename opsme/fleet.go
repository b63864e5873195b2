package opsme

import (
	"cmp"
	"context"
	"errors"
	"net"
	"os/user"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// Options say how a fleet is reached. KnownHosts must be set.
type Options struct {
	KnownHosts *KnownHosts
	Identity   Identity
	// Inventory is where jump hosts are looked up by name; it may be nil.
	Inventory *Inventory
	// Dial opens connections to hosts and to first jump hosts, by host:port; nil dials
	// TCP from this machine. A dialer of a tailnet goes here. What it connects to must
	// still show the pinned host key, so a dialer that takes a wrong way reaches nobody.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// ConnectTimeout bounds the way from the first packet to being signed in, at each
	// jump host and at the host; 0 means 10 s. Time spent in Identity.Ask is not counted.
	ConnectTimeout time.Duration
	// KeepAlive is how long a host may be silent before it is asked whether it is still
	// there; after three such times without a sign of life its connection is lost. 0
	// means 10 s.
	KeepAlive time.Duration
}

// Fleet runs tasks on hosts. Connections stay open and are used again until Close. It
// may be used by many at a time.
type Fleet struct {
	options Options
	keys    *keyring
	user    string // of this process

	mu     sync.Mutex
	links  map[string]*link
	closed bool
}

// NewFleet makes a fleet; it connects to nothing yet.
func NewFleet(options Options) (*Fleet, error) {
	if options.KnownHosts == nil {
		return nil, errors.New("a fleet needs known hosts; see OpenKnownHosts")
	}
	if options.Dial == nil {
		options.Dial = (&net.Dialer{KeepAlive: -1}).DialContext // we ask by SSH
	}
	options.ConnectTimeout = cmp.Or(options.ConnectTimeout, 10*time.Second)
	options.KeepAlive = cmp.Or(options.KeepAlive, 10*time.Second)
	f := &Fleet{options: options, keys: newKeyring(options.Identity), links: map[string]*link{}}
	if me, err := user.Current(); err == nil {
		f.user = me.Username
	}
	return f, nil
}

// Close closes all connections. What still runs fails with Lost.
func (f *Fleet) Close() error {
	f.mu.Lock()
	links := f.links
	f.links, f.closed = map[string]*link{}, true
	f.mu.Unlock()
	for _, l := range links {
		l.end()
	}
	f.keys.close()
	return nil
}

// named gives a host the user that signs in.
func (f *Fleet) named(h Host) Host {
	h.User = cmp.Or(h.User, f.user)
	return h
}

// patience is a timeout that does not count the time in which somebody is asked.
type patience struct {
	mu     sync.Mutex
	timer  *time.Timer
	after  time.Duration
	paused int
}

func newPatience(after time.Duration, give func()) *patience {
	return &patience{timer: time.AfterFunc(after, give), after: after}
}

// pause stops the clock until the function that it returns is called; it then begins anew.
func (p *patience) pause() func() {
	if p == nil {
		return func() {}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.paused++
	p.timer.Stop()
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.paused--; p.paused == 0 {
			p.timer.Reset(p.after)
		}
	}
}

// clientConfig is the handshake's.
func (f *Fleet) clientConfig(ctx context.Context, wait *patience, h Host, check *hostCheck) (*ssh.ClientConfig, error) {
	signers, err := f.keys.signers(ctx, wait, h)
	if err != nil {
		return nil, err
	}
	algorithms, _ := f.options.KnownHosts.algorithms(check.target)
	return &ssh.ClientConfig{
		User:              h.User,
		Auth:              f.keys.methods(ctx, wait, h, signers),
		HostKeyCallback:   check.callback,
		HostKeyAlgorithms: algorithms,
		ClientVersion:     "SSH-2.0-opsme",
	}, nil
}
