package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// bulk is a table that deliveries insert into by the thousand. How is the dialect's.
type bulk struct {
	db      dialect
	table   string
	columns []string
	then    string // what follows the values: ON CONFLICT …

	// Of SQLite: a statement for as many rows, and one for a single row, once they are prepared.
	rows      int
	full, one *sql.Stmt
	// Of PostgreSQL: those of the columns, where then is set.
	types []string
}

// bulks are the tables that every delivery writes to.
type bulks struct {
	alerts, raws, text, feed, ledger, events bulk
	groups, minutes, hours, rules, facets    bulk
	outcomes, actionAlerts                   bulk
}

func (b *bulks) all() []*bulk {
	return []*bulk{
		&b.alerts, &b.raws, &b.text, &b.feed, &b.ledger, &b.events, &b.groups, &b.minutes, &b.hours, &b.rules, &b.facets,
		&b.outcomes, &b.actionAlerts,
	}
}

func newBulks(d dialect) bulks {
	into := func(table string, columns ...string) bulk { return bulk{db: d, table: table, columns: columns} }
	b := bulks{
		alerts:  into("alerts", "num", "id", "client_num", "node_num", "rule_num", "severity", "src", "dst", "received_ms", "head_num", "seq", "raw_hash", "raw_size", "normal", "sort_key", "group_num", "place", "owner_num", "state"),
		raws:    into("raws", "alert_num", "codec", "raw"),
		text:    into("alert_text", "rowid", "text"),
		feed:    into("feed", "pos", "alert_num", "at_ms"),
		ledger:  into("ledger", "head_num", "seq", "kind", "alert_id", "raw_hash", "value", "received_ms"),
		events:  into("events", "node_num", "key", "alert_num", "via"),
		groups:  into("alert_groups", "num", "id", "client_num", "rule_num", "source", "destination", "severity", "alerts", "open", "state", "first_key", "last_key", "src", "dst"),
		minutes: into("rollup_minute", "client_num", "slot", "severity", "engine", "count"),
		hours:   into("rollup_hour", "client_num", "slot", "severity", "engine", "count"),
		rules:   into("rollup_rule", "client_num", "slot", "rule_num", "count"),
		facets:  into("rollup_facet", "kind", "client_num", "slot", "severity", "value", "count"),

		outcomes:     into("rollup_outcome", "rule_num", "client_num", "verdict", "count"),
		actionAlerts: into("action_alerts", "alert_num", "action_num", "state", "verdict", "owner_num", "resolved_ms", "resolution"),
	}
	b.groups.then = groupJoin
	for _, rollup := range []*bulk{&b.minutes, &b.hours, &b.rules, &b.facets, &b.outcomes} {
		key := rollup.columns[:rollup.width()-1]
		rollup.then = `ON CONFLICT (` + strings.Join(key, `, `) + `) DO UPDATE SET count = ` + rollup.table + `.count + excluded.count`
	}
	return b
}

// prepare must run before the first transaction: the one connection that writes to SQLite
// is then free.
func (b *bulks) prepare(ctx context.Context, db *sql.DB) error {
	for _, table := range b.all() {
		if err := table.db.prepare(ctx, db, table); err != nil {
			return fmt.Errorf("prepare insert into %s: %w", table.table, err)
		}
	}
	return nil
}

func (b *bulks) close() error {
	var errs []error
	for _, table := range b.all() {
		for _, statement := range []*sql.Stmt{table.full, table.one} {
			if statement != nil {
				errs = append(errs, statement.Close())
			}
		}
	}
	return errors.Join(errs...)
}

func (b *bulk) width() int { return len(b.columns) }

// add inserts rows, given as one list of their columns after each other. Where then names
// a conflict, each key stands in the list once.
func (b *bulk) add(ctx context.Context, tx *sql.Tx, args []any) error {
	if len(args) == 0 {
		return nil
	}
	if err := b.db.insert(ctx, tx, b, args); err != nil {
		return fmt.Errorf("insert into %s: %w", b.table, err)
	}
	return nil
}
