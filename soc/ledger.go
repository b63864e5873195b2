package soc

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"time"
)

// Hash is a sha256.
type Hash [sha256.Size]byte

// String is 64 lower-case hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText writes the digits of String.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads the digits of String.
func (h *Hash) UnmarshalText(text []byte) error {
	if len(text) != 2*len(h) {
		return fmt.Errorf("%w: a sha256 has 64 hexadecimal digits", ErrInvalid)
	}
	if _, err := hex.Decode(h[:], text); err != nil {
		return fmt.Errorf("%w: a sha256 has hexadecimal digits only", ErrInvalid)
	}
	return nil
}

// Lane is one of the three chains of a node's ledger: what is urgent never waits
// behind what is not, and a critical alert waits behind nothing but its like.
type Lane uint8

// The lanes. The zero Lane is none.
const (
	LaneUrgent   Lane = 1 // high
	LaneNormal   Lane = 2 // everything else
	LaneCritical Lane = 3 // critical
)

// Lanes lists them, the most urgent first.
func Lanes() [3]Lane { return [3]Lane{LaneCritical, LaneUrgent, LaneNormal} }

// String is "critical", "urgent" or "normal".
func (l Lane) String() string {
	switch l {
	case LaneCritical:
		return "critical"
	case LaneUrgent:
		return "urgent"
	case LaneNormal:
		return "normal"
	}
	return "none"
}

// MarshalText writes the word.
func (l Lane) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads the word.
func (l *Lane) UnmarshalText(text []byte) error {
	for _, lane := range Lanes() {
		if lane.String() == string(text) {
			*l = lane
			return nil
		}
	}
	return fmt.Errorf("%w: lane %q is none of critical, urgent and normal", ErrInvalid, text)
}

// Epoch names the life of one outbox. A new one begins when an outbox is made, and
// after a fork; it then names the one before it.
type Epoch string

// Chain identifies one lane of one epoch of one node.
type Chain struct {
	Node     NodeID
	Epoch    Epoch
	Previous Epoch // the epoch that this one continues after a fork, or ""
	Lane     Lane
}

// Genesis is the chain value before the first record. It binds the chain to its
// node, epoch and lane, and to the epoch before it.
func (c Chain) Genesis() Hash {
	h := sha256.New()
	writeField(h, []byte("socme ledger 1"))
	writeField(h, []byte(c.Node))
	writeField(h, []byte(c.Epoch))
	writeField(h, []byte(c.Previous))
	writeField(h, []byte{byte(c.Lane)})
	return Hash(h.Sum(nil))
}

// Record is one entry of the ledger. Seq counts from 1 without gaps.
type Record struct {
	Seq     uint64
	AlertID AlertID
	RawHash Hash
	// Dropped: the quota took the raw line away; the record is its tombstone.
	// It is not part of the chain, since it happens after the record was made.
	Dropped bool
}

// Next is the chain value after r: sha256 over the value before it and the record.
func (r Record) Next(previous Hash) Hash {
	var b [32 + 8 + 16 + 32]byte
	copy(b[:], previous[:])
	binary.BigEndian.PutUint64(b[32:], r.Seq)
	copy(b[40:], r.AlertID[:])
	copy(b[56:], r.RawHash[:])
	return sha256.Sum256(b[:])
}

// Head is the newest record of a chain, and the chain's value after it.
type Head struct {
	Seq   uint64
	Value Hash
}

// Statement is what a node signs with its ledger key: "this was my head then", or,
// with Missing set, "the records from Missing to Head.Seq are gone and cannot be sent".
type Statement struct {
	Chain   Chain
	Head    Head
	Missing uint64 // first seq of the missing range, 0 for none
	// Dropped is the hash of what the range was by rule, where the outbox's quota took
	// it; zero for one that is missing.
	Dropped Hash
	Time    time.Time
}

func (s Statement) message() []byte {
	h := sha256.New()
	genesis := s.Chain.Genesis()
	var b [24]byte
	binary.BigEndian.PutUint64(b[0:], s.Head.Seq)
	binary.BigEndian.PutUint64(b[8:], s.Missing)
	binary.BigEndian.PutUint64(b[16:], uint64(s.Time.UnixMilli()))
	writeField(h, []byte("socme statement 1"))
	writeField(h, genesis[:])
	writeField(h, s.Head.Value[:])
	writeField(h, b[:])
	if s.Dropped != (Hash{}) {
		writeField(h, s.Dropped[:])
	}
	return h.Sum(nil)
}

// DroppedHash is what a Statement says of a dropped range: sha256 over its rules, each
// with its count, in their order. It is zero for none.
func DroppedHash(dropped []Withheld) Hash {
	if len(dropped) == 0 {
		return Hash{}
	}
	h := sha256.New()
	writeField(h, []byte("socme dropped 1"))
	for _, w := range dropped {
		var count [9]byte
		binary.BigEndian.PutUint64(count[:], w.Count)
		count[8] = byte(w.Severity)
		writeField(h, []byte(w.Rule.Engine))
		writeField(h, []byte(w.Rule.ID))
		writeField(h, []byte(w.Rule.Name))
		writeField(h, count[:])
	}
	return Hash(h.Sum(nil))
}

// Sign signs s. The time counts to the millisecond.
func (s Statement) Sign(key ed25519.PrivateKey) []byte { return ed25519.Sign(key, s.message()) }

// Verify says whether signature is key's over s.
func (s Statement) Verify(key ed25519.PublicKey, signature []byte) bool {
	return len(key) == ed25519.PublicKeySize && ed25519.Verify(key, s.message(), signature)
}

// writeField hashes b with its length, so that no two lists of fields hash alike.
func writeField(h hash.Hash, b []byte) {
	var n [4]byte
	binary.BigEndian.PutUint32(n[:], uint32(len(b)))
	h.Write(n[:])
	h.Write(b)
}

// Entry is a record with what it stands for, as it travels from node to core.
type Entry struct {
	Record
	Value  Hash   // the chain's value after the record
	Alert  Alert  // of a dropped record id, rule, severity and times only
	Normal []byte // Alert as JSON, as the node wrote it: fields that we do not know yet are kept
}

// Signed is a node's signature over its head at a time.
type Signed struct {
	Time      time.Time
	Signature []byte
}

// LedgerError says why records were not taken. Nothing of the delivery was.
type LedgerError struct {
	Lane   Lane
	Fork   bool   // the chain does not fit; else the delivery begins too far on
	Seq    uint64 // the first record that does not fit
	Want   uint64 // without Fork: the seq that must come next
	Detail string
}

func (e *LedgerError) Error() string { return e.Detail }

// Unwrap makes it ErrConflict.
func (e *LedgerError) Unwrap() error { return ErrConflict }
