package field

import (
	"slices"
	"unicode/utf8"

	"github.com/socme-project/socme/soc"
)

// Bounds on what is taken out of a line. The whole line is in Raw; these keep an
// alert small enough to travel and to show.
const (
	MaxText    = 2048     // bytes of one text
	maxTexts   = 64       // texts of one array
	maxDetails = 128      // details of one alert
	maxSize    = 20 << 10 // bytes of all details of one alert
	maxTags    = 64       // tags of one alert
)

// Clip cuts text to at most limit bytes, between two characters, and marks the cut.
func Clip(text string, limit int) string {
	const mark = "…"
	if len(text) <= limit {
		return text
	}
	cut := limit - len(mark)
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + mark
}

// Details gathers an alert's details in the order in which they are added: 128 of
// them, or 20 KiB besides those that List begins with, which are not compared with others.
type Details struct {
	List []soc.Detail
	size int
	seen uint64 // a bit for some of the lengths in List, so that most are not compared
}

// Add takes one detail. A value that says that there is none is left out, and so is
// a detail that is there already, and what goes beyond the bounds.
func (d *Details) Add(name, value string) {
	if absent(value) || len(d.List) == maxDetails || d.size+len(name)+len(value) > maxSize {
		return
	}
	bit := uint64(1) << ((len(value) + int(value[0])<<2 + len(name)) & 63)
	if d.seen&bit != 0 {
		for i := range d.List {
			if d.List[i].Value == value && d.List[i].Name == name {
				return
			}
		}
	}
	d.seen |= bit
	d.size += len(name) + len(value)
	d.List = append(d.List, soc.Detail{Name: name, Value: value})
}

// absent says whether a text is but a sensor's word for none.
func absent(text string) bool {
	return text == "" || text == "-" || text == "null" || text == "(null)"
}

// AddTags appends those of more that tags does not hold yet, up to 64 in all.
func AddTags(tags []string, more ...string) []string {
	for _, tag := range more {
		if tag != "" && len(tags) < maxTags && !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	return tags
}
