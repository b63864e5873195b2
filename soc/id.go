package soc

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/hex"
	"fmt"
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

// SortKey is what lists of alerts are ordered by: 48 bits of time in ms, then the end
// of the alert's id.
type SortKey [16]byte

// String is 32 lower-case hexadecimal digits.
func (k SortKey) String() string { return AlertID(k).String() }

// MarshalText writes the digits of String.
func (k SortKey) MarshalText() ([]byte, error) { return AlertID(k).MarshalText() }

// UnmarshalText reads the digits of String.
func (k *SortKey) UnmarshalText(text []byte) error { return (*AlertID)(k).UnmarshalText(text) }

// HexBytes are bytes that people compare: they are shown as hexadecimal digits.
type HexBytes []byte

// String is lower-case hexadecimal digits.
func (b HexBytes) String() string { return hex.EncodeToString(b) }

// MarshalText writes the digits of String.
func (b HexBytes) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText reads hexadecimal digits.
func (b *HexBytes) UnmarshalText(text []byte) error {
	got, err := hex.DecodeString(string(text))
	if err != nil {
		return fmt.Errorf("%w: %q holds something other than hexadecimal digits", ErrInvalid, text)
	}
	*b = got
	return nil
}
