package source

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// erased notes that text is gone but for what stands in copies.
func (s *sensor) erased(text []byte, copies ...[]byte) {
	now := time.Now()
	s.follow.Log.Info("text erased", "bytes", len(text), "lines", len(s.written))
	kept := map[int]bool{}
	for _, c := range copies {
		for _, n := range numbers(c) {
			kept[n] = true
		}
	}
	for _, n := range numbers(text) {
		if kept[n] {
			continue
		}
		begin := s.written[n]
		if s.since.After(begin) {
			begin = s.since
		}
		if !s.running() || s.since.IsZero() || now.Sub(begin) < stood {
			s.excused[n] = true
		}
	}
}

// caughtUp is how often the follower has read all there was.
func (s *sensor) caughtUp() int {
	s.follow.lag.mu.Lock()
	defer s.follow.lag.mu.Unlock()
	return s.follow.lag.clears
}

// numbers are those of the complete lines of a text.
func numbers(text []byte) (all []int) {
	for line := range bytes.Lines(text) {
		if !bytes.HasSuffix(line, []byte("\n")) {
			continue
		}
		if alert, _, err := padded("", line[:len(line)-1]); err == nil {
			n, _ := strconv.Atoi(alert.Rule.ID)
			all = append(all, n)
		}
	}
	return all
}

// up has the follower run, if it does not.
func (s *sensor) up() {
	if s.running() {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.follow.Log.Info("follower starts", "lines", len(s.written))
	s.cancel, s.ended, s.since, s.clears = cancel, make(chan error, 1), time.Time{}, s.caughtUp()
	go func() { s.ended <- s.follow.Run(ctx, s.node.resume(), s.node.emit) }()
}

// running looks whether the follower was killed.
func (s *sensor) running() bool {
	if s.cancel == nil {
		return false
	}
	select {
	case err := <-s.ended:
		s.cancel()
		s.cancel = nil
		s.follow.Log.Info("follower ended", "lines", len(s.written), "err", err)
		if !errors.Is(err, errKilled) && !errors.Is(err, context.Canceled) {
			s.t.Errorf("Run = %v", err)
		}
		return false
	default:
		if s.since.IsZero() && s.caughtUp() > s.clears {
			s.since = time.Now()
		}
		return true
	}
}

func (s *sensor) stop() {
	if s.running() {
		s.cancel()
		s.ended <- <-s.ended
		s.running()
	}
}

// settle waits until all lines that may not be missing have come.
func (s *sensor) settle() {
	s.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for len(s.missing()) > 0 && time.Now().Before(deadline) {
		s.up() // it may have been killed in the last moment
		pause(2 * time.Millisecond)
	}
	pause(50 * time.Millisecond) // for what would come twice
}

func (s *sensor) missing() (all []int) {
	s.node.mu.Lock()
	defer s.node.mu.Unlock()
	for n := range s.written {
		if s.node.seen[strconv.Itoa(n)] == 0 && !s.excused[n] {
			all = append(all, n)
		}
	}
	return all
}

func (s *sensor) check() {
	s.t.Helper()
	lost := s.missing()
	s.node.mu.Lock()
	defer s.node.mu.Unlock()
	var doubled []int
	for id, times := range s.node.seen {
		n, err := strconv.Atoi(id)
		if err != nil || n >= len(s.written) {
			s.t.Errorf("a line %q that nobody wrote", id)
		}
		if times > 1 {
			doubled = append(doubled, n)
		}
	}
	if len(lost) > 0 || len(doubled) > 0 || s.node.tooMany {
		s.t.Errorf("of %d lines lost %d %.40v, doubled %d %.40v; too many in a batch: %v", len(s.written), len(lost), fmt.Sprint(lost), len(doubled), fmt.Sprint(doubled), s.node.tooMany)
		for _, n := range append(doubled[:min(len(doubled), 3)], lost[:min(len(lost), 1)]...) {
			s.t.Logf("line %d came from %+v and stands in %q", n, s.node.places[strconv.Itoa(n)], s.standing(n))
		}
	}
}

// standing are the files that hold line n now.
func (s *sensor) standing(n int) (names []string) {
	_ = filepath.WalkDir(s.dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if gzipped(path) {
			if z, zipErr := gzip.NewReader(bytes.NewReader(text)); zipErr == nil {
				text, _ = io.ReadAll(z)
			}
		}
		if info, _ := entry.Info(); bytes.Contains(text, fmt.Appendf(nil, "{\"n\":%d,", n)) {
			number, _ := identOf(info)
			names = append(names, fmt.Sprintf("%s (inode %d)", entry.Name(), number.inode))
		}
		return err
	})
	return names
}
