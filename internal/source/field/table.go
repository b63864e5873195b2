package field

import (
	"slices"
	"strings"

	"github.com/socme-project/socme/soc"
)

// Table says what the fields of a sensor's line are called, which of them have a place
// of their own in a soc.Alert, and in which order they are worth reading.
type Table struct {
	entries  []Entry
	sections []uint64 // of each entry
	at       map[string]int
	doubled  string
}

// Entry is one field of a Table. Path is its keys, joined by dots; arrays on the way
// are passed through. Name is what its detail is called, the path if it is empty. Into
// is its own place in the alert; what does not fit there, or comes after another one
// for the same place, becomes a detail. Keep is where in kept of Fill the value goes as
// it is, counted from 1.
type Entry struct {
	Path string
	Name string
	Into Slot
	Keep int
}

// NewTable makes a table. A path that stands twice counts where it stands first.
func NewTable(parts ...[]Entry) *Table {
	t := &Table{entries: slices.Concat(parts...), at: map[string]int{}}
	number, last := uint64(0), ""
	for i, e := range t.entries {
		if first := section(e.Path); first != last {
			number, last = number+1, first
		}
		t.sections = append(t.sections, number)
		if _, there := t.at[e.Path]; !there {
			t.at[e.Path] = i
		}
	}
	return t
}

// Fill takes what stands in an object, at whatever depth, into the alert. What the
// table does not know becomes a detail that is called by its path, behind the others.
// Kept takes what the parser wants to look at itself; it may be nil.
func (t *Table) Fill(a *soc.Alert, d *Details, object Value, kept []Value) {
	if !object.IsObject() {
		return
	}
	w := walk{table: t, kept: kept}
	w.object(object, 0, 0)
	slices.Sort(w.order[:w.n])
	var owners owners
	for _, order := range w.order[:w.n] {
		h := &w.hits[order&0xFFFF]
		if h.entry < 0 {
			d.Add(h.path, t.text(h.path, h.value))
			continue
		}
		e := &t.entries[h.entry]
		if e.Into != Detail && owners.may(e.Into, order>>32&0xFF) && e.Into.fill(a, d, h.value) {
			continue
		}
		name := e.Name
		if name == "" {
			name = e.Path
		}
		d.Add(name, t.text(e.Path, h.value))
	}
}

// text is what a detail says of a value.
func (t *Table) text(path string, v Value) string {
	text := unpadded(v.Joined())
	if t.doubled != "" && strings.HasPrefix(path, t.doubled) {
		return undoubled(text)
	}
	return text
}

// Doubled says below which path each backslash stands for half a one.
func (t *Table) Doubled(path string) *Table {
	t.doubled = path
	return t
}

// owners are the objects of an array, counted from 1, that have filled the file and the
// process: the hashes of the second file must not become the first one's.
type owners struct{ file, process uint64 }

// may says whether the array's item may fill a slot.
func (o *owners) may(s Slot, item uint64) bool {
	var owner *uint64
	switch {
	case s >= ProcessPath:
		owner = &o.process
	case s >= FilePath:
		owner = &o.file
	default:
		return item == 0
	}
	if *owner == 0 {
		*owner = item + 1
	}
	return *owner == item+1
}

// unpadded leaves the zeros out with which Wazuh writes whole numbers beyond 32 bits:
// 1122334455667788.000000.
func unpadded(text string) string {
	number, found := strings.CutSuffix(text, ".000000")
	if !found || number == "" {
		return text
	}
	for i := range len(number) {
		if c := number[i]; (c < '0' || c > '9') && (c != '-' || i > 0) {
			return text
		}
	}
	return number
}

// section is the first part of a path.
func section(path string) string {
	first, _, _ := strings.Cut(path, ".")
	return first
}
