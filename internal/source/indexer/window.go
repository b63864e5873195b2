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
	cells  map[int64]*cell // by the second's beginning, in ms
	totals map[int64]int   // of the cells, by the minute's beginning
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
	return &window{cells: map[int64]*cell{}, totals: map[int64]int{}, marked: map[int64]int{}, limit: limit}
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
	w.totals[floorTo(d.at.ms, minute)]++
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
	if c := w.cells[at]; c == nil && count == 0 {
		return
	}
	c := w.cell(at)
	w.totals[floorTo(at, minute)] += count - c.count
	c.count = count
}

// count is how many documents of a minute are known.
func (w *window) count(at int64) int { return w.marked[at] + w.totals[at] }

// second is how many documents of a second are known.
func (w *window) second(at int64) int {
	if c := w.cells[at]; c != nil {
		return c.count
	}
	return 0
}

// minutes are those of a span of which something is known.
func (w *window) minutes(in span) map[int64]struct{} {
	found := map[int64]struct{}{}
	for _, known := range []map[int64]int{w.marked, w.totals} {
		for at := range known {
			if at >= in.from && at < in.before {
				found[at] = struct{}{}
			}
		}
	}
	return found
}

// drop forgets all that lies before a minute.
func (w *window) drop(before int64) {
	for at, c := range w.cells {
		if at < before {
			w.names -= len(c.keys)
			delete(w.cells, at)
		}
	}
	past := func(at int64, _ int) bool { return at < before }
	maps.DeleteFunc(w.marked, past)
	maps.DeleteFunc(w.totals, past)
}
