package query

import (
	"net/netip"
	"slices"
	"strings"
	"unicode"
)

// lexKind is what a piece of a query is.
type lexKind int8

const (
	lexEnd lexKind = iota
	lexOpen
	lexClose
	lexAnd
	lexOr
	lexNot  // the word, or a minus
	lexTerm // with everything that belongs to it but a list of values
)

// lexeme is a piece of a query.
type lexeme struct {
	kind   lexKind
	column int // from 1, in characters
	text   string
	field  Field
	op     string // "" for words
	value  value
	list   bool // a parenthesis stands where the value would be
}

// value is what stands behind an operator.
type value struct {
	column  int
	text    string // without quotes
	quoted  bool
	pattern Pattern
}

// lexer splits a query into pieces.
type lexer struct {
	text []rune
	at   int
}

var operators = []string{"!=", ">=", "<=", ">", "<", "=", ":"}

func (l *lexer) rest(n int) string { return string(l.text[l.at:min(l.at+n, len(l.text))]) }

func (l *lexer) space() {
	for l.at < len(l.text) && unicode.IsSpace(l.text[l.at]) {
		l.at++
	}
}

func ends(r rune) bool { return unicode.IsSpace(r) || r == '(' || r == ')' }

// next returns the next piece.
func (l *lexer) next() (lexeme, error) {
	l.space()
	x := lexeme{column: l.at + 1}
	if l.at == len(l.text) {
		return x, nil
	}
	start := l.at
	switch l.text[l.at] {
	case '(':
		x.kind = lexOpen
	case ')':
		x.kind = lexClose
	case '-':
		if l.at+1 == len(l.text) || unicode.IsSpace(l.text[l.at+1]) {
			x.text = "-"
			return x, x.fail("- must stand right before the term that it negates")
		}
		x.kind = lexNot
	}
	if x.kind != lexEnd {
		l.at++
		x.text = string(l.text[start:l.at])
		return x, nil
	}
	x.field, x.op = l.field()
	if x.op != "" && l.rest(1) == "(" {
		x.list = true
	} else {
		var err error
		if x.value, err = l.value(); err != nil {
			return x, err
		}
	}
	x.kind, x.text = lexTerm, string(l.text[start:l.at])
	if x.op == "" && !x.value.quoted {
		if word, ok := map[string]lexKind{"AND": lexAnd, "OR": lexOr, "NOT": lexNot}[x.text]; ok {
			x.kind = word
		}
	}
	return x, nil
}

// field reads `name` and an operator, or nothing. A word such as 10.0.0.5:443,
// https://… or fe80::1 holds a colon too; only letters before it make it a field, or a
// name that we know.
func (l *lexer) field() (Field, string) {
	end := l.at
	for end < len(l.text) && unicode.IsLetter(l.text[end]) {
		end++
	}
	if end == l.at {
		return "", ""
	}
	letters := end
	for end < len(l.text) && (unicode.IsLetter(l.text[end]) || unicode.IsDigit(l.text[end])) {
		end++
	}
	if _, ok := Named(Field(strings.ToLower(string(l.text[l.at:end])))); !ok {
		end = letters
	}
	after := string(l.text[end:min(end+3, len(l.text))])
	if strings.HasPrefix(after, "://") || strings.HasPrefix(after, "::") && l.isAddress() {
		return "", ""
	}
	for _, op := range operators {
		if strings.HasPrefix(after, op) {
			name := Field(strings.ToLower(string(l.text[l.at:end])))
			if op == ":" && l.isAddress() {
				return "", ""
			}
			l.at = end + len(op)
			return name, op
		}
	}
	return "", ""
}

// isAddress says whether the word is an IPv6 address or network.
func (l *lexer) isAddress() bool {
	end := l.at
	for end < len(l.text) && !ends(l.text[end]) {
		end++
	}
	address, _, _ := strings.Cut(string(l.text[l.at:end]), "/")
	_, err := netip.ParseAddr(address)
	return err == nil
}

// value reads a word up to white space or a parenthesis, or a phrase in quotes, in
// which "" is one quote. A * before the quotes or behind them is a wildcard, and so is
// each in a word.
func (l *lexer) value() (value, error) {
	v := value{column: l.at + 1}
	if head := l.rest(2); strings.HasPrefix(head, `"`) || head == `*"` {
		return l.phrase(v)
	}
	start := l.at
	for l.at < len(l.text) && !ends(l.text[l.at]) {
		l.at++
	}
	v.text = string(l.text[start:l.at])
	if strings.Contains(v.text, `*"`) {
		return v, &Error{Column: start + 1, Value: v.text, Message: `quotes may not begin in the middle of a word`}
	}
	v.pattern = strings.Split(v.text, "*")
	v.pattern = slices.CompactFunc(v.pattern, func(a, b string) bool { return a == "" && b == "" && len(v.pattern) > 2 })
	if len(v.pattern) == 1 && v.text != "" && v.pattern[0] == "" {
		v.pattern = Pattern{"", ""} // nothing but wildcards
	}
	return v, nil
}

func (l *lexer) phrase(v value) (value, error) {
	v.quoted = true
	start := l.at
	if l.text[l.at] == '*' {
		v.pattern = append(v.pattern, "")
		l.at++
	}
	var phrase []rune
	for l.at++; ; l.at++ {
		if l.at == len(l.text) {
			return v, &Error{Column: start + 1, Value: string(l.text[start:]), Message: `the phrase lacks its closing "`}
		}
		if l.text[l.at] == '"' {
			if l.at+1 == len(l.text) || l.text[l.at+1] != '"' {
				break
			}
			l.at++
		}
		phrase = append(phrase, l.text[l.at])
	}
	l.at++
	v.text = string(phrase)
	v.pattern = append(v.pattern, v.text)
	if l.rest(1) == "*" {
		v.pattern = append(v.pattern, "")
		l.at++
	}
	if l.at < len(l.text) && !ends(l.text[l.at]) {
		return v, &Error{Column: l.at + 1, Value: string(l.text[start : l.at+1]), Message: `a space is missing behind the closing " (a quote inside is written "")`}
	}
	return v, nil
}
