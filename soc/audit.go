package soc

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"time"
)

// AuditRecord is one thing that somebody did. Records are numbered from 1 without gaps,
// and each holds the hash of the one before it, so none can be changed, taken out or put
// in without changing every later one.
type AuditRecord struct {
	Seq    uint64      `json:"seq"`
	Time   time.Time   `json:"time" doc:"the core's clock, to the millisecond"`
	Actor  Actor       `json:"actor"`
	Verb   string      `json:"verb" example:"revoke"`
	Noun   string      `json:"noun" example:"node"`
	Target AuditTarget `json:"target"`
	Client NamedClient `json:"client" doc:"the client that it is about; empty if it is about none"`
	// Before and After are small objects without secrets, as json.Marshal writes them.
	Before   json.RawMessage `json:"before,omitempty" doc:"what was, as far as it changed"`
	After    json.RawMessage `json:"after,omitempty" doc:"what is since"`
	Previous Hash            `json:"previous" doc:"the value of the record before this one"`
	Value    Hash            `json:"value" doc:"sha256 of previous and this record"`
}

// AuditTarget is what something was done to.
type AuditTarget struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// AuditGenesis is the value before the first record.
func AuditGenesis() Hash { return sha256.Sum256(frame(nil, "socme audit 1")) }

// Hash is the value that the record must have after its Previous.
func (r *AuditRecord) Hash() Hash {
	b := make([]byte, 0, 512)
	b = append(b, r.Previous[:]...)
	b = binary.BigEndian.AppendUint64(b, r.Seq)
	b = binary.BigEndian.AppendUint64(b, uint64(r.Time.UnixMilli()))
	for _, field := range []string{
		string(r.Actor.Kind), r.Actor.ID, r.Actor.Name, r.Actor.Address, r.Verb, r.Noun, r.Target.ID, r.Target.Name,
		string(r.Client.ID), r.Client.Name, string(r.Before), string(r.After),
	} {
		b = frame(b, field)
	}
	return sha256.Sum256(b)
}

// frame appends a text with its length before it, so that no two lists of texts look alike.
func frame(b []byte, text string) []byte {
	return append(binary.BigEndian.AppendUint32(b, uint32(len(text))), text...)
}
