package field

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// Whole is Text of a string however long; "" of anything else.
func (v Value) Whole() string {
	if !v.isString() {
		return ""
	}
	return v.whole()
}

// whole is a string's text however long.
func (v Value) whole() string {
	inner := string(v[1 : len(v)-1])
	if plain(inner) || strings.IndexByte(inner, '\\') < 0 && utf8.ValidString(inner) {
		return inner
	}
	if text, ok := unescape(inner); ok {
		return text
	}
	var text string
	if err := json.Unmarshal([]byte(v), &text); err != nil {
		return "" // not reached: Line has checked it
	}
	return strings.ReplaceAll(text, "\x00", "\uFFFD")
}

// unescape undoes escapes of one letter, as payloads are full of; it leaves those that
// begin with \u, and bytes that are no UTF-8, to others.
func unescape(inner string) (string, bool) {
	if strings.Contains(inner, `\u`) || !utf8.ValidString(inner) {
		return "", false
	}
	b := make([]byte, 0, len(inner))
	for {
		i := strings.IndexByte(inner, '\\')
		if i < 0 {
			return string(append(b, inner...)), true
		}
		c := inner[i+1]
		switch c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		}
		b = append(append(b, inner[:i]...), c)
		inner = inner[i+2:]
	}
}

// plain says whether text is ASCII without a backslash, as nearly all is.
func plain(text string) bool {
	for ; len(text) >= 8; text = text[8:] {
		w := uint64(text[0]) | uint64(text[1])<<8 | uint64(text[2])<<16 | uint64(text[3])<<24 |
			uint64(text[4])<<32 | uint64(text[5])<<40 | uint64(text[6])<<48 | uint64(text[7])<<56
		slash := w ^ ones*'\\'
		if (w|(slash-ones)&^slash)&highs != 0 {
			return false
		}
	}
	for i := range len(text) {
		if text[i] >= 0x80 || text[i] == '\\' {
			return false
		}
	}
	return true
}
