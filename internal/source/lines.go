package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/socme-project/socme/soc"
)

// blockSize is how much is read at once: what a processor's cache holds.
const blockSize = 256 << 10

// buffers are those of files that were read to their ends: a sensor that writes all the time
// would have one made, and collected, for each of its writes.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 2*blockSize); return &b }}

// lines cuts a growing file into complete lines. It holds a block, and while a line
// is longer than that, up to soc.MaxRaw and a block.
type lines struct {
	from    io.ReaderAt
	buf     []byte // bytes that are read and not cut yet
	read    int64  // where in the file buf ends
	offset  int64  // where in the file the first line not cut yet begins
	skipped bool   // the line at offset is too long, and its beginning is thrown away
}

func newLines(from io.ReaderAt, offset int64) *lines {
	return &lines{from: from, read: offset, offset: offset}
}

// fill reads a block more and says how many bytes came; 0 is the end of the file as
// it is now.
func (l *lines) fill() (int, error) {
	if l.buf == nil {
		l.buf = *buffers.Get().(*[]byte) //nolint:forcetypeassert // what New makes
	}
	if cap(l.buf)-len(l.buf) < blockSize {
		grown := make([]byte, len(l.buf), len(l.buf)+2*blockSize)
		copy(grown, l.buf)
		l.buf = grown
	}
	n, err := l.from.ReadAt(l.buf[len(l.buf):len(l.buf)+blockSize], l.read)
	l.buf = l.buf[:len(l.buf)+n]
	l.read += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		return n, fmt.Errorf("read at byte %d: %w", l.read, err)
	}
	return n, nil
}

// cut calls each with every complete line, without its newline, and keeps the rest
// for later. Each must not keep the line. It returns how many were too long.
func (l *lines) cut(each func(line []byte) error) (tooLong uint64, err error) {
	rest := l.buf
	for err == nil {
		n := bytes.IndexByte(rest, '\n')
		if n < 0 {
			break
		}
		switch {
		case l.skipped || n > soc.MaxRaw:
			tooLong++
			l.skipped = false
		default:
			err = each(rest[:n])
		}
		rest = rest[n+1:]
		l.offset = l.read - int64(len(rest))
	}
	if err == nil && (l.skipped || len(rest) > soc.MaxRaw) {
		l.skipped = true
		rest = nil
	}
	l.keep(rest)
	return tooLong, err
}

// keep moves rest to the beginning of the buffer, and lets go of a buffer that one
// long line made big.
func (l *lines) keep(rest []byte) {
	if cap(l.buf) > 4*blockSize && len(rest) < blockSize {
		l.buf = append(make([]byte, 0, 2*blockSize), rest...)
		return
	}
	l.buf = l.buf[:copy(l.buf, rest)]
}

// last takes what stands after the last newline as a line, for a file that nobody
// will write to any more. It is nil if nothing does.
func (l *lines) last() []byte {
	rest := l.buf
	l.buf, l.offset = nil, l.read
	if l.skipped {
		return nil
	}
	return rest
}

// idle lets go of the buffer while there is nothing in it.
func (l *lines) idle() {
	if len(l.buf) > 0 || l.buf == nil {
		return
	}
	if buf := l.buf; cap(buf) == 2*blockSize {
		buffers.Put(&buf)
	}
	l.buf = nil
}
