package wazuh

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Time is one of Wazuh's, which writes several forms. One that is none is the zero
// time: a list must not fail for the oddity of one of its items.
type Time struct{ time.Time }

// UnmarshalJSON reads RFC 3339, with a blank for the T or without a colon in the zone,
// a time without a zone (UTC), and seconds since 1970.
func (t *Time) UnmarshalJSON(data []byte) error {
	*t = Time{}
	var seconds float64
	if json.Unmarshal(data, &seconds) == nil {
		if seconds > 0 && seconds < 1e12 {
			t.Time = time.UnixMilli(int64(seconds * 1000)).UTC()
		}
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return nil //nolint:nilerr // see above
	}
	t.Time = parseTime(text)
	return nil
}

func parseTime(text string) time.Time {
	if len(text) > 40 {
		return time.Time{}
	}
	text = strings.Replace(strings.TrimSpace(text), " ", "T", 1)
	for _, layout := range []string{
		time.RFC3339Nano, "2006-01-02T15:04:05.999999999-0700", "2006-01-02T15:04:05.999999999",
		"2006/01/02T15:04:05", "2006-01-02",
	} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// Text is a text that Wazuh writes as a number or a truth value at times.
type Text string

// UnmarshalJSON reads a text, and anything else as it is written.
func (t *Text) UnmarshalJSON(data []byte) error {
	var text string
	switch {
	case json.Unmarshal(data, &text) == nil:
		*t = Text(text)
	default:
		*t = Text(bytes.TrimSpace(data))
	}
	return nil
}

// Int is a number that Wazuh writes as a text, or with a decimal point, at times.
type Int int64

// UnmarshalJSON reads a number, a text that holds one, and takes null and "" for 0.
func (i *Int) UnmarshalJSON(data []byte) error {
	*i = 0
	text := strings.Trim(string(bytes.TrimSpace(data)), `"`)
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		*i = Int(n)
		return nil
	}
	switch text {
	case "", "null", "false", "N/A":
		return nil
	case "true":
		*i = 1
		return nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f < -(1<<62) || f > 1<<62 || f != f {
		return fmt.Errorf("%.40s is no number", data)
	}
	*i = Int(f)
	return nil
}

// Flag is a truth value that Wazuh writes as yes, 1 or enabled at times.
type Flag bool

// UnmarshalJSON takes true, yes, 1 and enabled, as they are or as a text, for true, and
// everything else for false.
func (f *Flag) UnmarshalJSON(data []byte) error {
	switch strings.ToLower(strings.Trim(string(bytes.TrimSpace(data)), `"`)) {
	case "true", "yes", "1", "enabled":
		*f = true
	default:
		*f = false
	}
	return nil
}

// Strings is a list that Wazuh writes as a single text at times.
type Strings []string

// UnmarshalJSON reads a list of texts or numbers, or one text.
func (s *Strings) UnmarshalJSON(data []byte) error {
	*s = nil
	var list []Text
	if json.Unmarshal(data, &list) == nil {
		for _, text := range list {
			*s = append(*s, string(text))
		}
		return nil
	}
	var text Text
	if err := text.UnmarshalJSON(data); err != nil {
		return err
	}
	*s = Strings{string(text)}
	return nil
}

// AgentID is the number of an agent, with three digits or more: 001. The server is 000.
type AgentID string

// UnmarshalJSON reads the text, or the number without its zeros.
func (a *AgentID) UnmarshalJSON(data []byte) error {
	var n uint32
	if json.Unmarshal(data, &n) == nil {
		*a = AgentID(fmt.Sprintf("%03d", n))
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("%.40s is no agent's id", data)
	}
	*a = AgentID(text)
	return nil
}
