package opsme

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Script is a file that is run at the hosts: it is sent over, run by what its first line
// names (#!/usr/bin/env python3; without one /bin/sh), and removed. It reads nothing.
type Script struct {
	Name string // for people
	Body []byte
	Args []string
	As   string // as in Command
}

// LoadScript reads a script from a file.
func LoadScript(path string) (Script, error) {
	body, err := os.ReadFile(path) //nolint:gosec // the caller's file
	if err != nil {
		return Script{}, fmt.Errorf("script: %w", err)
	}
	return Script{Name: filepath.Base(path), Body: body}, nil
}

func (s Script) String() string {
	return asUser(s.As) + strings.TrimSpace("script: "+s.Name+" "+Quote(s.Args...))
}

func (s Script) prepare() (work, error) {
	if len(bytes.TrimSpace(s.Body)) == 0 {
		return nil, errors.New("the script is empty")
	}
	line := s.line()
	if s.As == "" { // whatever the login shell is
		line = Quote("/bin/sh", "-c", line)
	}
	return func(ctx context.Context, t *turn) error {
		return t.run(ctx, program{line: line, stdin: s.Body, as: s.As})
	}, nil
}

// line takes the script from stdin into a file that only its user can read. The
// interpreter is named here, since a folder for temporary files may be mounted noexec.
func (s Script) line() string {
	interpreter := "/bin/sh"
	first, _, _ := bytes.Cut(s.Body, []byte("\n"))
	if rest, ok := bytes.CutPrefix(first, []byte("#!")); ok {
		words := strings.Fields(string(rest))
		if len(words) > 0 {
			interpreter = Quote(words...)
		}
	}
	return fmt.Sprintf(`umask 077
f=$(mktemp) || exit 126
trap 'rm -f "$f"' EXIT
trap 'exit 143' HUP INT TERM
head -c %d >"$f" || exit 126
%s "$f" %s </dev/null`, len(s.Body), interpreter, Quote(s.Args...))
}
