package soc

import "time"

// Client is an organisation that is watched.
type Client struct {
	ID          ClientID  `json:"id"`
	Name        string    `json:"name"`
	Demo        bool      `json:"demo" doc:"an example client of the demo"`
	CreatedTime time.Time `json:"created_time"`
	Nodes       int       `json:"nodes" doc:"how many nodes it has, revoked ones left out"`
	Contacts    []Contact `json:"contacts" nullable:"false" doc:"whom to call, the first one first"`
	Notes       string    `json:"notes,omitempty" doc:"what to know, as Markdown; its own people read it, too"`
	Logo        string    `json:"logo,omitempty" doc:"changes with the picture; absent if there is none"`
}

// Contact is somebody at a client. Only the name must be there.
type Contact struct {
	Name  string `json:"name" minLength:"1" maxLength:"64"`
	Mail  string `json:"mail,omitempty" maxLength:"128"`
	Phone string `json:"phone,omitempty" maxLength:"32"`
	Note  string `json:"note,omitempty" maxLength:"256" doc:"for example when to call"`
}

// Removal is what goes with a client.
type Removal struct {
	Alerts     int64 `json:"alerts"`
	Nodes      int64 `json:"nodes" doc:"with their ledgers"`
	Delivering int64 `json:"nodes_to_revoke" doc:"nodes that may still deliver: while there are any, the client cannot be deleted"`
	Users      int64 `json:"users" doc:"who may see this client; they stay, and see it no more"`
	Tokens     int64 `json:"tokens" doc:"likewise"`
	Holds      int64 `json:"holds" doc:"legal holds on its alerts, or on all clients': while there are any, the client cannot be deleted"`
	Begun      bool  `json:"begun" doc:"it is being deleted; a dry run tells false"`
}

// LedgerRecord is one record of a ledger as the core took it: what left the client's site.
type LedgerRecord struct {
	Node         NodeID    `json:"node_id"`
	NodeName     string    `json:"node"`
	Epoch        Epoch     `json:"epoch"`
	Lane         Lane      `json:"lane" enum:"critical,urgent,normal"`
	Seq          uint64    `json:"seq"`
	Kind         string    `json:"kind" enum:"alert,repeated,dropped,witness" doc:"a new alert; one that the core held already; one whose raw line the node had to drop; a record of another sensor that tells of an event of which there is an alert"`
	ReceivedTime time.Time `json:"received_time" doc:"the core's clock"`
	AlertID      AlertID   `json:"alert_id"`
	Held         bool      `json:"held" doc:"the core still holds its bytes: /alerts/{alert_id}/raw"`
	Rule         *Rule     `json:"rule,omitempty" doc:"absent where the core holds no more than the record"`
	Severity     Severity  `json:"severity,omitzero" enum:"unknown,informational,low,medium,high,critical"`
	EventTime    time.Time `json:"event_time,omitzero" doc:"to the millisecond, by the sensor's clock"`
	RawSHA256    Hash      `json:"raw_sha256"`
	RawSize      int       `json:"raw_size" doc:"bytes; 0 where the core does not hold them"`
}

// NodeState is what a node's record says of it at a moment.
type NodeState string

// The states of a node.
const (
	NodeNew        NodeState = "new"        // enrolled, never heard of since
	NodeDelivering NodeState = "delivering" // heard of lately, nothing waits for long
	NodeLagging    NodeState = "lagging"    // heard of lately, alerts wait
	NodeOffline    NodeState = "offline"    // three beats missed
	NodeRevoked    NodeState = "revoked"    // may deliver nothing
)

// BeatEvery is how often a node reports when nothing else happens; after three
// missed beats it is offline.
const BeatEvery = 10 * time.Second

// Node is our process at a client, as the core knows it.
type Node struct {
	ID       NodeID    `json:"id"`
	Name     string    `json:"name"`
	Client   string    `json:"client" doc:"the client's name"`
	ClientID ClientID  `json:"client_id"`
	Demo     bool      `json:"demo"`
	State    NodeState `json:"state" enum:"new,delivering,lagging,offline,revoked"`

	Delivered uint64 `json:"delivered" doc:"records taken: alerts + repeated + dropped"`
	Waiting   uint64 `json:"waiting" doc:"records that the node holds and the core has not taken"`
	Alerts    uint64 `json:"alerts"`
	Repeated  uint64 `json:"repeated" doc:"records of an alert that the core held already"`
	Dropped   uint64 `json:"dropped" doc:"records that came without their raw line: the node had to drop it"`
	Missing   uint64 `json:"missing" doc:"records that the node declared gone"`
	Forks     uint64 `json:"forks" doc:"times that a new epoch had to be opened"`

	Heads   []HeadState    `json:"heads" nullable:"false" doc:"newest epoch first, the most urgent lane first"`
	Sources []SourceHealth `json:"sources" nullable:"false"`
	Health  *NodeHealth    `json:"health,omitempty" doc:"what the node last told of itself; absent until it has"`
	Machine *Machine       `json:"machine,omitempty" doc:"what it runs on; absent until the node has told it, and in lists"`
	Agents  *NodeAgents    `json:"agents,omitempty" doc:"the agents of its Wazuh manager; absent unless node.toml names the manager's API"`

	Version                string    `json:"version,omitempty"`
	Address                string    `json:"address,omitempty" doc:"where its last request came from"`
	EnrolledTime           time.Time `json:"enrolled_time"`
	LastSeenTime           time.Time `json:"last_seen_time,omitzero"`
	RevokedTime            time.Time `json:"revoked_time,omitzero"`
	CertificateExpiresTime time.Time `json:"certificate_expires_time,omitzero"`
	ClockSkewMS            int64     `json:"clock_skew_ms" doc:"the node's clock minus the core's, in ms; the way of the request is part of it"`
	LedgerKey              HexBytes  `json:"ledger_key" doc:"ed25519, public: what the node signs its heads with"`
}

// HeadState is the core's end of one chain.
type HeadState struct {
	Epoch      Epoch     `json:"epoch"`
	Previous   Epoch     `json:"previous,omitempty" doc:"the epoch that this one continues after a fork"`
	Lane       Lane      `json:"lane" enum:"critical,urgent,normal"`
	Current    bool      `json:"current" doc:"false for epochs that a fork has ended"`
	Seq        uint64    `json:"seq" doc:"newest record taken"`
	Latest     uint64    `json:"latest" doc:"newest record that the node has told of"`
	Value      Hash      `json:"value" doc:"the chain's value after seq"`
	OpenedTime time.Time `json:"opened_time"`
	SignedSeq  uint64    `json:"signed_seq" doc:"newest head that the node signed; 0 for none"`
	SignedTime time.Time `json:"signed_time,omitzero"`
}

// Counts is what a source did with what it read since the node started.
type Counts struct {
	Lines       uint64 `json:"lines"`
	Bytes       uint64 `json:"bytes"`
	Alerts      uint64 `json:"alerts"`
	TooLong     uint64 `json:"too_long" doc:"lines over 1 MiB, skipped"`
	Malformed   uint64 `json:"malformed" doc:"lines that are no JSON object, or lack what an alert needs"`
	InvalidUTF8 uint64 `json:"invalid_utf8" doc:"alerts kept although their text is not UTF-8; raw is to the byte"`
	Filtered    uint64 `json:"filtered" doc:"alerts that the node's own filters or budget kept back; counted by rule"`
}

// Add adds o to c.
func (c *Counts) Add(o Counts) {
	c.Lines += o.Lines
	c.Bytes += o.Bytes
	c.Alerts += o.Alerts
	c.TooLong += o.TooLong
	c.Malformed += o.Malformed
	c.InvalidUTF8 += o.InvalidUTF8
	c.Filtered += o.Filtered
}

// SourceHealth is how one source of a node does.
type SourceHealth struct {
	Name  string `json:"name"`
	Kind  string `json:"kind" doc:"suricata, suricata-socket, wazuh or wazuh-indexer"`
	Path  string `json:"path" doc:"the file, the pattern of files, the socket, or the indexer's address"`
	State string `json:"state" enum:"reading,waiting,error" doc:"waiting: the sensor is not there yet"`
	Error string `json:"error,omitempty"`
	Counts
	Failures     uint64    `json:"failures" doc:"times that it failed and was started again"`
	LagBytes     int64     `json:"lag_bytes" doc:"bytes that the sensor has written and the source has not read"`
	LagSeconds   float64   `json:"lag_seconds" doc:"how long what is not read has been waiting"`
	LastLineTime time.Time `json:"last_line_time,omitzero"`
}

// NodeHealth is what a node tells of itself with each beat.
type NodeHealth struct {
	OutboxRecords uint64    `json:"outbox_records" doc:"records that wait to be delivered"`
	OutboxBytes   int64     `json:"outbox_bytes" doc:"size on the disk, with what was delivered lately"`
	OutboxQuota   int64     `json:"outbox_quota" doc:"bytes that it may have"`
	OldestTime    time.Time `json:"oldest_time,omitzero" doc:"when the node saw the oldest record that waits"`
	Trouble       string    `json:"trouble,omitempty" doc:"why the outbox cannot be written"`

	CPUPercent  float64 `json:"cpu_percent" doc:"of one core, of the node's process since the last beat"`
	MemoryBytes int64   `json:"memory_bytes" doc:"resident, of the node's process"`
	Load        float64 `json:"load" doc:"the machine's, over one minute"`
	CPUUsage    float64 `json:"cpu_usage_percent" doc:"of all the machine's cores together, since the last beat"`
	Cores       int     `json:"cores"`
	MemoryFree  int64   `json:"memory_free" doc:"bytes that the machine has available"`
	MemoryTotal int64   `json:"memory_total"`
	DiskFree    int64   `json:"disk_free" doc:"bytes, on the disk of the outbox"`
	DiskTotal   int64   `json:"disk_total"`

	System    string    `json:"system,omitempty" doc:"the machine's operating system and kernel"`
	Suricata  string    `json:"suricata,omitempty" doc:"version of the Suricata beside it, if one is found"`
	Wazuh     string    `json:"wazuh,omitempty" doc:"version of the Wazuh manager beside it, if one is found"`
	StartTime time.Time `json:"start_time,omitzero" doc:"when the node's process began"`
}

// Withheld is what a node did not deliver of one rule, and why. Nothing is left out
// without being counted.
type Withheld struct {
	Rule      Rule        `json:"rule"`
	Severity  Severity    `json:"severity" enum:"unknown,informational,low,medium,high,critical" doc:"the highest"`
	Why       WithheldWhy `json:"why" enum:"filter,budget,quota"`
	Reason    string      `json:"reason,omitempty" doc:"what the filter's author wrote"`
	Count     uint64      `json:"count"`
	FirstTime time.Time   `json:"first_time" doc:"the node's clock"`
	LastTime  time.Time   `json:"last_time" doc:"the node's clock"`
}

// WithheldWhy is why a node did not deliver an alert.
type WithheldWhy string

// The reasons.
const (
	WhyFilter WithheldWhy = "filter" // a filter in the node's configuration matched
	WhyBudget WithheldWhy = "budget" // the rule had fired too often in this hour
	WhyQuota  WithheldWhy = "quota"  // the outbox was full
)

// SkewAllowed is how far two clocks may be apart and count as one; less cannot be told
// from the way of a request.
const SkewAllowed = 2 * time.Second

// TapeCell is what happened in a quarter of an hour of one lane.
type TapeCell struct {
	StartTime time.Time `json:"start_time"`
	Lane      Lane      `json:"lane" enum:"critical,urgent,normal"`
	Delivered uint64    `json:"delivered"`
	Repeated  uint64    `json:"repeated"`
	Late      uint64    `json:"late" doc:"delivered more than a minute after the node saw them"`
	Dropped   uint64    `json:"dropped"`
	Missing   uint64    `json:"missing"`
}

// lagAllowed is how many records may wait before a node is behind: less than a
// batch is on its way.
const lagAllowed = 1000

// StateAt tells the node's state from what was heard of it.
func (n *Node) StateAt(now time.Time) NodeState {
	switch {
	case !n.RevokedTime.IsZero():
		return NodeRevoked
	case n.LastSeenTime.IsZero():
		return NodeNew
	case now.Sub(n.LastSeenTime) > 3*BeatEvery:
		return NodeOffline
	case n.Waiting > lagAllowed:
		return NodeLagging
	}
	return NodeDelivering
}
