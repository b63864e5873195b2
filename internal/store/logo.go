package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/socme-project/socme/soc"
)

// Logo is the picture of a client.
type Logo struct {
	Type  string // its media type
	Hash  string // changes with the picture
	Image []byte
}

// Logo returns the picture of a client; without one it is ErrNotFound.
func (s *Store) Logo(ctx context.Context, scope soc.Scope, id string) (Logo, error) {
	var l Logo
	row, err := s.client(ctx, scope, id)
	if err != nil {
		return l, err
	}
	db, err := s.read.DB()
	if err != nil {
		return l, err
	}
	err = db.QueryRowContext(ctx, `SELECT type, hash, image FROM logos WHERE client_num = ?`, row.Num).Scan(&l.Type, &l.Hash, &l.Image)
	if err != nil {
		return l, fmt.Errorf("logo of client %s: %w", row.Name, notFound(err))
	}
	return l, nil
}

// SetLogo gives a client a picture, or takes it away if the image is nil. The caller has
// looked at it: the store takes any bytes.
func (s *Store) SetLogo(ctx context.Context, scope soc.Scope, id string, to Logo) (Logo, error) {
	row, err := s.client(ctx, scope, id)
	if err != nil {
		return to, err
	}
	if scope.Role() != soc.RoleAdmin {
		return to, soc.ErrForbidden
	}
	sum := sha256.Sum256(to.Image)
	to.Hash = hex.EncodeToString(sum[:8])
	err = s.tx(ctx, func(g *gorm.DB, tx *sql.Tx) error {
		var was string
		err := tx.QueryRowContext(ctx, `SELECT hash FROM logos WHERE client_num = ?`, row.Num).Scan(&was)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		done := change{verb: "set", noun: "logo", target: row.target(), client: row.named(), before: map[string]any{"logo": was}, after: map[string]any{"logo": to.Hash}}
		if to.Image == nil {
			done.verb, done.after = "delete", nil
			if was == "" {
				return soc.ErrNotFound
			}
			_, err = tx.ExecContext(ctx, `DELETE FROM logos WHERE client_num = ?`, row.Num)
		} else {
			_, err = tx.ExecContext(ctx, `INSERT INTO logos (client_num, type, hash, image) VALUES (?, ?, ?, ?)
				ON CONFLICT (client_num) DO UPDATE SET type = excluded.type, hash = excluded.hash, image = excluded.image`, row.Num, to.Type, to.Hash, to.Image)
		}
		if err != nil {
			return err
		}
		return s.audit(g, scope, done)
	})
	if err != nil {
		return to, fmt.Errorf("logo of client %s: %w", row.Name, err)
	}
	return to, nil
}
