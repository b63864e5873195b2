package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
)

//go:embed migrations/*/*.sql
var migrations embed.FS

// migration is one step of the schema. A number means the same on every database.
type migration struct {
	version int
	file    string
}

// steps lists the migrations of a dialect in their order.
func steps(d dialect) ([]migration, error) {
	files, err := fs.Glob(migrations, d.folder()+"/*.sql") // sorted by name, and names begin with the number
	if err != nil {
		return nil, err
	}
	found := make([]migration, len(files))
	for i, file := range files {
		version, err := strconv.Atoi(path.Base(file)[:4])
		if err != nil {
			return nil, err
		}
		if i > 0 && found[i-1].version == version {
			return nil, fmt.Errorf("%s has the number of %s, and would never be taken", file, found[i-1].file)
		}
		found[i] = migration{version: version, file: file}
	}
	return found, nil
}

// migrate brings the schema up to date, one transaction a step. A migration that has
// been released is never edited; the next one is a new file.
func (s *Store) migrate(ctx context.Context, db *sql.DB) error {
	known, err := steps(s.db)
	if err != nil {
		return err
	}
	return s.migrateTo(ctx, db, known[len(known)-1].version)
}

// migrateTo does so up to a version that this program knows.
func (s *Store) migrateTo(ctx context.Context, db *sql.DB, newest int) (err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	unlock, err := s.db.lockSchema(ctx, conn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if _, err := conn.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY)`); err != nil {
		return err
	}
	var have int
	if err := conn.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 0) FROM migrations`).Scan(&have); err != nil {
		return err
	}
	known, err := steps(s.db)
	if err != nil {
		return err
	}
	if ours := known[len(known)-1].version; max(have, newest) > ours {
		return fmt.Errorf("the database has schema %d and this socme knows %d: install a newer socme", max(have, newest), ours)
	}
	for _, m := range known {
		if m.version > newest {
			break
		}
		if err := s.step(ctx, conn, m); err != nil {
			return fmt.Errorf("migrate to %s: %w", m.file, err)
		}
	}
	return nil
}

// fills are the parts of migrations that SQL cannot do, by the migration's number.
func (s *Store) fills() map[int]func(ctx context.Context, tx *sql.Tx) error {
	return map[int]func(context.Context, *sql.Tx) error{6: s.fillGroups}
}

// step takes one step, unless it has been taken.
func (s *Store) step(ctx context.Context, conn *sql.Conn, m migration) error {
	text, err := migrations.ReadFile(m.file)
	if err != nil {
		return err
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after Commit
	// Two programs may start at once: the second sees what the first did.
	var done bool
	if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM migrations WHERE version = ?)`, m.version).Scan(&done); err != nil || done {
		return err
	}
	if _, err := tx.ExecContext(ctx, string(text)); err != nil {
		return err
	}
	if fill := s.fills()[m.version]; fill != nil {
		if err := fill(ctx, tx); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO migrations VALUES (?)`, m.version); err != nil {
		return err
	}
	return tx.Commit()
}
