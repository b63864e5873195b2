package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/socme-project/socme/soc"
)

// Retention lists the policies that concern clients in scope, those of all clients
// included. Holds are shown to who sees every client: a client need not know that a court
// has asked for its alerts.
func (s *Store) Retention(ctx context.Context, scope soc.Scope) (soc.Retention, error) {
	r := soc.Retention{Policies: []soc.RetentionPolicy{}, Holds: []soc.Hold{}}
	if scope.Who() == "" {
		return r, soc.ErrForbidden
	}
	db, err := s.read.DB()
	if err == nil {
		r.Policies, err = policies(ctx, db, scope)
	}
	if err == nil && scope.All() {
		r.Holds, err = holds(ctx, db)
	}
	if err == nil && scope.All() {
		var start auditStart
		start, err = s.auditStart(s.read.WithContext(ctx), "")
		r.AuditDays = &start.Days
	}
	if err != nil {
		return r, fmt.Errorf("list what is kept for how long: %w", err)
	}
	return r, nil
}

func policies(ctx context.Context, db queryer, scope soc.Scope) ([]soc.RetentionPolicy, error) {
	where, args := scopeOfSQL(`retention.client_num`, scope)
	rows, err := db.QueryContext(ctx, `SELECT COALESCE(clients.name, ''), severity, days FROM retention LEFT JOIN clients ON clients.num = retention.client_num
		WHERE retention.client_num = 0 OR `+where[0]+` ORDER BY clients.name_key IS NOT NULL, clients.name_key, severity`, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	found := []soc.RetentionPolicy{}
	for rows.Next() {
		var p soc.RetentionPolicy
		if err := rows.Scan(&p.Client, &p.Severity, &p.Days); err != nil {
			return nil, err
		}
		found = append(found, p)
	}
	return found, rows.Err()
}

func holds(ctx context.Context, db queryer) ([]soc.Hold, error) {
	rows, err := db.QueryContext(ctx, `SELECT holds.id, COALESCE(clients.name, ''), first_key, end_key, reason, placed_by, placed_ms
		FROM holds LEFT JOIN clients ON clients.num = holds.client_num ORDER BY placed_ms, holds.id`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	found := []soc.Hold{}
	for rows.Next() {
		var h soc.Hold
		var first, end []byte
		var placed int64
		if err := rows.Scan(&h.ID, &h.Client, &first, &end, &h.Reason, &h.PlacedBy, &placed); err != nil {
			return nil, err
		}
		if !bytes.Equal(first, firstOfAll()) {
			h.From = soc.SortKey(first).Time()
		}
		if !bytes.Equal(end, endOfAll()) {
			h.Until = soc.SortKey(end).Time()
		}
		h.PlacedTime = fromMS(placed)
		found = append(found, h)
	}
	return found, rows.Err()
}

// The sort keys before and behind every alert.
func firstOfAll() []byte { return make([]byte, len(soc.SortKey{})) }
func endOfAll() []byte   { return bytes.Repeat([]byte{0xff}, len(soc.SortKey{})) }

// SetRetention puts policies in the place of all that there were. A client is named by
// its id or name.
func (s *Store) SetRetention(ctx context.Context, scope soc.Scope, policies []soc.RetentionPolicy) error {
	if err := mustAll(scope); err != nil {
		return err
	}
	rows := make([]policyRow, len(policies))
	for i, p := range policies {
		if err := checkPolicy(p); err != nil {
			return err
		}
		rows[i] = policyRow{severity: p.Severity, days: p.Days}
		if p.Client != "" {
			client, err := s.client(ctx, scope, p.Client)
			if errors.Is(err, soc.ErrNotFound) {
				return fmt.Errorf("%w: there is no client %q", soc.ErrInvalid, p.Client)
			}
			if err != nil {
				return err
			}
			rows[i].client = client.Num
		}
		if slices.ContainsFunc(rows[:i], func(r policyRow) bool { return r.client == rows[i].client && r.severity == rows[i].severity }) {
			return fmt.Errorf("%w: two policies for alerts of severity %s and of the same client", soc.ErrInvalid, p.Severity)
		}
	}
	err := s.tx(ctx, func(g *gorm.DB, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM retention`); err != nil {
			return err
		}
		for _, r := range rows {
			if _, err := tx.ExecContext(ctx, `INSERT INTO retention (client_num, severity, days) VALUES (?, ?, ?)`, r.client, r.severity, r.days); err != nil {
				return err
			}
		}
		return s.audit(g, scope, change{verb: "set", noun: "retention", after: policies})
	})
	if err != nil {
		return fmt.Errorf("set what is kept for how long: %w", err)
	}
	return nil
}

func checkPolicy(p soc.RetentionPolicy) error {
	switch {
	case p.Days != 0 && p.Days < soc.RetentionMin:
		return fmt.Errorf("%w: alerts are kept for %d days at least: a node may send those of the last 72 hours again; 0 is for ever", soc.ErrInvalid, soc.RetentionMin)
	case p.Days < 0 || p.Days > soc.RetentionMax:
		return fmt.Errorf("%w: alerts are kept for %d days at most; 0 is for ever", soc.ErrInvalid, soc.RetentionMax)
	case p.Severity < soc.SeverityUnknown || p.Severity > soc.SeverityCritical:
		return fmt.Errorf("%w: the severity of a policy is none", soc.ErrInvalid)
	}
	return nil
}

// AddHold holds alerts. Its client is an id or a name; an empty one is all clients, a
// zero time no bound.
func (s *Store) AddHold(ctx context.Context, scope soc.Scope, h soc.Hold) (soc.Hold, error) {
	if err := mustAll(scope); err != nil {
		return h, err
	}
	if !h.From.IsZero() && !h.Until.IsZero() && !h.From.Before(h.Until) {
		return h, fmt.Errorf("%w: the hold must end after it begins", soc.ErrInvalid)
	}
	var client int64
	if h.Client != "" {
		row, err := s.client(ctx, scope, h.Client)
		if err != nil {
			return h, err
		}
		client, h.Client = row.Num, row.Name
	}
	first, end := firstOfAll(), endOfAll()
	if !h.From.IsZero() {
		first = firstKey(h.From)
	}
	if !h.Until.IsZero() {
		end = firstKey(h.Until)
	}
	h.ID, h.PlacedBy, h.PlacedTime = soc.NewID(), scope.Who(), s.now().UTC().Truncate(time.Millisecond)
	err := s.tx(ctx, func(g *gorm.DB, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO holds (id, client_num, first_key, end_key, reason, placed_by, placed_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			h.ID, client, first, end, h.Reason, h.PlacedBy, toMS(h.PlacedTime))
		if err != nil {
			return err
		}
		return s.audit(g, scope, change{verb: "place", noun: "hold", target: soc.AuditTarget{ID: h.ID}, after: h})
	})
	if err != nil {
		return h, fmt.Errorf("hold alerts: %w", err)
	}
	return h, nil
}

// ReleaseHold ends a hold: the policies count again for what it held.
func (s *Store) ReleaseHold(ctx context.Context, scope soc.Scope, id string) error {
	if err := mustAll(scope); err != nil {
		return err
	}
	err := s.tx(ctx, func(g *gorm.DB, tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `DELETE FROM holds WHERE id = ?`, id)
		if err != nil {
			return err
		}
		if rows, err := result.RowsAffected(); err != nil || rows == 0 {
			return errors.Join(err, soc.ErrNotFound)
		}
		return s.audit(g, scope, change{verb: "release", noun: "hold", target: soc.AuditTarget{ID: id}})
	})
	if err != nil {
		return fmt.Errorf("release hold %s: %w", id, err)
	}
	return nil
}
