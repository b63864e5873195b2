package soc

import "fmt"

// Severity is OCSF severity_id: 1 informational … 5 critical, 0 unknown.
// Higher is worse. (Suricata counts the other way.)
type Severity int8

// The severities. Their order is their badness.
const (
	SeverityUnknown Severity = iota
	SeverityInformational
	SeverityLow
	SeverityMedium
	SeverityHigh
	SeverityCritical
)

var severityWords = [...]string{"unknown", "informational", "low", "medium", "high", "critical"}

// String is the word, which is how people and the API see a severity.
func (s Severity) String() string {
	if s < 0 || int(s) >= len(severityWords) {
		return severityWords[SeverityUnknown]
	}
	return severityWords[s]
}

// ParseSeverity reads a word ("high", or "info" for short).
func ParseSeverity(word string) (Severity, error) {
	if word == "info" {
		return SeverityInformational, nil
	}
	for i, w := range severityWords {
		if w == word {
			return Severity(i), nil
		}
	}
	return SeverityUnknown, fmt.Errorf("%w: severity %q is none of unknown, informational, low, medium, high, critical", ErrInvalid, word)
}

// MarshalText writes the word.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the word.
func (s *Severity) UnmarshalText(text []byte) error {
	got, err := ParseSeverity(string(text))
	if err != nil {
		return err
	}
	*s = got
	return nil
}

// Lane says in which of the ledger's lanes an alert of this severity travels.
func (s Severity) Lane() Lane {
	switch {
	case s >= SeverityCritical:
		return LaneCritical
	case s == SeverityHigh:
		return LaneUrgent
	}
	return LaneNormal
}
