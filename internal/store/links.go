package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// How long a link works: the one that a start prints, and one that is sent to somebody.
const (
	linkLife       = 24 * time.Hour
	invitationLife = 72 * time.Hour
)

// newLink makes a link of a user; those before stop working.
func (s *Store) newLink(g *gorm.DB, user int64, expires time.Time) (soc.Secret, error) {
	secret := soc.NewSecret()
	if err := forget(g, user, "links"); err != nil {
		return "", err
	}
	return secret, g.Exec(`INSERT INTO links (secret_hash, user_num, expires_ms) VALUES (?, ?, ?)`, hashSecret(secret), user, expires.UnixMilli()).Error
}

// AddLink makes a one-time sign-in link for the first admin of all clients, who is made
// if there is none. Links made for them before stop working.
func (s *Store) AddLink(ctx context.Context, scope soc.Scope) (soc.Secret, error) {
	if err := mustAll(scope); err != nil {
		return "", err
	}
	var secret soc.Secret
	err := s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		admin, err := gorm.G[userRow](g).Where(adminOfAll).Order("num").First(ctx)
		if errors.Is(err, gorm.ErrRecordNotFound) {
			admin = userRow{ID: soc.NewID(), Name: "admin", NameKey: "admin", Role: soc.RoleAdmin, AllClients: true, CreatedMS: s.now().UnixMilli()}
			err = gorm.G[userRow](g).Create(ctx, &admin)
		}
		if err == nil {
			secret, err = s.newLink(g, admin.Num, s.now().Add(linkLife))
		}
		if err != nil {
			return err
		}
		return s.audit(g, scope, change{verb: "make", noun: "link", target: admin.target()})
	})
	if err != nil {
		return "", fmt.Errorf("make a sign-in link: %w", err)
	}
	return secret, nil
}

// AddUserLink makes a link for a user who has forgotten the password or lost the phone.
// When it is used, both are gone and new ones are set. Until then nothing changes.
func (s *Store) AddUserLink(ctx context.Context, scope soc.Scope, idOrName string) (Invitation, error) {
	if err := mustAdmin(scope); err != nil {
		return Invitation{}, err
	}
	invitation := Invitation{ExpiresTime: s.now().Add(invitationLife).UTC()}
	err := s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		row, err := findUser(ctx, g, idOrName)
		if err != nil {
			return err
		}
		if row.DisabledMS != 0 {
			return fmt.Errorf("%w: the user is disabled; enable them first", soc.ErrConflict)
		}
		users, err := full(ctx, g, row)
		if err != nil {
			return err
		}
		invitation.User = users[0]
		if invitation.Secret, err = s.newLink(g, row.Num, invitation.ExpiresTime); err != nil {
			return err
		}
		return s.audit(g, scope, change{verb: "make", noun: "link", target: row.target()})
	})
	if err != nil {
		return Invitation{}, fmt.Errorf("make a link: %w", err)
	}
	return invitation, nil
}

// UseLink uses up a one-time link: the user then has no password, no second factor, and
// no other session. ErrUnauthenticated if it is unknown, used or late.
func (s *Store) UseLink(ctx context.Context, scope soc.Scope, secret soc.Secret, from Origin) (soc.User, error) {
	if err := mustAll(scope); err != nil {
		return soc.User{}, err
	}
	var user soc.User
	err := s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		var num int64
		used := g.Raw(`DELETE FROM links WHERE secret_hash = ? AND expires_ms > ? RETURNING user_num`, hashSecret(secret), s.now().UnixMilli()).Scan(&num)
		if used.Error == nil && num == 0 {
			return soc.ErrUnauthenticated
		}
		err := used.Error
		if err == nil {
			err = forget(g, num, "sessions")
		}
		if err == nil {
			err = dropTOTP(g, num)
		}
		if err == nil {
			err = g.Exec(`UPDATE users SET password = '' WHERE num = ?`, num).Error
		}
		if err != nil {
			return err
		}
		row, err := gorm.G[userRow](g).Where("num = ? AND disabled_ms = 0", num).First(ctx)
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return soc.ErrUnauthenticated
		}
		if err != nil {
			return err
		}
		users, err := full(ctx, g, row)
		if err != nil {
			return err
		}
		user = users[0]
		return s.audit(g, scope.As(row.actor(from.Address)), change{verb: "use", noun: "link", target: row.target()})
	})
	if err != nil {
		return soc.User{}, fmt.Errorf("use a sign-in link: %w", err)
	}
	return user, nil
}

// Account is what signing in needs to know of a user.
type Account struct {
	User     soc.User
	Password string // argon2id, "" for none
	TOTP     []byte // sealed, nil for none
	// Known says that the user has signed in from the place in the last 90 days.
	Known bool
}

// placeLife is how long a place stays known without a sign-in.
const placeLife = 90 * 24 * time.Hour

// Account finds the account of a name, whatever the case. One that is disabled is not
// found.
func (s *Store) Account(ctx context.Context, scope soc.Scope, name, place string) (Account, error) {
	if err := mustAll(scope); err != nil {
		return Account{}, err
	}
	row, err := gorm.G[userRow](s.read).Where("name_key = ? AND disabled_ms = 0", query.ClientKey(name)).First(ctx)
	if err != nil {
		return Account{}, fmt.Errorf("user: %w", translate(err))
	}
	users, err := full(ctx, s.read, row)
	if err != nil {
		return Account{}, err
	}
	account := Account{User: users[0], Password: row.Password, TOTP: row.TOTP}
	var places int64
	err = s.read.WithContext(ctx).Raw(`SELECT COUNT(*) FROM user_places WHERE user_num = ? AND place = ? AND used_ms > ?`,
		row.Num, place, s.now().Add(-placeLife).UnixMilli()).Scan(&places).Error
	if err != nil {
		return Account{}, fmt.Errorf("user: %w", err)
	}
	account.Known = places > 0
	return account, nil
}
