package query

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/socme-project/socme/soc"
)

// MaxChoices bounds what is offered at once.
const MaxChoices = 20

// Spot is the place in a query that somebody writes at.
type Spot struct {
	// Start and End are the characters, from 0, that a choice replaces: from the
	// beginning of the word to the end of what it goes on with.
	Start, End int
	// Field is what the value belongs to; "" where a field or a word stands.
	Field Field
	Op    string
	// Written is what stands there up to the cursor, without quotes.
	Written string
}

// Choice is something that may stand at a spot.
type Choice struct {
	Text string // what replaces the spot
	Doc  string
	Open bool // more is to be written behind it: no space follows
}

// SpotAt finds the spot of the cursor, which stands behind that many characters.
func SpotAt(text string, at int) Spot {
	l := lexer{text: []rune(text)}
	at = min(max(at, 0), len(l.text))
	start := wordStart(l.text, at)
	for start < at && (l.text[start] == '-' || l.text[start] == '(' || l.text[start] == ')') {
		start++
	}
	l.at = start
	l.text = l.text[:at]
	field, op := l.field()
	info, known := Named(field)
	end := wordEnd([]rune(text), at)
	if !known {
		return Spot{Start: start, End: end, Written: string(l.text[start:])}
	}
	s := Spot{Start: l.at, End: end, Field: info.Name, Op: op}
	for s.Start < at && l.text[s.Start] == '(' {
		s.Start++ // in a list of values only the first is completed
	}
	s.Written = strings.ReplaceAll(strings.TrimPrefix(string(l.text[s.Start:]), `"`), `""`, `"`)
	return s
}

// wordStart is where the word at the cursor begins: quotes hold words together.
func wordStart(text []rune, at int) int {
	start, quoted := 0, false
	for i, r := range text[:at] {
		if r == '"' {
			quoted = !quoted
		}
		if !quoted && unicode.IsSpace(r) {
			start = i + 1
		}
	}
	return start
}

// wordEnd is where the word that the cursor stands in ends.
func wordEnd(text []rune, at int) int {
	quoted := strings.Count(string(text[wordStart(text, at):at]), `"`)%2 == 1
	for at < len(text) && (quoted || !ends(text[at])) {
		if text[at] == '"' {
			if quoted {
				return at + 1
			}
			break
		}
		at++
	}
	return at
}

// Choices are what the language itself knows for the spot: fields, operators, values. What
// is stored is for others to add.
func (s Spot) Choices() []Choice {
	if s.Field == "" {
		return s.fields()
	}
	info, _ := Named(s.Field)
	var words []Choice
	add := func(text, doc string) { words = append(words, Choice{Text: text, Doc: doc}) }
	switch info.Kind {
	case KindSeverity:
		for v := soc.SeverityCritical; v >= soc.SeverityUnknown; v-- {
			add(v.String(), "")
		}
	case KindState:
		docs := map[State]string{Mine: "claimed by you", Unclaimed: "claimed by nobody", Demo: "example data"}
		for _, state := range States() {
			add(string(state), docs[state])
		}
	case KindVerdict:
		for _, v := range soc.Verdicts() {
			add(v.String(), "")
		}
	case KindTime:
		for _, t := range [][2]string{{"-15m", "15 minutes ago"}, {"-1h", "an hour ago"}, {"-24h", "a day ago"}, {"-7d", "a week ago"}, {"-30d", "30 days ago"}, {"-90d", "90 days ago"}} {
			add(t[0], t[1])
		}
	case KindHas:
		for _, name := range hasFields() {
			field, _ := Named(name)
			add(string(name), field.Doc)
		}
	}
	for _, value := range fixed[s.Field] {
		add(value, "")
	}
	return s.Narrow(words)
}

// fixed are values of which there are few.
var fixed = map[Field][]string{
	Engine:   {soc.EngineSuricata, soc.EngineWazuh, soc.EngineSOCme},
	Action:   {"allowed", "blocked"},
	Protocol: {"TCP", "UDP", "ICMP"},
	Via:      {soc.EngineWazuh},
}

// fields offers fields that begin as written, or another of whose names does.
func (s Spot) fields() []Choice {
	written := strings.ToLower(s.Written)
	var found []Choice
	for i := range table {
		info := &table[i]
		names := append([]Field{info.Name}, info.Also...)
		if !slices.ContainsFunc(names, func(name Field) bool { return strings.HasPrefix(string(name), written) }) {
			continue
		}
		ops := []string{":"}
		if string(info.Name) == written { // it is written: how does it go on?
			ops = info.Ops()
		}
		if info.Kind == KindSeverity && len(ops) == 1 {
			ops = []string{">="}
		}
		for _, op := range ops {
			found = append(found, Choice{Text: string(info.Name) + op, Doc: info.Doc, Open: true})
		}
	}
	for _, word := range []Choice{{Text: "OR", Doc: "one of both"}, {Text: "NOT", Doc: "the opposite"}} {
		if s.Written != "" && strings.HasPrefix(word.Text, s.Written) {
			found = append(found, word)
		}
	}
	slices.SortStableFunc(found, func(a, b Choice) int {
		return cmp.Compare(rank(a.Text, written), rank(b.Text, written))
	})
	return found[:min(len(found), MaxChoices)]
}

func rank(text, written string) int {
	if strings.HasPrefix(text, written) {
		return 0
	}
	return 1
}

// Narrow keeps the choices that begin as written, then those in which a word does, at most
// MaxChoices, and quotes what must be quoted.
func (s Spot) Narrow(choices []Choice) []Choice {
	written := Fold(s.Written)
	var first, then []Choice
	for _, c := range choices {
		folded := Fold(c.Text)
		c.Text = Pattern{c.Text}.String()
		switch {
		case strings.HasPrefix(folded, written):
			first = append(first, c)
		case strings.Contains(" "+folded, " "+written) || strings.Contains(WordsOf(c.Doc), " "+written):
			then = append(then, c)
		}
	}
	first = append(first, then...)
	return first[:min(len(first), MaxChoices)]
}
