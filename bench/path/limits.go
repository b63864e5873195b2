package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver that core and node use

	"github.com/socme-project/socme/bench/rig"
)

// limits measures what this machine can do at best: syncs a second, and rows a
// second into one plain SQLite table with raw lines of the same size.
func limits(ctx context.Context, dir string, row func(what, here, goal string)) error {
	file, err := os.Create(filepath.Join(dir, "sync")) //nolint:gosec // our own temporary folder
	if err != nil {
		return err
	}
	const syncs = 500
	began := time.Now()
	for range syncs {
		if _, err := file.WriteString("0123456789"); err != nil {
			return err
		}
		if err := file.Sync(); err != nil {
			return err
		}
	}
	took := time.Since(began)
	if err := file.Close(); err != nil {
		return err
	}
	row("limit: write and fsync of this disk", fmt.Sprintf("%.0f/s", syncs/took.Seconds()), "")

	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "plain.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(ctx, `CREATE TABLE plain (num INTEGER PRIMARY KEY, id BLOB UNIQUE, raw BLOB)`); err != nil {
		return err
	}
	const rows, batch = 50_000, 1000
	began = time.Now()
	for first := 0; first < rows; first += batch {
		if err := insertPlain(ctx, db, first, batch); err != nil {
			return err
		}
	}
	row("limit: one plain SQLite table, 1,000 a commit", fmt.Sprintf("%.0f/s", rows/time.Since(began).Seconds()), "")
	return nil
}

func insertPlain(ctx context.Context, db *sql.DB, first, n int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	insert, err := tx.PrepareContext(ctx, `INSERT INTO plain (id, raw) VALUES (?, ?)`)
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	defer func() { _ = insert.Close() }()
	for i := first; i < first+n; i++ {
		line := rig.AlertLine(i, time.Unix(int64(i), 0))
		if _, err := insert.ExecContext(ctx, fmt.Sprintf("%016d", i), line); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return tx.Commit()
}
