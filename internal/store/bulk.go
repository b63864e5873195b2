package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// bulk is a table that deliveries insert into by the thousand. How is the dialect's.
type bulk struct {
	db      dialect
	table   string
	columns []string

	// Of SQLite: a statement for as many rows.
	rows int
	full *sql.Stmt
}

// bulks are the tables that every delivery writes to.
type bulks struct {
	alerts, raws, text, feed, ledger, events bulk
}

func (b *bulks) all() []*bulk {
	return []*bulk{&b.alerts, &b.raws, &b.text, &b.feed, &b.ledger, &b.events}
}

// prepareBulks must run before the first transaction: the one connection that writes
// to SQLite is then free.
func prepareBulks(ctx context.Context, d dialect, db *sql.DB) (bulks, error) {
	into := func(table string, columns ...string) bulk { return bulk{db: d, table: table, columns: columns} }
	b := bulks{
		alerts: into("alerts", "num", "id", "client_num", "node_num", "rule_num", "severity", "src", "dst", "received_ms", "head_num", "seq", "raw_hash", "raw_size", "normal", "sort_key"),
		raws:   into("raws", "alert_num", "codec", "raw"),
		text:   into("alert_text", "rowid", "text"),
		feed:   into("feed", "pos", "alert_num", "at_ms"),
		ledger: into("ledger", "head_num", "seq", "kind", "alert_id", "raw_hash", "value", "received_ms"),
		events: into("events", "node_num", "key", "alert_num", "via"),
	}
	for _, table := range b.all() {
		if err := d.prepare(ctx, db, table); err != nil {
			return b, fmt.Errorf("prepare insert into %s: %w", table.table, err)
		}
	}
	return b, nil
}

func (b *bulks) close() error {
	var errs []error
	for _, table := range b.all() {
		if table.full != nil {
			errs = append(errs, table.full.Close())
		}
	}
	return errors.Join(errs...)
}

func (b *bulk) width() int { return len(b.columns) }

// add inserts rows, given as one list of their columns after each other.
func (b *bulk) add(ctx context.Context, tx *sql.Tx, args []any) error {
	if len(args) == 0 {
		return nil
	}
	if err := b.db.insert(ctx, tx, b, args); err != nil {
		return fmt.Errorf("insert into %s: %w", b.table, err)
	}
	return nil
}
