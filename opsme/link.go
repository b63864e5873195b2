package opsme

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"
)

// link is a connection to a host, or one that is being made. All who need it share it.
type link struct {
	ready  chan struct{} // closed when client or err is there
	over   chan struct{} // closed when the client has ended
	client *ssh.Client
	conn   *counted
	err    error
	pinned []HostKey // host keys that were pinned on the way
	cancel context.CancelCauseFunc

	mu      sync.Mutex
	waiters int
	told    bool // of pinned
}

// counted is a connection that counts what comes.
type counted struct {
	net.Conn
	read atomic.Int64
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.read.Add(int64(n))
	return n, err
}

// end closes the connection, or stops making it. It waits for nobody: whoever makes it
// may be asking for a password, and closes it in any case when that is over.
func (l *link) end() {
	l.cancel(Cancelled)
	select {
	case <-l.ready:
		if l.client != nil {
			_ = l.conn.Close() // first: a polite end may block on a dead network
			_ = l.client.Close()
		}
	default:
	}
}

// news are the host keys that were pinned, told once.
func (l *link) news() []HostKey {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.told {
		return nil
	}
	l.told = true
	return l.pinned
}

// leave takes a waiter away; a connection that nobody waits for any more is not made.
func (l *link) leave(cause error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiters--; l.waiters == 0 {
		l.cancel(cause)
	}
}

// reach returns the connection to a host: the one that is open, or a new one. Beside an
// error there may be a link that has news.
func (f *Fleet) reach(ctx context.Context, h Host) (l *link, reused bool, err error) {
	key := strings.Join([]string{h.User, h.Target(), strings.Join(h.Keys, ","), strings.Join(h.Jump, ",")}, " ")
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		return nil, false, &Error{Kind: Cancelled, Phase: Connecting, Err: net.ErrClosed}
	}
	l, found := f.links[key]
	if !found {
		l = &link{ready: make(chan struct{}), over: make(chan struct{})}
		// The one who asks first must not decide for the others when to give up.
		making, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
		l.cancel = cancel
		f.links[key] = l
		go f.make(making, key, h, l)
	}
	l.mu.Lock()
	l.waiters++
	l.mu.Unlock()
	f.mu.Unlock()

	select {
	case <-l.ready: // even if it is too late: what happened there says more
		reused = found
	default:
		select {
		case <-l.ready:
		case <-ctx.Done():
			l.leave(context.Cause(ctx))
			return nil, false, ended(ctx, Connecting)
		}
	}
	return l, reused, l.err
}

// make connects, and forgets the link again when that fails or the connection ends.
func (f *Fleet) make(ctx context.Context, key string, h Host, l *link) {
	l.err = f.connect(ctx, h, l)
	close(l.ready)
	if l.err == nil {
		f.watch(ctx, l)
	}
	f.forget(key, l)
}

func (f *Fleet) forget(key string, l *link) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.links[key] == l {
		delete(f.links, key)
	}
}

// watch asks a connection for signs of life until it ends.
func (f *Fleet) watch(ctx context.Context, l *link) {
	go func() {
		_ = l.client.Wait() // it ended: that is all there is to know
		close(l.over)
	}()
	answers := make(chan error, 1)
	heard, silent, asking := l.conn.read.Load(), 0, false
	tick := time.NewTicker(f.options.KeepAlive)
	defer tick.Stop()
	defer func() { _ = l.client.Close() }()
	for {
		select {
		case <-l.over:
			return
		case <-ctx.Done():
			_ = l.conn.Close()
			return
		case err := <-answers:
			if asking = false; err != nil {
				return
			}
		case <-tick.C:
			// Whatever comes is a sign of life: on a slow way, the answer may stand behind
			// much output.
			if now := l.conn.read.Load(); now != heard {
				heard, silent = now, 0
				continue
			}
			if silent++; silent > 3 {
				_ = l.conn.Close()
				return
			}
			if !asking {
				asking = true
				go func() {
					_, _, err := l.client.SendRequest("keepalive@openssh.com", true, nil)
					answers <- err
				}()
			}
		}
	}
}

// connect makes the connection: by way of the jump hosts, then handshake and sign-in.
func (f *Fleet) connect(ctx context.Context, h Host, l *link) error {
	dial := f.options.Dial
	for i, name := range h.Jump {
		hop, err := f.options.Inventory.jump(name)
		if err != nil {
			return &Error{Kind: Local, Phase: Preparing, Err: err}
		}
		if i > 0 {
			hop.Jump = h.Jump[:i] // by way of those before it
		}
		next, _, err := f.reach(ctx, f.named(hop))
		if next != nil {
			l.pinned = append(l.pinned, next.news()...)
		}
		if err != nil {
			failed := *explain(err, Connecting)
			if failed.Via == "" {
				failed.Via = name
			}
			return &failed
		}
		dial = next.client.DialContext
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	wait := newPatience(f.options.ConnectTimeout, func() { cancel(errLate{f.options.ConnectTimeout}) })
	defer wait.timer.Stop()

	raw, err := dial(ctx, "tcp", h.Target())
	if err != nil {
		if late := ended(ctx, Connecting); late != nil {
			return late
		}
		return explain(err, Connecting)
	}
	conn := &counted{Conn: raw}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	check := &hostCheck{known: f.options.KnownHosts, target: h.Target()}
	config, err := f.clientConfig(ctx, wait, h, check)
	if err != nil {
		_ = conn.Close()
		return err
	}
	inner, channels, requests, err := ssh.NewClientConn(conn, h.Target(), config)
	if err == nil && !stop() {
		err = context.Cause(ctx)
	}
	if check.pinned != "" { // also if the sign-in failed
		l.pinned = append(l.pinned, HostKey{Host: h.Name, Address: h.Target(), Fingerprint: check.pinned})
	}
	if err != nil {
		_ = conn.Close()
		phase := Handshaking
		if check.passed {
			phase = Authenticating
		}
		if late := ended(ctx, phase); late != nil {
			return late
		}
		return check.explain(err)
	}
	l.conn, l.client = conn, ssh.NewClient(inner, channels, requests)
	return nil
}

// session opens a session at the host. A connection that ended unnoticed since it was
// last used is made anew, once.
func (f *Fleet) session(ctx context.Context, h Host, tell func(Event)) (*link, *ssh.Session, error) {
	for try := 0; ; try++ {
		l, reused, err := f.reach(ctx, h)
		if l != nil {
			for _, pinned := range l.news() {
				tell(pinned)
			}
		}
		if err != nil {
			return nil, nil, err
		}
		stop := context.AfterFunc(ctx, func() { _ = l.conn.Close() })
		session, err := opened(l.over, l.client.NewSession)
		stop()
		if err == nil {
			tell(Connected{Host: h.Name, Reused: reused})
			return l, session, nil
		}
		if late := ended(ctx, Running); late != nil {
			return nil, nil, late
		}
		if !reused || try > 0 {
			return nil, nil, &Error{Kind: Closed, Phase: Running, Err: fmt.Errorf("open a session: %w", plain(err))}
		}
		f.drop(l)
	}
}

// opened opens a session, unless its connection is over first: the client of x/crypto/ssh
// never answers who asks for a channel just when its reader has given up.
func opened(over <-chan struct{}, open func() (*ssh.Session, error)) (*ssh.Session, error) {
	type answer struct {
		session *ssh.Session
		err     error
	}
	answers := make(chan answer, 1)
	go func() {
		session, err := open()
		answers <- answer{session, err}
	}()
	select {
	case a := <-answers:
		return a.session, a.err
	case <-over: // so is what is still opened
		return nil, io.ErrUnexpectedEOF
	}
}

// drop closes a connection that is of no more use.
func (f *Fleet) drop(l *link) {
	f.mu.Lock()
	for key, other := range f.links {
		if other == l {
			delete(f.links, key)
		}
	}
	f.mu.Unlock()
	l.end()
}
