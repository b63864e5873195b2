package query

import (
	"strings"
	"unicode"
)

// Clean is how values are compared: white space and control characters are one space,
// and none at the ends; bytes that are not UTF-8 are the replacement character.
func Clean(s string) string { return strings.Trim(collapse(s), " ") }

// Fold is Clean in lower case.
func Fold(s string) string { return strings.ToLower(Clean(s)) }

func collapse(s string) string {
	if isClean(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range s {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			if !space {
				b.WriteByte(' ')
			}
			space = true
			continue
		}
		space = false
		b.WriteRune(r)
	}
	return b.String()
}

// isClean says that collapse has nothing to do. Most values are plain ASCII.
func isClean(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == ' ' && i > 0 && s[i-1] == ' ' {
			return false
		}
	}
	return true
}

func reverse(s string) string {
	r := []rune(s)
	for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
		r[i], r[j] = r[j], r[i]
	}
	return string(r)
}

// Pattern is a value with wildcards: its parts, between which anything may stand. A
// value without a wildcard is one part.
type Pattern []string

// Wild says whether the pattern has a wildcard.
func (p Pattern) Wild() bool { return len(p) > 1 }

// Fold makes the pattern compare with folded values.
func (p Pattern) Fold() Pattern {
	folded := p.clean()
	for i := range folded {
		folded[i] = strings.ToLower(folded[i])
	}
	return folded
}

func (p Pattern) clean() Pattern {
	clean := make(Pattern, len(p))
	for i, part := range p {
		clean[i] = collapse(part)
	}
	clean[0] = strings.TrimLeft(clean[0], " ")
	last := len(clean) - 1
	clean[last] = strings.TrimRight(clean[last], " ")
	return clean
}

// Match holds the pattern, as it is, against a value.
func (p Pattern) Match(value string) bool {
	rest, ok := strings.CutPrefix(value, p[0])
	if !ok || len(p) == 1 {
		return ok && rest == ""
	}
	last := len(p) - 1
	for _, part := range p[1:last] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, p[last])
}

// Words are words beside each other.
type Words struct {
	Tokens    []string // folded, at least one
	Beginning bool     // the last may go on
}

// Needle is what the words are in a text of the form " a b c ".
func (w Words) Needle() string {
	needle := " " + strings.Join(w.Tokens, " ")
	if !w.Beginning {
		needle += " "
	}
	return needle
}
