package field

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// maxDepth is how deep arrays and objects may nest: encoding/json's own limit, so
// that both take the same lines.
const maxDepth = 10000

var errNoObject = errors.New("the line is no JSON object")

// Line checks a whole line and returns its JSON object. A byte order mark before it
// and space around it are allowed. The value is a copy.
func Line(line []byte) (Value, error) {
	if len(line) >= 3 && line[0] == 0xEF && line[1] == 0xBB && line[2] == 0xBF {
		line = line[3:]
	}
	start := space(line, 0)
	if start == len(line) || line[start] != '{' {
		return "", errNoObject
	}
	end, ok := check(line, start, 0)
	if !ok {
		return "", fmt.Errorf("the line's JSON breaks off or is wrong near byte %d of %d", end, len(line))
	}
	if rest := space(line, end); rest != len(line) {
		return "", fmt.Errorf("something follows the line's JSON object at byte %d of %d", rest, len(line))
	}
	return Value(line[start:end]), nil
}

// space returns the index of the first byte at or after i that is no JSON space.
func space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\r' || b[i] == '\n') {
		i++
	}
	return i
}

// check reads one value that begins at i and returns the index after it, or where
// it went wrong.
func check(b []byte, i, depth int) (int, bool) {
	if i >= len(b) {
		return i, false
	}
	switch c := b[i]; {
	case c == '"':
		return checkString(b, i+1)
	case c == '{' || c == '[':
		if depth == maxDepth {
			return i, false
		}
		if c == '[' {
			return checkArray(b, i+1, depth+1)
		}
		return checkObject(b, i+1, depth+1)
	case c == '-' || c >= '0' && c <= '9':
		return checkNumber(b, i)
	case c == 't':
		return checkWord(b, i, "true")
	case c == 'f':
		return checkWord(b, i, "false")
	case c == 'n':
		return checkWord(b, i, "null")
	}
	return i, false
}

func checkWord(b []byte, i int, word string) (int, bool) {
	if len(b)-i < len(word) || string(b[i:i+len(word)]) != word {
		return i, false
	}
	return i + len(word), true
}

// checkObject goes on after the opening brace.
func checkObject(b []byte, i, depth int) (int, bool) {
	i = space(b, i)
	if i < len(b) && b[i] == '}' {
		return i + 1, true
	}
	for {
		if i >= len(b) || b[i] != '"' {
			return i, false
		}
		var ok bool
		if i, ok = checkString(b, i+1); !ok {
			return i, false
		}
		if i = space(b, i); i >= len(b) || b[i] != ':' {
			return i, false
		}
		if i, ok = check(b, space(b, i+1), depth); !ok {
			return i, false
		}
		if i = space(b, i); i >= len(b) {
			return i, false
		}
		switch b[i] {
		case ',':
			i = space(b, i+1)
		case '}':
			return i + 1, true
		default:
			return i, false
		}
	}
}

// checkArray goes on after the opening bracket.
func checkArray(b []byte, i, depth int) (int, bool) {
	i = space(b, i)
	if i < len(b) && b[i] == ']' {
		return i + 1, true
	}
	for {
		var ok bool
		if i, ok = check(b, i, depth); !ok {
			return i, false
		}
		if i = space(b, i); i >= len(b) {
			return i, false
		}
		switch b[i] {
		case ',':
			i = space(b, i+1)
		case ']':
			return i + 1, true
		default:
			return i, false
		}
	}
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// checkString goes on after the opening quote. It looks at eight bytes at a time for
// one of the three that matter: a quote, a backslash, a control character.
func checkString(b []byte, i int) (int, bool) {
	for i < len(b) {
		for i+8 <= len(b) {
			w := binary.LittleEndian.Uint64(b[i:])
			quote := w ^ ones*'"'
			slash := w ^ ones*'\\'
			hit := ((quote - ones) & ^quote) | ((slash - ones) & ^slash) | ((w - ones*0x20) & ^w)
			if hit&highs != 0 {
				break
			}
			i += 8
		}
		for n := 0; n < 8 && i < len(b); n++ {
			switch c := b[i]; {
			case c == '"':
				return i + 1, true
			case c < 0x20:
				return i, false
			case c == '\\':
				var ok bool
				if i, ok = checkEscape(b, i); !ok {
					return i, false
				}
			default:
				i++
			}
		}
	}
	return i, false
}

// checkEscape reads the escape whose backslash stands at i.
func checkEscape(b []byte, i int) (int, bool) {
	if i+1 >= len(b) {
		return i, false
	}
	switch b[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2, true
	case 'u':
		if i+6 > len(b) {
			return i, false
		}
		for _, c := range b[i+2 : i+6] {
			if digit := c - '0'; digit > 9 && (c|0x20 < 'a' || c|0x20 > 'f') {
				return i, false
			}
		}
		return i + 6, true
	}
	return i, false
}

func checkNumber(b []byte, i int) (int, bool) {
	if b[i] == '-' {
		i++
	}
	switch {
	case i < len(b) && b[i] == '0':
		i++
	default:
		var ok bool
		if i, ok = digits(b, i); !ok {
			return i, false
		}
	}
	if i < len(b) && b[i] == '.' {
		var ok bool
		if i, ok = digits(b, i+1); !ok {
			return i, false
		}
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		return digits(b, i)
	}
	return i, true
}

// digits reads one digit or more.
func digits(b []byte, i int) (int, bool) {
	start := i
	for i < len(b) && b[i] >= '0' && b[i] <= '9' {
		i++
	}
	return i, i > start
}
