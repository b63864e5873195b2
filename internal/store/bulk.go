package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// bulk inserts many rows a statement into one table. The statement for a full load is
// prepared once: parsing it costs as much as running it.
type bulk struct {
	into  string
	then  string    // what follows the values, such as ON CONFLICT …
	width int       // columns
	rows  int       // of a full load
	full  *sql.Stmt // nil until prepared
}

// bulkArgs is how many arguments a full load has, about: enough that the statement's
// own cost vanishes. The text index flushes once a statement, so fewer are better.
const bulkArgs = 2000

// bulks are the tables that every delivery writes to.
type bulks struct {
	alerts, raws, text, feed, ledger, events, groups, minutes, hours, rules, facets, outcomes, actionAlerts bulk
}

func (b *bulks) all() []*bulk {
	return []*bulk{
		&b.alerts, &b.raws, &b.text, &b.feed, &b.ledger, &b.events, &b.groups, &b.minutes, &b.hours, &b.rules, &b.facets,
		&b.outcomes, &b.actionAlerts,
	}
}

func newBulks() bulks {
	b := bulks{
		alerts: bulk{into: `alerts (num, id, client_num, node_num, rule_num, severity, src, dst, received_ms, head_num, seq, raw_hash, raw_size, normal, sort_key, group_num, place, owner_num)`},
		raws:   bulk{into: `raws (alert_num, codec, raw)`},
		text:   bulk{into: `alert_text (rowid, text)`},
		feed:   bulk{into: `feed (pos, alert_num, at_ms)`},
		ledger: bulk{into: `ledger (head_num, seq, kind, alert_id, raw_hash, value, received_ms)`},
		events: bulk{into: `events (node_num, key, alert_num, via)`},
		groups: bulk{
			into: `alert_groups (num, id, client_num, rule_num, source, destination, severity, alerts, open, state, first_key, last_key)`,
			then: groupJoin,
		},
		minutes: counting(`rollup_minute`, `client_num, slot, severity, engine`),
		hours:   counting(`rollup_hour`, `client_num, slot, severity, engine`),
		rules:   counting(`rollup_rule`, `client_num, slot, rule_num`),
		facets:  counting(`rollup_facet`, `kind, client_num, slot, severity, value`),

		outcomes:     counting(`rollup_outcome`, `rule_num, client_num, verdict`),
		actionAlerts: bulk{into: `action_alerts (alert_num, action_num, state, verdict, owner_num, resolved_ms, resolution)`},
	}
	for _, table := range b.all() {
		table.width = strings.Count(table.into, ",") + 1
		table.rows = min(bulkArgs/table.width, 500)
	}
	return b
}

// prepare must run before the first transaction: the one connection that writes is then
// free.
func (b *bulks) prepare(ctx context.Context, db *sql.DB) error {
	for _, table := range b.all() {
		var err error
		if table.full, err = db.PrepareContext(ctx, table.insert(table.rows)); err != nil {
			return fmt.Errorf("prepare insert into %s: %w", table.into, err)
		}
	}
	return nil
}

// counting adds to the counts of a rollup. A statement must name each key once.
func counting(table, key string) bulk {
	return bulk{into: table + ` (` + key + `, count)`, then: `ON CONFLICT (` + key + `) DO UPDATE SET count = ` + table + `.count + excluded.count`}
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

func (b *bulk) insert(rows int) string {
	one := `(?` + strings.Repeat(`, ?`, b.width-1) + `)`
	return `INSERT INTO ` + b.into + ` VALUES ` + one + strings.Repeat(`, `+one, rows-1) + ` ` + b.then
}

// add inserts rows, given as one list of their columns after each other.
func (b *bulk) add(ctx context.Context, tx *sql.Tx, args []any) error {
	load := b.rows * b.width
	for ; len(args) >= load && b.full != nil; args = args[load:] {
		if _, err := tx.StmtContext(ctx, b.full).ExecContext(ctx, args[:load]...); err != nil { //nolint:sqlclosecheck // it ends with the transaction
			return fmt.Errorf("insert into %s: %w", b.into, err)
		}
	}
	for part := range slices.Chunk(args, load) {
		if _, err := tx.ExecContext(ctx, b.insert(len(part)/b.width), part...); err != nil {
			return fmt.Errorf("insert into %s: %w", b.into, err)
		}
	}
	return nil
}
