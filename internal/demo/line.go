package demo

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/socme-project/socme/soc"
)

// sensor says which of the two files a line belongs to.
type sensor int

const (
	suricata sensor = iota
	wazuh
	sensors // how many
)

// line is one recorded event and what the feeder must know of it. It never changes.
type line struct {
	sensor   sensor
	severity soc.Severity // unknown: not an alert
	rule     string
	raw      []byte
	at       time.Time // when it was recorded
	marks    []mark    // what is written anew at each replay, in order of place
}

// recorded is the part of an event, of either sensor, that decides how often it is replayed.
type recorded struct {
	Alert *struct {
		SignatureID int64 `json:"signature_id"`
		Severity    int   `json:"severity"`
		Metadata    struct {
			Severity []string `json:"signature_severity"`
		} `json:"metadata"`
	} `json:"alert"`
	Rule *struct {
		ID    string `json:"id"`
		Level int    `json:"level"`
	} `json:"rule"`
}

func parse(s sensor, raw []byte) (*line, error) {
	l := &line{sensor: s, raw: raw}
	var r recorded
	if err := json.Unmarshal(raw, &r); err != nil {
		return nil, fmt.Errorf("parse recorded event: %w", err)
	}
	switch {
	case s == suricata && r.Alert != nil:
		l.rule = fmt.Sprint(r.Alert.SignatureID)
		// Suricata counts the other way: 1 is the worst.
		l.severity = max(soc.SeverityHigh+1-soc.Severity(r.Alert.Severity), soc.SeverityInformational)
		if m := r.Alert.Metadata.Severity; len(m) == 1 && m[0] == "Critical" {
			l.severity = soc.SeverityCritical
		}
	case s == wazuh && r.Rule != nil:
		l.rule = r.Rule.ID
		l.severity = severityOfLevel(r.Rule.Level)
	}
	var err error
	l.at, l.marks, err = marks(s, raw)
	return l, err
}

func severityOfLevel(level int) soc.Severity {
	switch {
	case level >= 15:
		return soc.SeverityCritical
	case level >= 12:
		return soc.SeverityHigh
	case level >= 7:
		return soc.SeverityMedium
	default:
		return soc.SeverityLow
	}
}

// fresh is what one replay of a line says anew.
type fresh struct {
	at   time.Time
	flow uint64 // Suricata's flow_id
	id   string // Wazuh's id
}

// appendTo appends the line as the sensor would write it now, with its newline. All bytes outside the marks are the
// recorded ones.
func (l *line) appendTo(dst []byte, f fresh) []byte {
	done := 0
	for _, m := range l.marks {
		dst = append(dst, l.raw[done:m.from]...)
		dst = m.appendTo(dst, f, f.at.Sub(l.at))
		done = m.to
	}
	return append(append(dst, l.raw[done:]...), '\n')
}
