package source

import (
	"bytes"
	"io"
	"math"
	"os"
	"sync/atomic"
	"time"
)

// wholly is the offset of a compressed file that is read to its end, or was there before
// us: however much it holds, none of it is to be read.
const wholly = math.MaxInt64

// place is a file that is known, by how far it is read, and may be open.
type place struct {
	Cursor // as the last batch told it
	told   bool

	// While the file is open.
	*lines
	file  *os.File
	zip   *unzip    // nil unless the file is compressed
	quiet time.Time // when something came last
	gauge *gauge
	// truncated was seen, and stays: a file that is written anew soon begins as before,
	// as far as little of its beginning is known.
	truncated bool

	head   []byte // its first bytes, HeadSize of them; nil if it was not open yet
	enough bool   // the head tells the file from others, and stays as it is

	// As the last look found it.
	live    bool   // at a path that is followed
	order   string // see File.Order
	size    int64
	time    time.Time // of its last change
	checked bool      // a look has found it, so what stands above is so
	missing time.Time // since when it has not been found; zero while it is there
}

// gauge is how far an open file is read, for who asks meanwhile.
type gauge struct {
	file    *os.File
	reached atomic.Int64 // in the file's own bytes, compressed or not
}

func (p *place) open() bool { return p.file != nil }

// reached is the place's offset now.
func (p *place) reached() int64 {
	if p.open() {
		return p.offset
	}
	return p.Offset
}

// moved says whether the place is another than the last batch told.
func (p *place) moved() bool { return !p.told || p.reached() != p.Offset }

// tell says the place as it is now, and notes that it was told.
func (p *place) tell() Cursor {
	p.Offset, p.told = p.reached(), true
	return p.Cursor
}

// attach opens the place's file, which begins with first.
func (p *place) attach(file *os.File, first []byte, now time.Time) {
	p.file, p.quiet, p.gauge = file, now, &gauge{file: file}
	p.learn(first)
	var from io.ReaderAt = file
	if gzipped(p.Path) {
		p.zip = &unzip{file: file}
		from = p.zip
	}
	p.lines = newLines(from, p.Offset)
	p.publish(p.Offset)
}

// learn notes how the file begins; first are its first bytes, as many as are known.
func (p *place) learn(first []byte) {
	p.head, p.enough = tellingHead(first)
	p.setHead(p.head)
}

// detach closes the file. The place is known still.
func (p *place) detach() {
	offset := p.offset
	if p.zip != nil && p.zip.whole && len(p.buf) == 0 {
		offset = wholly // so that nobody unpacks it again only to see that
	}
	p.Offset, p.told = offset, p.told && p.Offset == offset
	_ = p.file.Close() // nothing was written
	p.file, p.zip, p.lines, p.gauge = nil, nil, nil, nil
}

// publish tells who asks for the lag that the file is read up to offset.
func (p *place) publish(offset int64) {
	if p.zip != nil {
		offset = p.zip.taken
	}
	p.gauge.reached.Store(offset)
}

// otherwise says whether the file begins otherwise than it did. Asked after a read and
// before its bytes are used, it tells whether they belong to the file that we were
// in: one that is truncated and written anew begins with another timestamp.
func (p *place) otherwise() (bool, error) {
	if p.zip != nil {
		return false, nil // nobody truncates those
	}
	var room [headSize]byte
	head, err := readHead(p.file, room[:len(p.head)])
	return err == nil && !bytes.Equal(head, p.head), err
}

// more reads a block, and says how many bytes came and whether the file was truncated
// instead: then nothing of the block may be used, and the place is of no use any more.
func (p *place) more() (n int, truncated bool, err error) {
	if n, err = p.fill(); err != nil {
		return 0, false, err
	}
	if n > 0 {
		if p.truncated, err = p.otherwise(); err != nil || p.truncated {
			return 0, p.truncated, err
		}
		p.extend()
		return n, false, nil
	}
	p.idle()
	p.publish(p.read)
	if p.zip != nil {
		return 0, false, nil
	}
	info, err := p.file.Stat()
	if err != nil {
		return 0, false, err
	}
	// After the size, so that the size is that of the file that still begins so.
	if p.truncated, err = p.otherwise(); err != nil || p.truncated {
		return 0, p.truncated, err
	}
	if info.Size() < p.read {
		if p.truncated = !p.enough; p.truncated {
			return 0, true, nil
		}
		// It lost its end, as after a crash of its machine, and goes on from there.
		p.lines = newLines(p.file, info.Size())
	}
	return 0, false, nil
}

// extend lets the head cover what is read, as long as that is too little to tell the
// file by. It takes the bytes that were read, and not the file's as they are by now.
func (p *place) extend() {
	have, begin := int64(len(p.head)), p.read-int64(len(p.buf)) // where buf begins
	if want := min(p.read, headSize); !p.enough && want > have && begin <= have {
		p.learn(append(p.head[:have:have], p.buf[have-begin:want-begin]...))
	}
}
