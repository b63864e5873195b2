// Package wire owns what a node and the core say to each other: the messages, how a
// batch of alerts is encoded, and the enrolment token. It is encoding only; it
// imports nothing of ours but soc, opens no connection and keeps no state.
//
// The version of the wire is in the path. A core takes its own version and the two
// before it; nodes of a newer version may send JSON fields that it does not know.
package wire

import (
	"time"

	"github.com/socme-project/socme/soc"
)

// The paths of the nodes' door. Every one is a POST except PathHeads.
const (
	PathEnrol   = "/node/v1/enrol"   // EnrolRequest → EnrolReply; the only one without a certificate
	PathRenew   = "/node/v1/renew"   // RenewRequest → RenewReply; the only one for an expired certificate
	PathHeads   = "/node/v1/heads"   // → Heads
	PathBatch   = "/node/v1/batch"   // a batch, see Encode → Ack or Refusal
	PathMissing = "/node/v1/missing" // Missing → Ack or Refusal
	PathBeat    = "/node/v1/beat"    // Beat → BeatReply
	PathFacts   = "/node/v1/facts"   // Facts → FactsReply; a core before it answers 404
)

// Limits of a batch. A node keeps them, a core refuses what exceeds them.
const (
	MaxRecords = 1000
	// MaxPlain bounds a batch before compression, in bytes; one line of MaxRaw and
	// its normal form always fit.
	MaxPlain = 8 << 20
	// MaxMessage bounds every other message, in bytes.
	MaxMessage = 1 << 20
	// MaxWithheld bounds the rules of one beat or range.
	MaxWithheld = 500
)

// EnrolRequest asks for a certificate with the secret of an enrolment token.
type EnrolRequest struct {
	Secret    string `json:"secret"`
	Request   []byte `json:"request"`    // PKCS #10 in DER, for the node's TLS key
	LedgerKey []byte `json:"ledger_key"` // ed25519 public key that signs its heads
	Name      string `json:"name"`       // what the node would be called, e.g. its host name
	// Node is the id from an earlier enrolment of the same data folder; Proof is then
	// the ledger key's signature over the secret, which shows that it is the same.
	Node  soc.NodeID `json:"node,omitempty"`
	Proof []byte     `json:"proof,omitempty"`
}

// EnrolReply is what a node keeps of its enrolment.
type EnrolReply struct {
	Node        soc.NodeID `json:"node"`
	Name        string     `json:"name"`
	Client      string     `json:"client"`
	Certificate []byte     `json:"certificate"` // DER
	Authority   []byte     `json:"authority"`   // the CA's certificate, DER
}

// RenewRequest asks for a new certificate with the old one.
type RenewRequest struct {
	Request []byte `json:"request"` // PKCS #10 in DER
}

// RenewReply carries the new certificate.
type RenewReply struct {
	Certificate []byte `json:"certificate"` // DER
}

// Heads is what the core has taken of a node's chains, every epoch.
type Heads struct {
	Heads []Head `json:"heads"`
}

// Head is the newest record that the core has taken of one chain.
type Head struct {
	Epoch soc.Epoch `json:"epoch"`
	Lane  soc.Lane  `json:"lane"`
	Seq   uint64    `json:"seq"`
	Value soc.Hash  `json:"value"`
}

// Header stands before the records of a batch. A batch holds one epoch and one lane.
type Header struct {
	Epoch    soc.Epoch `json:"epoch"`
	Previous soc.Epoch `json:"previous,omitempty"`
	Reason   string    `json:"reason,omitempty"` // why the epoch was opened, if it continues another
	Lane     soc.Lane  `json:"lane"`
	Count    int       `json:"count"`
	Latest   uint64    `json:"latest"` // newest seq of the lane at the node
	// Signature is the node's over its head after the last record of the batch, at SentTime.
	Signature []byte    `json:"signature"`
	SentTime  time.Time `json:"sent_time"`
}

// Ack says how far the core has committed.
type Ack struct {
	Head Head `json:"head"`
}

// The codes of a Refusal.
const (
	// CodeGap: the batch starts beyond head+1; send from Want.
	CodeGap = "gap"
	// CodeFork: the chain does not fit what the core holds, first at Seq. Nothing was
	// taken; the node must open a new epoch.
	CodeFork = "fork"
	// CodeBad: the message cannot be understood; sending it again will not help.
	CodeBad = "bad"
	// CodeForbidden: the certificate or the token is not (or no longer) good.
	CodeForbidden = "forbidden"
	// CodeExpired: the certificate is past its time; renew it first.
	CodeExpired = "expired"
	// CodeBusy: try again later.
	CodeBusy = "busy"
)

// Refusal is the body of every answer that is not 200.
type Refusal struct {
	Code   string   `json:"code"`
	Detail string   `json:"detail"`
	Lane   soc.Lane `json:"lane,omitzero"`
	Seq    uint64   `json:"seq,omitempty"`
	Want   uint64   `json:"want,omitempty"`
}

// Error is the detail.
func (r *Refusal) Error() string { return "the core refused: " + r.Detail }

// Missing declares that the node no longer holds the records From…Head.Seq, and why.
// Head.Value is the chain's value after the last of them, so that the next fits.
type Missing struct {
	Header Header   `json:"header"` // Signature covers Head with Missing = From
	From   uint64   `json:"from"`
	Head   soc.Head `json:"head"`
	// Dropped says by rule what the records were, where the outbox's quota took them:
	// the counts make up the range. At most MaxWithheld rules; the last may stand for the
	// rest. Without it the range is missing.
	Dropped []soc.Withheld `json:"dropped,omitempty"`
}

// Beat says that the node lives, and how it does.
type Beat struct {
	SentTime time.Time          `json:"sent_time"`
	Version  string             `json:"version"`
	Epoch    soc.Epoch          `json:"epoch"`
	Latest   map[string]uint64  `json:"latest"` // newest seq of the epoch by lane
	Sources  []soc.SourceHealth `json:"sources"`
	Health   soc.NodeHealth     `json:"health"`
	// Withheld is what changed since the last beat that was answered: totals of a day.
	// At most MaxWithheld.
	Withheld []soc.Withheld `json:"withheld,omitempty"`
	Outbox   string         `json:"outbox,omitempty"` // names the outbox that counted
}

// BeatReply tells the core's clock.
type BeatReply struct {
	Time time.Time `json:"time"`
}

// Facts is what changes seldom and is too much for a beat. Nil parts are as they were.
type Facts struct {
	Machine *soc.Machine `json:"machine,omitempty"`
	Agents  *Agents      `json:"agents,omitempty"`
}

// Agents are those of the node's Wazuh manager.
type Agents struct {
	// Trouble is why the manager cannot be asked; there are neither counts nor agents then.
	Trouble string             `json:"trouble,omitempty"`
	Counts  soc.AgentCounts    `json:"counts"`
	Agents  []soc.ManagedAgent `json:"agents"` // at most soc.AgentsMost
}

// FactsReply says that they are kept.
type FactsReply struct{}
