package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/socme-project/socme/soc"
)

// trimAtOnce is how many records of the audit go in one transaction.
const trimAtOnce = 1000

// auditStart is how long the audit is kept, and where what remains of it begins.
type auditStart struct {
	Days  int
	Seq   uint64 // of the last record that was let go; 0 if none was
	Value []byte // its value, which the next record's is made of
}

// hash is the value from which the chain goes on.
func (a auditStart) hash() soc.Hash {
	if a.Seq == 0 {
		return soc.AuditGenesis()
	}
	var h soc.Hash
	copy(h[:], a.Value)
	return h
}

// readTrimmed reads what such a record says.
func readTrimmed(text string) (trimmed, error) {
	var t trimmed
	err := json.Unmarshal([]byte(text), &t)
	return t, err
}

// auditStart reads where the audit begins. lock ends the statement: what is read to be
// changed stays as it is.
func (s *Store) auditStart(g *gorm.DB, lock string) (auditStart, error) {
	var start auditStart
	err := g.Raw(`SELECT days, seq, value FROM audit_start`+lock).Row().Scan(&start.Days, &start.Seq, &start.Value)
	return start, err
}

// trimmed is what the audit says of its own records that were let go. It is itself in the
// chain, so that nobody can move the beginning without changing that.
type trimmed struct {
	Last  uint64    `json:"last"` // of those that went
	Value soc.Hash  `json:"value"`
	Until time.Time `json:"until"` // what is older went
}

// checkStart holds the beginning of the audit against the newest record that says where
// it is.
func (s *Store) checkStart(ctx context.Context, start auditStart) error {
	var after string
	err := s.read.WithContext(ctx).Raw(`SELECT after_json FROM audit WHERE verb = 'delete' AND noun = 'audit' AND seq > ? ORDER BY seq DESC LIMIT 1`, start.Seq).Row().Scan(&after)
	if errors.Is(err, sql.ErrNoRows) {
		if start.Seq == 0 {
			return nil
		}
		return fmt.Errorf("%w: record %d is missing, and no record says that it was let go", ErrAudit, start.Seq)
	}
	if err != nil {
		return fmt.Errorf("verify the beginning of the audit: %w", err)
	}
	said, err := readTrimmed(after)
	if err != nil || said.Last != start.Seq || said.Value != start.hash() {
		return fmt.Errorf("%w: it begins after record %d, and its own record says otherwise", ErrAudit, start.Seq)
	}
	return nil
}

// SetAuditKept sets for how many days the audit is kept; 0 is for ever.
func (s *Store) SetAuditKept(ctx context.Context, scope soc.Scope, days int) error {
	if err := mustAll(scope); err != nil {
		return err
	}
	if days != 0 && (days < soc.AuditRetentionMin || days > soc.RetentionMax) {
		return fmt.Errorf("%w: the audit is kept for %d to %d days; 0 is for ever", soc.ErrInvalid, soc.AuditRetentionMin, soc.RetentionMax)
	}
	err := s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		start, err := s.auditStart(g, s.db.forUpdate("audit_start"))
		if err != nil || start.Days == days {
			return err
		}
		if err := g.Exec(`UPDATE audit_start SET days = ?`, days).Error; err != nil {
			return err
		}
		kept := func(days int) any { return map[string]int{"days": days} }
		return s.audit(g, scope, change{verb: "set", noun: "audit", before: kept(start.Days), after: kept(days)})
	})
	if err != nil {
		return fmt.Errorf("set how long the audit is kept: %w", err)
	}
	return nil
}

// TrimAudit deletes the records of the audit that are older than it is kept, once a day at
// most, and returns how many. One record that says so takes their place in the chain.
func (s *Store) TrimAudit(ctx context.Context, scope soc.Scope) (int64, error) {
	if err := mustAll(scope); err != nil {
		return 0, err
	}
	last, err := s.moveAuditStart(ctx, scope)
	if err != nil {
		return 0, fmt.Errorf("let old records of the audit go: %w", err)
	}
	// What stands before the beginning is no part of the audit any more: it goes piece by
	// piece, also what an earlier run left.
	var gone int64
	for {
		began := time.Now()
		done := s.write.WithContext(ctx).Exec(`DELETE FROM audit WHERE seq IN (SELECT seq FROM audit WHERE seq <= ? ORDER BY seq LIMIT ?)`, last, trimAtOnce)
		if done.Error != nil {
			return gone, fmt.Errorf("delete old records of the audit: %w", done.Error)
		}
		if gone += done.RowsAffected; done.RowsAffected < trimAtOnce {
			return gone, nil
		}
		if err := restFor(ctx, time.Since(began)); err != nil {
			return gone, err
		}
	}
}

// moveAuditStart moves the beginning behind what is too old, if there is more than a day of
// it, and returns the last record that is before it now.
func (s *Store) moveAuditStart(ctx context.Context, scope soc.Scope) (last uint64, err error) {
	err = s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		start, err := s.auditStart(g, s.db.forUpdate("audit_start"))
		if last = start.Seq; err != nil || start.Days == 0 {
			return err
		}
		until := s.now().UTC().AddDate(0, 0, -start.Days).Truncate(time.Second)
		first, err := s.auditSince(g, start.Seq, until.AddDate(0, 0, -1))
		if err != nil || first <= start.Seq+1 {
			return err
		}
		// The newest record always stays: its own follows it.
		if first, err = s.auditSince(g, start.Seq, until); err != nil {
			return err
		}
		gone := trimmed{Last: first - 1, Until: until}
		var value []byte
		if err := g.Raw(`SELECT value FROM audit WHERE seq = ?`, gone.Last).Row().Scan(&value); err != nil {
			return fmt.Errorf("record %d: %w", gone.Last, err)
		}
		copy(gone.Value[:], value)
		if err := g.Exec(`UPDATE audit_start SET seq = ?, value = ?`, gone.Last, value).Error; err != nil {
			return err
		}
		last = gone.Last
		return s.audit(g, scope, change{verb: "delete", noun: "audit", target: soc.AuditTarget{Name: fmt.Sprintf("records up to %d", gone.Last)}, after: gone})
	})
	return last, err
}

// auditSince is the first record behind a number that is not older than a time: what is
// older and comes later, by a clock that was wrong, stays with it.
func (s *Store) auditSince(g *gorm.DB, behind uint64, at time.Time) (uint64, error) {
	var seq uint64
	err := g.Raw(`SELECT seq FROM audit WHERE seq > ? AND at_ms >= ? ORDER BY seq LIMIT 1`, behind, at.UnixMilli()).Row().Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		err = g.Raw(`SELECT value + 1 FROM counters WHERE name = 'audit'`).Row().Scan(&seq)
	}
	return seq, err
}
