package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"gorm.io/gorm"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date, one transaction a step. A migration that has
// been released is never edited; the next one is a new file.
func (s *Store) migrate(ctx context.Context, g *gorm.DB) error {
	db, err := g.DB()
	if err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY)`); err != nil {
		return err
	}
	var have int
	if err := db.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 0) FROM migrations`).Scan(&have); err != nil {
		return err
	}
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	newest, err := versionOf(files[len(files)-1]) // Glob sorts by name, and names begin with the number
	if err != nil {
		return err
	}
	if have > newest {
		return fmt.Errorf("the database has schema %d and this socme knows %d: install a newer socme", have, newest)
	}
	for _, file := range files {
		if version, err := versionOf(file); err != nil || version <= have {
			if err != nil {
				return err
			}
			continue
		}
		if err := s.step(ctx, db, file); err != nil {
			return fmt.Errorf("migrate to %s: %w", file, err)
		}
	}
	return nil
}

func versionOf(file string) (int, error) {
	return strconv.Atoi(strings.TrimPrefix(file, "migrations/")[:4])
}

// fills are the parts of migrations that SQL cannot do, by the migration's number.
func (s *Store) fills() map[int]func(ctx context.Context, tx *sql.Tx) error {
	return map[int]func(context.Context, *sql.Tx) error{6: s.fillGroups}
}

func (s *Store) step(ctx context.Context, db *sql.DB, file string) error {
	version, err := versionOf(file)
	if err != nil {
		return err
	}
	text, err := migrations.ReadFile(file)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after Commit
	// Two processes may start at once: the second sees what the first did.
	var done bool
	if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM migrations WHERE version = ?)`, version).Scan(&done); err != nil || done {
		return err
	}
	if _, err := tx.ExecContext(ctx, string(text)); err != nil {
		return err
	}
	if fill := s.fills()[version]; fill != nil {
		if err := fill(ctx, tx); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO migrations VALUES (?)`, version); err != nil {
		return err
	}
	return tx.Commit()
}
