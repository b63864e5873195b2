package opsme

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// door stands on a program's stderr. The program is started with a mark before it: the
// mark says that it has begun, and the number of its process group, so that it can be
// ended for sure. Under sudo there is a second one, by which sudo asks for the password.
type door struct {
	turn *turn
	as   string    // "" without sudo
	pass io.Writer // the program's stderr

	begin, ask string // nobody at the host can know them beforehand, to pretend to be sudo

	// Of sudo alone:
	ctx   context.Context //nolint:containedctx // of the one call whose stderr this is
	stdin io.WriteCloser
	body  []byte // the program's stdin

	mu     sync.Mutex
	said   []byte // before the program began
	group  int    // 0 until it has
	failed error
	asked  bool
}

func newDoor(t *turn, as string, pass io.Writer) *door {
	return &door{turn: t, as: as, pass: pass, begin: "begin-" + rand.Text() + " ", ask: "ask-" + rand.Text()}
}

// line puts the mark before the line. Without sudo it must be good for any login shell;
// what sshd starts leads a process group.
func (d *door) line(line string) string {
	if d.as == "" {
		return `/bin/sh -c 'echo "` + d.begin + `$PPID" >&2'; ` + line
	}
	inner := "g=$$; [ -r /proc/$$/stat ] && read -r _ _ _ _ g _ </proc/$$/stat; echo \"" + d.begin + "$g\" >&2\n" + line
	// Without an account's own language, sudo's words are the same everywhere.
	return "LC_ALL=C " + Quote("sudo", "-S", "-p", d.ask, "-u", d.as, "--", "/bin/sh", "-c", inner)
}

func (d *door) Write(data []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.group != 0 {
		return d.pass.Write(data)
	}
	d.said = append(d.said, data...)
	if before, after, ok := bytes.Cut(d.said, []byte(d.begin)); ok {
		digits, rest, whole := bytes.Cut(after, []byte("\n"))
		if !whole {
			return len(data), nil
		}
		if d.group, _ = strconv.Atoi(strings.TrimSpace(string(digits))); d.group <= 1 {
			d.group = -1 // it runs, and cannot be found
		}
		if d.as != "" { // what sudo said is not the program's
			go d.feed()
			before = nil
		}
		d.said = nil
		if text := slices.Concat(before, rest); len(text) > 0 {
			if _, err := d.pass.Write(text); err != nil {
				return 0, err
			}
		}
		return len(data), nil
	}
	if before, after, ok := bytes.Cut(d.said, []byte(d.ask)); ok && d.as != "" {
		d.said = append(bytes.TrimSpace(before), after...)
		d.answer()
	}
	if spare := len(d.said) - 64<<10; spare > 0 { // the mark must be near the end
		d.said = d.said[spare:]
	}
	return len(data), nil
}

// answer gives sudo the password, once: it asks again if that was wrong.
func (d *door) answer() {
	if d.asked {
		d.failed = errors.New("the password is wrong")
		d.turn.sudo = nil
		_ = d.stdin.Close() // sudo gives up
		return
	}
	d.asked = true
	if d.turn.sudo == nil {
		p := Prompt{Kind: Sudo, Host: d.turn.host.Name, User: d.turn.host.User, Text: "sudo password"}
		password, err := d.turn.fleet.keys.ask(d.ctx, nil, p)
		if err != nil {
			d.failed = err
			if errors.Is(err, errNobody) {
				d.failed = errors.New("it wants a password, and there is nobody to ask")
			}
			_ = d.stdin.Close()
			return
		}
		d.turn.sudo = &password
	}
	_, _ = io.WriteString(d.stdin, *d.turn.sudo+"\n") // if this fails, the session has ended
}

func (d *door) feed() {
	_, _ = d.stdin.Write(d.body) // a program need not read it
	_ = d.stdin.Close()
}

// leader is the program's process group, or 0.
func (d *door) leader() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return max(0, d.group)
}

// end gives on what stderr said without a mark. It explains a program that sudo never
// began, and returns nil otherwise.
func (d *door) end() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	said := d.said
	d.said = nil
	switch {
	case d.group != 0:
		return nil
	case d.as == "": // such as: no shell for this user
		_, _ = d.pass.Write(said)
		return nil
	case d.failed == nil:
		lines := strings.Split(strings.TrimSpace(string(said)), "\n")
		d.failed = errors.New(strings.TrimPrefix(lines[len(lines)-1], "sudo: "))
	}
	return &Error{Kind: SudoDenied, Phase: Running, Err: d.failed}
}
