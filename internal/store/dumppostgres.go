package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/socme-project/socme/soc"
)

// FolderRows is where the rows of a database on PostgreSQL are in a copy, in the text form
// of COPY: one file for each part of a table, named so that tables come in the order in
// which they may be filled.
const FolderRows = "postgres"

// partSize is how much of a table is in one part, and in memory, in bytes.
const partSize = 4 << 20

// dumpPostgres copies every table by a connection and a transaction of its own, which sees
// one moment: writers go on.
func (s *Store) dumpPostgres(ctx context.Context, put func(name string, part []byte) error) (c Contents, err error) {
	conn, err := connectPostgres(ctx, s.url)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return c, err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // it has read only
	if c, err = schemaOfPostgres(ctx, tx); err != nil {
		return c, err
	}
	order, err := tablesOfPostgres(ctx, tx)
	if err != nil {
		return c, err
	}
	for i, table := range order {
		p := parts{put: put, prefix: fmt.Sprintf("%s/%03d-%s", FolderRows, i+1, table)}
		tag, err := conn.PgConn().CopyTo(ctx, &p, `COPY `+copyTarget(table, c.Columns[table])+` TO STDOUT`)
		if err == nil {
			err = p.end()
		}
		if err != nil {
			return c, fmt.Errorf("table %s: %w", table, err)
		}
		c.Tables[table] = tag.RowsAffected()
	}
	c.Heads, err = headsOfPostgres(ctx, tx)
	if err == nil { // after the rows: a number that was given out since is not given out twice
		c.Sequences, err = sequencesOf(ctx, tx)
	}
	return c, err
}

// parts cuts the rows of a table into parts.
type parts struct {
	put    func(name string, part []byte) error
	prefix string
	n      int
	held   []byte
}

// Write takes rows. In the text form of COPY a newline ends a row and stands nowhere else.
func (p *parts) Write(b []byte) (int, error) {
	p.held = append(p.held, b...)
	if len(p.held) < partSize {
		return len(b), nil
	}
	end := bytes.LastIndexByte(p.held, '\n') + 1
	if end == 0 {
		return len(b), nil
	}
	if err := p.emit(p.held[:end]); err != nil {
		return 0, err
	}
	p.held = append(p.held[:0], p.held[end:]...)
	return len(b), nil
}

func (p *parts) emit(part []byte) error {
	p.n++
	return p.put(fmt.Sprintf("%s.%06d.copy", p.prefix, p.n), part)
}

// end writes what is left; an empty table has one empty part.
func (p *parts) end() error {
	if len(p.held) == 0 && p.n > 0 {
		return nil
	}
	return p.emit(p.held)
}

func copyTarget(table string, columns []string) string {
	names := make([]string, len(columns))
	for i, column := range columns {
		names[i] = pgx.Identifier{column}.Sanitize()
	}
	return pgx.Identifier{table}.Sanitize() + ` (` + strings.Join(names, `, `) + `)`
}

// asking is a connection of pgx, or a transaction on it.
type asking interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// tablesOfPostgres lists the tables in the order in which they were made: one that refers
// to another comes after it.
func tablesOfPostgres(ctx context.Context, db asking) ([]string, error) {
	rows, err := db.Query(ctx, `SELECT relname FROM pg_class WHERE relnamespace = CAST(current_schema() AS regnamespace) AND relkind = 'r' ORDER BY oid`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// schemaOfPostgres tells of what form the tables are.
func schemaOfPostgres(ctx context.Context, db asking) (Contents, error) {
	c := Contents{Engine: enginePostgres, Tables: map[string]int64{}, Columns: map[string][]string{}, Heads: []ContentsHead{}}
	if err := db.QueryRow(ctx, `SELECT MAX(version) FROM migrations`).Scan(&c.Schema); err != nil {
		return c, err
	}
	rows, err := db.Query(ctx, `SELECT relname, attname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
		WHERE relnamespace = CAST(current_schema() AS regnamespace) AND relkind = 'r' AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY relname, attnum`)
	if err != nil {
		return c, err
	}
	var table, column string
	_, err = pgx.ForEachRow(rows, []any{&table, &column}, func() error {
		c.Columns[table] = append(c.Columns[table], column)
		return nil
	})
	return c, err
}

func headsOfPostgres(ctx context.Context, db asking) ([]ContentsHead, error) {
	rows, err := db.Query(ctx, selectHeads)
	if err != nil {
		return nil, err
	}
	heads := []ContentsHead{}
	var h ContentsHead
	var node, epoch string
	var lane int16
	var seq int64
	var value []byte
	_, err = pgx.ForEachRow(rows, []any{&node, &epoch, &lane, &seq, &value}, func() error {
		h = ContentsHead{Node: soc.NodeID(node), Epoch: soc.Epoch(epoch), Lane: soc.Lane(lane), Seq: uint64(seq)}
		copy(h.Value[:], value)
		heads = append(heads, h)
		return nil
	})
	return heads, err
}

// sequencesOf tells the last number that each sequence gave; 0 if it gave none.
func sequencesOf(ctx context.Context, db asking) (map[string]int64, error) {
	rows, err := db.Query(ctx, `SELECT sequencename, COALESCE(last_value, 0) FROM pg_sequences WHERE schemaname = current_schema()`)
	if err != nil {
		return nil, err
	}
	found := map[string]int64{}
	var name string
	var last int64
	_, err = pgx.ForEachRow(rows, []any{&name, &last}, func() error { found[name] = last; return nil })
	return found, err
}
