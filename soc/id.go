package soc

import (
	"crypto/rand"
	"encoding/base32"
	"strings"
)

type (
	// NodeID names a node. It is made once by NewID and never changes.
	NodeID string
	// ClientID names a client. It is made once by NewID and never changes.
	ClientID string
)

// NewID returns 16 random characters (80 bits) of a–z and 2–7.
func NewID() string {
	var b [10]byte
	_, _ = rand.Read(b[:]) // never fails: see crypto/rand
	return strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
}

// NewSecret returns 52 random characters (256 bits) of a–z and 2–7.
func NewSecret() Secret {
	var b [32]byte
	_, _ = rand.Read(b[:])
	return Secret(strings.ToLower(strings.TrimRight(base32.StdEncoding.EncodeToString(b[:]), "=")))
}

// Secret is a value that must not be seen: it prints and marshals as "***".
// Convert it to a string only where it is used.
type Secret string

// String hides the secret.
func (Secret) String() string { return "***" }

// GoString hides the secret from %#v.
func (Secret) GoString() string { return "***" }

// MarshalText hides the secret from every encoder.
func (Secret) MarshalText() ([]byte, error) { return []byte("***"), nil }
