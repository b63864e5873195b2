package notifyme

import (
	"strings"
	"unicode/utf8"
)

// Unit is what a service counts in.
type Unit int

// The units.
const (
	Bytes  Unit = iota // of UTF-8
	Runes              // Unicode code points
	UTF16s             // UTF-16 units, as JavaScript and Java count: an emoji is two
)

const ellipsis = "…"

// Cut shortens s to at most limit units, whole characters, with an ellipsis at the end where something is missing.
func Cut(s string, limit int, unit Unit) (short string, cut bool) {
	if unit.Len(s) <= limit {
		return s, false
	}
	room := limit - unit.Len(ellipsis)
	if room < 0 {
		return "", true
	}
	used := 0
	for i, r := range s {
		if used += unit.of(r); used > room {
			return strings.TrimRight(s[:i], " \n") + ellipsis, true
		}
	}
	return s, false // not reached: s was too long
}

// fit cuts s to the longest beginning for which size is at most limit; size grows with what it is given. It is for
// limits that count what a text becomes: escaped, encoded or within a request.
func fit(s string, limit int, size func(string) int) (short string, cut bool) {
	if size(s) <= limit {
		return s, false
	}
	low, high := 0, min(len(s), 4*limit) // bytes, of which a unit has at most 4; low fits, or nothing does
	for low < high {
		middle := (low + high + 1) / 2
		if short, _ = Cut(s, middle, Bytes); size(short) <= limit {
			low = middle
		} else {
			high = middle - 1
		}
	}
	short, _ = Cut(s, low, Bytes)
	return short, true
}

// Len counts s.
func (u Unit) Len(s string) int {
	if u == Bytes {
		return len(s)
	}
	n := 0
	for _, r := range s {
		n += u.of(r)
	}
	return n
}

func (u Unit) of(r rune) int {
	switch {
	case u == Bytes:
		return utf8.RuneLen(r)
	case u == UTF16s && r > 0xffff:
		return 2
	}
	return 1
}
