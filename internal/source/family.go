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

// found is a file that lies about and may be one of ours.
type found struct {
	path  string
	ident ident
	size  int64
	time  time.Time // of its last change
	live  bool      // it stands at a path that is followed
	order string    // see File.Order
}

// family is which files belong to a source, by their names.
type family struct {
	path    string
	many    bool // path is a pattern
	rotated []string
	order   func(path string) string
}

func (f *File) family() family {
	many := false
	if strings.ContainsAny(f.Path, "*?[") {
		_, err := os.Lstat(f.Path)
		many = err != nil // a file may be called so, too
	}
	return family{path: f.Path, many: many, rotated: f.Rotated, order: f.Order}
}

// stat looks at one path.
func (f family) stat(path string) (found, error) {
	info, err := os.Stat(path)
	if err != nil {
		return found{}, err
	}
	at := found{path: path, size: info.Size(), time: info.ModTime()}
	if f.order != nil {
		at.order = f.order(path)
	}
	if !info.Mode().IsRegular() {
		return at, irregular(path, info)
	}
	at.ident, err = identOf(info)
	return at, err
}

// list finds the files that are there, each once, in the order in which they are to be
// read: rotated ones by their order, or the time of their last change, and then those
// at the paths that are followed.
func (f family) list() ([]found, error) {
	// While rotation renames .1 to .2, one look may find neither. Two alike in a row
	// have found all; and whoever must not miss one looks again later.
	var before []found
	for range 8 {
		now, err := f.once()
		if err != nil {
			return nil, err
		}
		alike := func(a, b found) bool { return a.ident == b.ident && a.path == b.path }
		if before != nil && slices.EqualFunc(before, now, alike) {
			return now, nil
		}
		before = append(make([]found, 0, len(now)), now...)
	}
	return before, nil
}

// once is one look of list.
func (f family) once() ([]found, error) {
	live, rotated, err := f.names()
	if err != nil {
		return nil, err
	}
	var all []found
	index := map[ident]int{}
	for i, path := range slices.Concat(live, rotated) {
		at, err := f.stat(path)
		if err != nil {
			if path == f.path && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
			continue // gone meanwhile, or no file: none of ours
		}
		if other, twice := index[at.ident]; twice {
			// A second name of it may say more of its order.
			all[other].order = cmp.Or(all[other].order, at.order)
			continue
		}
		at.live = i < len(live)
		index[at.ident] = len(all)
		all = append(all, at)
	}
	slices.SortStableFunc(all, found.compare)
	return all, nil
}

func (a found) compare(b found) int {
	if a.live != b.live {
		if a.live {
			return 1
		}
		return -1
	}
	if a.order != "" && b.order != "" && a.order != b.order {
		return cmp.Compare(a.order, b.order)
	}
	return cmp.Or(a.time.Compare(b.time), cmp.Compare(a.path, b.path))
}

// names lists the paths that are followed, and those where rotated files may be.
func (f family) names() (live, rotated []string, err error) {
	if f.many {
		matches, err := filepath.Glob(f.path)
		if err != nil {
			return nil, nil, fmt.Errorf("look for files at %s: %w", f.path, err)
		}
		for _, path := range matches {
			if gzipped(path) {
				rotated = append(rotated, path)
			} else if readable(path) {
				live = append(live, path)
			}
		}
		rotated, err = appendGlob(rotated, f.path+"*")
		return live, rotated, err
	}
	live = []string{f.path}
	if rotated, err = beside(rotated, f.path, rotatedOf); err != nil {
		return nil, nil, err
	}
	if target, err := os.Readlink(f.path); err == nil {
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(f.path), target)
		}
		if rotated, err = beside(rotated, target, sameShape); err != nil {
			return nil, nil, err
		}
	}
	for _, pattern := range f.rotated {
		if rotated, err = appendGlob(rotated, pattern); err != nil {
			return nil, nil, err
		}
	}
	return live, rotated, nil
}

func appendGlob(paths []string, pattern string) ([]string, error) {
	matches, err := filepath.Glob(pattern)
	if err != nil {
		return nil, fmt.Errorf("look for rotated files at %s: %w", pattern, err)
	}
	return append(paths, slices.DeleteFunc(matches, func(path string) bool { return !readable(path) })...), nil
}

// beside appends the files in path's folder whose names are to path's as like says.
func beside(paths []string, path string, like func(name, base string) bool) ([]string, error) {
	dir, base := filepath.Dir(path), filepath.Base(path)
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("look for rotated files: %w", err)
	}
	for _, entry := range entries {
		if name := entry.Name(); name != base && readable(name) && like(name, base) {
			paths = append(paths, filepath.Join(dir, name))
		}
	}
	return paths, nil
}

// belongs says whether a file of that name may be one of the family, for who is told of
// files in their folders; too often is no harm.
func (f family) belongs(path string) bool {
	if f.many || len(f.rotated) > 0 {
		return true
	}
	base, name := filepath.Base(f.path), filepath.Base(path)
	if name == base || rotatedOf(name, base) {
		return true
	}
	target, err := os.Readlink(f.path)
	return err == nil && sameShape(name, filepath.Base(target))
}

// readable leaves out files that hold what another held in a form that we do not read,
// and checksums beside them.
func readable(name string) bool {
	switch filepath.Ext(name) {
	case ".xz", ".zst", ".bz2", ".lz4", ".zip", ".sum":
		return false
	}
	return true
}

// rotatedOf says whether name is base with something appended, or with a date of at
// least six digits before the extension: eve.json.1, eve.json-20261125.gz,
// eve-20261125.json.
func rotatedOf(name, base string) bool {
	if strings.HasPrefix(name, base) {
		return true
	}
	extension := filepath.Ext(base)
	rest, ok := strings.CutPrefix(name, strings.TrimSuffix(base, extension))
	if !ok || extension == "" {
		return false
	}
	middle, _, ok := strings.Cut(rest, extension)
	digits := 0
	for _, c := range middle {
		switch {
		case '0' <= c && c <= '9':
			digits++
		case !strings.ContainsRune("-_.T", c):
			return false
		}
	}
	return ok && digits >= 6
}

// sameShape says whether name begins as base does but for other digits.
func sameShape(name, base string) bool {
	return strings.HasPrefix(shape(name), shape(base))
}

// shape is a name with one # for each row of digits.
func shape(name string) string {
	var b strings.Builder
	digits := false
	for _, c := range name {
		isDigit := '0' <= c && c <= '9'
		if !isDigit {
			b.WriteRune(c)
		} else if !digits {
			b.WriteByte('#')
		}
		digits = isDigit
	}
	return b.String()
}
