// Package seal owns the key file of a core, with which secrets that must be used again
// (second factors, credentials of other services) are sealed before they are stored. A
// copy of the database alone then gives none of them away. It imports nothing of ours
// but soc.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/socme-project/socme/soc"
)

// file is the key's name in the data folder: one line of 64 hexadecimal digits.
const file = "seal.key"

// What a sealed value begins with: the version of the form, and which key sealed it.
const (
	version = 1
	markLen = 4
)

// ErrOtherKey means that a value was sealed with another key than this one, or for
// another purpose, or was changed since.
var ErrOtherKey = errors.New("sealed with another key")

// Key seals and opens.
type Key struct {
	aead cipher.AEAD
	mark [markLen]byte // the begin of the key's hash
}

// Mark tells one key from another, and nothing else of it.
func (k *Key) Mark() string { return hex.EncodeToString(k.mark[:]) }

// OpenKey reads the key of a data folder, and makes one if there is none. Two programs
// that start at once get the same one.
func OpenKey(dir string) (*Key, error) {
	path := filepath.Join(dir, file)
	text, err := os.ReadFile(path) //nolint:gosec // a path inside the data folder
	if errors.Is(err, os.ErrNotExist) {
		if err := makeFile(path); err != nil {
			return nil, err
		}
		text, err = os.ReadFile(path) //nolint:gosec // as above
	}
	if err != nil {
		return nil, fmt.Errorf("read the sealing key: %w", err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != 32 {
		return nil, fmt.Errorf("%w: %s does not hold 64 hexadecimal digits; restore it from a backup", soc.ErrInvalid, path)
	}
	return newKey(key)
}

func newKey(key []byte) (*Key, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	k := &Key{aead: aead}
	sum := sha256.Sum256(append([]byte("socme seal 1"), key...))
	copy(k.mark[:], sum[:])
	return k, nil
}

// makeFile makes a key file whole or not at all; one that came meanwhile stays.
func makeFile(path string) error {
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails: see crypto/rand
	temp, err := os.CreateTemp(filepath.Dir(path), ".seal-*")
	if err != nil {
		return fmt.Errorf("make the sealing key: %w", err)
	}
	defer func() { _ = os.Remove(temp.Name()) }()
	_, err = temp.WriteString(hex.EncodeToString(key[:]) + "\n")
	if err = errors.Join(err, temp.Sync(), temp.Close()); err == nil {
		// A link never takes another's place. Some disks have none; there a rename must do.
		if err = os.Link(temp.Name(), path); err != nil && !errors.Is(err, os.ErrExist) {
			err = os.Rename(temp.Name(), path)
		}
	}
	if err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("make the sealing key: %w", err)
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes sure that a new file is still there after a loss of power.
func syncFolder(path string) error {
	folder, err := os.Open(path) //nolint:gosec // the data folder
	if err != nil {
		return fmt.Errorf("make the sealing key: %w", err)
	}
	if err := errors.Join(folder.Sync(), folder.Close()); err != nil {
		return fmt.Errorf("make the sealing key: %w", err)
	}
	return nil
}

// Seal hides a value. About says what and whose it is: it opens for that alone.
func (k *Key) Seal(value []byte, about string) []byte {
	sealed := append([]byte{version}, k.mark[:]...)
	nonce := make([]byte, k.aead.NonceSize())
	_, _ = rand.Read(nonce)
	sealed = append(sealed, nonce...)
	return k.aead.Seal(sealed, nonce, value, []byte(about))
}

// Open gives a sealed value back. ErrOtherKey if it is not ours.
func (k *Key) Open(sealed []byte, about string) ([]byte, error) {
	head := 1 + markLen
	if len(sealed) < head+k.aead.NonceSize() || sealed[0] != version || [markLen]byte(sealed[1:head]) != k.mark {
		return nil, ErrOtherKey
	}
	nonce, rest := sealed[head:head+k.aead.NonceSize()], sealed[head+k.aead.NonceSize():]
	value, err := k.aead.Open(nil, nonce, rest, []byte(about))
	if err != nil {
		return nil, ErrOtherKey
	}
	return value, nil
}
