package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/socme-project/socme/soc"
)

// How long a sign-in lasts: without use, and at most.
const (
	sessionIdle = 12 * time.Hour
	sessionLife = 30 * 24 * time.Hour
	// usedGrain is how exactly the last use of a credential is kept: a write for every
	// request would make each of them wait for the disk.
	usedGrain = time.Minute
	// agentKept bounds what a browser may call itself, in bytes.
	agentKept = 200
)

// Origin is where somebody signs in from.
type Origin struct {
	Address string
	Place   string // the address, as far as it stays the same: see user_places
	Agent   string // what the browser calls itself
}

type sessionRow struct {
	ID        string
	UserNum   int64
	UserID    string
	UserName  string
	Address   string
	Agent     string
	CreatedMS int64 `gorm:"column:created_ms"`
	UsedMS    int64 `gorm:"column:used_ms"`
}

func (r sessionRow) session() soc.UserSession {
	began := fromMS(r.CreatedMS)
	return soc.UserSession{
		ID: r.ID, UserID: r.UserID, User: r.UserName, Address: r.Address, Agent: r.Agent,
		CreatedTime: began, UsedTime: fromMS(r.UsedMS), ExpiresTime: began.Add(sessionLife),
	}
}

const sessionSelect = `SELECT sessions.id, sessions.user_num, users.id AS user_id, users.name AS user_name, sessions.address, sessions.agent, sessions.created_ms, sessions.used_ms
	FROM sessions JOIN users ON users.num = sessions.user_num`

// alive are the conditions of a session that is not over, and their values.
func (s *Store) alive() (condition string, args []any) {
	return `sessions.created_ms > ? AND sessions.used_ms > ? AND users.disabled_ms = 0`,
		[]any{s.now().Add(-sessionLife).UnixMilli(), s.now().Add(-sessionIdle).UnixMilli()}
}

// AddSession signs a user in, and remembers from where.
func (s *Store) AddSession(ctx context.Context, scope soc.Scope, user string, from Origin) (soc.Secret, soc.UserSession, error) {
	if err := mustAll(scope); err != nil {
		return "", soc.UserSession{}, err
	}
	secret, now := soc.NewSecret(), s.now()
	if len(from.Agent) > agentKept {
		from.Agent = from.Agent[:agentKept]
	}
	row := sessionRow{ID: soc.NewID(), Address: from.Address, Agent: from.Agent, CreatedMS: now.UnixMilli(), UsedMS: now.UnixMilli()}
	err := s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		// Old ones go when new ones come: the tables never need a job of their own.
		err := g.Exec(`DELETE FROM sessions WHERE created_ms < ? OR used_ms < ?`, now.Add(-sessionLife).UnixMilli(), now.Add(-sessionIdle).UnixMilli()).Error
		if err == nil {
			err = g.Exec(`DELETE FROM user_places WHERE used_ms < ?`, now.Add(-placeLife).UnixMilli()).Error
		}
		if err != nil {
			return err
		}
		owner, err := findUser(ctx, g, user)
		if err != nil {
			return err
		}
		if owner.DisabledMS != 0 {
			return soc.ErrUnauthenticated
		}
		row.UserNum, row.UserID, row.UserName = owner.Num, owner.ID, owner.Name
		err = g.Exec(`INSERT INTO sessions (secret_hash, user_num, created_ms, used_ms, id, address, agent) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			hashSecret(secret), owner.Num, row.CreatedMS, row.UsedMS, row.ID, row.Address, row.Agent).Error
		if err == nil {
			err = g.Exec(`UPDATE users SET signed_in_ms = ? WHERE num = ?`, row.CreatedMS, owner.Num).Error
		}
		if err == nil && from.Place != "" {
			err = g.Exec(`INSERT INTO user_places (user_num, place, used_ms) VALUES (?, ?, ?) ON CONFLICT (user_num, place) DO UPDATE SET used_ms = excluded.used_ms`,
				owner.Num, from.Place, row.CreatedMS).Error
		}
		if err != nil {
			return err
		}
		return s.audit(g, scope.As(owner.actor(from.Address)), change{verb: "begin", noun: "session", target: soc.AuditTarget{ID: row.ID, Name: owner.Name}})
	})
	if err != nil {
		return "", soc.UserSession{}, fmt.Errorf("add session: %w", err)
	}
	return secret, row.session(), nil
}

// Session finds who is signed in by the session's secret. ErrUnauthenticated if the
// session is unknown or over.
func (s *Store) Session(ctx context.Context, scope soc.Scope, secret soc.Secret) (soc.User, soc.UserSession, error) {
	if err := mustAll(scope); err != nil {
		return soc.User{}, soc.UserSession{}, err
	}
	alive, args := s.alive()
	now := s.now()
	var row sessionRow
	var user userRow
	err := s.read.WithContext(ctx).Raw(sessionSelect+` WHERE sessions.secret_hash = ? AND `+alive, append([]any{hashSecret(secret)}, args...)...).First(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = soc.ErrUnauthenticated
	}
	if err == nil {
		user, err = gorm.G[userRow](s.read).Where("num = ?", row.UserNum).First(ctx)
	}
	var users []soc.User
	if err == nil {
		users, err = full(ctx, s.read, user)
	}
	if err == nil && now.UnixMilli()-row.UsedMS > usedGrain.Milliseconds() {
		err = unlessFull(s.write.WithContext(ctx).Exec(`UPDATE sessions SET used_ms = ? WHERE secret_hash = ?`, now.UnixMilli(), hashSecret(secret)).Error)
	}
	if err != nil {
		return soc.User{}, soc.UserSession{}, fmt.Errorf("session: %w", err)
	}
	return users[0], row.session(), nil
}

// Sessions lists the sign-ins that last, the newest first: those of a user, by id or
// name, or of everybody. It is never nil. An admin of all clients may see them all,
// everybody else their own, whatever they ask for.
func (s *Store) Sessions(ctx context.Context, scope soc.Scope, user string) ([]soc.UserSession, error) {
	if mustAdmin(scope) != nil {
		row, err := own(ctx, s.read, scope)
		if err != nil {
			return nil, err
		}
		user = row.ID
	}
	alive, args := s.alive()
	where := alive
	if user != "" {
		row, err := findUser(ctx, s.read, user)
		if err != nil {
			return nil, err
		}
		where, args = where+` AND users.num = ?`, append(args, row.Num)
	}
	var rows []sessionRow
	if err := s.read.WithContext(ctx).Raw(sessionSelect+` WHERE `+where+` ORDER BY sessions.created_ms DESC, sessions.id`, args...).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	sessions := make([]soc.UserSession, len(rows))
	for i, row := range rows {
		sessions[i] = row.session()
	}
	return sessions, nil
}

// EndSession ends the session with the id: one's own, or any for an admin of all clients.
// One of somebody else is not found.
func (s *Store) EndSession(ctx context.Context, scope soc.Scope, id string) error {
	err := s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		where, args := `sessions.id = ?`, []any{id}
		if mustAdmin(scope) != nil {
			row, err := own(ctx, g, scope)
			if err != nil {
				return err
			}
			where, args = where+` AND sessions.user_num = ?`, append(args, row.Num)
		}
		var row sessionRow
		if err := g.Raw(sessionSelect+` WHERE `+where, args...).First(&row).Error; err != nil {
			return err
		}
		if err := g.Exec(`DELETE FROM sessions WHERE id = ?`, id).Error; err != nil {
			return err
		}
		return s.audit(g, scope, change{verb: "end", noun: "session", target: soc.AuditTarget{ID: id, Name: row.UserName}})
	})
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}
