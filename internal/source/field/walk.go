package field

import "strings"

// Bounds on a walk. What lies deeper or further is in Raw, and a line that was made to
// be slow stays fast.
const (
	maxLevels = 16  // objects within objects
	maxPath   = 256 // bytes of a path
	maxItems  = 16  // objects of one array
	maxHits   = 96  // fields of one line that the table knows, and as many others
)

// hit is a field that a walk has met.
type hit struct {
	entry int    // -1: the table does not know it
	path  string // if it does not
	value Value
}

// walk is one pass over an object. It holds all that it gathers in itself, so that it
// can stay on the stack.
type walk struct {
	table *Table
	path  [maxPath]byte
	end   int // of the path
	hits  [2 * maxHits]hit
	// order puts those that the table knows before the others, section by section, each
	// object of an array after the one before. Its last 16 bits are the place in hits.
	order  [2 * maxHits]uint64
	n      int    // hits
	others int    // of hits
	item   uint64 // the object's number in its array
	odd    int    // keys on the path that a path cannot tell: empty ones, and with a dot in them
	kept   []Value
}

// object goes over the object that begins at i and returns the index after it.
func (w *walk) object(v Value, i, level int) int {
	for i = spaceIn(v, i+1); i < len(v) && v[i] == '"'; {
		end := skipString(v, i+1)
		key := string(v[i+1 : end-1])
		if !plain(key) {
			key = v[i:end].whole()
		}
		i = spaceIn(v, spaceIn(v, end)+1)
		odd := 0
		if key == "" || strings.IndexByte(key, '.') >= 0 {
			odd = 1
		}
		if before := w.end; w.enter(key) {
			w.odd += odd
			i = w.value(v, i, level)
			w.end, w.odd = before, w.odd-odd
		} else {
			i = skip(v, i)
		}
		if i = spaceIn(v, i); i < len(v) && v[i] == ',' {
			i = spaceIn(v, i+1)
		}
	}
	return i + 1
}

// enter makes the path longer by a key, if there is room for it.
func (w *walk) enter(key string) bool {
	if w.end+1+len(key) > maxPath {
		return false
	}
	if w.end > 0 {
		w.path[w.end] = '.'
		w.end++
	}
	w.end += copy(w.path[w.end:], key)
	return true
}

// value takes the value that begins at i and returns the index after it.
func (w *walk) value(v Value, i, level int) int {
	entry, known := w.table.at[string(w.path[:w.end])]
	known = known && w.odd == 0 // {"a.b":1} is not {"a":{"b":1}}
	end := w.look(v, i, level, entry, known)
	if known {
		if keep := w.table.entries[entry].Keep; keep > 0 && keep <= len(w.kept) {
			w.kept[keep-1] = v[i:end]
		}
	}
	return end
}

func (w *walk) look(v Value, i, level, entry int, known bool) int {
	if known && w.table.entries[entry].Into == Nowhere || level == maxLevels {
		return skip(v, i)
	}
	if v[i] == '{' {
		return w.object(v, i, level+1)
	}
	end := skip(v, i)
	if inner := v[i:end]; inner.IsArray() && (strings.IndexByte(string(inner), '{') >= 0 || strings.IndexByte(string(inner[1:]), '[') >= 0) {
		w.array(inner, level)
	} else {
		w.add(inner, entry, known)
	}
	return end
}

// array takes the items of an array one by one, since not all are plain.
func (w *walk) array(v Value, level int) {
	outer := w.item
	for i, n := spaceIn(v, 1), uint64(0); n < maxItems && v[i] != ']'; n++ {
		w.item = min(outer+n, 0xFF)
		if i = spaceIn(v, w.value(v, i, level+1)); v[i] == ',' {
			i = spaceIn(v, i+1)
		}
	}
	w.item = outer
}

func (w *walk) add(v Value, entry int, known bool) {
	if v == "null" || v == `""` || v == "[]" {
		return
	}
	h, order := hit{value: v, entry: entry}, uint64(w.n)
	switch {
	case known && w.n-w.others < maxHits:
		order |= w.table.sections[entry]<<40 | w.item<<32 | uint64(entry)<<16
	case !known && w.others < maxHits:
		w.others++
		h.entry, h.path, order = -1, string(w.path[:w.end]), order|1<<63
	default:
		return
	}
	w.hits[w.n], w.order[w.n] = h, order
	w.n++
}
