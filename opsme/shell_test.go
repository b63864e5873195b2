package opsme_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/socme-project/socme/opsme"
)

// screen keeps what is shown on it.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *screen) shows(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Contains(s.text.String(), text)
}

func TestShell(t *testing.T) {
	s := startSSHD(t, "")
	keyboard, keys := io.Pipe()
	shown, resized := &screen{}, make(chan [2]int)
	done := make(chan error, 1)
	go func() {
		done <- s.fleet(t).Shell(t.Context(), s.at("here", "127.0.0.1"), opsme.Terminal{
			In: keyboard, Out: shown, Kind: "vt100", Width: 91, Height: 33, Resized: resized,
		})
	}()
	typed := func(text, answer string) {
		t.Helper()
		_, err := io.WriteString(keys, text+"\n")
		must(t, err)
		eventually(t, answer, func() bool { return shown.shows(answer) })
	}
	typed("tty && echo it is $((6*7))", "it is 42")
	typed("echo $TERM; stty size", "33 91")
	resized <- [2]int{120, 50}
	// The server may hear of the size after the next command.
	typed("until stty size | grep '5[0] 12[0]'; do sleep 0.1; done", "50 120")
	typed("echo $TERM is the kind", "vt100 is the kind")
	_, err := io.WriteString(keys, "exit 5\n")
	must(t, err)
	if err := <-done; !errors.Is(err, opsme.Exit) {
		t.Errorf("error = %v, want the shell's status", err)
	}
}
