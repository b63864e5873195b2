package store

import (
	"context"
	"database/sql"
	"fmt"

	"gorm.io/gorm"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// own finds the user who acts on their own account. Nobody else has one.
func own(ctx context.Context, g *gorm.DB, scope soc.Scope) (userRow, error) {
	if actor := scope.Actor(); actor.Kind != soc.ActorUser || actor.ID == "" {
		return userRow{}, soc.ErrForbidden
	}
	return findUser(ctx, g, scope.Actor().ID)
}

// AccountChange is what users change of their own account.
type AccountChange struct {
	Name     string     // "" stays as it is; only an admin of all clients may take another
	Password string     // argon2id; "" stays as it is
	Keep     soc.Secret // the session that a new password does not end
}

// SetAccount changes one's own name or password. With a new password every other session
// of theirs ends.
func (s *Store) SetAccount(ctx context.Context, scope soc.Scope, c AccountChange) error {
	err := s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		row, err := own(ctx, g, scope)
		if err != nil {
			return err
		}
		before, after := map[string]any{}, map[string]any{}
		name := row.Name
		if c.Name != "" {
			if name, err = cleanName("user", c.Name); err != nil {
				return err
			}
		}
		if name != row.Name {
			// A name that is refused tells that somebody has it.
			if mustAdmin(scope) != nil {
				return fmt.Errorf("%w: ask an admin for another name", soc.ErrForbidden)
			}
			before["name"], after["name"] = row.Name, name
			if err := g.Exec(`UPDATE users SET name = ?, name_key = ? WHERE num = ?`, name, query.ClientKey(name), row.Num).Error; err != nil {
				return err
			}
		}
		if c.Password != "" {
			after["password"] = "a new one"
			if err := g.Exec(`UPDATE users SET password = ? WHERE num = ?`, c.Password, row.Num).Error; err != nil {
				return err
			}
			if err := g.Exec(`DELETE FROM sessions WHERE secret_hash <> ? AND user_num = ?`, hashSecret(c.Keep), row.Num).Error; err != nil {
				return err
			}
		}
		if len(after) == 0 {
			return nil
		}
		return s.audit(g, scope, change{verb: "set", noun: "account", target: row.target(), before: before, after: after})
	})
	if err != nil {
		return fmt.Errorf("change account: %w", err)
	}
	return nil
}

// DeleteAccount removes the user who asks, whose name must be given exactly, with their
// sessions and tokens. What they did stays in the audit and in timelines. ErrConflict if no
// admin of all clients would be left.
func (s *Store) DeleteAccount(ctx context.Context, scope soc.Scope, name string) error {
	err := s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		row, err := own(ctx, g, scope)
		if err != nil {
			return err
		}
		if row.Name != name {
			return fmt.Errorf("%w: this is not the name of the account", soc.ErrInvalid)
		}
		return s.removeUser(ctx, g, scope, row)
	})
	if err != nil {
		return fmt.Errorf("delete account: %w", err)
	}
	return nil
}

// TOTP is a second factor as it is kept.
type TOTP struct {
	Sealed []byte
	Step   int64        // the step of the code that proved it: a code works once
	Codes  []soc.Secret // recovery codes; only their hashes are kept
}

// SetTOTP gives a user a second factor, or another one.
func (s *Store) SetTOTP(ctx context.Context, scope soc.Scope, t TOTP) error {
	err := s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		row, err := own(ctx, g, scope)
		if err != nil {
			return err
		}
		if err := g.Exec(`UPDATE users SET totp = ?, totp_step = ? WHERE num = ?`, t.Sealed, t.Step, row.Num).Error; err != nil {
			return err
		}
		if err := forget(g, row.Num, "recovery_codes"); err != nil {
			return err
		}
		for _, code := range t.Codes {
			if err := g.Exec(`INSERT INTO recovery_codes (secret_hash, user_num) VALUES (?, ?)`, hashSecret(code), row.Num).Error; err != nil {
				return err
			}
		}
		return s.audit(g, scope, change{verb: "set", noun: "totp", target: row.target(), before: map[string]any{"totp": len(row.TOTP) > 0}, after: map[string]any{"totp": true, "recovery_codes": len(t.Codes)}})
	})
	if err != nil {
		return fmt.Errorf("set the second factor: %w", err)
	}
	return nil
}

// DeleteTOTP takes one's own second factor away.
func (s *Store) DeleteTOTP(ctx context.Context, scope soc.Scope) error {
	err := s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		row, err := own(ctx, g, scope)
		if err != nil {
			return err
		}
		if err := dropTOTP(g, row.Num); err != nil {
			return err
		}
		return s.audit(g, scope, change{verb: "delete", noun: "totp", target: row.target(), before: map[string]any{"totp": len(row.TOTP) > 0}, after: map[string]any{"totp": false}})
	})
	if err != nil {
		return fmt.Errorf("delete the second factor: %w", err)
	}
	return nil
}

func dropTOTP(g *gorm.DB, user int64) error {
	if err := g.Exec(`UPDATE users SET totp = NULL, totp_step = 0 WHERE num = ?`, user).Error; err != nil {
		return err
	}
	return forget(g, user, "recovery_codes")
}

// UseTOTP notes that the code of a step was used. False if it, or a later one, was used
// before.
func (s *Store) UseTOTP(ctx context.Context, scope soc.Scope, user string, step int64) (bool, error) {
	if err := mustAll(scope); err != nil {
		return false, err
	}
	result := s.write.WithContext(ctx).Exec(`UPDATE users SET totp_step = ? WHERE id = ? AND totp_step < ?`, step, user, step)
	if result.Error != nil {
		return false, fmt.Errorf("use a code: %w", result.Error)
	}
	return result.RowsAffected == 1, nil
}

// UseRecoveryCode uses up a recovery code of a user. False if they have none such.
func (s *Store) UseRecoveryCode(ctx context.Context, scope soc.Scope, user string, code soc.Secret, from Origin) (bool, error) {
	if err := mustAll(scope); err != nil {
		return false, err
	}
	used := false
	err := s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		row, err := findUser(ctx, g, user)
		if err != nil {
			return err
		}
		result := g.Exec(`DELETE FROM recovery_codes WHERE secret_hash = ? AND user_num = ?`, hashSecret(code), row.Num)
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		used = true
		var left int64
		if err := g.Raw(`SELECT COUNT(*) FROM recovery_codes WHERE user_num = ?`, row.Num).Scan(&left).Error; err != nil {
			return err
		}
		return s.audit(g, scope.As(row.actor(from.Address)), change{verb: "use", noun: "recovery-code", target: row.target(), after: map[string]any{"left": left}})
	})
	if err != nil {
		return false, fmt.Errorf("use a recovery code: %w", err)
	}
	return used, nil
}
