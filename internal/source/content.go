package source

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/socme-project/socme/soc"
)

// holds says whether the place's own file is there still, so that others that begin as
// it does are copies of it.
func (r *run) holds(p *place) bool { return p.open() || p.missing.IsZero() }

// kin finds the place whose content a file holds: of several the one that is there
// still, or has read the most. It is not sure while the file is too short to tell.
func (r *run) kin(s *sight) (kin *place, sure bool) {
	sums := map[int]soc.Hash{}
	_, enough := tellingHead(s.head)
	sure = enough || s.whole || s.settled && !s.zip // of a stream that broke off, more will come
	for _, p := range r.known {
		switch {
		case p.HeadSize == 0:
		case p.HeadSize > len(s.head):
			// It may become a copy of what we know, or ends within our beginning.
			if !enough && len(p.head) == p.HeadSize && bytes.HasPrefix(p.head, s.head) {
				sure = false
			}
		case !s.begins(p, sums):
		case !tells(s.head[:p.HeadSize]):
			sure = sure && p.reached() == 0 && !r.holds(p)
		case kin == nil || r.holds(p) && !r.holds(kin) || r.holds(p) == r.holds(kin) && p.reached() > kin.reached():
			kin = p
		}
	}
	return kin, sure || kin != nil
}

// tells says whether a head is enough to know a file by.
func tells(head []byte) bool {
	_, enough := tellingHead(head)
	return enough
}

// orphan notes that what was read has no file any more that could be found by its
// number: it was truncated, or its number was given to another. A copy may come to
// light later, so the place is kept, by a number of its own.
func (r *run) orphan(p *place) {
	r.done(p)
	p.missing, p.live = r.clock(), false
	if p.Offset == 0 || p.HeadSize == 0 {
		return // nothing was read that could be read twice
	}
	p.Device, p.Inode = 0, binary.BigEndian.Uint64(p.Head[:]) // no file is on device 0
	r.known = append(r.known, p)
	r.byIdent[p.ident()] = p
	r.tell = append(r.tell, p.tell())
}

// adopt goes on in a file at the place of another that it holds the content of.
func (r *run) adopt(kin *place, f found, s *sight) {
	p := r.know(f, s, kin.reached())
	if !kin.open() {
		r.done(kin)
	}
	followed := f.live && !r.names.many
	if followed {
		p.Offset = min(p.Offset, s.size)
	}
	if r.unread(p, f, s) || followed {
		r.attach(p, s)
		r.log.Info("file goes on in another", "was", kin.Path, "file", f.path, "offset", p.Offset)
		return
	}
	s.close()
	if s.zip {
		p.Offset = wholly
	}
	r.tell = append(r.tell, p.tell())
}

// know makes the place of a file that was not known.
func (r *run) know(f found, s *sight, offset int64) *place {
	if old := r.byIdent[s.ident]; old != nil {
		r.orphan(old)
	}
	p := &place{Cursor: Cursor{Source: r.Name, Path: f.path, Device: s.ident.device, Inode: s.ident.inode, Offset: offset}}
	p.learn(s.head)
	p.live, p.order, p.size, p.time, p.checked = f.live, f.order, f.size, f.time, true
	r.byIdent[s.ident] = p
	r.known = append(r.known, p)
	delete(r.doubts, s.ident)
	return p
}

// forget gives up the cursors of files that are gone for long.
func (r *run) forget() {
	for _, p := range slices.Clone(r.known) {
		if !p.open() && !p.missing.IsZero() && r.clock().Sub(p.missing) >= remembered {
			r.done(p)
		}
	}
}

// done says with the next batch that the cursor is of no use any more.
func (r *run) done(p *place) {
	r.known = slices.DeleteFunc(r.known, func(o *place) bool { return o == p })
	delete(r.byIdent, p.ident())
	r.batch.Done = append(r.batch.Done, p.Cursor)
}
