package indexer

import (
	"maps"
	"slices"
	"time"
)

const (
	second = int64(time.Second / time.Millisecond)
	minute = 60 * second
)

func floorTo(ms, unit int64) int64 { return ms - ms%unit }

// window is what is known of the documents that were read lately: how many of each
// second, and which. Documents are only ever added to an index, so where the indexer
// counts as many as we do, nothing came late.
type window struct {
	cells map[int64]*cell // by the second's beginning, in ms
	// marked are counts by minute out of the mark: documents that were read before a
	// restart and are not known by name.
	marked map[int64]int
	names  int // keys in all cells
	limit  int // of them
}

type cell struct {
	count int
	keys  map[key]struct{} // fewer than count where names were forgotten
}

func newWindow(limit int) *window {
	return &window{cells: map[int64]*cell{}, marked: map[int64]int{}, limit: limit}
}

func (w *window) cell(ms int64) *cell {
	at := floorTo(ms, second)
	c := w.cells[at]
	if c == nil {
		c = &cell{}
		w.cells[at] = c
	}
	return c
}

// has says whether a document is known by name.
func (w *window) has(d document) bool {
	c := w.cells[floorTo(d.at.ms, second)]
	if c == nil {
		return false
	}
	_, ok := c.keys[d.key]
	return ok
}

// add counts a document and remembers its name.
func (w *window) add(d document) {
	w.cell(d.at.ms).count++
	w.remember(d)
}

// remember keeps a document's name and does not count it.
func (w *window) remember(d document) {
	c := w.cell(d.at.ms)
	if c.keys == nil {
		c.keys = map[key]struct{}{}
	}
	if _, ok := c.keys[d.key]; ok {
		return
	}
	c.keys[d.key] = struct{}{}
	if w.names++; w.names > w.limit {
		w.forget()
	}
}

// forget drops the names of the oldest seconds until a tenth of the room is free. The
// counts stay: where they differ from the indexer's, the second is read anew, and its
// documents are handed on once more, which their ids make harmless.
func (w *window) forget() {
	for _, at := range slices.Sorted(maps.Keys(w.cells)) {
		if w.names <= w.limit-w.limit/10 {
			return
		}
		c := w.cells[at]
		w.names -= len(c.keys)
		c.keys = nil
	}
}

// set says that a second holds just so many documents.
func (w *window) set(at int64, count int) {
	if c := w.cells[at]; c != nil || count > 0 {
		w.cell(at).count = count
	}
}

// count is how many documents of a minute are known, of those before a time.
func (w *window) count(at, before int64) int {
	n := w.marked[at]
	for s := at; s < min(at+minute, before); s += second {
		if c := w.cells[s]; c != nil {
			n += c.count
		}
	}
	return n
}

// minutes are those from one time to before another of which something is known.
func (w *window) minutes(from, before int64) map[int64]struct{} {
	found := map[int64]struct{}{}
	for at := range w.marked {
		if at >= from && at < before {
			found[at] = struct{}{}
		}
	}
	for at := range w.cells {
		if at >= from && at < before {
			found[floorTo(at, minute)] = struct{}{}
		}
	}
	return found
}

// drop forgets all that lies before a time.
func (w *window) drop(before int64) {
	for at, c := range w.cells {
		if at < before {
			w.names -= len(c.keys)
			delete(w.cells, at)
		}
	}
	maps.DeleteFunc(w.marked, func(at int64, _ int) bool { return at < before })
}
