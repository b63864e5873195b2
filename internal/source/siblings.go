package source

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// sibling is a file that may be what Path was once.
type sibling struct {
	path   string
	cursor Cursor // device and inode only
	size   int64
	time   time.Time // of its last change
}

func stat(path string) (sibling, error) {
	info, err := os.Stat(path)
	if err != nil {
		return sibling{}, err
	}
	s := sibling{path: path, size: info.Size(), time: info.ModTime()}
	if !info.Mode().IsRegular() {
		return s, fmt.Errorf("%s is a %s and no regular file", path, info.Mode().Type())
	}
	s.cursor.Device, s.cursor.Inode, err = inode(info)
	return s, err
}

// compressed are the endings of files that hold what another held, unreadably, and
// of checksums beside them.
func compressed(name string) bool {
	switch filepath.Ext(name) {
	case ".gz", ".xz", ".zst", ".bz2", ".lz4", ".zip", ".sum":
		return true
	}
	return false
}

// siblings lists the rotated files that lie about, by the time of their last change,
// the oldest first.
func (r *run) siblings() ([]sibling, error) {
	// While rotation renames .1 to .2, one look may find neither. Two alike in a row
	// have found all; and whoever must not miss one looks again later.
	var before []sibling
	for range 8 {
		found, err := r.list()
		if err != nil {
			return nil, err
		}
		alike := func(a, b sibling) bool { return a.cursor.same(b.cursor) && a.path == b.path }
		if before != nil && slices.EqualFunc(before, found, alike) {
			return found, nil
		}
		before = append(make([]sibling, 0, len(found)), found...)
	}
	return before, nil
}

// list is one look of siblings.
func (r *run) list() ([]sibling, error) {
	dir, base := filepath.Dir(r.Path), filepath.Base(r.Path)
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("look for rotated files: %w", err)
	}
	var paths []string
	for _, entry := range entries {
		if name := entry.Name(); name != base && strings.HasPrefix(name, base) {
			paths = append(paths, filepath.Join(dir, name))
		}
	}
	for _, pattern := range r.Rotated {
		more, err := filepath.Glob(pattern)
		if err != nil {
			return nil, fmt.Errorf("look for rotated files at %s: %w", pattern, err)
		}
		paths = append(paths, more...)
	}
	live, _ := stat(r.Path) // absent: nothing is the same
	var found []sibling
	for _, path := range paths {
		if path == r.Path || compressed(path) {
			continue
		}
		s, err := stat(path)
		same := func(o sibling) bool { return o.cursor.same(s.cursor) }
		// One that is gone meanwhile, or is no file, is none of ours.
		if err == nil && !live.cursor.same(s.cursor) && !slices.ContainsFunc(found, same) {
			found = append(found, s)
		}
	}
	slices.SortStableFunc(found, func(a, b sibling) int { return cmp.Or(a.time.Compare(b.time), cmp.Compare(a.path, b.path)) })
	return found, nil
}
