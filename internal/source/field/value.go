package field

import (
	"iter"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Value is the text of one JSON value of a line that Line has checked, without space
// around it. The empty Value is one that is absent; every method takes it. What
// stands in it as it is meant is handed out as a part of it, without a copy.
type Value string

// IsObject says whether v is an object.
func (v Value) IsObject() bool { return len(v) > 0 && v[0] == '{' }

// IsArray says whether v is an array.
func (v Value) IsArray() bool { return len(v) > 0 && v[0] == '[' }

func (v Value) isString() bool { return len(v) > 0 && v[0] == '"' }

// Members yields an object's keys and values in their order, duplicates included.
// Of anything else it yields none.
func (v Value) Members() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		if !v.IsObject() {
			return
		}
		for i := spaceIn(v, 1); i < len(v) && v[i] == '"'; {
			end := skip(v, i)
			key := v[i:end].whole()
			i = spaceIn(v, spaceIn(v, end)+1)
			end = skip(v, i)
			if !yield(key, v[i:end]) {
				return
			}
			if i = spaceIn(v, end); i < len(v) && v[i] == ',' {
				i = spaceIn(v, i+1)
			}
		}
	}
}

// Items yields an array's values, or v itself if it is no array but is there.
func (v Value) Items() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		if !v.IsArray() {
			if len(v) > 0 {
				yield(v)
			}
			return
		}
		for i := spaceIn(v, 1); i < len(v) && v[i] != ']'; {
			end := skip(v, i)
			if !yield(v[i:end]) {
				return
			}
			if i = spaceIn(v, end); i < len(v) && v[i] == ',' {
				i = spaceIn(v, i+1)
			}
		}
	}
}

// Get follows keys down through objects. Of a key that is written twice the last
// counts, as in encoding/json.
func (v Value) Get(keys ...string) Value {
	for _, want := range keys {
		found := Value("")
		for key, value := range v.Members() {
			if key == want {
				found = value
			}
		}
		v = found
	}
	return v
}

// Text is a string's text, a number's or boolean's letters, and the first such text
// in an array; "" of anything else. It is UTF-8 without NUL (which not every
// database takes), and cut to MaxText.
func (v Value) Text() string {
	for item := range v.Items() {
		if text := item.scalar(); text != "" {
			return text
		}
	}
	return ""
}

// Texts is the text of each of an array's scalars, or of v itself; empty ones are
// left out, and what comes after the first 64.
func (v Value) Texts() []string {
	var texts []string
	for item := range v.Items() {
		if text := item.scalar(); text != "" && len(texts) < maxTexts {
			texts = append(texts, text)
		}
	}
	return texts
}

// Joined is Texts with commas between.
func (v Value) Joined() string {
	if !v.IsArray() {
		return v.scalar()
	}
	first, n := "", 0
	for item := range v.Items() {
		if text := item.scalar(); text != "" {
			if n++; n > 1 {
				return Clip(strings.Join(v.Texts(), ", "), MaxText)
			}
			first = text
		}
	}
	return first
}

func (v Value) scalar() string {
	switch {
	case v.isString():
		return Clip(v.whole(), MaxText)
	case len(v) == 0 || v[0] == 'n' || v[0] == '{' || v[0] == '[':
		return ""
	}
	return Clip(string(v), MaxText)
}

// Int reads a whole number, also one that stands in a string, and says whether there
// was one. Those beyond int64 become the nearest there is.
func (v Value) Int() (int64, bool) {
	text := strings.TrimSpace(v.Text())
	n, err := strconv.ParseInt(text, 10, 64)
	if err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(text, 64)
	switch {
	case math.IsNaN(f) || err != nil && f == 0:
		return 0, false
	case f >= math.MaxInt64:
		return math.MaxInt64, true
	case f <= math.MinInt64:
		return math.MinInt64, true
	}
	return int64(f), err == nil
}

// Port reads a port; 0 if there is none.
func (v Value) Port() uint16 {
	n, ok := v.Int()
	if !ok || n < 0 || n > math.MaxUint16 {
		return 0
	}
	return uint16(n)
}

// Address reads an IP address; the zero one if there is none. IPv4 in an IPv6
// wrapping becomes IPv4, and a zone is left out, so that one host has one address.
func (v Value) Address() netip.Addr {
	text := strings.TrimSpace(v.Text())
	address, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Addr{}
	}
	return address.Unmap().WithZone("")
}

// Time reads a timestamp with a zone, "+0000" or "+00:00" or "Z", as UTC; the zero
// time if there is none, or one outside the years 1970 to 9999.
func (v Value) Time() time.Time {
	text := v.Text()
	for _, layout := range []string{"2006-01-02T15:04:05-0700", time.RFC3339} {
		t, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		if t = t.UTC(); t.Year() >= 1970 && t.Year() <= 9999 {
			return t
		}
	}
	return time.Time{}
}

// skip returns the index after the value that begins at i. The value is known to be
// well formed.
func skip(b Value, i int) int {
	switch b[i] {
	case '"':
		return skipString(b, i+1)
	case '{', '[':
	default:
		for i < len(b) && b[i] != ',' && b[i] != '}' && b[i] != ']' && b[i] > ' ' {
			i++
		}
		return i
	}
	for depth := 0; i < len(b); {
		switch b[i] {
		case '"':
			i = skipString(b, i+1)
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
	return i
}

// skipString goes on after the opening quote and returns the index after the
// closing one.
func skipString(b Value, i int) int {
	for start := i; ; {
		n := strings.IndexByte(string(b[i:]), '"')
		if n < 0 {
			return len(b)
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

// spaceIn is space, in a Value.
func spaceIn(v Value, i int) int {
	for i < len(v) && (v[i] == ' ' || v[i] == '\t' || v[i] == '\r' || v[i] == '\n') {
		i++
	}
	return i
}
