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

// scan decides whether a line's event_type is "alert", without allocating and without
// looking at more than it must: all but a few lines of a sensor are noise, and this
// is where their cost lies.
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
	if !hinted(line[:end]) {
		return noise
	}
	return walk(line[:end], i)
}

// hinted says whether a line holds what an alert cannot be without, though others
// may hold it too: the key with its value in plain letters, somewhere, or \u, the only
// escape that can spell a letter of either.
func hinted(line []byte) bool {
	for b := line; ; {
		n := bytes.IndexByte(b, '\\')
		if n < 0 || n+1 >= len(b) {
			break
		}
		if b[n+1] == 'u' {
			return true
		}
		b = b[n+2:]
	}
	// Its y is the rarest letter of event_type in what a sensor writes.
	const before, after, value = "event_t", `pe"`, `"alert"`
	for i := 0; ; i++ {
		n := bytes.IndexByte(line[i:], 'y')
		if n < 0 {
			return false
		}
		i += n
		if i < len(before) || len(line)-i <= len(after) ||
			string(line[i-len(before):i]) != before || string(line[i+1:i+1+len(after)]) != after {
			continue
		}
		j := space(line, i+1+len(after))
		if j == len(line) || line[j] != ':' {
			continue
		}
		if j = space(line, j+1); len(line)-j >= len(value) && string(line[j:j+len(value)]) == value {
			return true
		}
	}
}

// walk goes from one top-level key of the object that begins at i to the next. Of a
// key that is written twice the last counts, as in encoding/json.
func walk(line []byte, i int) verdict {
	said, end := noise, len(line)
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
