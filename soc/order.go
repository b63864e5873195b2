package soc

import (
	"encoding/binary"
	"time"
)

// OrderTime is when the event happened by the core's clock, as far as can be known: the
// sensor's time, corrected where the node's clock was known to be wrong by more than
// SkewAllowed. It is zero if the event's time could not be read.
func (a *Alert) OrderTime() time.Time {
	if a.EventTime.IsZero() || a.SkewMS == nil {
		return a.EventTime
	}
	skew := time.Duration(*a.SkewMS) * time.Millisecond
	if skew.Abs() <= SkewAllowed {
		return a.EventTime
	}
	return a.EventTime.Add(-skew)
}

// NewSortKey is the alert's place in lists. Without a skew it is the id itself.
func NewSortKey(a *Alert) SortKey {
	key := SortKey(a.ID)
	var ms [8]byte
	if t := a.OrderTime(); !t.IsZero() {
		binary.BigEndian.PutUint64(ms[:], uint64(min(max(t.UnixMilli(), 0), 1<<48-1)))
	}
	copy(key[:6], ms[2:])
	return key
}

// UnixMilli is the time that the key begins with: ms since 1970, 0 if the event's time
// could not be read.
func (k SortKey) UnixMilli() int64 {
	var ms [8]byte
	copy(ms[2:], k[:6])
	return int64(binary.BigEndian.Uint64(ms[:]))
}

// Time is UnixMilli as a time in UTC; zero if it could not be read.
func (k SortKey) Time() time.Time {
	if ms := k.UnixMilli(); ms > 0 {
		return time.UnixMilli(ms).UTC()
	}
	return time.Time{}
}
