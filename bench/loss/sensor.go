package main

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// way is a way of rotation.
type way struct {
	name   string
	linked bool // the file is a link to one with a date in its name
	down   bool // nobody follows meanwhile
	rotate func(s *sensor) error
}

var ways = []way{
	{name: "rename, create", rotate: (*sensor).rename},
	{name: "rename, the writer notices late", rotate: (*sensor).late},
	{name: "rename, no new file for a while", rotate: (*sensor).noCreate},
	{name: "rename, compress at once", rotate: (*sensor).compress},
	{name: "twice between two looks", rotate: (*sensor).twice},
	{name: "copy, truncate", rotate: (*sensor).copyTruncate},
	{name: "truncate in place", rotate: (*sensor).truncate},
	{name: "delete, create", rotate: (*sensor).deleteCreate},
	{name: "a link to a dated file moves", linked: true, rotate: (*sensor).move},
	{name: "killed, renamed meanwhile", down: true, rotate: (*sensor).rename},
	{name: "killed, compressed meanwhile", down: true, rotate: (*sensor).compress},
	{name: "killed, copied and truncated meanwhile", down: true, rotate: (*sensor).copyTruncate},
}

// noticed is how long lines stand before they are erased without a copy: somebody who
// follows has had the time to read them.
const noticed = 200 * time.Millisecond

// sensor writes alerts as Suricata does. The rule's number is the line's.
type sensor struct {
	dir, path string
	file      *os.File
	next      int // the number of the next line
	day       int
}

func (s *sensor) begin(w way) error {
	if !w.linked {
		return s.open(s.path)
	}
	if err := s.open(s.dated()); err != nil {
		return err
	}
	return os.Symlink(filepath.Base(s.dated()), s.path)
}

func (s *sensor) dated() string {
	return filepath.Join(s.dir, fmt.Sprintf("eve-2026-11-%02d.json", s.day+1))
}

func (s *sensor) open(path string) (err error) {
	s.close()
	s.file, err = os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o640) //nolint:gosec // the path is ours
	return err
}

func (s *sensor) close() {
	if s.file != nil {
		_ = s.file.Close() // a line that is not written is counted as lost
	}
}

// write writes lines at the pace of a busy sensor.
func (s *sensor) write(lines int) error {
	for i := range lines {
		at := time.Now().UTC().Format("2006-01-02T15:04:05.000000-0700")
		_, err := fmt.Fprintf(s.file, `{"timestamp":%q,"flow_id":%d,"event_type":"alert","src_ip":"192.0.2.%d","dest_ip":"198.51.100.7","proto":"TCP",`+
			`"alert":{"action":"allowed","gid":1,"signature_id":%d,"rev":1,"signature":"EXAMPLE rule","category":"Misc","severity":3}}`+"\n",
			at, 1000+s.next, s.next%250+1, s.next)
		if err != nil {
			return err
		}
		s.next++
		if i%25 == 24 {
			pause(4 * time.Millisecond)
		}
	}
	return nil
}

// shift makes eve.json.1 free.
func (s *sensor) shift() error {
	for n := 30; n > 0; n-- {
		for _, end := range []string{"", ".gz"} {
			err := os.Rename(fmt.Sprintf("%s.%d%s", s.path, n, end), fmt.Sprintf("%s.%d%s", s.path, n+1, end))
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

func (s *sensor) away() error {
	if err := s.shift(); err != nil {
		return err
	}
	return os.Rename(s.path, s.path+".1")
}

func (s *sensor) rename() error {
	if err := s.away(); err != nil {
		return err
	}
	return s.open(s.path)
}

func (s *sensor) late() error {
	if err := s.away(); err != nil {
		return err
	}
	old := s.file
	fresh, err := os.Create(s.path)
	if err != nil {
		return err
	}
	_ = fresh.Close()
	if err := s.write(20); err != nil {
		return err
	}
	pause(50 * time.Millisecond)
	s.file = old
	if err := s.write(20); err != nil {
		return err
	}
	return s.open(s.path)
}

func (s *sensor) noCreate() error {
	if err := s.away(); err != nil {
		return err
	}
	if err := s.write(20); err != nil {
		return err
	}
	pause(50 * time.Millisecond)
	if err := s.write(20); err != nil {
		return err
	}
	return s.open(s.path)
}

func (s *sensor) twice() error {
	if err := s.rename(); err != nil {
		return err
	}
	if err := s.write(3); err != nil {
		return err
	}
	return s.rename()
}

func (s *sensor) compress() error {
	if err := s.write(20); err != nil {
		return err
	}
	if err := s.rename(); err != nil {
		return err
	}
	in, err := os.Open(s.path + ".1")
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.Create(s.path + ".1.gz")
	if err != nil {
		return err
	}
	z := gzip.NewWriter(out)
	_, err = io.Copy(z, in)
	if err = errors.Join(err, z.Close(), out.Close()); err != nil {
		return err
	}
	return os.Remove(s.path + ".1")
}

// copyTruncate writes on while it is copied, and after.
func (s *sensor) copyTruncate() error {
	if err := s.shift(); err != nil {
		return err
	}
	if err := s.write(20); err != nil {
		return err
	}
	text, err := os.ReadFile(s.path)
	if err != nil {
		return err
	}
	if err := os.WriteFile(s.path+".1", text, 0o600); err != nil { //nolint:gosec // our own temporary folder
		return err
	}
	return os.Truncate(s.path, 0)
}

func (s *sensor) truncate() error {
	pause(noticed)
	return os.Truncate(s.path, 0)
}

func (s *sensor) deleteCreate() error {
	pause(noticed)
	if err := os.Remove(s.path); err != nil {
		return err
	}
	return s.open(s.path)
}

// move begins the next day's file, into which the sensor gets a moment later.
func (s *sensor) move() error {
	s.day++
	next := s.path + ".next"
	if err := os.Symlink(filepath.Base(s.dated()), next); err != nil {
		return err
	}
	if err := os.Rename(next, s.path); err != nil {
		return err
	}
	if err := s.write(5); err != nil {
		return err
	}
	return s.open(s.dated())
}
