package query

import (
	"strings"
	"unicode"
)

// scanner splits a query into terms.
type scanner struct {
	text []rune
	at   int
}

// next returns the next term, or false at the end.
func (s *scanner) next() (rawTerm, bool, error) {
	for s.at < len(s.text) && unicode.IsSpace(s.text[s.at]) {
		s.at++
	}
	if s.at == len(s.text) {
		return rawTerm{}, false, nil
	}
	start := s.at
	r := rawTerm{column: start + 1}
	if s.text[s.at] != '"' {
		r.field, r.op = s.field()
	}
	err := s.value(&r)
	r.text = string(s.text[start:s.at])
	if err != nil {
		return r, false, r.fail("%s", err.Error())
	}
	return r, true, nil
}

// field reads `name` and an operator, or nothing. A word such as 10.0.0.5:443 or
// https://… holds a colon too; only letters before it make it a field.
func (s *scanner) field() (name, op string) {
	end := s.at
	for end < len(s.text) && unicode.IsLetter(s.text[end]) {
		end++
	}
	if end == s.at || end == len(s.text) {
		return "", ""
	}
	rest := string(s.text[end:min(end+3, len(s.text))])
	if strings.HasPrefix(rest, "://") {
		return "", "" // a URL
	}
	for _, candidate := range []string{">=", "<=", ">", "<", "=", ":"} {
		if strings.HasPrefix(rest, candidate) {
			name = strings.ToLower(string(s.text[s.at:end]))
			s.at = end + len(candidate)
			return name, candidate
		}
	}
	return "", ""
}

// value reads a word up to white space, or a phrase in quotes.
func (s *scanner) value(r *rawTerm) error {
	if s.at < len(s.text) && s.text[s.at] == '"' {
		r.quoted = true
		s.at++
		start := s.at
		for s.at < len(s.text) && s.text[s.at] != '"' {
			s.at++
		}
		r.value = string(s.text[start:s.at])
		if s.at == len(s.text) {
			return errUnclosed
		}
		s.at++
		return nil
	}
	start := s.at
	for s.at < len(s.text) && !unicode.IsSpace(s.text[s.at]) {
		s.at++
	}
	r.value = string(s.text[start:s.at])
	return nil
}

type scanError string

func (e scanError) Error() string { return string(e) }

const errUnclosed = scanError(`the phrase lacks its closing "`)
