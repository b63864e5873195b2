package source

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/socme-project/socme/soc"
)

// stood is how long a line must stand in a file that a running follower has, before it
// is erased, to be never missing.
const stood = 100 * time.Millisecond

// padded is a Parse for lines {"n":1,"p":"…"}: each is an alert whose rule is n.
func padded(_ soc.NodeID, line []byte) (soc.Alert, bool, error) {
	rest, ok := bytes.CutPrefix(line, []byte(`{"n":`))
	id, _, comma := bytes.Cut(rest, []byte(","))
	if !ok || !comma || !bytes.HasSuffix(line, []byte(`"}`)) || bytes.Count(line, []byte("{")) != 1 {
		return soc.Alert{}, false, soc.ErrInvalid
	}
	return soc.Alert{Rule: soc.Rule{ID: string(id)}, Raw: bytes.Clone(line)}, true, nil
}

// sensor writes numbered lines and rotates its files, and knows of each line when it
// was written and whether it may be missing.
type sensor struct {
	t      *testing.T
	random *rand.Rand
	dir    string
	path   string // what is followed
	file   *os.File
	at     string // where the open file stood when it was opened
	day    int
	work   []func() // parts of chores that are left, such as the second half of a compression

	written []time.Time // of line n
	excused map[int]bool

	node   *node
	follow *File
	cancel context.CancelFunc
	ended  chan error
	since  time.Time // since when the follower runs and has caught up
	clears int       // of the follower when it was started

	luck sync.Mutex // guards chances
	odds *rand.Rand
}

// tortureLog is for whoever looks for why a run fails: SOCME_TORTURE_LOG=1.
func tortureLog() *slog.Logger {
	if os.Getenv("SOCME_TORTURE_LOG") == "" {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(os.Stderr, nil))
}

func newSensor(t *testing.T, random *rand.Rand, method int) *sensor {
	t.Helper()
	s := &sensor{
		t: t, random: random, dir: t.TempDir(), excused: map[int]bool{}, node: newNode(), day: 1,
		odds: rand.New(rand.NewPCG(random.Uint64(), 1)),
	}
	s.path = filepath.Join(s.dir, "eve.json")
	s.follow = &File{
		Name: "test", Path: s.path, Parse: padded, Log: tortureLog(),
		poll: 20 * time.Millisecond, late: 60 * time.Millisecond,
	}
	switch methods[method].name {
	case "a link that moves":
		s.at = s.dated()
		s.must(os.Symlink(filepath.Base(s.at), s.path))
		s.open(s.at)
	case "a hard link that moves, as Wazuh does":
		s.path = filepath.Join(s.dir, "alerts.json")
		s.follow.Path, s.follow.Rotated = s.path, []string{filepath.Join(s.dir, "*", "*", "ossec-alerts-*.json*")}
		s.follow.Order = filepath.Base
		s.must(os.MkdirAll(filepath.Dir(s.wazuhs()), 0o700))
		s.open(s.wazuhs())
		s.must(os.Link(s.at, s.path))
	default:
		s.open(s.path)
	}
	t.Cleanup(func() { s.stop(); _ = s.file.Close() })
	return s
}

func (s *sensor) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// chance is true once in n times; the follower asks, too.
func (s *sensor) chance(n int) bool {
	s.luck.Lock()
	defer s.luck.Unlock()
	return s.odds.IntN(n) == 0
}

func (s *sensor) open(path string) {
	s.t.Helper()
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	s.must(err)
	s.file, s.at = file, path
}

func (s *sensor) reopen(path string) {
	_ = s.file.Close()
	s.open(path)
}

// write writes lines of all lengths, some of them in two parts.
func (s *sensor) write(lines int) {
	s.t.Helper()
	s.running()
	for range lines {
		pad := minHead + s.random.IntN(300)
		switch s.random.IntN(100) {
		case 0:
			pad = 300_000
		case 1, 2, 3:
			pad = 5000
		}
		text := fmt.Sprintf("{\"n\":%d,\"p\":%q}\n", len(s.written), strings.Repeat("x", pad))
		cut := len(text)
		if s.random.IntN(10) == 0 {
			cut = s.random.IntN(len(text))
		}
		_, err := s.file.WriteString(text[:cut])
		s.must(err)
		if cut < len(text) {
			if s.random.IntN(10) == 0 {
				pause(time.Millisecond)
			}
			_, err = s.file.WriteString(text[cut:])
			s.must(err)
		}
		s.written = append(s.written, time.Now())
	}
}

// pause lets time pass.
func pause(d time.Duration) { <-time.After(d) }

// shift renames eve.json.1 to .2 and so on, compressed ones, too, so that .1 is free.
func (s *sensor) shift() {
	s.t.Helper()
	s.finish() // a rotation waits for the compression of the last one
	last := 0
	for n := 1; ; n++ {
		if len(s.numbered(n)) == 0 {
			break
		}
		last = n
	}
	for n := last; n > 0; n-- {
		for _, name := range s.numbered(n) {
			s.must(os.Rename(name, fmt.Sprintf("%s.%d%s", s.path, n+1, strings.TrimPrefix(name, fmt.Sprintf("%s.%d", s.path, n)))))
		}
	}
}

func (s *sensor) numbered(n int) (names []string) {
	for _, end := range []string{"", ".gz"} {
		name := fmt.Sprintf("%s.%d%s", s.path, n, end)
		if _, err := os.Lstat(name); err == nil {
			names = append(names, name)
		}
	}
	return names
}

// chores do the next part of what waits, or begin to compress a rotated file.
func (s *sensor) chores() {
	if len(s.work) > 0 {
		next := s.work[0]
		s.work = s.work[1:]
		next()
		return
	}
	if s.random.IntN(3) == 0 {
		if name := fmt.Sprintf("%s.%d", s.path, 2+s.random.IntN(2)); len(s.work) == 0 {
			if _, err := os.Lstat(name); err == nil {
				s.compress(name)
			}
		}
	}
}

func (s *sensor) finish() {
	for len(s.work) > 0 {
		s.chores()
	}
}

// compress replaces a file by a compressed one as gzip does, in parts: others happen
// between them. Sometimes the plain one is gone before the other is written wholly.
func (s *sensor) compress(name string) {
	if s.file != nil && s.at == name {
		return
	}
	text, err := os.ReadFile(name)
	s.must(err)
	info, err := os.Stat(name)
	s.must(err)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if half := len(text) / 2; s.random.IntN(4) == 0 {
		_, err = w.Write(text[:half]) // of two streams, as pigz and cat make them
		s.must(err)
		s.must(w.Close())
		w.Reset(&packed)
		text = text[half:]
	}
	_, err = w.Write(text)
	s.must(err)
	s.must(w.Close())
	early, keepTime := s.random.IntN(4) == 0, s.random.IntN(3) > 0
	out, err := os.OpenFile(name+".gz", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	s.must(err)
	number := func(name string) uint64 {
		info, err := os.Stat(name)
		s.must(err)
		id, _ := identOf(info)
		return id.inode
	}
	s.follow.Log.Info("compressing", "name", filepath.Base(name), "plain", number(name), "packed", number(name+".gz"), "early", early)
	part := func() {
		n := min(packed.Len(), 1+packed.Len()/3)
		_, err := out.Write(packed.Next(n))
		s.must(err)
	}
	remove := func() { s.must(os.Remove(name)) }
	s.work = append(s.work, part)
	if early {
		s.work = append(s.work, remove)
	}
	s.work = append(s.work, part, part, func() {
		_, err := out.Write(packed.Bytes())
		s.must(err)
		s.must(out.Close())
		if keepTime {
			s.must(os.Chtimes(name+".gz", info.ModTime(), info.ModTime()))
		}
	})
	if !early {
		s.work = append(s.work, remove)
	}
}
