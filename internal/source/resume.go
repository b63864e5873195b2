package source

import (
	"errors"
	"io/fs"
	"slices"
)

// resume finds the files of the cursors by inode and head among those at Path and
// beside it, and opens them, and the one at Path last.
func (r *run) resume(cursors []Cursor) error {
	files, err := r.siblings()
	if err != nil {
		return err
	}
	live, err := stat(r.Path)
	switch {
	case err == nil:
		files = append(files, live)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	cursors = slices.Clone(cursors)
	cursors = slices.DeleteFunc(cursors, func(c Cursor) bool { return c.Source != r.Name })

	places := make([]*place, len(files))
	var lost []Cursor
	for _, cursor := range cursors {
		found, err := r.locate(files, places, cursor)
		if err != nil {
			return err
		}
		if !found {
			lost = append(lost, cursor)
			r.log.Warn("file of a cursor is gone", "inode", cursor.Inode, "offset", cursor.Offset)
		}
	}
	// If we know none of them any more, all that are there came later: rotation takes
	// the oldest first. Of those that we do know, between finds what came after.
	known := slices.ContainsFunc(places, func(p *place) bool { return p != nil })
	for i, file := range files {
		p := places[i]
		isLive := i == len(files)-1 && file.path == r.Path
		switch {
		case p != nil:
		case isLive, len(cursors) > 0 && !known:
			if p, err = r.open(file.path, Cursor{}); err != nil {
				return err
			}
		}
		if p != nil {
			r.chain = append(r.chain, p)
		}
	}
	for _, cursor := range lost {
		r.done(cursor)
	}
	r.waiting.Store(len(r.chain) == 0)
	return nil
}

// locate opens the cursor's file. It is known by its inode and how it begins, or, of
// a copy, by a long enough beginning alone.
func (r *run) locate(files []sibling, places []*place, cursor Cursor) (bool, error) {
	for _, byInode := range []bool{true, false} {
		for i, file := range files {
			if byInode != file.cursor.same(cursor) || file.size < cursor.Offset || !byInode && cursor.HeadSize < headSize {
				continue
			}
			p, err := r.fitting(file, cursor)
			if err != nil {
				return false, err
			}
			if p == nil {
				continue
			}
			p.told = p.same(cursor) // one in a copy must be told, or it is found by nobody
			switch other := places[i]; {
			case other == nil:
				places[i] = p
			case other.Offset < p.Offset:
				_ = other.file.Close()
				places[i] = p
			default:
				_ = p.file.Close()
			}
			return true, nil
		}
	}
	return false, nil
}
