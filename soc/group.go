package soc

import (
	"crypto/sha256"
	"time"
)

// Group is alerts of one client with the same rule, source and destination.
type Group struct {
	ID          GroupID    `json:"id"`
	Client      string     `json:"client" doc:"the client's name"`
	ClientID    ClientID   `json:"client_id"`
	Demo        bool       `json:"demo" doc:"example data, not detections"`
	Rule        Rule       `json:"rule" doc:"the name is that of the newest alert"`
	Source      string     `json:"source" doc:"address; where there is none, the agent or host"`
	Destination string     `json:"destination" doc:"address or host; may be empty"`
	Severity    Severity   `json:"severity" enum:"unknown,informational,low,medium,high,critical" doc:"the highest of its alerts"`
	State       AlertState `json:"state" enum:"open,acknowledged,escalated,resolved" doc:"that of the least advanced alert"`
	Alerts      int64      `json:"alerts"`
	Owner       string     `json:"owner,omitempty" doc:"the name of the user who has claimed it"`
	Tags        []string   `json:"tags,omitempty" nullable:"false" doc:"tags that people gave to it as a whole"`
	// How many of the alerts are in each state; the rest is resolved.
	Open         int64     `json:"open"`
	Acknowledged int64     `json:"acknowledged"`
	Escalated    int64     `json:"escalated"`
	FirstTime    time.Time `json:"first_time,omitzero" doc:"of the oldest alert, by the core's clock; absent if it could not be read"`
	LastTime     time.Time `json:"last_time,omitzero"`
	// SortKey is that of the newest alert: lists of groups are ordered by it.
	SortKey SortKey `json:"sort_key"`
}

// GroupID names a group for ever: 16 bytes of sha256 over what its alerts share.
type GroupID [16]byte

// String is 32 lower-case hexadecimal digits.
func (id GroupID) String() string { return AlertID(id).String() }

// MarshalText writes the digits of String.
func (id GroupID) MarshalText() ([]byte, error) { return AlertID(id).MarshalText() }

// UnmarshalText reads the digits of String.
func (id *GroupID) UnmarshalText(text []byte) error { return (*AlertID)(id).UnmarshalText(text) }

// NewGroupID is the id of the group that an alert of the client belongs to. The rule's
// name is no part of it: Wazuh writes what it found into some.
func NewGroupID(client ClientID, a *Alert) GroupID {
	var room [256]byte
	source, destination := a.Sides()
	b := appendField(room[:0], "socme group 1")
	for _, part := range []string{string(client), a.Rule.Engine, a.Rule.ID, source, destination} {
		b = appendField(b, part)
	}
	sum := sha256.Sum256(b)
	return GroupID(sum[:16])
}

// Sides are what a group calls source and destination: addresses, or what stands for
// them. An alert without any address is about its agent.
func (a *Alert) Sides() (source, destination string) {
	source, destination = side(&a.Source), side(&a.Destination)
	if source == "" && a.Agent != nil {
		source = a.Agent.Name
	}
	return source, destination
}

func side(e *Endpoint) string {
	if e.Address.IsValid() {
		return e.Address.String()
	}
	return e.Host
}

// Subject is the machine that an alert is about, and the user: what lists of the most
// frequent hosts and users count. Both may be empty.
func (a *Alert) Subject() (host, user string) {
	switch {
	case a.Agent != nil && a.Agent.Name != "":
		host = a.Agent.Name
	case a.Destination.Host != "":
		host = a.Destination.Host
	default:
		host = a.Source.Host
	}
	if user = a.Destination.User; user == "" {
		user = a.Source.User
	}
	return host, user
}
