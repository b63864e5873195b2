package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/socme-project/socme/soc"
)

// Several cores may share one database on PostgreSQL. What one has fed, the others hear of;
// what must be done by one alone, it does under a lock that all know.

// channelFeed is where the cores of a database tell each other of the feed.
const channelFeed = "socme_feed"

// Listen calls heard whenever another core has fed, and once when it begins to listen,
// until ctx ends or the database is gone. On SQLite there is no other core: it waits.
func (s *Store) Listen(ctx context.Context, scope soc.Scope, heard func()) (err error) {
	if err := mustAll(scope); err != nil {
		return err
	}
	if s.url == "" {
		<-ctx.Done()
		return nil
	}
	conn, err := connectPostgres(ctx, s.url)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // it may be broken
	if _, err := conn.Exec(ctx, `LISTEN `+pgx.Identifier{channelFeed}.Sanitize()); err != nil {
		return fmt.Errorf("listen to other cores: %w", err)
	}
	for heard(); ; {
		told, err := conn.WaitForNotification(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("listen to other cores: %w", err)
		}
		if told.Payload != s.name { // what this one has fed it hands on itself
			heard()
		}
	}
}

// Job is what one core at a time may do.
type Job int64

// The jobs. A number means the same to cores of every version.
const (
	JobExpire     Job = 1 // deletes what is past its days
	JobTidy       Job = 2 // forgets what streams and charts need no longer
	JobAdvisories Job = 3 // asks publishers
	JobAudit      Job = 4 // deletes old records of the audit
)

// Only calls do unless another core is at the same job, and says whether it did.
func (s *Store) Only(ctx context.Context, scope soc.Scope, job Job, do func() error) (did bool, err error) {
	if err := mustAll(scope); err != nil {
		return false, err
	}
	db, err := s.write.DB()
	if err != nil {
		return false, err
	}
	unlock, err := s.db.lockJob(ctx, db, job)
	if err != nil || unlock == nil {
		return false, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	return true, do()
}

func (onSQLite) announce(context.Context, *sql.Tx, string) error { return nil }

func (onPostgres) announce(ctx context.Context, tx *sql.Tx, from string) error {
	_, err := tx.ExecContext(ctx, `SELECT pg_notify(?, ?)`, channelFeed, from)
	return err
}

func (onSQLite) lockJob(context.Context, *sql.DB, Job) (func() error, error) {
	return func() error { return nil }, nil
}

// lockJob takes a lock that ends with the connection: a core that dies leaves none.
func (onPostgres) lockJob(ctx context.Context, db *sql.DB, job Job) (func() error, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var free bool
	key := int64(schemaLock) + int64(job)
	err = conn.QueryRowContext(ctx, `SELECT pg_try_advisory_lock(?)`, key).Scan(&free)
	if err != nil || !free {
		return nil, errors.Join(err, conn.Close())
	}
	return func() error {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock(?)`, key)
		if err != nil { // the lock must not go back to the pool
			_ = conn.Raw(func(any) error { return driver.ErrBadConn })
			return nil //nolint:nilerr // the connection is gone, and the lock with it
		}
		return conn.Close()
	}, nil
}

// Share keeps what all cores of the database must have in common, under a name: the first
// core's value is kept, and returned to every other.
func (s *Store) Share(ctx context.Context, scope soc.Scope, name, value string) (kept string, err error) {
	if err := mustAll(scope); err != nil {
		return "", err
	}
	g := s.write.WithContext(ctx)
	if err = g.Exec(`INSERT INTO shared (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING`, name, value).Error; err == nil {
		err = g.Raw(`SELECT value FROM shared WHERE name = ?`, name).Row().Scan(&kept)
	}
	if err != nil {
		return "", fmt.Errorf("read what cores share: %w", err)
	}
	return kept, nil
}

// Shared is what is kept under a name, or "".
func (s *Store) Shared(ctx context.Context, scope soc.Scope, name string) (kept string, err error) {
	if err := mustAll(scope); err != nil {
		return "", err
	}
	err = s.write.WithContext(ctx).Raw(`SELECT value FROM shared WHERE name = ?`, name).Row().Scan(&kept)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if err != nil {
		return "", fmt.Errorf("read what cores share: %w", err)
	}
	return strings.TrimSpace(kept), nil
}

// OnPostgres says that other cores may have the database open, too.
func (s *Store) OnPostgres() bool { return s.url != "" }
