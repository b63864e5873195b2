package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/socme-project/socme/soc"
)

const (
	// expireAtOnce is how many alerts go in one transaction: ingest waits for one.
	expireAtOnce = 500
	// After each transaction the database is left to others for some times as long as it
	// took, and for this long at least.
	restTimes = 3
	restLeast = 20 * time.Millisecond
	// fromTheFuture: an alert whose time is further ahead of the core's has a wrong one.
	fromTheFuture = 24 * time.Hour
)

// policyRow is a row of retention.
type policyRow struct {
	client   int64 // 0 is all
	severity soc.Severity
	days     int
}

// shelf is what stands under one policy: the alerts of a client and severity.
type shelf struct {
	client   int64
	name     string
	severity soc.Severity
	days     int
}

// shelves lists what the policies let go some day.
func shelves(ctx context.Context, db queryer) ([]shelf, error) {
	rows, err := policyRows(ctx, db)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	clients, err := clientNames(ctx, db)
	if err != nil {
		return nil, err
	}
	var found []shelf
	for _, c := range clients {
		for severity := soc.SeverityUnknown; severity <= soc.SeverityCritical; severity++ {
			if days := keptFor(rows, c.client, severity); days > 0 {
				found = append(found, shelf{client: c.client, name: c.name, severity: severity, days: days})
			}
		}
	}
	return found, nil
}

// keptFor is for how many days alerts are kept; 0 is for ever. The rows are ordered by
// severity.
func keptFor(rows []policyRow, client int64, severity soc.Severity) int {
	for _, of := range [...]int64{client, 0} {
		for _, r := range rows {
			if r.client == of && r.severity >= severity {
				return r.days
			}
		}
	}
	return 0
}

func policyRows(ctx context.Context, db queryer) ([]policyRow, error) {
	rows, err := db.QueryContext(ctx, `SELECT client_num, severity, days FROM retention ORDER BY client_num, severity`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	var found []policyRow
	for rows.Next() {
		var r policyRow
		if err := rows.Scan(&r.client, &r.severity, &r.days); err != nil {
			return nil, err
		}
		found = append(found, r)
	}
	return found, rows.Err()
}

func clientNames(ctx context.Context, db queryer) ([]shelf, error) {
	rows, err := db.QueryContext(ctx, `SELECT num, name FROM clients WHERE deleted_ms = 0 ORDER BY name_key`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	var found []shelf
	for rows.Next() {
		var c shelf
		if err := rows.Scan(&c.client, &c.name); err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	return found, rows.Err()
}

// span is a stretch of sort keys.
type span struct{ first, end []byte }

// spans are where a shelf's old alerts stand: before the day, and, with times that cannot
// be, far ahead. An alert between is looked at when its time has passed, too: it goes
// late, never early.
func (sh shelf) spans(now time.Time) [2]span {
	return [2]span{
		{firstOfAll(), firstKey(now.AddDate(0, 0, -sh.days))},
		{firstKey(now.Add(fromTheFuture)), endOfAll()},
	}
}

// oldSQL finds alerts of a shelf that are past their days and not held.
const oldSQL = ` FROM alerts WHERE client_num = ? AND severity = ? AND sort_key >= ? AND sort_key < ? AND received_ms < ?
	AND NOT EXISTS (SELECT 1 FROM holds WHERE (holds.client_num = 0 OR holds.client_num = alerts.client_num)
		AND holds.first_key <= alerts.sort_key AND holds.end_key > alerts.sort_key)`

func (sh shelf) args(of span, now time.Time) []any {
	return []any{sh.client, sh.severity, of.first, of.end, now.AddDate(0, 0, -sh.days).UnixMilli()}
}

// WouldExpire counts what Expire would delete now. It is never nil.
func (s *Store) WouldExpire(ctx context.Context, scope soc.Scope) ([]soc.Expired, error) {
	if err := mustAll(scope); err != nil {
		return nil, err
	}
	db, err := s.read.DB()
	if err != nil {
		return nil, err
	}
	all, err := shelves(ctx, db)
	if err != nil {
		return nil, fmt.Errorf("count old alerts: %w", err)
	}
	now, counts := s.now().UTC(), []soc.Expired{}
	for _, sh := range all {
		count := soc.Expired{Client: sh.name, Severity: sh.severity, Days: sh.days}
		for _, of := range sh.spans(now) {
			var n int64
			if err := db.QueryRowContext(ctx, `SELECT COUNT(*)`+oldSQL, sh.args(of, now)...).Scan(&n); err != nil {
				return nil, fmt.Errorf("count old alerts: %w", err)
			}
			count.Alerts += n
		}
		if count.Alerts > 0 {
			counts = append(counts, count)
		}
	}
	return counts, nil
}

// Expire deletes the alerts that the policies let go, in small transactions with rests
// between, so that neither ingest nor queries wait long. It ends when all are gone, when
// ctx ends, or after about the given time (0 is no limit); done says that all are gone.
// ErrConflict means that another Expire is at work.
func (s *Store) Expire(ctx context.Context, scope soc.Scope, limit time.Duration) (deleted int64, done bool, err error) {
	if err := mustAll(scope); err != nil {
		return 0, false, err
	}
	if !s.expiring.TryLock() {
		return 0, false, fmt.Errorf("%w: old alerts are being deleted already", soc.ErrConflict)
	}
	defer s.expiring.Unlock()
	did, err := s.Only(ctx, scope, JobExpire, func() (err error) {
		deleted, done, err = s.expire(ctx, limit)
		return err
	})
	if err == nil && !did {
		err = fmt.Errorf("%w: another core deletes old alerts", soc.ErrConflict)
	}
	return deleted, done, err
}

func (s *Store) expire(ctx context.Context, limit time.Duration) (deleted int64, done bool, err error) {
	db, err := s.read.DB()
	if err != nil {
		return 0, false, err
	}
	all, err := shelves(ctx, db)
	if err != nil {
		return 0, false, fmt.Errorf("delete old alerts: %w", err)
	}
	e := expiry{Store: s, shelves: all, now: s.now().UTC(), limit: limit, began: time.Now()}
	if done, err := e.removeClients(ctx); err != nil || !done {
		if err != nil {
			err = fmt.Errorf("delete what deleted clients have left: %w", err)
		}
		return e.deleted, false, err
	}
	for _, sh := range all {
		for _, of := range sh.spans(e.now) {
			if done, err := e.empty(ctx, sh, of); err != nil || !done {
				if err != nil {
					err = fmt.Errorf("delete old alerts of %s: %w", sh.name, err)
				}
				return e.deleted, false, err
			}
		}
	}
	return e.deleted, true, nil
}

// expiry is one walk over the shelves.
type expiry struct {
	*Store
	shelves []shelf
	now     time.Time
	limit   time.Duration
	began   time.Time
	deleted int64
}

// empty deletes what is old in a span of a shelf. It is not done if there is no time left
// or if somebody has changed the policies.
func (e *expiry) empty(ctx context.Context, sh shelf, of span) (done bool, err error) {
	db, err := e.read.DB()
	if err != nil {
		return false, err
	}
	for {
		// Looked for without the lock that ingest needs: nearly always nothing is found.
		nums, err := oldNums(ctx, db, sh, of, e.now, 1)
		if err != nil || len(nums) == 0 {
			return err == nil, err
		}
		began := time.Now()
		var changed bool
		var behind []byte
		err = e.tx(ctx, func(_ *gorm.DB, tx *sql.Tx) error {
			nums = nil
			all, err := shelves(ctx, tx)
			if changed = !slices.Equal(all, e.shelves); err != nil || changed {
				return err
			}
			if nums, err = oldNums(ctx, tx, sh, of, e.now, expireAtOnce); err != nil {
				return err
			}
			behind, err = e.remove(ctx, tx, nums)
			return err
		})
		if err != nil || changed {
			return false, err
		}
		of.first = behind
		e.deleted += int64(len(nums))
		if len(nums) < expireAtOnce {
			return true, nil
		}
		if e.limit > 0 && time.Since(e.began) > e.limit {
			return false, nil
		}
		if err := restFor(ctx, time.Since(began)); err != nil {
			return false, err
		}
	}
}

func oldNums(ctx context.Context, db queryer, sh shelf, of span, now time.Time, limit int) ([]int64, error) {
	return numsOf(ctx, db, `SELECT num`+oldSQL+` ORDER BY sort_key LIMIT ?`, append(sh.args(of, now), limit)...)
}
