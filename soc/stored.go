package soc

import "time"

// StoredAlert is an alert as the core holds it: whose it is, when it came, and its
// place in the ledger. SOCme's own alerts have neither a node's place nor raw bytes.
type StoredAlert struct {
	Alert
	Client       string    `json:"client" doc:"the client's name"`
	ClientID     ClientID  `json:"client_id"`
	Node         string    `json:"node" doc:"the node's name; empty for SOCme's own alerts about no node"`
	NodeID       NodeID    `json:"node_id"`
	Demo         bool      `json:"demo" doc:"example data, not a detection"`
	ReceivedTime time.Time `json:"received_time" doc:"the core's clock"`
	RawSHA256    Hash      `json:"raw_sha256" doc:"over the sensor's line without its newline"`
	RawSize      int       `json:"raw_size" doc:"bytes"`
	Epoch        Epoch     `json:"epoch,omitempty"`
	Lane         Lane      `json:"lane,omitzero" enum:"critical,urgent,normal" doc:"the ledger's lane"`
	Seq          uint64    `json:"seq,omitempty" doc:"place in the lane, from 1"`
	// SortKey is what lists are ordered by, the highest first.
	SortKey SortKey `json:"sort_key" doc:"lists are ordered by it, the highest first: 48 bits of the event's time in ms, corrected where the node's clock was wrong by more than 2 s, then the end of the id"`

	State        AlertState `json:"state" enum:"open,acknowledged,escalated,resolved"`
	ResolvedTime time.Time  `json:"resolved_time,omitzero"`
	Resolution   string     `json:"resolution,omitempty" doc:"why it was resolved, in words"`
	Owner        string     `json:"owner,omitempty" doc:"the name of the user who has claimed it"`
	Verdict      Verdict    `json:"verdict,omitzero" enum:"true-positive,false-positive,benign,expected" doc:"what it turned out to be; absent until somebody has said"`
	PeopleTags   []string   `json:"people_tags,omitempty" nullable:"false" doc:"tags that people gave, beside those of the sensor"`
	// Witnesses is how many other records tell of the same event.
	Witnesses int `json:"witnesses,omitempty" doc:"records of other sensors that tell of the same event"`
}

// AlertState is how far people have come with an alert.
type AlertState string

// The states of an alert, from the least advanced.
const (
	AlertOpen         AlertState = "open"
	AlertAcknowledged AlertState = "acknowledged"
	AlertEscalated    AlertState = "escalated"
	AlertResolved     AlertState = "resolved"
)

// Witness is a record that tells of an event of which the core has an alert already,
// from another sensor: it is no alert of its own.
type Witness struct {
	ID           AlertID   `json:"id" doc:"the id that it would have as an alert; its raw line is found by it"`
	Rule         Rule      `json:"rule"`
	Via          string    `json:"via,omitempty" enum:"wazuh"`
	Severity     Severity  `json:"severity" enum:"unknown,informational,low,medium,high,critical"`
	Place        *Place    `json:"place,omitempty"`
	SeenTime     time.Time `json:"seen_time,omitzero"`
	ReceivedTime time.Time `json:"received_time"`
	RawSHA256    Hash      `json:"raw_sha256"`
	RawSize      int       `json:"raw_size" doc:"bytes"`
	Epoch        Epoch     `json:"epoch"`
	Lane         Lane      `json:"lane" enum:"critical,urgent,normal"`
	Seq          uint64    `json:"seq"`
}

// Fed is one entry of the feed: what streams read. Pos rises with every commit.
type Fed struct {
	Pos   int64
	Alert StoredAlert
	// Reset says that so many alerts changed at once that readers do better to query
	// again; Alert is empty then.
	Reset bool
}
