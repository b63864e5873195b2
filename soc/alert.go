package soc

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"time"
)

// The engines whose rules can fire.
const (
	EngineSuricata = "suricata"
	EngineWazuh    = "wazuh"
	EngineSOCme    = "socme" // SOCme's own alerts, made at the core
)

// MaxRaw is the longest line, in bytes, that a node reads from a sensor.
const MaxRaw = 1 << 20

// AlertID names an alert everywhere and for ever: 48 bits of the event's time in
// milliseconds (0 if it could not be read), then 80 bits of sha256 over the node and
// the sensor's own identity of the event. It sorts by time, and the same event at
// the same node always has the same id.
type AlertID [16]byte

// NewAlertID makes the id of an event. Identity is what makes the event itself: for
// Suricata the raw line, for Wazuh manager, cluster node and id.
func NewAlertID(event time.Time, node NodeID, identity ...[]byte) AlertID {
	var id AlertID
	if ms := event.UnixMilli(); !event.IsZero() && ms > 0 && ms < 1<<48 {
		for i := range 6 {
			id[i] = byte(ms >> (8 * (5 - i)))
		}
	}
	h := sha256.New()
	writeField(h, []byte(node))
	for _, part := range identity {
		writeField(h, part)
	}
	copy(id[6:], h.Sum(nil))
	return id
}

// ParseAlertID reads the 32 hexadecimal digits that String writes.
func ParseAlertID(text string) (AlertID, error) {
	var id AlertID
	if len(text) != 2*len(id) {
		return id, fmt.Errorf("%w: an alert id has 32 hexadecimal digits, %q has %d characters", ErrInvalid, text, len(text))
	}
	if _, err := hex.Decode(id[:], []byte(text)); err != nil {
		return id, fmt.Errorf("%w: %q is no alert id: it holds something other than hexadecimal digits", ErrInvalid, text)
	}
	return id, nil
}

// String is 32 lower-case hexadecimal digits.
func (id AlertID) String() string { return hex.EncodeToString(id[:]) }

// MarshalText writes the digits of String.
func (id AlertID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the digits of String.
func (id *AlertID) UnmarshalText(text []byte) error {
	got, err := ParseAlertID(string(text))
	if err != nil {
		return err
	}
	*id = got
	return nil
}

// Rule is what fired: a Suricata signature or a Wazuh rule.
type Rule struct {
	Engine string `json:"engine" enum:"suricata,wazuh,socme" doc:"whose rule it is"`
	ID     string `json:"id" doc:"the engine's own number, e.g. 2001219 (Suricata's gid goes before it as \"3:2001219\" when it is not 1)"`
	Name   string `json:"name" doc:"the signature or description; may be empty"`
}

// Endpoint is one side of an alert. Every field may be empty.
type Endpoint struct {
	Address netip.Addr `json:"address,omitzero" doc:"IPv4 or IPv6"`
	Port    uint16     `json:"port,omitempty"`
	Host    string     `json:"host,omitempty"`
	User    string     `json:"user,omitempty"`
}

// Agent is the Wazuh agent that reported, if one did.
type Agent struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Address string `json:"address,omitempty"`
}

// MITRE is the rule's place in ATT&CK.
type MITRE struct {
	Tactics    []string    `json:"tactics,omitempty" nullable:"false"`
	Techniques []Technique `json:"techniques,omitempty" nullable:"false"`
}

// Technique of ATT&CK, e.g. {T1110.001, Password Guessing}. Name may be empty.
type Technique struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

// Alert is an event in which a rule fired, in the one form that both engines share.
// Raw is the sensor's line to the byte, without its newline; it never travels inside
// the JSON of an Alert.
type Alert struct {
	ID          AlertID   `json:"id"`
	Severity    Severity  `json:"severity" enum:"unknown,informational,low,medium,high,critical" doc:"OCSF severity; higher is worse"`
	Rule        Rule      `json:"rule"`
	Category    string    `json:"category,omitempty"`
	Action      string    `json:"action,omitempty" doc:"what the sensor did: allowed or blocked"`
	Source      Endpoint  `json:"source"`
	Destination Endpoint  `json:"destination"`
	Protocol    string    `json:"protocol,omitempty"`    // TCP, UDP, ICMP …
	Application string    `json:"application,omitempty"` // http, tls, ssh …
	Agent       *Agent    `json:"agent,omitempty"`
	MITRE       *MITRE    `json:"mitre,omitempty"`
	Tags        []string  `json:"tags,omitempty" nullable:"false"`
	Details     []Detail  `json:"details,omitempty" nullable:"false"`
	CommunityID string    `json:"community_id,omitempty"`
	EventTime   time.Time `json:"event_time,omitzero" doc:"the sensor's clock; absent if it could not be read"`
	SeenTime    time.Time `json:"seen_time,omitzero" doc:"the node's clock"`
	Raw         []byte    `json:"-"`
}

// Detail is one more fact that a human would look for, in the order in which they
// are worth reading: {"tls name", "cdn.example"}, {"file", "/etc/passwd"}.
type Detail struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// RawHash is sha256 over Raw: what the ledger holds of the alert's content.
func (a *Alert) RawHash() Hash { return sha256.Sum256(a.Raw) }
