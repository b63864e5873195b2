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

type userRow struct {
	Num        int64 `gorm:"primaryKey"`
	ID         string
	Name       string
	NameKey    string
	Role       soc.Role
	AllClients bool
	Password   string
	TOTP       []byte `gorm:"column:totp"`
	TOTPStep   int64  `gorm:"column:totp_step"`
	DisabledMS int64  `gorm:"column:disabled_ms"`
	SignedInMS int64  `gorm:"column:signed_in_ms"`
	CreatedMS  int64  `gorm:"column:created_ms"`
}

func (userRow) TableName() string { return "users" }

func (r userRow) user(clients []soc.NamedClient) soc.User {
	return soc.User{
		ID: r.ID, Name: r.Name, Grant: grantOf(r.Role, r.AllClients, clients),
		HasPassword: r.Password != "", HasTOTP: len(r.TOTP) > 0, Disabled: r.DisabledMS != 0,
		CreatedTime: fromMS(r.CreatedMS), SignedInTime: fromMS(r.SignedInMS),
	}
}

func (r userRow) target() soc.AuditTarget { return soc.AuditTarget{ID: r.ID, Name: r.Name} }

// actor is the user as who acts from an address.
func (r userRow) actor(address string) soc.Actor {
	return soc.Actor{Kind: soc.ActorUser, ID: r.ID, Name: r.Name, Address: address}
}

// full reads the clients of users.
func full(ctx context.Context, g *gorm.DB, rows ...userRow) ([]soc.User, error) {
	nums := make([]int64, len(rows))
	for i, r := range rows {
		nums[i] = r.Num
	}
	clients, err := ofUsers.clients(ctx, g, nums...)
	if err != nil {
		return nil, err
	}
	users := make([]soc.User, len(rows))
	for i, r := range rows {
		users[i] = r.user(clients[r.Num])
	}
	return users, nil
}

// grantFacts is a grant as the audit tells it.
func grantFacts(g soc.Grant) map[string]any {
	if g.AllClients {
		return map[string]any{"role": g.Role, "clients": "all"}
	}
	names := make([]string, len(g.Clients))
	for i, c := range g.Clients {
		names[i] = c.Name
	}
	return map[string]any{"role": g.Role, "clients": names}
}

// oneClient is the client that a grant is about, if it is about one.
func oneClient(g soc.Grant) soc.NamedClient {
	if g.AllClients || len(g.Clients) != 1 {
		return soc.NamedClient{}
	}
	return g.Clients[0]
}

func userFacts(u soc.User) map[string]any {
	facts := grantFacts(u.Grant)
	facts["name"], facts["disabled"], facts["totp"] = u.Name, u.Disabled, u.HasTOTP
	return facts
}

// fillNameKeys gives those a key who were there before there were any: SQL folds no more
// than ASCII.
func (s *Store) fillNameKeys(ctx context.Context) error {
	rows, err := gorm.G[userRow](s.write).Where("name_key = ''").Find(ctx)
	for _, r := range rows {
		if err == nil {
			err = s.write.WithContext(ctx).Exec(`UPDATE users SET name_key = ? WHERE num = ? AND name_key = ''`, query.ClientKey(r.Name), r.Num).Error
		}
	}
	if err != nil {
		return fmt.Errorf("fill in the keys of names: %w", err)
	}
	return nil
}

// Users lists who can sign in, by name. It is never nil. Users are an affair of admins of
// all clients: their names are one space, so that even a refused one tells something.
func (s *Store) Users(ctx context.Context, scope soc.Scope) ([]soc.User, error) {
	if err := mustAdmin(scope); err != nil {
		return nil, err
	}
	rows, err := gorm.G[userRow](s.read).Order("name_key, num").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	return full(ctx, s.read, rows...)
}

// User finds a user by id or name, whatever the case.
func (s *Store) User(ctx context.Context, scope soc.Scope, idOrName string) (soc.User, error) {
	if err := mustAdmin(scope); err != nil {
		return soc.User{}, err
	}
	row, err := findUser(ctx, s.read, idOrName)
	if err != nil {
		return soc.User{}, err
	}
	users, err := full(ctx, s.read, row)
	if err != nil {
		return soc.User{}, err
	}
	return users[0], nil
}

func findUser(ctx context.Context, g *gorm.DB, idOrName string) (userRow, error) {
	row, err := gorm.G[userRow](g).Where("id = ?", idOrName).First(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		row, err = gorm.G[userRow](g).Where("name_key = ?", query.ClientKey(idOrName)).First(ctx)
	}
	if err != nil {
		return userRow{}, fmt.Errorf("user %q: %w", idOrName, translate(err))
	}
	return row, nil
}

// Invitation is a user who was made, and the secret of the link that lets them in once.
type Invitation struct {
	User        soc.User
	Secret      soc.Secret
	ExpiresTime time.Time
}

// InviteUser makes a user without a password, and a link with which they sign in once
// and set one. The name must be new, whatever its case: ErrConflict.
func (s *Store) InviteUser(ctx context.Context, scope soc.Scope, name string, w Wanted) (Invitation, error) {
	if err := mustAdmin(scope); err != nil {
		return Invitation{}, err
	}
	name, err := cleanName("user", name)
	if err != nil {
		return Invitation{}, err
	}
	grant, clients, err := s.grant(ctx, scope, w)
	if err != nil {
		return Invitation{}, err
	}
	row := userRow{ID: soc.NewID(), Name: name, NameKey: query.ClientKey(name), Role: grant.Role, AllClients: grant.AllClients, CreatedMS: s.now().UnixMilli()}
	invitation := Invitation{ExpiresTime: s.now().Add(invitationLife).UTC()}
	err = s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		if err := gorm.G[userRow](g).Create(ctx, &row); err != nil {
			return err
		}
		if err := ofUsers.set(g, row.Num, clients); err != nil {
			return err
		}
		var err error
		if invitation.Secret, err = s.newLink(g, row.Num, invitation.ExpiresTime); err != nil {
			return err
		}
		return s.audit(g, scope, change{verb: "invite", noun: "user", target: row.target(), client: oneClient(grant), after: grantFacts(grant)})
	})
	if err != nil {
		return Invitation{}, fmt.Errorf("invite user %q: %w", name, err)
	}
	invitation.User = row.user(grant.Clients)
	return invitation, nil
}

// UserChange is what to change of a user; nil stays as it is.
type UserChange struct {
	Name     *string
	Grant    *Wanted
	Disabled *bool
	NoTOTP   bool // takes the second factor away
}

// SetUser changes a user. Who is disabled is signed out at once, and their tokens are
// refused. ErrConflict if no admin of all clients would be left.
func (s *Store) SetUser(ctx context.Context, scope soc.Scope, idOrName string, c UserChange) (soc.User, error) {
	if err := mustAdmin(scope); err != nil {
		return soc.User{}, err
	}
	var grant soc.Grant
	var clients []clientRow
	var err error
	if c.Grant != nil {
		if grant, clients, err = s.grant(ctx, scope, *c.Grant); err != nil {
			return soc.User{}, err
		}
	}
	var changed soc.User
	err = s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		row, err := findUser(ctx, g, idOrName)
		if err != nil {
			return err
		}
		before, err := full(ctx, g, row)
		if err != nil {
			return err
		}
		if c.Name != nil {
			if row.Name, err = cleanName("user", *c.Name); err != nil {
				return err
			}
		}
		if c.Grant != nil {
			row.Role, row.AllClients = grant.Role, grant.AllClients
			if err := ofUsers.set(g, row.Num, clients); err != nil {
				return err
			}
		}
		if c.Disabled != nil {
			if row.DisabledMS = 0; *c.Disabled {
				row.DisabledMS = s.now().UnixMilli()
			}
		}
		err = g.Exec(`UPDATE users SET name = ?, name_key = ?, role = ?, all_clients = ?, disabled_ms = ? WHERE num = ?`,
			row.Name, query.ClientKey(row.Name), string(row.Role), row.AllClients, row.DisabledMS, row.Num).Error
		if err == nil && row.DisabledMS != 0 {
			err = forget(g, row.Num, "sessions", "links")
		}
		if err == nil && c.NoTOTP {
			row.TOTP = nil
			err = dropTOTP(g, row.Num)
		}
		if err != nil {
			return err
		}
		after, err := full(ctx, g, row)
		if err != nil {
			return err
		}
		changed = after[0]
		err = s.audit(g, scope, change{verb: "set", noun: "user", target: row.target(), client: oneClient(changed.Grant), before: userFacts(before[0]), after: userFacts(changed)})
		if err != nil {
			return err
		}
		return mustLeaveAdmin(g)
	})
	if err != nil {
		return soc.User{}, fmt.Errorf("change user: %w", err)
	}
	return changed, nil
}

// DeleteUser removes a user with their sessions and tokens. What they did stays in the
// audit. ErrConflict if no admin of all clients would be left.
func (s *Store) DeleteUser(ctx context.Context, scope soc.Scope, idOrName string) error {
	if err := mustAdmin(scope); err != nil {
		return err
	}
	err := s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		row, err := findUser(ctx, g, idOrName)
		if err != nil {
			return err
		}
		return s.removeUser(ctx, g, scope, row)
	})
	if err != nil {
		return fmt.Errorf("delete user: %w", err)
	}
	return nil
}

// removeUser deletes a user; sessions, tokens and the rest go with the row.
func (s *Store) removeUser(ctx context.Context, g *gorm.DB, scope soc.Scope, row userRow) error {
	before, err := full(ctx, g, row)
	if err != nil {
		return err
	}
	if err := g.Exec(`DELETE FROM users WHERE num = ?`, row.Num).Error; err != nil {
		return err
	}
	err = s.audit(g, scope, change{verb: "delete", noun: "user", target: row.target(), client: oneClient(before[0].Grant), before: userFacts(before[0])})
	if err != nil {
		return err
	}
	return mustLeaveAdmin(g)
}

// forget removes what a user has in the tables.
func forget(g *gorm.DB, user int64, tables ...string) error {
	for _, table := range tables {
		if err := g.Exec(`DELETE FROM `+table+` WHERE user_num = ?`, user).Error; err != nil {
			return err
		}
	}
	return nil
}

// adminOfAll is the condition of who may do everything.
const adminOfAll = `role = 'admin' AND all_clients AND disabled_ms = 0`

// mustLeaveAdmin keeps a core from being left to nobody. It comes after the audit: of two
// admins who remove each other, the second then sees what the first did.
func mustLeaveAdmin(g *gorm.DB) error {
	var left int64
	if err := g.Raw(`SELECT COUNT(*) FROM users WHERE ` + adminOfAll).Scan(&left).Error; err != nil {
		return err
	}
	if left == 0 {
		return fmt.Errorf("%w: nobody would be left who may do everything; make another user an admin of all clients first", soc.ErrConflict)
	}
	return nil
}

// AdminWithPassword says whether some admin of all clients can sign in with a password.
func (s *Store) AdminWithPassword(ctx context.Context, scope soc.Scope) (bool, error) {
	if err := mustAll(scope); err != nil {
		return false, err
	}
	n, err := gorm.G[userRow](s.read).Where(adminOfAll+" AND password <> ''").Count(ctx, "num")
	return n > 0, err
}
