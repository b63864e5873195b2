package rig

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver that the node uses

	"github.com/socme-project/socme/soc"
)

// plainAtOnce is how many rows one INSERT carries, as in the outbox.
const plainAtOnce = 100

// Plain is the outbox's limit: a table of rows of the same width, with one index and the
// same settings of SQLite, every fsync on. Nothing is computed for it.
type Plain struct {
	db           *sql.DB
	hundred, one *sql.Stmt
	rows         int
}

// OpenPlain makes a plain table in dir.
func OpenPlain(ctx context.Context, dir string) (*Plain, error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "plain.db")+"?_pragma=page_size(8192)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=cache_size(-8192)&_pragma=wal_autocheckpoint(4000)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	p := &Plain{db: db}
	_, err = db.ExecContext(ctx, `CREATE TABLE records (num INTEGER PRIMARY KEY, lane INTEGER, seq INTEGER, severity INTEGER, seen_ms INTEGER,
		alert_id BLOB, raw_hash BLOB, before BLOB, value BLOB, normal BLOB, raw BLOB, UNIQUE (lane, seq))`)
	if err == nil {
		p.hundred, err = db.PrepareContext(ctx, plainInsert(plainAtOnce))
	}
	if err == nil {
		p.one, err = db.PrepareContext(ctx, plainInsert(1))
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return p, nil
}

// Close closes the database.
func (p *Plain) Close() error { return p.db.Close() }

func plainInsert(rows int) string {
	const one = `(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	return `INSERT INTO records (lane, seq, severity, seen_ms, alert_id, raw_hash, before, value, normal, raw) VALUES ` + one + strings.Repeat(`, `+one, rows-1)
}

// Row is the values of one row; normal is the alert's normal form.
func (p *Plain) Row(alert *soc.Alert, normal []byte) []any {
	p.rows++
	var hash soc.Hash
	return []any{1, p.rows, alert.Severity, int64(p.rows), alert.ID[:], hash[:], hash[:], hash[:], normal, alert.Raw}
}

// Commit inserts rows in one transaction.
func (p *Plain) Commit(ctx context.Context, rows ...[]any) error {
	tx, err := p.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for len(rows) > 0 {
		statement, n := p.one, 1
		if len(rows) >= plainAtOnce {
			statement, n = p.hundred, plainAtOnce
		}
		var values []any
		for _, row := range rows[:n] {
			values = append(values, row...)
		}
		if _, err := tx.StmtContext(ctx, statement).ExecContext(ctx, values...); err != nil { //nolint:sqlclosecheck // it ends with the transaction
			return errors.Join(err, tx.Rollback())
		}
		rows = rows[n:]
	}
	return tx.Commit()
}
