package source

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

func (s *sensor) first() string { return s.path + ".1" }

func (s *sensor) renameCreate() {
	s.shift()
	s.must(os.Rename(s.path, s.first()))
	if s.random.IntN(2) == 0 {
		pause(time.Millisecond)
	}
	s.reopen(s.path)
}

// renameLate writes into the old file although the new one exists.
func (s *sensor) renameLate() {
	s.shift()
	s.must(os.Rename(s.path, s.first()))
	fresh, err := os.OpenFile(s.path, os.O_CREATE|os.O_WRONLY, 0o600)
	s.must(err)
	s.must(fresh.Close())
	s.write(s.random.IntN(20))
	if s.random.IntN(3) == 0 {
		pause(20 * time.Millisecond)
	}
	s.write(s.random.IntN(20))
	s.reopen(s.path)
}

// renameNoCreate writes into the old file while there is no new one.
func (s *sensor) renameNoCreate() {
	s.shift()
	s.must(os.Rename(s.path, s.first()))
	s.write(s.random.IntN(20))
	pause(time.Duration(s.random.IntN(90)) * time.Millisecond)
	s.write(s.random.IntN(20))
	s.reopen(s.path)
}

// copyTruncate copies in parts, between which the sensor writes on.
func (s *sensor) copyTruncate() {
	s.shift()
	in, err := os.Open(s.path)
	s.must(err)
	defer in.Close()
	out, err := os.Create(s.first())
	s.must(err)
	if s.random.IntN(2) == 0 {
		pause(5 * time.Millisecond) // an empty copy is seen
	}
	if s.random.IntN(2) == 0 {
		_, err = io.CopyN(out, in, int64(s.random.IntN(3000)))
		if err != nil && !errors.Is(err, io.EOF) {
			s.t.Fatal(err)
		}
		s.write(s.random.IntN(5))
		pause(time.Duration(s.random.IntN(10)) * time.Millisecond)
	}
	_, err = io.Copy(out, in)
	s.must(err)
	s.must(out.Close())
	if s.random.IntN(2) == 0 {
		s.write(s.random.IntN(5)) // these are in no copy
		pause(time.Duration(s.random.IntN(5)) * time.Millisecond)
	}
	s.erase(s.first())
}

// erase empties the sensor's file, of which copies may hold a part.
func (s *sensor) erase(copies ...string) {
	text, err := os.ReadFile(s.path)
	s.must(err)
	var kept [][]byte
	for _, name := range copies {
		c, err := os.ReadFile(name)
		s.must(err)
		kept = append(kept, c)
	}
	s.erased(text, kept...)
	s.must(s.file.Truncate(0))
}

func (s *sensor) truncateInPlace() { s.erase() }

// deleteCreate makes a new file that may get the number of the old one.
func (s *sensor) deleteCreate() {
	text, err := os.ReadFile(s.path)
	s.must(err)
	s.erased(text)
	_ = s.file.Close()
	s.must(os.Remove(s.path))
	s.open(s.path)
}

func (s *sensor) twice() {
	s.renameCreate()
	s.write(1 + s.random.IntN(10))
	s.renameCreate()
}

func (s *sensor) renameCompress() {
	s.renameCreate()
	s.compress(s.first())
	if s.random.IntN(2) == 0 {
		s.finish()
	}
}

func (s *sensor) dated() string {
	return filepath.Join(s.dir, fmt.Sprintf("eve-2026-11-%03d.json", s.day))
}

// moveLink begins a new day's file, and compresses that of the day before yesterday.
func (s *sensor) moveLink() {
	s.finish()
	old := s.at
	s.day++
	if s.random.IntN(2) == 0 {
		s.write(2)
		s.reopen(s.dated()) // before the link is moved
		s.write(2)
	}
	s.must(os.Remove(s.path))
	if s.random.IntN(2) == 0 {
		pause(time.Millisecond)
	}
	s.must(os.Symlink(filepath.Base(s.dated()), s.path))
	if s.at == old {
		s.write(s.random.IntN(5)) // late
		s.reopen(s.dated())
	}
	if s.random.IntN(2) == 0 {
		s.compress(old)
	}
}

func (s *sensor) wazuhs() string {
	return filepath.Join(s.dir, "2026", "Nov", fmt.Sprintf("ossec-alerts-%02d%s.json", s.day/3, []string{"", "-001", "-002"}[s.day%3]))
}

// moveHardLink begins a new day, or a new file of the day, and compresses the old one.
func (s *sensor) moveHardLink() {
	s.finish()
	old := s.at
	s.day++
	s.reopen(s.wazuhs())
	s.must(os.Remove(s.path))
	if s.random.IntN(3) == 0 {
		pause(3 * time.Millisecond)
	}
	s.must(os.Link(s.at, s.path))
	if s.random.IntN(4) == 0 { // times may lie
		lie := time.Now().Add(time.Duration(s.random.IntN(200)-150) * time.Hour)
		s.must(os.Chtimes(old, lie, lie))
	}
	if s.random.IntN(2) == 0 {
		s.compress(old)
		s.must(os.WriteFile(strings.TrimSuffix(old, ".gz")+".sum", []byte("sums\n"), 0o600))
	}
}
