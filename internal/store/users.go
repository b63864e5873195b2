package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/socme-project/socme/soc"
)

// How long a sign-in lasts: without use, at most, and as a link that nobody opens.
const (
	sessionIdle = 12 * time.Hour
	sessionLife = 30 * 24 * time.Hour
	linkLife    = 24 * time.Hour
	// usedGrain is how exactly the last use of a credential is kept: a write for every
	// request would make each of them wait for the disk.
	usedGrain = time.Minute
)

type userRow struct {
	Num       int64 `gorm:"primaryKey"`
	ID        string
	Name      string
	Role      soc.Role
	Password  string
	CreatedMS int64 `gorm:"column:created_ms"`
}

func (userRow) TableName() string { return "users" }

func (r userRow) user() soc.User {
	return soc.User{ID: r.ID, Name: r.Name, Role: r.Role, HasPassword: r.Password != "", CreatedTime: fromMS(r.CreatedMS)}
}

// AdminWithPassword says whether some admin can sign in with a password.
func (s *Store) AdminWithPassword(ctx context.Context, scope soc.Scope) (bool, error) {
	if err := mustAll(scope); err != nil {
		return false, err
	}
	n, err := gorm.G[userRow](s.read).Where("role = ? AND password <> ''", soc.RoleAdmin).Count(ctx, "num")
	return n > 0, err
}

// AddLink makes a one-time sign-in link for the first admin, who is made if there is
// none. Links made before stop working.
func (s *Store) AddLink(ctx context.Context, scope soc.Scope) (soc.Secret, error) {
	if err := mustAll(scope); err != nil {
		return "", err
	}
	secret := soc.NewSecret()
	err := s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		admin, err := gorm.G[userRow](g).Where("role = ?", soc.RoleAdmin).Order("num").First(ctx)
		if errors.Is(err, gorm.ErrRecordNotFound) {
			admin = userRow{ID: soc.NewID(), Name: "admin", Role: soc.RoleAdmin, CreatedMS: s.now().UnixMilli()}
			err = gorm.G[userRow](g).Create(ctx, &admin)
		}
		if err != nil {
			return err
		}
		if err := g.Exec(`DELETE FROM links`).Error; err != nil {
			return err
		}
		return g.Exec(`INSERT INTO links (secret_hash, user_num, expires_ms) VALUES (?, ?, ?)`,
			hashSecret(secret), admin.Num, s.now().Add(linkLife).UnixMilli()).Error
	})
	if err != nil {
		return "", fmt.Errorf("make a sign-in link: %w", err)
	}
	return secret, nil
}

// UseLink uses up a one-time link. ErrUnauthenticated if it is unknown, used or late.
func (s *Store) UseLink(ctx context.Context, scope soc.Scope, secret soc.Secret) (soc.User, error) {
	if err := mustAll(scope); err != nil {
		return soc.User{}, err
	}
	var user userRow
	err := s.tx(ctx, func(g *gorm.DB, tx *sql.Tx) error {
		var num int64
		err := tx.QueryRowContext(ctx, `DELETE FROM links WHERE secret_hash = ? AND expires_ms > ? RETURNING user_num`, hashSecret(secret), s.now().UnixMilli()).Scan(&num)
		if errors.Is(err, sql.ErrNoRows) {
			return soc.ErrUnauthenticated
		}
		if err == nil {
			user, err = gorm.G[userRow](g).Where("num = ?", num).First(ctx)
		}
		return err
	})
	if err != nil {
		return soc.User{}, fmt.Errorf("use a sign-in link: %w", err)
	}
	return user.user(), nil
}

// Password finds a user and the hash of their password by name, whatever the case.
func (s *Store) Password(ctx context.Context, scope soc.Scope, name string) (soc.User, string, error) {
	if err := mustAll(scope); err != nil {
		return soc.User{}, "", err
	}
	row, err := gorm.G[userRow](s.read).Where("lower(name) = ?", lowerASCII(name)).First(ctx)
	if err != nil {
		return soc.User{}, "", fmt.Errorf("user: %w", translate(err))
	}
	return row.user(), row.Password, nil
}

// SetAccount changes a user's name, and their password if hash is not empty; every
// other session of theirs then ends.
func (s *Store) SetAccount(ctx context.Context, scope soc.Scope, id, name, hash string, keep soc.Secret) error {
	if scope.Who() == "" {
		return soc.ErrForbidden
	}
	name, err := cleanName("user", name)
	if err != nil {
		return err
	}
	err = s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		if err := g.Exec(`UPDATE users SET name = ? WHERE id = ?`, name, id).Error; err != nil || hash == "" {
			return err
		}
		if err := g.Exec(`UPDATE users SET password = ? WHERE id = ?`, hash, id).Error; err != nil {
			return err
		}
		return g.Exec(`DELETE FROM sessions WHERE secret_hash <> ? AND user_num = (SELECT num FROM users WHERE id = ?)`, hashSecret(keep), id).Error
	})
	if err != nil {
		return fmt.Errorf("change account %q: %w", name, err)
	}
	return nil
}

// AddSession signs a user in.
func (s *Store) AddSession(ctx context.Context, scope soc.Scope, userID string) (soc.Secret, time.Time, error) {
	if err := mustAll(scope); err != nil {
		return "", time.Time{}, err
	}
	secret, now := soc.NewSecret(), s.now()
	err := s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		// Old ones go when new ones come: the table never needs a job of its own.
		if err := g.Exec(`DELETE FROM sessions WHERE created_ms < ? OR used_ms < ?`, now.Add(-sessionLife).UnixMilli(), now.Add(-sessionIdle).UnixMilli()).Error; err != nil {
			return err
		}
		return g.Exec(`INSERT INTO sessions (secret_hash, user_num, created_ms, used_ms) SELECT ?, num, ?, ? FROM users WHERE id = ?`,
			hashSecret(secret), now.UnixMilli(), now.UnixMilli(), userID).Error
	})
	if err != nil {
		return "", time.Time{}, fmt.Errorf("add session: %w", err)
	}
	return secret, now.Add(sessionLife), nil
}

// Session finds who is signed in, and until when at most. ErrUnauthenticated if
// the session is unknown or over.
func (s *Store) Session(ctx context.Context, scope soc.Scope, secret soc.Secret) (soc.User, time.Time, error) {
	if err := mustAll(scope); err != nil {
		return soc.User{}, time.Time{}, err
	}
	var row struct {
		User   userRow `gorm:"embedded"`
		Began  int64
		UsedMS int64 `gorm:"column:used_ms"`
	}
	now := s.now()
	err := s.read.WithContext(ctx).Raw(`SELECT users.*, sessions.created_ms AS began, sessions.used_ms FROM sessions JOIN users ON users.num = sessions.user_num
		WHERE secret_hash = ? AND sessions.created_ms > ? AND sessions.used_ms > ?`,
		hashSecret(secret), now.Add(-sessionLife).UnixMilli(), now.Add(-sessionIdle).UnixMilli()).First(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = soc.ErrUnauthenticated
	}
	if err == nil && now.UnixMilli()-row.UsedMS > usedGrain.Milliseconds() {
		err = unlessFull(s.write.WithContext(ctx).Exec(`UPDATE sessions SET used_ms = ? WHERE secret_hash = ?`, now.UnixMilli(), hashSecret(secret)).Error)
	}
	if err != nil {
		return soc.User{}, time.Time{}, fmt.Errorf("session: %w", err)
	}
	return row.User.user(), fromMS(row.Began).Add(sessionLife), nil
}

// EndSession signs out.
func (s *Store) EndSession(ctx context.Context, scope soc.Scope, secret soc.Secret) error {
	if scope.Who() == "" {
		return soc.ErrForbidden
	}
	if err := s.write.WithContext(ctx).Exec(`DELETE FROM sessions WHERE secret_hash = ?`, hashSecret(secret)).Error; err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// lowerASCII is lower(name) of both databases.
func lowerASCII(name string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, name)
}
