package demo

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// journal is one sensor's file: whole lines are appended, and it is rotated as logrotate would.
type journal struct {
	path  string
	limit int64 // bytes; a line that would pass it goes into a new file
	file  *os.File
	size  int64
}

// tailSize is how much of a file's end is read to find its last line. No recorded line is longer than 16 KiB.
const tailSize = 64 << 10

// openJournal opens the file, makes it if it is absent, and returns its last whole line, or that of the file rotated
// away before it; empty if there is none. What a killed process left of a line is cut off: no reader has taken it.
func openJournal(path string, limit int64) (*journal, []byte, error) {
	j := &journal{path: path, limit: limit}
	if err := j.open(); err != nil {
		return nil, nil, err
	}
	last, whole, err := lastLine(j.file, j.size)
	if err == nil && whole < j.size {
		err = j.file.Truncate(whole)
		j.size = whole
	}
	if err == nil && len(last) == 0 {
		last, err = lastLineOf(j.rotated())
	}
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("read end of %s: %w", path, err), j.close())
	}
	return j, last, nil
}

func (j *journal) open() error {
	file, err := os.OpenFile(j.path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o640) //nolint:gosec // a sensor's group reads its files
	if err != nil {
		return fmt.Errorf("open journal: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		return errors.Join(fmt.Errorf("open journal: %w", err), file.Close())
	}
	j.file, j.size = file, info.Size()
	return nil
}

func (j *journal) rotated() string { return j.path + ".1" }

func (j *journal) close() error { return j.file.Close() }

// write appends one line, which ends with its newline, by one call, so that no reader sees a part of it.
func (j *journal) write(whole []byte) error {
	if j.size > 0 && j.size+int64(len(whole)) > j.limit {
		if err := j.rotate(); err != nil {
			return err
		}
	}
	n, err := j.file.Write(whole)
	if err != nil {
		if n > 0 { // the disk is full: take the part back
			err = errors.Join(err, j.file.Truncate(j.size))
		}
		return fmt.Errorf("append to journal: %w", err)
	}
	j.size += int64(n)
	return nil
}

func (j *journal) rotate() error {
	if err := j.close(); err != nil {
		return fmt.Errorf("rotate journal: %w", err)
	}
	if err := os.Rename(j.path, j.rotated()); err != nil {
		return fmt.Errorf("rotate journal: %w", err)
	}
	return j.open()
}

// lastLine returns the last whole line that tells its time, without its newline, and where whole lines end.
func lastLine(file *os.File, size int64) (last []byte, whole int64, err error) {
	begin := max(0, size-tailSize)
	tail := make([]byte, size-begin)
	if _, err := io.ReadFull(io.NewSectionReader(file, begin, size-begin), tail); err != nil {
		return nil, 0, err
	}
	tail = tail[:bytes.LastIndexByte(tail, '\n')+1]
	whole = begin + int64(len(tail))
	for len(tail) > 0 {
		tail = tail[:len(tail)-1]
		at := bytes.LastIndexByte(tail, '\n') + 1
		if last = tail[at:]; !timeOf(last).IsZero() {
			return last, whole, nil
		}
		tail = tail[:at]
	}
	return nil, whole, nil
}

func lastLineOf(path string) ([]byte, error) {
	file, err := os.Open(path) //nolint:gosec // our own folder
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	last, _, err := lastLine(file, info.Size())
	return last, err
}

// timeOf is when a line of either sensor happened; zero if there is no line, or none that can be read.
func timeOf(last []byte) time.Time {
	t, err := timestamp(last)
	if err != nil {
		return time.Time{}
	}
	return t
}
