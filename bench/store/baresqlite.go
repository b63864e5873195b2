package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// bareSQLite is bare for SQLite: a prepared statement for each row, and the store's own
// pragmas.
func bareSQLite(ctx context.Context, from, to string, batches int) (took time.Duration, err error) {
	made, err := store.Open(ctx, store.Options{Dir: to, Now: time.Now}) // makes the schema
	if err != nil {
		return 0, err
	}
	if err := made.Close(); err != nil {
		return 0, err
	}
	source, err := sql.Open("sqlite", "file:"+filepath.Join(from, "core.db")+"?mode=ro")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	target, err := sql.Open("sqlite", "file:"+filepath.Join(to, "core.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=cache_size(-16384)&_pragma=temp_store(MEMORY)&_pragma=wal_autocheckpoint(8000)")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	target.SetMaxOpenConns(1)
	into := map[string]*sql.Stmt{}
	defer func() {
		for _, statement := range into {
			err = errors.Join(err, statement.Close())
		}
	}()
	for batch := range batches {
		rows := map[string][][]any{}
		for i, table := range tables {
			columns, some, err := readSQLite(ctx, source, table, i < perAlert, batch, batches)
			if err != nil {
				return 0, fmt.Errorf("%s: %w", table, err)
			}
			rows[table] = some
			if into[table] == nil && len(columns) > 0 {
				text := fmt.Sprintf(`INSERT INTO %s (%s) VALUES (?%s)`, table, strings.Join(columns, `, `), strings.Repeat(`, ?`, len(columns)-1)) //nolint:gosec // the names come from the schema, not from outside
				if into[table], err = target.PrepareContext(ctx, text); err != nil {                                                               //nolint:sqlclosecheck // all are closed at the end
					return 0, err
				}
			}
		}
		began := time.Now()
		if err := putSQLite(ctx, target, into, rows); err != nil {
			return 0, err
		}
		took += time.Since(began)
	}
	return took, nil
}

func putSQLite(ctx context.Context, target *sql.DB, into map[string]*sql.Stmt, rows map[string][][]any) error {
	tx, err := target.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after Commit
	for _, table := range tables {
		if len(rows[table]) == 0 {
			continue
		}
		if err := putRows(ctx, tx.StmtContext(ctx, into[table]), rows[table]); err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	return tx.Commit()
}

func putRows(ctx context.Context, statement *sql.Stmt, rows [][]any) (err error) {
	defer func() { err = errors.Join(err, statement.Close()) }()
	for _, row := range rows {
		if _, err := statement.ExecContext(ctx, row...); err != nil {
			return err
		}
	}
	return nil
}

// readSQLite reads the rows of one batch. What the text index holds it does not give back:
// it is made anew of the alert.
func readSQLite(ctx context.Context, source *sql.DB, table string, perAlert bool, batch, batches int) (columns []string, all [][]any, err error) {
	text := `SELECT * FROM ` + table
	if table == "alert_text" {
		text = `SELECT place AS rowid, normal AS text FROM alerts`
	}
	from, n := batch*perBatch, perBatch
	if !perAlert {
		var count int
		if err := source.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+table).Scan(&count); err != nil {
			return nil, nil, err
		}
		from, n = share(count, batch, batches)
	}
	rows, err := source.QueryContext(ctx, text+` ORDER BY `+order(table)+` LIMIT ? OFFSET ?`, n, from)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	if columns, err = rows.Columns(); err != nil {
		return nil, nil, err
	}
	for rows.Next() {
		row, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, nil, err
		}
		for i := range row {
			if b, ok := row[i].([]byte); ok {
				row[i] = slices.Clone(b)
			}
		}
		if table == "alert_text" {
			var alert soc.Alert
			if err := json.Unmarshal(fmt.Appendf(nil, "%s", row[1]), &alert); err != nil {
				return nil, nil, err
			}
			row[1] = strings.Join([]string{
				query.AlertText(&alert), query.AlertTokens(&alert), query.NumberToken(query.Severity, int64(alert.Severity)),
				query.NumberToken(query.Client, 1), query.NumberToken(query.RuleID, 1), query.NumberToken(query.Node, 1),
			}, " ")
		}
		all = append(all, row)
	}
	return columns, all, rows.Err()
}
