package source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"
)

// crowd is how many files may be open before quiet ones are given up sooner.
const crowd = 16

// followed says whether the file is in the chain.
func (r *run) followed(c Cursor) bool {
	return slices.ContainsFunc(r.chain, func(p *place) bool { return p.same(c) })
}

// look opens what stands at Path now, if that is another file than before, and what
// was made and renamed away since the last look.
func (r *run) look() error {
	now := r.clock()
	again := len(r.chain) > 1 && now.Sub(r.looked) >= r.poll
	if again || r.looked.IsZero() {
		r.looked = now
	}
	at, err := stat(r.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.waiting.Store(true)
	case err != nil:
		return err
	case r.live() != nil && r.live().same(at.cursor):
		r.waiting.Store(false)
	default:
		again = len(r.chain) > 0
		if err := r.next(at); err != nil {
			return err
		}
	}
	if !again {
		return nil
	}
	_, err = r.between()
	return err
}

// next puts the file at Path at the end of the chain.
func (r *run) next(at sibling) error {
	r.waiting.Store(false)
	if i := slices.IndexFunc(r.chain, func(p *place) bool { return p.same(at.cursor) }); i >= 0 {
		// An older one was renamed back.
		p := r.chain[i]
		r.chain = append(slices.Delete(r.chain, i, i+1), p)
		return nil
	}
	p, err := r.open(r.Path, Cursor{})
	if err != nil || p == nil {
		return err
	}
	if r.followed(p.Cursor) { // it was renamed since we looked
		return p.file.Close()
	}
	r.chain = append(r.chain, p)
	r.log.Info("file opened", "inode", p.Inode, "behind", len(r.chain)-1)
	return nil
}

// between opens the files that came after the oldest that we follow, were renamed
// before we saw them at Path, and says how many. It is asked again as long as more
// than one file is followed, since a file that is renamed in the moment of looking
// may be overlooked.
func (r *run) between() (opened int, err error) {
	info, err := r.chain[0].file.Stat()
	if err != nil {
		return 0, fmt.Errorf("look at %s: %w", r.chain[0].Path, err)
	}
	siblings, err := r.siblings()
	if err != nil {
		return 0, err
	}
	for _, s := range siblings {
		if r.followed(s.cursor) || s.time.Before(info.ModTime()) {
			continue
		}
		p, err := r.open(s.path, Cursor{})
		if err != nil {
			return opened, err
		}
		if p == nil {
			continue
		}
		if r.followed(p.Cursor) {
			_ = p.file.Close()
			continue
		}
		r.chain = slices.Insert(r.chain, r.turn(s.time), p)
		opened++
		r.log.Info("rotated file opened", "file", s.path, "inode", p.Inode)
	}
	return opened, nil
}

// turn is the index in the chain before which a rotated file that changed last at t
// is to be read: after the oldest, and before the newest.
func (r *run) turn(t time.Time) int {
	i := 1
	for ; i < len(r.chain)-1; i++ {
		if info, err := r.chain[i].file.Stat(); err == nil && info.ModTime().After(t) {
			break
		}
	}
	return min(i, len(r.chain))
}

// open opens a file at the cursor. It is nil if the file is not there
// any more, or is a rotated one that we may not read.
func (r *run) open(path string, cursor Cursor) (*place, error) {
	file, err := open(path)
	if errors.Is(err, fs.ErrPermission) && path != r.Path {
		r.log.Warn("rotated file may not be read", "file", path, "err", err)
		return nil, nil //nolint:nilnil // told above
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // told above
	}
	if err != nil {
		return nil, err
	}
	cursor.Source, cursor.Path = r.Name, path
	p, err := newPlace(file, cursor)
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	p.quiet = r.clock()
	return p, nil
}

// restart begins a truncated file anew. Whoever truncates a log has mostly made a
// copy of it first, in which we then read on.
func (r *run) restart(ctx context.Context, i int) error {
	old := r.chain[i]
	at := old.Cursor
	at.Offset = old.offset
	fresh, err := newPlace(old.file, Cursor{Source: r.Name, Path: old.Path})
	if err != nil {
		return err
	}
	fresh.quiet = r.clock()
	r.chain[i] = fresh
	siblings, err := r.siblings()
	if err != nil {
		return err
	}
	for _, s := range siblings {
		if at.HeadSize == 0 || s.size <= at.Offset || r.followed(s.cursor) {
			continue
		}
		duplicate, err := r.fitting(s, at)
		if err != nil {
			return err
		}
		if duplicate != nil {
			r.chain = slices.Insert(r.chain, i, duplicate)
			r.log.InfoContext(ctx, "file truncated, reading on in its copy", "file", s.path, "offset", at.Offset)
			return nil
		}
	}
	r.log.WarnContext(ctx, "file truncated, reading it from its beginning", "offset", at.Offset)
	return nil
}

// fitting opens a file at the cursor if it begins as the cursor's did; else it is nil.
func (r *run) fitting(s sibling, at Cursor) (*place, error) {
	p, err := r.open(s.path, at)
	if err != nil || p == nil {
		return nil, err
	}
	fits, err := at.fits(p.file)
	if err != nil || !fits {
		_ = p.file.Close()
		return nil, err
	}
	return p, nil
}

// retire gives up the oldest files once nobody writes to them any more.
func (r *run) retire(ctx context.Context) error {
	n, err := r.over()
	if err != nil || n == 0 {
		return err
	}
	if opened, err := r.between(); err != nil || opened > 0 {
		return err // they are read first
	}
	for _, p := range slices.Clone(r.chain[:n]) {
		if rest := p.last(); !blank(rest) {
			r.line(rest, r.clock())
		}
		r.drop(p)
		r.log.InfoContext(ctx, "rotated file finished", "file", p.Path, "inode", p.Inode)
	}
	return r.flush(ctx, r.live())
}

// over says how many of the oldest files are finished: they were quiet for long, and
// a file after them has got something. Until then their writer may not have noticed
// the rotation. All that come after must have changed after them, too: only so can
// later files be told from finished ones by their times alone, when we resume.
func (r *run) over() (int, error) {
	if len(r.chain) < 2 {
		return 0, nil
	}
	late, now := r.late, r.clock()
	if len(r.chain) > crowd {
		late = min(late, 2*time.Second)
	}
	times := make([]time.Time, len(r.chain))
	last := 0 // the newest file that has got something
	for i, p := range r.chain {
		info, err := p.file.Stat()
		if err != nil {
			return 0, fmt.Errorf("look at %s: %w", p.Path, err)
		}
		if times[i] = info.ModTime(); info.Size() > 0 {
			last = i
		}
	}
	n, newest := 0, time.Time{}
	for i, p := range r.chain[:last] {
		if now.Sub(p.quiet) < late && now.Sub(times[i]) < late {
			break
		}
		if times[i].After(newest) {
			newest = times[i]
		}
		if slices.MinFunc(times[i+1:], time.Time.Compare).After(newest) {
			n = i + 1
		}
	}
	return n, nil
}

// drop lets go of a file; the next batch says that it is done.
func (r *run) drop(p *place) {
	_ = p.file.Close()
	r.chain = slices.DeleteFunc(r.chain, func(o *place) bool { return o == p })
	p.Offset = p.offset
	r.done(p.Cursor)
}

// done says with the next batch that the cursor is of no use any more. One that has
// the inode of a file that is followed is left to be overwritten by that one's.
func (r *run) done(c Cursor) {
	if !r.followed(c) {
		r.batch.Done = append(r.batch.Done, c)
	}
}
