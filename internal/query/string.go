package query

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// String writes the query so that Parse reads the same again, for the same user.
// Relative times are absolute.
func (q Query) String() string {
	if q.Root == nil {
		return ""
	}
	return q.Root.String()
}

// String writes the expression as Query does.
func (e *Expr) String() string {
	switch e.Join {
	case And, Or:
		parts := make([]string, len(e.Of))
		for i := range e.Of {
			parts[i] = e.Of[i].inside()
		}
		if e.Join == Or {
			return strings.Join(parts, " OR ")
		}
		return strings.Join(parts, " ")
	case Not:
		return "-" + e.Of[0].inside()
	}
	return e.Term.String()
}

func (e *Expr) inside() string {
	if e.Join == And || e.Join == Or {
		return "(" + e.String() + ")"
	}
	return e.String()
}

// String writes the term.
func (t *Term) String() string {
	if t.Field == Text {
		return t.Words.String()
	}
	return string(t.Field) + string(t.Op) + t.value()
}

func (t *Term) value() string {
	info, _ := Named(t.Field)
	switch info.Kind {
	case KindWord, KindName:
		return t.Pattern.String()
	case KindText:
		if t.Op == Exact {
			return t.Pattern.String()
		}
		return t.Words.String()
	case KindSeverity:
		return t.Severity.String()
	case KindAddress:
		if t.Prefix.IsSingleIP() {
			return t.Prefix.Addr().String()
		}
		return t.Prefix.String()
	case KindPort:
		return strconv.Itoa(int(t.Port))
	case KindTime:
		return t.Time.UTC().Format(time.RFC3339Nano)
	case KindState:
		return string(t.State)
	case KindVerdict:
		return t.Verdict.String()
	case KindID:
		return t.ID.String()
	}
	return string(t.Has)
}

// String quotes words, so that none is taken for AND, OR or an address.
func (w Words) String() string {
	text := quote(strings.Join(w.Tokens, " "))
	if w.Beginning {
		text += "*"
	}
	return text
}

// String writes the pattern; it is quoted only where it must be.
func (p Pattern) String() string {
	text := strings.Join(p, "")
	if text == "" && p.Wild() {
		return "*"
	}
	before, behind := "", ""
	if parts := p; p.Wild() {
		if parts[0] == "" {
			before, parts = "*", parts[1:]
		}
		if len(parts) > 1 && parts[len(parts)-1] == "" {
			behind, parts = "*", parts[:len(parts)-1]
		}
		if len(parts) > 1 { // wildcards in the middle are of a word that was not in quotes
			return strings.Join(p, "*")
		}
	}
	if strings.ContainsFunc(text, func(r rune) bool { return ends(r) || r == '"' || r == '*' || unicode.IsControl(r) }) || text == "" {
		text = quote(text)
	}
	return before + text + behind
}

func quote(text string) string { return `"` + strings.ReplaceAll(text, `"`, `""`) + `"` }

// Quote writes a value of a field so that it means itself, signs and all.
func Quote(value string) string { return Pattern{value}.String() }
