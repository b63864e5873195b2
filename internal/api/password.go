package api

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"

	"github.com/socme-project/socme/soc"
)

// argon2id as OWASP's password storage cheat sheet has it: 19 MiB, 2 passes, 1 lane.
const (
	argonMemory = 19 << 10 // KiB
	argonTime   = 2
	argonLanes  = 1
	argonKey    = 32
)

// passwords checks passwords, a few at a time: each check takes 19 MiB, and many at
// once would take the core's memory.
type passwords struct {
	room chan struct{}
}

func newPasswords() *passwords { return &passwords{room: make(chan struct{}, 2)} }

// nobody is the hash of no password: an account that does not exist takes as long.
const nobody = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// check compares a password with a stored hash; an empty hash fits no password.
func (p *passwords) check(ctx context.Context, password, stored string) (bool, error) {
	if stored == "" {
		stored = nobody
	}
	var version, memory, passes, lanes uint32
	var salt64, key64 string
	fields := strings.Split(stored, "$")
	if len(fields) == 6 {
		salt64, key64 = fields[4], fields[5]
		if _, err := fmt.Sscanf(fields[2]+" "+fields[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &passes, &lanes); err != nil {
			return false, fmt.Errorf("read a stored password: %w", err)
		}
	}
	salt, err := base64.RawStdEncoding.DecodeString(salt64)
	if err != nil || lanes == 0 || lanes > 255 {
		return false, fmt.Errorf("a stored password is not argon2id: %w", soc.ErrInvalid)
	}
	want, err := base64.RawStdEncoding.DecodeString(key64)
	if err != nil {
		return false, fmt.Errorf("read a stored password: %w", err)
	}
	if err := p.enter(ctx); err != nil {
		return false, err
	}
	defer p.leave()
	got := argon2.IDKey([]byte(password), salt, passes, memory, uint8(lanes), uint32(len(want)))
	return stored != nobody && subtle.ConstantTimeCompare(got, want) == 1, nil
}

// hash makes what is stored of a password, in PHC string form.
func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	if err := p.enter(ctx); err != nil {
		return "", err
	}
	defer p.leave()
	var salt [16]byte
	_, _ = rand.Read(salt[:]) // never fails: see crypto/rand
	key := argon2.IDKey([]byte(password), salt[:], argonTime, argonMemory, argonLanes, argonKey)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		base64.RawStdEncoding.EncodeToString(salt[:]), base64.RawStdEncoding.EncodeToString(key)), nil
}

func (p *passwords) enter(ctx context.Context) error {
	select {
	case p.room <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *passwords) leave() { <-p.room }
