package source

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// gzipped says whether a file of that name holds another one compressed.
func gzipped(name string) bool { return filepath.Ext(name) == ".gz" }

// unzip reads a compressed file by the offsets of what it holds. A stream that breaks
// off is one that is still being written: it ends there until the file has grown.
type unzip struct {
	file   *os.File
	stream *gzip.Reader // nil before the beginning, and after a stream that broke off
	at     int64        // where in what it holds the stream stands
	taken  int64        // how much of the file went into it
	broken bool         // the stream broke off at taken
	whole  bool         // it came to its end
	err    error        // why nothing more can be read
}

// ReadAt is meant to be asked for one block after the other. Going back, it begins at
// the file's beginning; so does going on after a stream that broke off.
func (u *unzip) ReadAt(block []byte, offset int64) (int, error) {
	if u.err != nil {
		return 0, u.err
	}
	over := u.broken || u.whole && u.at == offset // as far as the file went
	if over {
		if info, err := u.file.Stat(); err != nil || info.Size() == u.taken {
			return 0, errors.Join(io.EOF, err)
		}
	}
	if u.stream == nil || over || u.at != offset {
		if err := u.skipTo(offset); err != nil {
			return 0, u.ended(err)
		}
	}
	n := 0
	for n < len(block) {
		came, err := u.stream.Read(block[n:])
		n += came
		u.at += int64(came)
		if err == nil {
			continue
		}
		if err = u.ended(err); n > 0 {
			return n, nil // the next call says why no more came
		}
		return 0, err
	}
	return n, nil
}

// skipTo begins anew and reads up to offset.
func (u *unzip) skipTo(offset int64) error {
	if _, err := u.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	u.at, u.taken, u.broken, u.whole = 0, 0, false, false
	from := bufio.NewReaderSize(counted{from: u.file, count: &u.taken}, 64<<10)
	var err error
	if u.stream, err = gzip.NewReader(from); err != nil {
		u.stream = nil
		if errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF // not even its header is there
		}
		return err
	}
	u.at, err = io.CopyN(io.Discard, u.stream, offset)
	if errors.Is(err, io.EOF) {
		u.whole = true // it holds less than we have read elsewhere
		u.at = offset
	}
	return err
}

// ended notes why the stream gives no more, and says it as ReadAt does.
func (u *unzip) ended(err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		u.broken = true
		return io.EOF
	case errors.Is(err, io.EOF):
		u.whole = true
		return io.EOF
	}
	u.err = fmt.Errorf("decompress: %w", err)
	return u.err
}

// counted counts what is read from a file.
type counted struct {
	from  io.Reader
	count *int64
}

func (c counted) Read(b []byte) (int, error) {
	n, err := c.from.Read(b)
	*c.count += int64(n)
	return n, err
}

// holds says whether a compressed file holds as much as offset and no more, by what
// gzip writes at its end: the size modulo 2³² of the only stream, or of the last. So
// true is certain enough, and false means that one must look.
func holds(file *os.File, size, offset int64) bool {
	var tail [4]byte
	if _, err := file.ReadAt(tail[:], size-int64(len(tail))); err != nil {
		return false
	}
	return binary.LittleEndian.Uint32(tail[:]) == uint32(offset)
}
