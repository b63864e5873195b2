package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/socme-project/socme/soc"
)

// tokenPrefix lets a person, and a secret scanner, see what the string is.
const tokenPrefix = "socme_"

type tokenRow struct {
	Num        int64 `gorm:"primaryKey"`
	ID         string
	SecretHash string
	Name       string
	Role       soc.Role
	CreatedMS  int64 `gorm:"column:created_ms"`
	ExpiresMS  int64 `gorm:"column:expires_ms"`
	UsedMS     int64 `gorm:"column:used_ms"`
}

func (tokenRow) TableName() string { return "tokens" }

func (r tokenRow) token() soc.Token {
	return soc.Token{ID: r.ID, Name: r.Name, Role: r.Role, CreatedTime: fromMS(r.CreatedMS), ExpiresTime: fromMS(r.ExpiresMS), LastUsedTime: fromMS(r.UsedMS)}
}

// AddToken makes an API token; a zero expires is never. The secret is shown this
// once: only its hash is kept.
func (s *Store) AddToken(ctx context.Context, scope soc.Scope, name string, role soc.Role, expires time.Time) (soc.Token, soc.Secret, error) {
	if err := mustAll(scope); err != nil {
		return soc.Token{}, "", err
	}
	name, err := cleanName("token", name)
	if err != nil {
		return soc.Token{}, "", err
	}
	if !role.Valid() {
		return soc.Token{}, "", fmt.Errorf("%w: role %q is none of admin, analyst, viewer", soc.ErrInvalid, role)
	}
	secret := tokenPrefix + soc.NewSecret()
	row := tokenRow{ID: soc.NewID(), SecretHash: hashSecret(secret), Name: name, Role: role, CreatedMS: s.now().UnixMilli(), ExpiresMS: toMS(expires)}
	if err := gorm.G[tokenRow](s.write).Create(ctx, &row); err != nil {
		return soc.Token{}, "", fmt.Errorf("add token %q: %w", name, translate(err))
	}
	return row.token(), secret, nil
}

// Tokens lists the API tokens by name. It is never nil.
func (s *Store) Tokens(ctx context.Context, scope soc.Scope) ([]soc.Token, error) {
	if err := mustAll(scope); err != nil {
		return nil, err
	}
	rows, err := gorm.G[tokenRow](s.read).Order("lower(name), num").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	tokens := make([]soc.Token, len(rows))
	for i, row := range rows {
		tokens[i] = row.token()
	}
	return tokens, nil
}

// TokenOf finds the token of a secret. ErrUnauthenticated if it is unknown or late.
func (s *Store) TokenOf(ctx context.Context, scope soc.Scope, secret soc.Secret) (soc.Token, error) {
	if err := mustAll(scope); err != nil {
		return soc.Token{}, err
	}
	now := s.now().UnixMilli()
	row, err := gorm.G[tokenRow](s.read).Where("secret_hash = ? AND (expires_ms = 0 OR expires_ms > ?)", hashSecret(secret), now).First(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = soc.ErrUnauthenticated
	}
	if err == nil && now-row.UsedMS > usedGrain.Milliseconds() {
		err = unlessFull(s.write.WithContext(ctx).Exec(`UPDATE tokens SET used_ms = ? WHERE num = ?`, now, row.Num).Error)
	}
	if err != nil {
		return soc.Token{}, fmt.Errorf("token: %w", err)
	}
	return row.token(), nil
}

// DeleteToken ends a token at once.
func (s *Store) DeleteToken(ctx context.Context, scope soc.Scope, id string) error {
	if err := mustAll(scope); err != nil {
		return err
	}
	n, err := gorm.G[tokenRow](s.write).Where("id = ?", id).Delete(ctx)
	if err == nil && n == 0 {
		err = soc.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("delete token %s: %w", id, err)
	}
	return nil
}
