package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/socme-project/socme/opsme"
)

// asker answers what hosts ask: from the files that were named, or by asking at the
// terminal. Nil is nobody.
func (o *ops) asker(view *opsView) (func(context.Context, opsme.Prompt) (string, error), error) {
	files := map[opsme.PromptKind]string{}
	for kind, path := range map[opsme.PromptKind]string{opsme.Password: o.passwordFile, opsme.Sudo: o.sudoFile} {
		if path == "" {
			continue
		}
		text, err := os.ReadFile(path) //nolint:gosec // the user's file
		if err != nil {
			return nil, fmt.Errorf("password: %w", err)
		}
		files[kind] = strings.TrimRight(string(text), "\r\n")
	}
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		if o.askPassword {
			return nil, errors.New("there is no terminal to ask at; use --password-file")
		}
		if len(files) == 0 {
			return nil, nil //nolint:nilnil // nobody to ask is no error
		}
	}
	return opsme.AskOnce(func(ctx context.Context, p opsme.Prompt) (string, error) {
		if answer, ok := files[p.Kind]; ok {
			return answer, nil
		}
		if tty == nil || p.Kind == opsme.Password && !o.askPassword {
			return "", errors.New("no password was given: --ask-password, or --password-file")
		}
		var answer string
		var err error
		view.aside(func() { answer, err = askAt(ctx, tty, p) })
		return answer, err
	}), nil
}

func askAt(ctx context.Context, tty *os.File, p opsme.Prompt) (string, error) {
	what := map[opsme.PromptKind]string{
		opsme.Password:   "Password of " + p.User,
		opsme.Sudo:       "Password of " + p.User + " for sudo",
		opsme.Passphrase: "Passphrase of " + p.Text,
		opsme.Question:   p.Host + " asks: " + p.Text,
	}[p.Kind]
	fmt.Fprint(tty, strings.TrimRight(oneLine(what), ": ")+": ")
	if p.Echo {
		line, err := bufio.NewReader(tty).ReadString('\n')
		return strings.TrimRight(line, "\r\n"), err
	}
	if shown, err := term.GetState(int(tty.Fd())); err == nil {
		// Whoever is interrupted here must see again what is typed.
		defer context.AfterFunc(ctx, func() { _ = term.Restore(int(tty.Fd()), shown) })()
	}
	answer, err := term.ReadPassword(int(tty.Fd()))
	fmt.Fprintln(tty)
	return string(answer), err
}
