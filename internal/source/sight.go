package source

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"

	"github.com/socme-project/socme/soc"
)

// sight is a file that was opened to see how it begins.
type sight struct {
	file    *os.File
	ident   ident
	size    int64
	head    []byte // at most headSize bytes, decompressed
	zip     bool
	whole   bool // of a compressed file: more than head will never come
	settled bool // it has been as it is for so long that it will stay so
}

// open opens a file that was found. It is nil if it is not there any more, or another
// one by now, or one that we may not read and need not.
func (r *run) open(f found) (*sight, error) {
	file, info, err := openRegular(f.path)
	switch {
	case errors.Is(err, fs.ErrPermission) && f.path != r.Path:
		if !r.refused[f.path] {
			r.refused[f.path] = true
			r.log.Warn("file may not be read; let the node's user read it", "file", f.path, "err", err)
		}
		return nil, nil //nolint:nilnil // told above
	case errors.Is(err, fs.ErrNotExist):
		r.again = true  // renamed meanwhile
		return nil, nil //nolint:nilnil // told above
	case err != nil:
		return nil, err
	}
	s := &sight{file: file, size: info.Size(), zip: gzipped(f.path)}
	if s.ident, err = identOf(info); err != nil || s.ident != f.ident {
		r.again = true
		s.close()
		return nil, err
	}
	if d, ok := r.doubts[s.ident]; ok {
		s.settled = d.size == s.size && r.clock().Sub(d.since) >= settled
	}
	room := make([]byte, headSize)
	if s.zip {
		u := &unzip{file: file}
		n := 0
		for err == nil && n < len(room) {
			var came int
			came, err = u.ReadAt(room[n:], int64(n))
			n += came
		}
		s.head, s.whole = room[:n], u.whole || u.err != nil
		return s, nil // what is no gzip says so when it is read
	}
	if s.head, err = readHead(file, room); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *sight) close() { _ = s.file.Close() } // nothing was written

// begins says whether the file begins as the place's does. Sums holds the hashes of
// beginnings that were asked for before, by their size.
func (s *sight) begins(p *place, sums map[int]soc.Hash) bool {
	sum, ok := sums[p.HeadSize]
	if !ok {
		sum = sha256.Sum256(s.head[:p.HeadSize])
		sums[p.HeadSize] = sum
	}
	return sum == p.Head
}
