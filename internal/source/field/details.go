package field

import (
	"slices"
	"unicode/utf8"

	"github.com/socme-project/socme/soc"
)

// Bounds on what is taken out of a line. The whole line is in Raw; these keep an
// alert small enough to travel and to show.
const (
	MaxText    = 2048 // bytes of one text
	maxTexts   = 64   // texts of one array
	maxDetails = 96   // details of one alert
	maxTags    = 64   // tags of one alert
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

// Details gathers an alert's details in the order in which they are added.
type Details []soc.Detail

// Add takes one detail; an empty value, a dash for none, or one beyond the 96th, is
// left out.
func (d *Details) Add(name, value string) {
	if value != "" && value != "-" && len(*d) < maxDetails {
		*d = append(*d, soc.Detail{Name: name, Value: value})
	}
}

// Fact is one field that is worth showing: where it stands in an object and what it
// is called.
type Fact struct {
	Key  string
	Name string
	Sub  []string // further down in Key's value
}

// AddFacts takes those facts of an object that are there, in the order of facts.
// Of an array of objects, it takes them of each of the first eight.
func (d *Details) AddFacts(of Value, facts []Fact) {
	n := 0
	for object := range of.Items() {
		if n++; n > 8 {
			return
		}
		d.addFacts(object, facts)
	}
}

func (d *Details) addFacts(object Value, facts []Fact) {
	var room [24]Value
	values := room[:]
	if len(facts) > len(values) {
		values = make([]Value, len(facts))
	}
	for key, value := range object.Members() {
		for i := range facts {
			if facts[i].Key == key {
				values[i] = value
			}
		}
	}
	for i, fact := range facts {
		value := values[i]
		if value == "" {
			continue
		}
		if len(fact.Sub) > 0 {
			value = value.Get(fact.Sub...)
		}
		d.Add(fact.Name, value.Joined())
	}
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
