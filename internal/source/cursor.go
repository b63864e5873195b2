package source

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"github.com/socme-project/socme/soc"
)

// What of a file's beginning tells it from others: whole lines of at least minHead bytes
// together, or else headSize bytes. A line has a time and an id of its own; of a shorter
// one, such as the end of a line that was cut in two, there may be a second.
const (
	minHead  = 64
	headSize = 1024
)

// tellingHead cuts the first headSize bytes of a file down to what tells it from others.
// Enough is false while there is too little.
func tellingHead(first []byte) (head []byte, enough bool) {
	first = first[:min(len(first), headSize)]
	if len(first) >= minHead {
		if n := bytes.IndexByte(first[minHead-1:], '\n'); n >= 0 {
			return first[:minHead+n], true
		}
	}
	return first, len(first) == headSize
}

// ident is how the system numbers a file, as long as the file exists.
type ident struct{ device, inode uint64 }

// identOf reads a file's number from what stat says of it.
func identOf(info fs.FileInfo) (ident, error) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ident{}, fmt.Errorf("%w: this system does not number its files", errors.ErrUnsupported)
	}
	return ident{uint64(stat.Dev), stat.Ino}, nil //nolint:unconvert // Dev is int32 on some systems
}

func (c Cursor) ident() ident { return ident{c.Device, c.Inode} }

// begins says whether a file that begins with head, its first bytes up to headSize, is
// the cursor's. A cursor that was made while the file was empty fits every file.
func (c Cursor) begins(head []byte) bool {
	return c.HeadSize <= len(head) && (c.HeadSize == 0 || c.Head == sha256.Sum256(head[:c.HeadSize]))
}

// setHead lets the cursor's head be head.
func (c *Cursor) setHead(head []byte) {
	c.HeadSize, c.Head = len(head), soc.Hash{}
	if len(head) > 0 {
		c.Head = sha256.Sum256(head)
	}
}

// readHead reads a file's first bytes, as many as head takes if there are so many.
func readHead(from io.ReaderAt, head []byte) ([]byte, error) {
	n, err := from.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the beginning: %w", err)
	}
	return head[:n], nil
}

// openRegular opens a regular file. Anything else would block, or never end.
func openRegular(path string) (*os.File, fs.FileInfo, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, irregular(path, info)
	}
	file, err := os.Open(path) //nolint:gosec // the node's configuration names it
	if err != nil {
		return nil, nil, err
	}
	if info, err = file.Stat(); err != nil {
		_ = file.Close()
		return nil, nil, fmt.Errorf("look at %s: %w", path, err)
	}
	return file, info, nil
}

func irregular(path string, info fs.FileInfo) error {
	return fmt.Errorf("%s is a %s and no regular file", path, info.Mode().Type())
}
