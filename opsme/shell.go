package opsme

import (
	"context"
	"errors"
	"io"

	"golang.org/x/crypto/ssh"
)

// Terminal is where a shell is shown. The caller puts a real one into raw mode.
type Terminal struct {
	In            io.Reader
	Out           io.Writer // stderr too: a shell has one screen
	Kind          string    // $TERM; xterm if empty
	Width, Height int       // 80 and 24 if 0
	Resized       <-chan [2]int
}

// Shell runs the user's login shell at a host on a terminal of its own, until it ends.
// The error is an *Error; one of kind Exit is the shell's own status.
func (f *Fleet) Shell(ctx context.Context, h Host, screen Terminal) error {
	h = f.named(h)
	l, session, err := f.session(ctx, h, func(Event) {})
	if err != nil {
		return err
	}
	defer func() { _ = session.Close() }()
	if screen.Kind == "" {
		screen.Kind = "xterm"
	}
	if screen.Width <= 0 || screen.Height <= 0 {
		screen.Width, screen.Height = 80, 24
	}
	if err := session.RequestPty(screen.Kind, screen.Height, screen.Width, ssh.TerminalModes{}); err != nil {
		return &Error{Kind: Denied, Phase: Running, Err: errors.New("the host gives no terminal")}
	}
	session.Stdout, session.Stderr = screen.Out, screen.Out
	// Not session.Stdin: its end would wait for one more key.
	stdin, err := session.StdinPipe()
	if err != nil {
		return &Error{Kind: Lost, Phase: Running, Err: plain(err)}
	}
	if err := session.Shell(); err != nil {
		return &Error{Kind: Denied, Phase: Running, Err: errors.New("the host runs no shell for this user")}
	}
	go func() {
		_, _ = io.Copy(stdin, screen.In) // ends with the session, at the next key
		_ = stdin.Close()
	}()
	done := make(chan error, 1)
	go func() { done <- session.Wait() }()
	for {
		select {
		case size, ok := <-screen.Resized:
			if !ok {
				screen.Resized = nil
				continue
			}
			_ = session.WindowChange(size[1], size[0])
		case err := <-done:
			result := &Result{}
			return (&turn{fleet: f, host: h, result: result}).exit(ctx, nil, err)
		case <-ctx.Done():
			f.drop(l)
			return ended(ctx, Running)
		}
	}
}
