package notifyme

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
)

// shortHash names a key in 32 hex digits, for services that allow few characters in a name.
func shortHash(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:16])
}

// Name is the message's name in 32 hex digits: the same for the same Key, and a random one without.
func (m Message) Name() string {
	if m.Key != "" {
		return shortHash(m.Key)
	}
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, see crypto/rand
	return hex.EncodeToString(b[:])
}
