package suricata

import "bytes"

// verdict is what scan could tell about a line.
type verdict uint8

const (
	unsure verdict = iota // only a full parse can tell
	noise                 // if it is a JSON object at all, it is no alert
	alert                 // if it is a JSON object at all, it is an alert
)

const eventType = "event_type"

// scan decides from the line's top-level keys alone whether event_type is "alert",
// without allocating and without looking at what is nested deeper than it must: all
// but a few lines of a sensor are noise, and this is where their cost lies.
//
// It is right for every JSON object, whatever its spacing, order and nesting. Where a
// backslash stands in a top-level key or in event_type's value, and where the line
// does not even begin and end as an object does, it is unsure.
func scan(line []byte) verdict {
	i, end := space(line, 0), len(line)
	for end > i && isSpace(line[end-1]) {
		end--
	}
	if end-i < 2 || line[i] != '{' || line[end-1] != '}' {
		return unsure
	}
	line = line[:end]
	said := noise
	for i = space(line, i+1); i < end && line[i] == '"'; {
		keyEnd := bytes.IndexByte(line[i+1:], '"')
		if keyEnd < 0 {
			return unsure
		}
		key := line[i+1 : i+1+keyEnd]
		if bytes.IndexByte(key, '\\') >= 0 {
			return unsure
		}
		i = space(line, i+len(key)+2)
		if i >= end || line[i] != ':' {
			return unsure
		}
		i = space(line, i+1)
		valueEnd := skip(line, i)
		if valueEnd < 0 {
			return unsure
		}
		if string(key) == eventType {
			value := line[i:valueEnd]
			if bytes.IndexByte(value, '\\') >= 0 {
				return unsure
			}
			if said = noise; string(value) == `"alert"` {
				said = alert
			}
			// Of a key written twice the last counts. It is nearly never there, and
			// cheaper to rule out than to look for key by key.
			if !mayHoldKey(line[valueEnd:]) {
				return said
			}
		}
		i = space(line, valueEnd)
		if i < end && line[i] == ',' {
			i = space(line, i+1)
		}
	}
	if i != end-1 {
		return unsure
	}
	return said
}

// mayHoldKey says whether event_type can stand as a key in rest: written out, or
// with any of its letters as \u, the only escape that can spell them.
func mayHoldKey(rest []byte) bool {
	for b := rest; ; {
		n := bytes.IndexByte(b, '\\')
		if n < 0 || n+1 >= len(b) {
			break
		}
		if b[n+1] == 'u' {
			return true
		}
		b = b[n+2:]
	}
	// The y is its rarest letter in what a sensor writes.
	const before, after = "event_t", "pe"
	for i := 0; ; i++ {
		n := bytes.IndexByte(rest[i:], 'y')
		if n < 0 {
			return false
		}
		i += n
		if i >= len(before) && len(rest)-i > len(after) &&
			string(rest[i-len(before):i]) == before && string(rest[i+1:i+1+len(after)]) == after {
			return true
		}
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// space returns the index of the first byte at or after i that is no JSON space.
func space(b []byte, i int) int {
	for i < len(b) && isSpace(b[i]) {
		i++
	}
	return i
}

// skip returns the index after the value that begins at i, or -1 where none does.
func skip(b []byte, i int) int {
	if i >= len(b) {
		return -1
	}
	switch b[i] {
	case '"':
		return skipString(b, i+1)
	case '{', '[':
		return skipNested(b, i)
	}
	start := i
	for i < len(b) && b[i] != ',' && b[i] != '}' && !isSpace(b[i]) {
		i++
	}
	if i == start {
		return -1
	}
	return i
}

func skipNested(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			if i = skipString(b, i+1); i < 0 {
				return -1
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return -1
}

// skipString goes on after the opening quote and returns the index after the
// closing one, or -1.
func skipString(b []byte, i int) int {
	for start := i; ; {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			return -1
		}
		i += n + 1
		slashes := 0
		for j := i - 2; j >= start && b[j] == '\\'; j-- {
			slashes++
		}
		if slashes%2 == 0 {
			return i
		}
	}
}
