package demo

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// mark is a place in a recorded line that is written anew at each replay.
type mark struct {
	from, to int
	kind     kind
	layout   string    // of a time
	at       time.Time // a time as it was recorded
}

type kind int

const (
	kindTime  kind = iota // in layout, as far from the replay's time as it was from the recording's
	kindEpoch             // the same, in seconds since 1970
	kindFlow              // Suricata's flow_id
	kindID                // Wazuh's id
)

// stamps are the shapes of time in the recordings, those that contain another one first: 0 is a digit, _ one or a
// space, a a letter. Sensors write zone and fractions each in their own way, and the logs that Wazuh quotes have theirs.
var stamps = []struct{ shape, layout string }{
	{"0000-00-00T00:00:00.0000000Z", "2006-01-02T15:04:05.0000000Z"},
	{"0000-00-00T00:00:00.000000+0000", "2006-01-02T15:04:05.000000-0700"},
	{"0000-00-00T00:00:00.000+0000", "2006-01-02T15:04:05.000-0700"},
	{"0000-00-00T00:00:00", "2006-01-02T15:04:05"},
	{"0000-00-00 00:00:00", "2006-01-02 15:04:05"},
	{"0000/00/00 00:00:00", "2006/01/02 15:04:05"},
	{"00/aaa/0000:00:00:00 +0000", "02/Jan/2006:15:04:05 -0700"},
	{"aaa _0 00:00:00", "Jan _2 15:04:05"},
}

const epochShape = "0000000000"

// fits says whether text begins with the shape.
func fits(shape string, text []byte) bool {
	if len(text) < len(shape) {
		return false
	}
	for i := range len(shape) {
		c := text[i]
		var ok bool
		switch shape[i] {
		case '0':
			ok = isDigit(c)
		case '_':
			ok = isDigit(c) || c == ' '
		case 'a':
			ok = 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
		default:
			ok = c == shape[i]
		}
		if !ok {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

var (
	opening    = []byte(`{"timestamp":"`)
	flowID     = regexp.MustCompile(`"flow_id":(\d+)`)
	wazuhID    = regexp.MustCompile(`"id":"(\d+\.(\d+))"`) // seconds, then the place in a file
	errNoBegin = errors.New("recorded event does not begin with its time")
)

// near is how far a time in a line may be from the line's own to be part of the event. Others (when a certificate
// ends, when a file was changed last) are facts and stay.
const near = 24 * time.Hour

// marks finds the recorded time of a line and all that a replay must write anew, in order of place.
func marks(s sensor, raw []byte) (time.Time, []mark, error) {
	at, err := timestamp(raw)
	if err != nil {
		return at, nil, err
	}
	number, of := kindFlow, flowID
	if s == wazuh {
		number, of = kindID, wazuhID
	}
	from, to := len(raw), len(raw)
	if m := of.FindSubmatchIndex(raw); m != nil {
		from, to = m[2], m[3]
	}
	var found []mark
	for i := 0; i < len(raw); {
		m, ok := mark{from: from, to: to, kind: number}, i == from
		if !ok {
			m, ok = timeAt(s, raw, i, at)
		}
		if !ok {
			i++
			continue
		}
		found = append(found, m)
		i = m.to
	}
	return at, found, nil
}

// timeAt reads a time that begins at raw[i], if one near at does.
func timeAt(s sensor, raw []byte, i int, at time.Time) (mark, bool) {
	for _, stamp := range stamps {
		if !fits(stamp.shape, raw[i:]) {
			continue
		}
		m := mark{from: i, to: i + len(stamp.shape), layout: stamp.layout}
		t, err := time.Parse(stamp.layout, string(raw[m.from:m.to]))
		if err == nil && t.Year() == 0 { // syslog has no year
			t = t.AddDate(at.Year(), 0, 0)
		}
		m.at = t
		return m, err == nil && t.Sub(at).Abs() < near
	}
	if s == wazuh && !isDigit(raw[i-min(i, 1)]) && fits(epochShape, raw[i:]) {
		m := mark{from: i, to: i + len(epochShape), kind: kindEpoch}
		seconds, err := strconv.ParseInt(string(raw[m.from:m.to]), 10, 64)
		m.at = time.Unix(seconds, 0)
		return m, err == nil && m.at.Sub(at).Abs() < near && (m.to == len(raw) || !isDigit(raw[m.to]))
	}
	return mark{}, false
}

// timestamp reads the time with which a line of either sensor begins.
func timestamp(raw []byte) (time.Time, error) {
	rest, begins := bytes.CutPrefix(raw, opening)
	end := bytes.IndexByte(rest, '"')
	if !begins || end < 0 {
		return time.Time{}, errNoBegin
	}
	// A fraction of any length is read even where the layout has none.
	t, err := time.Parse("2006-01-02T15:04:05-0700", string(rest[:end]))
	if err != nil {
		return time.Time{}, fmt.Errorf("read time of event: %w", err)
	}
	return t.UTC(), nil
}

// appendTo appends what stands at the mark now. later is how long after the recording the replay is.
func (m mark) appendTo(dst []byte, f fresh, later time.Duration) []byte {
	switch m.kind {
	case kindFlow:
		return strconv.AppendUint(dst, f.flow, 10)
	case kindID:
		return append(dst, f.id...)
	case kindEpoch:
		return strconv.AppendInt(dst, m.at.Add(later).Unix(), 10)
	default:
		return m.at.Add(later).UTC().AppendFormat(dst, m.layout)
	}
}
