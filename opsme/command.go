package opsme

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
)

// Command is a line for the login shell of the user who signs in.
type Command struct {
	Line  string
	Stdin []byte // what it reads; each host gets the same
	// As is the user whom sudo should become, or "" for none. Under sudo, /bin/sh runs
	// the line. If sudo wants a password, Identity.Ask is asked for it.
	As string
	// Bare sends the line as it is, for a host without a POSIX shell, such as a switch.
	// Otherwise the process group is asked for before the line runs, on stderr; without
	// it, what is cancelled may go on at the host if root signed in.
	Bare bool
}

func (c Command) String() string { return asUser(c.As) + "run: " + c.Line }

func (c Command) prepare() (work, error) {
	if strings.TrimSpace(c.Line) == "" {
		return nil, errors.New("the command is empty")
	}
	if c.Bare && c.As != "" {
		return nil, errors.New("there is no sudo without a shell")
	}
	return func(ctx context.Context, t *turn) error {
		return t.run(ctx, program{line: c.Line, stdin: c.Stdin, as: c.As, bare: c.Bare})
	}, nil
}

func asUser(user string) string {
	if user == "" {
		return ""
	}
	return "as " + user + ", "
}

// Quote makes a line of shell that means exactly these words.
func Quote(words ...string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = quote(word)
	}
	return strings.Join(quoted, " ")
}

func quote(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,@%+"
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// A program that is to stop gets a SIGTERM by way of SSH. OpenSSH passes that on for all
// users but root, so soon the program's group is looked for in a second session, and
// killed if it does not end. What is left then is to close the connection.
const (
	notice = 250 * time.Millisecond
	grace  = 4 * time.Second
	ending = `kill -s TERM -- -%[1]d 2>/dev/null
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do kill -s 0 -- -%[1]d 2>/dev/null || exit 0; sleep 0.1; done
kill -s KILL -- -%[1]d`
)

// program is a line to run, and where its output goes.
type program struct {
	line     string
	stdin    []byte
	as       string
	bare     bool      // no door
	out, err io.Writer // nil tells it as events
}

// run runs a program in a session of its own and waits for its end.
func (t *turn) run(ctx context.Context, p program) error {
	l, session, err := t.fleet.session(ctx, t.host, t.tell)
	if err != nil {
		return err
	}
	defer func() { _ = session.Close() }()
	session.Stdin, session.Stdout, session.Stderr = bytes.NewReader(p.stdin), p.out, p.err
	if p.out == nil {
		session.Stdout = &teller{t, Stdout}
	}
	if p.err == nil {
		session.Stderr = &teller{t, Stderr}
	}
	line := p.line
	var d *door
	if !p.bare {
		d = newDoor(t, p.as, session.Stderr)
		session.Stderr, line = d, d.line(p.line)
	}
	if p.as != "" {
		session.Stdin = nil
		d.ctx, d.body = ctx, p.stdin
		if d.stdin, err = session.StdinPipe(); err != nil {
			return &Error{Kind: Lost, Phase: Running, Err: plain(err)}
		}
	}
	done := make(chan struct{})
	var failed error
	go func() {
		defer close(done)
		if failed = session.Start(line); failed == nil {
			failed = session.Wait()
		}
	}()
	select {
	case <-done:
		return t.exit(ctx, d, failed)
	case <-ctx.Done():
		t.stop(ctx, l, session, d, done)
		return ended(ctx, Running)
	}
}

// stop ends a program whose time is over.
func (t *turn) stop(ctx context.Context, l *link, session *ssh.Session, d *door, done <-chan struct{}) {
	go func() { _ = session.Signal(ssh.SIGTERM) }() // blocks if the network is dead
	soon := time.NewTimer(notice)
	defer soon.Stop()
	select {
	case <-done:
		return
	case <-soon.C:
	}
	if d != nil && d.leader() > 0 {
		killing, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		quiet := *t
		quiet.tell, quiet.result = func(Event) {}, &Result{}
		// In this very connection: to make a new one could not help.
		over := make(chan struct{})
		go func() {
			defer close(over)
			// Whether it could be run shows in done.
			_ = quiet.run(killing, program{line: fmt.Sprintf(ending, d.leader()), as: d.as, bare: d.as == "", out: io.Discard, err: io.Discard})
		}()
		select {
		case <-done:
			return
		case <-over:
		case <-killing.Done():
		}
		soon.Reset(notice)
		select {
		case <-done:
			return
		case <-soon.C:
		}
	}
	t.fleet.drop(l)
}

// exit says how a program ended.
func (t *turn) exit(ctx context.Context, d *door, err error) error {
	if late := ended(ctx, Running); late != nil && err != nil {
		return late
	}
	if d != nil {
		if denied := d.end(); denied != nil {
			return denied
		}
	}
	var exit *ssh.ExitError
	var missing *ssh.ExitMissingError
	switch {
	case err == nil:
		t.result.Code = 0
		return nil
	case errors.As(err, &exit) && exit.Signal() != "":
		t.result.Signal = exit.Signal()
		return &Error{Kind: Signalled, Phase: Running, Err: errors.New("SIG" + exit.Signal())}
	case errors.As(err, &exit):
		t.result.Code = exit.ExitStatus()
		return &Error{Kind: Exit, Phase: Running, Err: fmt.Errorf("%d", exit.ExitStatus())}
	case errors.As(err, &missing):
		return &Error{Kind: Lost, Phase: Running, Err: errors.New("it ended without telling how the command did")}
	case strings.HasPrefix(err.Error(), "ssh: command "):
		return &Error{Kind: Denied, Phase: Running, Err: errors.New("the host runs no commands for this user")}
	}
	return &Error{Kind: Lost, Phase: Running, Err: plain(err)}
}

// teller tells what is written to it as events.
type teller struct {
	turn   *turn
	stream Stream
}

func (w *teller) Write(data []byte) (int, error) {
	for chunk := data; len(chunk) > 0; {
		n := min(len(chunk), 32<<10)
		w.turn.tell(Output{Host: w.turn.host.Name, Stream: w.stream, Data: bytes.Clone(chunk[:n])})
		chunk = chunk[n:]
	}
	return len(data), nil
}
