package opsme

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"time"

	"golang.org/x/crypto/ssh"
)

// Kind says what went wrong, in words that fit into a table. It is an error itself, so
// that errors.Is(err, opsme.HostKeyChanged) asks for it.
type Kind string

// The kinds of failure. Every failed Result carries an Error with one of them.
const (
	Unresolved     Kind = "name not found"         // no address for the name
	Refused        Kind = "connection refused"     // nothing listens there
	Unreachable    Kind = "unreachable"            // no route, or the network said so
	TimedOut       Kind = "timed out"              // see Phase for what was waited for
	Closed         Kind = "closed by the host"     // before anything could be run
	Lost           Kind = "connection lost"        // while something ran
	HostKeyUnknown Kind = "host key unknown"       // not pinned, and trust was not asked for
	HostKeyChanged Kind = "HOST KEY CHANGED"       // another key is pinned: somebody may listen
	HostKeyRevoked Kind = "HOST KEY REVOKED"       // marked @revoked in known_hosts
	Denied         Kind = "sign-in denied"         // no key or password was accepted
	SudoDenied     Kind = "sudo denied"            // wrong password, or not allowed
	Exit           Kind = "exit status"            // the command ended with another status than 0
	Signalled      Kind = "killed by a signal"     // the command did
	Transfer       Kind = "transfer failed"        // of a file
	Local          Kind = "could not start"        // something on this side: a file, a key, a setting
	Cancelled      Kind = "cancelled"              // the caller's context ended
	Skipped        Kind = "skipped after failures" // FailFast, and another host failed before
)

func (k Kind) Error() string { return string(k) }

// Phase is what was being done for a host.
type Phase string

// The phases of a host's turn, in order.
const (
	Preparing      Phase = "prepare"
	Connecting     Phase = "connect"
	Handshaking    Phase = "handshake"
	Authenticating Phase = "sign in"
	Running        Phase = "run"
)

// Error is why a host failed.
type Error struct {
	Kind  Kind
	Phase Phase
	// Via is the jump host at which it failed, or "".
	Via string
	// Err holds the details; it may be nil.
	Err error
}

func (e *Error) Error() string {
	text := string(e.Kind)
	if e.Phase != Running {
		text = string(e.Phase) + ": " + text
	}
	if e.Via != "" {
		text = "jump host " + e.Via + ": " + text
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap gives both the kind and the cause to errors.Is and errors.As.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// errLate is the cause of a context that a timeout of ours ended.
type errLate struct{ after time.Duration }

func (e errLate) Error() string { return "after " + e.after.String() }

// ended explains why a context ended, or returns nil if it goes on.
func ended(ctx context.Context, phase Phase) *Error {
	if ctx.Err() == nil {
		return nil
	}
	cause := context.Cause(ctx)
	var late errLate
	switch {
	case errors.As(cause, &late):
		return &Error{Kind: TimedOut, Phase: phase, Err: late}
	case errors.Is(cause, context.DeadlineExceeded):
		return &Error{Kind: TimedOut, Phase: phase}
	case errors.Is(cause, Skipped):
		return &Error{Kind: Skipped, Phase: phase}
	}
	return &Error{Kind: Cancelled, Phase: phase}
}

// explain finds the kind of a failure on the network.
func explain(err error, phase Phase) *Error {
	var (
		known *Error
		name  *net.DNSError
		wait  net.Error
		open  *ssh.OpenChannelError
		terms *ssh.AlgorithmNegotiationError
	)
	kind := Closed
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &name) && !name.IsTimeout:
		kind = Unresolved
	case errors.Is(err, syscall.ECONNREFUSED):
		kind = Refused
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EADDRNOTAVAIL):
		kind = Unreachable
	case errors.As(err, &open): // a jump host's answer
		kind = Unreachable
		for said, is := range map[string]Kind{"refused": Refused, "timed out": TimedOut, "not known": Unresolved, "resolution": Unresolved} {
			if strings.Contains(strings.ToLower(open.Message), said) {
				kind = is
			}
		}
	case errors.As(err, &wait) && wait.Timeout():
		kind = TimedOut
	case errors.As(err, &terms):
		return &Error{Kind: Closed, Phase: phase, Err: fmt.Errorf("no common %s", terms.What)}
	case phase == Authenticating && !broken(err):
		kind = Denied
		if strings.Contains(err.Error(), "unexpected message type 51") { // its word for a plain no
			err = errors.New("no key or password was accepted")
		}
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Addr != nil && (kind == Refused || kind == Unreachable || kind == TimedOut) {
		return &Error{Kind: kind, Phase: phase, Err: &trimmed{op.Addr.String(), err}} // the kind says the rest
	}
	return &Error{Kind: kind, Phase: phase, Err: plain(err)}
}

// broken tells of an error that means that the connection is no more.
func broken(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// plain takes the prefixes off that say nothing new.
func plain(err error) error {
	text := err.Error()
	for _, prefix := range []string{"ssh: handshake failed: ", "ssh: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	if text == err.Error() {
		return err
	}
	return &trimmed{text, err}
}

type trimmed struct {
	text string
	err  error
}

func (t *trimmed) Error() string { return t.text }
func (t *trimmed) Unwrap() error { return t.err }
