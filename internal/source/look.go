package source

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"
)

// Limits of what is open and watched, and of what is remembered.
const (
	most       = 256                    // files that are open at once, at most
	glances    = 64                     // files that are looked at each time one is woken
	remembered = 24 * time.Hour         // how long the cursor of a file that is gone is kept
	grain      = 20 * time.Millisecond  // how coarse the times of files are
	settled    = 500 * time.Millisecond // after which a file that is too short to tell is taken as it is
)

// look finds out whether something is to be found, and says whether files came, went
// or changed places. It costs one stat while nothing happens.
func (r *run) look() (changed bool, err error) {
	now := r.clock()
	due := now.Sub(r.surveyed) >= r.every || r.again && now.Sub(r.surveyed) >= r.poll
	if r.stirred.Swap(false) {
		due = true
	}
	if !r.names.many {
		at, err := r.names.stat(r.Path)
		live := r.live()
		switch {
		case errors.Is(err, fs.ErrNotExist):
			due = due || live != nil
		case err != nil:
			return false, err
		default:
			due = due || live == nil || live.ident() != at.ident
		}
	}
	if !due && !slices.ContainsFunc(r.glance, grown) {
		return false, nil
	}
	before := r.generation
	err = r.survey()
	return r.generation != before, err
}

// grown says whether a file is not as it was.
func grown(was found) bool {
	info, err := os.Stat(was.path)
	return err != nil || info.Size() != was.size
}

// survey finds out what became of the files that are known, and opens those that came.
func (r *run) survey() error {
	files, err := r.names.list()
	if err != nil {
		return err
	}
	now := r.clock()
	r.surveyed, r.again, r.glance = now, false, nil
	if err := r.refresh(); err != nil {
		return err
	}
	here := map[*place]bool{}
	var strangers []found
	for _, f := range files {
		p, err := r.bind(f)
		switch {
		case err != nil:
			return err
		case p == nil:
			strangers = append(strangers, f)
		default:
			here[p] = true
		}
	}
	for _, p := range r.known {
		if here[p] {
			p.missing = time.Time{}
			continue
		}
		if p.live {
			p.live = false
			r.generation++
		}
		if p.missing.IsZero() {
			p.missing = now
		}
	}
	// The plain file before the one that is being made of it, and what is followed
	// before copies of it.
	slices.SortStableFunc(strangers, func(a, b found) int {
		rank := func(f found) int {
			switch {
			case f.live:
				return 0
			case gzipped(f.path):
				return 2
			}
			return 1
		}
		return rank(a) - rank(b)
	})
	for _, f := range strangers {
		if err := r.meet(f); err != nil {
			return err
		}
	}
	r.first = false
	gone := func(i ident) bool { return !slices.ContainsFunc(strangers, func(f found) bool { return f.ident == i }) }
	maps.DeleteFunc(r.doubts, func(i ident, _ doubt) bool { return gone(i) })
	maps.DeleteFunc(r.copies, func(i ident, _ *place) bool { return gone(i) })
	r.forget()
	r.sort()
	r.waiting.Store(!slices.ContainsFunc(files, func(f found) bool { return f.live }))
	return nil
}

// refresh looks how the open files begin by now, without which their copies could not
// be told from new files. One that begins otherwise was truncated: it begins anew, and
// what we know of its old content is looked for in copies.
func (r *run) refresh() error {
	for i, p := range r.chain {
		if p.zip != nil {
			continue
		}
		head, err := readHead(p.file, make([]byte, headSize))
		if err != nil {
			return err
		}
		if !p.truncated && bytes.HasPrefix(head, p.head) {
			if !p.enough {
				p.learn(head)
			}
			continue
		}
		r.log.Warn("file truncated", "file", p.Path, "offset", p.offset)
		fresh := &place{Cursor: Cursor{Source: r.Name, Path: p.Path, Device: p.Device, Inode: p.Inode}}
		fresh.live, fresh.order, fresh.checked = p.live, p.order, true
		fresh.attach(p.file, head, r.clock())
		p.Offset, p.file, p.lines, p.gauge = p.offset, nil, nil, nil
		r.orphan(p)
		r.chain[i] = fresh
		r.known = append(r.known, fresh)
		r.byIdent[fresh.ident()] = fresh
		r.changed()
	}
	return nil
}

// bind finds the place that is known in a file, by its number and how it begins. Of a
// closed one it looks whether there is something more to read, and opens it then.
func (r *run) bind(f found) (*place, error) {
	p := r.byIdent[f.ident]
	if p == nil {
		return nil, nil //nolint:nilnil // told above
	}
	followed := f.live && !r.names.many // it is open, whether or not there is something to read
	if p.open() || p.checked && p.size == f.size && p.time.Equal(f.time) && !followed {
		r.found(p, f)
		return p, nil
	}
	if p.Offset == 0 {
		// Nothing was read of it, and its number alone does not tell it from a copy.
		r.orphan(p)
		return nil, nil //nolint:nilnil // told above
	}
	s, err := r.open(f)
	if err != nil || s == nil {
		return nil, err
	}
	if !p.begins(s.head) {
		s.close()
		r.orphan(p)
		return nil, nil //nolint:nilnil // told above
	}
	r.found(p, f)
	if !gzipped(f.path) && f.size < p.Offset {
		p.Offset, p.told = f.size, false // it lost its end
	}
	if !r.unread(p, f, s) && !followed {
		s.close()
		if !p.told {
			r.tell = append(r.tell, p.tell())
		}
		return p, nil
	}
	p.Path = f.path
	r.attach(p, s)
	r.log.Info("file opened again", "file", f.path, "inode", p.Inode, "offset", p.Offset)
	return p, nil
}

// found notes where and how the place was found.
func (r *run) found(p *place, f found) {
	if p.live != f.live {
		p.live = f.live
		r.generation++
	}
	p.order, p.size, p.time, p.checked = f.order, f.size, f.time, true
	if !p.open() && f.live && len(r.glance) < glances {
		r.glance = append(r.glance, f)
	}
}

// unread says whether a file holds more than its place has read.
func (r *run) unread(p *place, f found, s *sight) bool {
	if gzipped(f.path) {
		return p.Offset != wholly && !holds(s.file, f.size, p.Offset)
	}
	return f.size > p.Offset
}

// meet decides what a file is that is known by no number: a copy, or what became of a
// file that is known, or a new one.
func (r *run) meet(f found) error {
	followed := f.live && !r.names.many
	if f.size == 0 && !followed {
		r.doubt(f)
		return nil
	}
	if kin, ok := r.copies[f.ident]; ok && r.holds(kin) && !followed {
		return nil
	}
	if len(r.chain) >= most && !followed {
		r.again = true
		return nil
	}
	s, err := r.open(f)
	if err != nil || s == nil {
		return err
	}
	kin, sure := r.kin(s)
	delete(r.copies, f.ident)
	switch {
	case kin != nil && r.holds(kin) && !followed:
		s.close()
		r.copies[f.ident] = kin
	case kin == nil && r.first && !f.live && (f.time.Before(r.begun.Add(-grain)) || f.time.After(r.clock().Add(time.Minute))):
		// It was rotated before we came.
		p := r.know(f, s, f.size)
		if gzipped(f.path) {
			p.Offset = wholly
		}
		s.close()
		r.tell = append(r.tell, p.tell())
	case !sure && !followed:
		s.close()
		r.doubt(f)
	case kin != nil:
		r.adopt(kin, f, s)
	default:
		p := r.know(f, s, 0)
		r.attach(p, s)
		r.log.Info("file opened", "file", f.path, "inode", p.Inode, "open", len(r.chain))
	}
	return nil
}

// doubt has the file looked at again once it has changed, or is old enough.
func (r *run) doubt(f found) {
	if len(r.glance) < glances {
		r.glance = append(r.glance, f)
	}
	if since, ok := r.doubts[f.ident]; !ok || since.size != f.size {
		r.doubts[f.ident] = doubt{f.size, r.clock()}
	}
	if f.size > 0 && r.clock().Sub(r.doubts[f.ident].since) < 2*settled {
		r.again = true
	}
}

// doubt is a file that is too short to tell what it is.
type doubt struct {
	size  int64
	since time.Time
}
