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
	Lane         Lane      `json:"lane,omitzero" enum:"urgent,normal" doc:"the ledger's lane"`
	Seq          uint64    `json:"seq,omitempty" doc:"place in the lane, from 1"`
}

// Fed is one entry of the feed: what streams read. Pos rises with every commit.
type Fed struct {
	Pos   int64
	Alert StoredAlert
}
