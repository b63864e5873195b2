package soc

import (
	"crypto/sha256"
	"encoding/binary"
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
	h := sha256.New()
	writeField(h, []byte(node))
	for _, part := range identity {
		writeField(h, part)
	}
	return newID(event, Hash(h.Sum(nil)))
}

func newID(event time.Time, rest Hash) AlertID {
	var id AlertID
	if ms := event.UnixMilli(); !event.IsZero() && ms > 0 && ms < 1<<48 {
		for i := range 6 {
			id[i] = byte(ms >> (8 * (5 - i)))
		}
	}
	copy(id[6:], rest[:])
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
	File        *File     `json:"file,omitempty"`
	Process     *Process  `json:"process,omitempty"`
	Details     []Detail  `json:"details,omitempty" nullable:"false"`
	CommunityID string    `json:"community_id,omitempty"`
	Via         string    `json:"via,omitempty" enum:"wazuh" doc:"the engine that passed the event on, where that is not the rule's own"`
	EventKey    EventKey  `json:"event_key,omitzero" doc:"the same for all alerts that tell of one event"`
	Place       *Place    `json:"place,omitempty"`
	EventTime   time.Time `json:"event_time,omitzero" doc:"the sensor's clock; absent if it could not be read"`
	SeenTime    time.Time `json:"seen_time,omitzero" doc:"the node's clock"`
	SkewMS      *int64    `json:"skew_ms,omitempty" doc:"the node's clock minus the core's when the node saw the alert, in ms; absent if it did not know"`
	Raw         []byte    `json:"-"`
}

// File is the file that an alert is about. Hashes are lower-case hexadecimal digits.
// Every field may be empty.
type File struct {
	Path   string `json:"path,omitempty" doc:"or its name, where the sensor knows no more"`
	SHA256 string `json:"sha256,omitempty"`
	SHA1   string `json:"sha1,omitempty"`
	MD5    string `json:"md5,omitempty"`
}

// Process is the program that an alert is about. Every field may be empty.
type Process struct {
	Path          string `json:"path,omitempty" doc:"the program's file, or its name"`
	ID            string `json:"id,omitempty" doc:"the system's number for it"`
	Command       string `json:"command,omitempty" doc:"the command line"`
	Parent        string `json:"parent,omitempty" doc:"the file of the program that started it"`
	ParentCommand string `json:"parent_command,omitempty"`
}

// Place is where an alert's raw line stood when the node read it.
type Place struct {
	Path   string `json:"path" doc:"the file, socket, or index and document"`
	Offset int64  `json:"offset,omitempty" doc:"bytes from the file's beginning to the line's"`
}

// EventKey names an event as its sensor saw it, whatever way it came to the node: an
// alert that Wazuh passed on has the key of the one that Suricata wrote itself. It
// begins with 48 bits of the event's time in ms, so that keys sort by time. The zero
// key is none.
type EventKey [16]byte

// NewEventKey makes the key of an event out of what makes the event itself.
func NewEventKey(event time.Time, identity ...string) EventKey {
	var room [256]byte
	b := appendField(room[:0], "")
	for _, part := range identity {
		b = appendField(b, part)
	}
	return EventKey(newID(event, sha256.Sum256(b)))
}

// appendField is writeField, for a hash that is taken at once.
func appendField(b []byte, part string) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(part)))
	return append(b, part...)
}

// MarshalText writes 32 lower-case hexadecimal digits.
func (k EventKey) MarshalText() ([]byte, error) { return AlertID(k).MarshalText() }

// UnmarshalText reads 32 hexadecimal digits.
func (k *EventKey) UnmarshalText(text []byte) error { return (*AlertID)(k).UnmarshalText(text) }

// Detail is one more fact that a human would look for, in the order in which they
// are worth reading: {"tls name", "cdn.example"}, {"file", "/etc/passwd"}.
type Detail struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// RawHash is sha256 over Raw: what the ledger holds of the alert's content.
func (a *Alert) RawHash() Hash { return sha256.Sum256(a.Raw) }
