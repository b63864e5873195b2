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
	"time"
)

// headSize is how much of a file's beginning tells it from others.
const headSize = 1024

// same says whether both cursors lie in one file, as far as device and inode know.
func (c Cursor) same(o Cursor) bool { return c.Device == o.Device && c.Inode == o.Inode }

// inode reads a file's identity from what stat says of it.
func inode(info fs.FileInfo) (device, number uint64, err error) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, fmt.Errorf("%w: this system does not number its files", errors.ErrUnsupported)
	}
	return uint64(stat.Dev), stat.Ino, nil //nolint:unconvert // Dev is int32 on some systems
}

// readHead reads the first bytes of a file, as many as head takes.
func readHead(file *os.File, head []byte) ([]byte, error) {
	n, err := file.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the beginning: %w", err)
	}
	return head[:n], nil
}

// fits says whether file begins as the cursor's did. A cursor that was made while
// the file was empty fits every file.
func (c Cursor) fits(file *os.File) (bool, error) {
	if c.HeadSize == 0 {
		return true, nil
	}
	head, err := readHead(file, make([]byte, min(c.HeadSize, headSize)))
	return err == nil && len(head) == c.HeadSize && sha256.Sum256(head) == c.Head, err
}

// place is a cursor together with the open file that it lies in.
type place struct {
	Cursor
	*lines
	head  []byte    // the file's first bytes, HeadSize of them
	told  bool      // a batch has told of this place
	quiet time.Time // when something came last
}

// moved says whether the place is another than the last batch told.
func (p *place) moved() bool { return !p.told || p.offset != p.Offset }

// newPlace begins to read file at the cursor, whose device and inode it sets anew.
func newPlace(file *os.File, cursor Cursor) (*place, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("look at %s: %w", file.Name(), err)
	}
	if cursor.Device, cursor.Inode, err = inode(info); err != nil {
		return nil, err
	}
	p := &place{Cursor: cursor, lines: newLines(file, cursor.Offset)}
	if p.head, err = readHead(file, make([]byte, cursor.HeadSize)); err != nil {
		return nil, fmt.Errorf("open %s: %w", file.Name(), err)
	}
	return p, nil
}

// unchanged says whether the file still begins as it did. Asked after a read and
// before its bytes are used, it tells whether they belong to the file that we were
// in: one that is truncated and written anew begins with another timestamp.
func (p *place) unchanged() (bool, error) {
	var room [headSize]byte
	head, err := readHead(p.file, room[:len(p.head)])
	return err == nil && bytes.Equal(head, p.head), err
}

// more reads a block, and says how many bytes came and whether the file was truncated
// instead: then nothing of the block may be used.
func (p *place) more() (n int, truncated bool, err error) {
	if n, err = p.fill(); err != nil {
		return 0, false, err
	}
	if same, err := p.unchanged(); err != nil || !same {
		return 0, !same && err == nil, err
	}
	if n > 0 {
		return n, false, p.extend()
	}
	p.idle()
	info, err := p.file.Stat()
	if err != nil {
		return 0, false, err
	}
	return 0, info.Size() < p.read, nil
}

// extend lets the cursor's head cover all that is read, up to 1 KiB.
func (p *place) extend() error {
	want := int(min(p.read, headSize))
	if want <= p.HeadSize {
		return nil
	}
	head, err := readHead(p.file, make([]byte, want))
	if err != nil {
		return err
	}
	// Less than was read: it is truncated in this moment, and the next look tells.
	if len(head) == want && bytes.Equal(head[:p.HeadSize], p.head) {
		p.head, p.HeadSize, p.Head = head, want, sha256.Sum256(head)
	}
	return nil
}
