// Package proof owns the file that proves what a node delivered between two times: how
// it is written, and how it is checked offline, with nothing but the file. It imports
// nothing of ours but soc, opens no connection and keeps no state.
//
// The file is JSON lines. The first is a Line with a Header. For each chain follow a
// Chain, then its records, ranges and signed heads in the order of their numbers. The
// last is an End, which binds all lines before it.
package proof

import (
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"time"

	"github.com/socme-project/socme/soc"
)

// Version of the format.
const Version = 1

// Line is one line of the file: exactly one field is set.
type Line struct {
	Header *Header `json:"socme_proof,omitempty"`
	Chain  *Chain  `json:"chain,omitempty"`
	Record *Record `json:"record,omitempty"`
	Range  *Range  `json:"range,omitempty"`
	Signed *Signed `json:"signed,omitempty"`
	End    *End    `json:"end,omitempty"`
}

// Header says what the file proves.
type Header struct {
	Version   int        `json:"version"`
	Node      soc.NodeID `json:"node"`
	Name      string     `json:"name"`
	Client    string     `json:"client"`
	LedgerKey []byte     `json:"ledger_key"` // ed25519, public: what the heads are signed with
	From      time.Time  `json:"from"`       // of the core's clock, inclusive
	Until     time.Time  `json:"until"`      // exclusive
	MadeTime  time.Time  `json:"made_time"`
}

// Chain begins the records of one chain.
type Chain struct {
	Epoch    soc.Epoch `json:"epoch"`
	Previous soc.Epoch `json:"previous,omitempty"`
	Lane     soc.Lane  `json:"lane"`
	Seq      uint64    `json:"seq"` // of the record before the first one here; 0 for none
	Value    soc.Hash  `json:"value"`
}

// The kinds of a record.
const (
	KindAlert    = "alert"
	KindRepeated = "repeated" // of an alert that the core held already
	KindDropped  = "dropped"  // the node's quota took the raw line
	KindWitness  = "witness"  // tells of the event of another alert
)

// Record is one entry of the ledger, as the core holds it.
type Record struct {
	Seq          uint64      `json:"seq"`
	Kind         string      `json:"kind"`
	AlertID      soc.AlertID `json:"alert_id"`
	RawHash      soc.Hash    `json:"raw_sha256"`
	Value        soc.Hash    `json:"value"` // the chain's value after the record
	ReceivedTime time.Time   `json:"received_time,omitzero"`
	// After: it was delivered after Until, and stands here since the next signed head
	// comes behind it.
	After bool   `json:"after,omitempty"`
	Raw   []byte `json:"raw,omitempty"` // base64, if it was asked for and is held still
}

// Range is records that the node declared gone: dropped by its quota, or missing.
type Range struct {
	First      uint64         `json:"first"`
	Last       uint64         `json:"last"`
	Value      soc.Hash       `json:"value"` // the chain's value after the last
	Dropped    []soc.Withheld `json:"dropped,omitempty"`
	SignedTime time.Time      `json:"signed_time"`
	Signature  []byte         `json:"signature"`
}

// Signed is a head with the node's signature.
type Signed struct {
	Seq        uint64    `json:"seq"`
	Value      soc.Hash  `json:"value"`
	SignedTime time.Time `json:"signed_time"`
	Signature  []byte    `json:"signature"`
}

// End binds the lines before it, and says which core wrote them.
type End struct {
	Lines     int      `json:"lines"`
	SHA256    soc.Hash `json:"sha256"`    // over the lines before, newlines and all
	Authority []byte   `json:"authority"` // certificate of the core's authority, DER
	Signature []byte   `json:"signature"` // its ECDSA over Digest of SHA256, ASN.1
}

// Digest is what the core signs of a file.
func Digest(sum soc.Hash) []byte {
	d := sha256.Sum256(append([]byte("socme proof 1"), sum[:]...))
	return d[:]
}

// Signer signs a digest with the key of the core's authority.
type Signer func(digest []byte) (authority, signature []byte, err error)

// Writer writes a file. Close must be called when everything was written: a file
// without its end proves nothing.
type Writer struct {
	out   *bufio.Writer
	sum   hash.Hash
	lines int
	sign  Signer
}

// NewWriter begins a file.
func NewWriter(to io.Writer, sign Signer, header Header) (*Writer, error) {
	header.Version = Version
	w := &Writer{sum: sha256.New(), sign: sign}
	w.out = bufio.NewWriterSize(to, 64<<10)
	return w, w.Write(Line{Header: &header})
}

// Write writes one line.
func (w *Writer) Write(line Line) error {
	text, err := json.Marshal(line)
	if err != nil {
		return fmt.Errorf("write proof: %w", err)
	}
	text = append(text, '\n')
	w.sum.Write(text)
	w.lines++
	if _, err = w.out.Write(text); err != nil {
		return fmt.Errorf("write proof: %w", err)
	}
	return nil
}

// Close writes the end.
func (w *Writer) Close() error {
	end := End{Lines: w.lines, SHA256: soc.Hash(w.sum.Sum(nil))}
	var err error
	if end.Authority, end.Signature, err = w.sign(Digest(end.SHA256)); err != nil {
		return fmt.Errorf("sign proof: %w", err)
	}
	if err := w.Write(Line{End: &end}); err != nil {
		return err
	}
	if err := w.out.Flush(); err != nil {
		return fmt.Errorf("write proof: %w", err)
	}
	return nil
}
