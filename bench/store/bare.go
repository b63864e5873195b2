package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// tables are those that a delivery fills, in the order in which the store does. Of the
// first it writes a row for each alert; what it adds to the others' rows is written here
// as if each were new, in as many parts as there were deliveries.
var tables = []string{
	"alerts", "raws", "alert_text", "ledger", "feed",
	"alert_groups", "rollup_minute", "rollup_hour", "rollup_rule", "rollup_facet", "rollup_outcome", "tape",
}

const perAlert = 5 // of tables

// put inserts rows of a table.
type put func(ctx context.Context, tx pgx.Tx, table string, columns []string, rows [][]any) error

// bare reads what a store has written, and puts it into another database of the same
// schema, as many alerts a transaction as the store took.
func bare(ctx context.Context, from, to string, batches int, put put) (took time.Duration, err error) {
	source, err := pgx.Connect(ctx, from)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, source.Close(ctx)) }()
	target, err := pgx.Connect(ctx, to)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, target.Close(ctx)) }()
	counts := map[string]int{}
	for _, table := range tables {
		var n int
		if err := source.QueryRow(ctx, `SELECT COUNT(*) FROM `+table).Scan(&n); err != nil {
			return 0, err
		}
		counts[table] = n
	}
	for batch := range batches {
		columns, rows := map[string][]string{}, map[string][][]any{}
		for i, table := range tables {
			from, n := batch*perBatch, perBatch
			if i >= perAlert {
				from, n = share(counts[table], batch, batches)
			}
			if columns[table], rows[table], err = read(ctx, source, table, from, n); err != nil {
				return 0, err
			}
		}
		began := time.Now()
		err = pgx.BeginFunc(ctx, target, func(tx pgx.Tx) error {
			for _, table := range tables {
				if err := put(ctx, tx, table, columns[table], rows[table]); err != nil {
					return fmt.Errorf("%s: %w", table, err)
				}
			}
			return nil
		})
		if err != nil {
			return 0, err
		}
		took += time.Since(began)
	}
	return took, nil
}

// share is the part of n rows that one of so many batches writes.
func share(n, batch, batches int) (from, count int) {
	from = n * batch / batches
	return from, n*(batch+1)/batches - from
}

// order is that of a table's rows: each has a place of its own.
func order(table string) string {
	switch table {
	case "ledger", "tape":
		return `1, 2`
	case "rollup_minute", "rollup_hour", "rollup_rule", "rollup_outcome":
		return `1, 2, 3, 4`
	case "rollup_facet":
		return `1, 2, 3, 4, 5`
	}
	return `1`
}

// read reads n rows.
func read(ctx context.Context, source *pgx.Conn, table string, from, n int) (columns []string, all [][]any, err error) {
	rows, err := source.Query(ctx, `SELECT * FROM `+table+` ORDER BY `+order(table)+` LIMIT $1 OFFSET $2`, n, from)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for _, field := range rows.FieldDescriptions() {
		columns = append(columns, field.Name)
	}
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return nil, nil, err
		}
		all = append(all, values)
	}
	return columns, all, rows.Err()
}

func byCopy(ctx context.Context, tx pgx.Tx, table string, columns []string, rows [][]any) error {
	_, err := tx.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(rows))
	return err
}

// byInsert inserts a hundred rows a statement, which pgx prepares once.
func byInsert(ctx context.Context, tx pgx.Tx, table string, columns []string, rows [][]any) error {
	const load = 100
	var text strings.Builder
	fmt.Fprintf(&text, `INSERT INTO %s (%s) VALUES `, table, strings.Join(columns, `, `))
	for i := range load * len(columns) {
		switch {
		case i == 0:
			text.WriteString(`(`)
		case i%len(columns) == 0:
			text.WriteString(`), (`)
		default:
			text.WriteString(`, `)
		}
		fmt.Fprintf(&text, `$%d`, i+1)
	}
	text.WriteString(`)`)
	for ; len(rows) >= load; rows = rows[load:] {
		var args []any
		for _, row := range rows[:load] {
			args = append(args, row...)
		}
		if _, err := tx.Exec(ctx, text.String(), args...); err != nil {
			return err
		}
	}
	if len(rows) > 0 {
		return byCopy(ctx, tx, table, columns, rows)
	}
	return nil
}
