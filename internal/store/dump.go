package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"

	"github.com/socme-project/socme/soc"
)

// Contents says what a database holds, so that a copy can be held against it.
type Contents struct {
	Engine string           `json:"engine"` // sqlite or postgres
	Schema int              `json:"schema"`
	Tables map[string]int64 `json:"tables"` // rows of each
	Heads  []ContentsHead   `json:"heads"`
	// Columns are those of each table in the order of its rows, and Sequences the last
	// number that each gave. Both are of PostgreSQL only.
	Columns   map[string][]string `json:"columns,omitempty"`
	Sequences map[string]int64    `json:"sequences,omitempty"`
}

// ContentsHead is the end of one chain of the ledger.
type ContentsHead struct {
	Node  soc.NodeID `json:"node"`
	Epoch soc.Epoch  `json:"epoch"`
	Lane  soc.Lane   `json:"lane"`
	Seq   uint64     `json:"seq"`
	Value soc.Hash   `json:"value"`
}

// The engines of a copy.
const (
	engineSQLite   = "sqlite"
	enginePostgres = "postgres"
)

// OnPostgres says that the copy is of a database on PostgreSQL.
func (c *Contents) OnPostgres() bool { return c.Engine == enginePostgres }

// Dump copies the database as it is at one moment, while others read and write. Of SQLite
// it writes a file into dir, in the form that Open opens there. Of PostgreSQL it puts the
// rows piece by piece, for LoadDump; a piece is good until put returns. The folder must be
// private: the copy holds all that the database holds.
func (s *Store) Dump(ctx context.Context, scope soc.Scope, dir string, put func(name string, part []byte) error) (Contents, error) {
	if err := mustAll(scope); err != nil {
		return Contents{}, err
	}
	if s.file == "" {
		c, err := s.dumpPostgres(ctx, put)
		if err != nil {
			return c, fmt.Errorf("copy the database: %w", err)
		}
		return c, nil
	}
	if err := dumpSQLite(ctx, s.file, filepath.Join(dir, fileSQLite)); err != nil {
		return Contents{}, fmt.Errorf("copy the database: %w", err)
	}
	return ContentsOf(ctx, dir)
}

// dumpSQLite reads by a connection of its own: the copy is of the moment at which it
// begins, writers go on, and it ends when ctx does.
func dumpSQLite(ctx context.Context, from, to string) (err error) {
	db, err := openPlain(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = db.ExecContext(ctx, `VACUUM INTO ?`, to)
	return err
}

func openPlain(file string) (*sql.DB, error) {
	return sql.Open("sqlite", "file:"+file+"?"+url.Values{"mode": {"ro"}, "_pragma": {"busy_timeout(10000)", "cache_size(-16384)"}}.Encode())
}

// ContentsOf says what a database that Dump wrote holds, whatever its schema.
func ContentsOf(ctx context.Context, dir string) (c Contents, err error) {
	c = Contents{Engine: engineSQLite, Tables: map[string]int64{}, Heads: []ContentsHead{}}
	db, err := openPlain(filepath.Join(dir, fileSQLite))
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.QueryRowContext(ctx, `SELECT MAX(version) FROM migrations`).Scan(&c.Schema); err != nil {
		return c, fmt.Errorf("read the copy: %w", err)
	}
	tables, err := tablesOf(ctx, db)
	if err != nil {
		return c, fmt.Errorf("read the copy: %w", err)
	}
	for _, table := range tables {
		var rows int64
		if err := db.QueryRowContext(ctx, `SELECT COUNT(*) FROM "`+table+`"`).Scan(&rows); err != nil {
			return c, fmt.Errorf("count %s: %w", table, err)
		}
		c.Tables[table] = rows
	}
	if c.Heads, err = headsOf(ctx, db); err != nil {
		return c, fmt.Errorf("read the heads: %w", err)
	}
	return c, nil
}

func tablesOf(ctx context.Context, db *sql.DB) ([]string, error) {
	rows, err := db.QueryContext(ctx, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	var tables []string
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			return nil, err
		}
		tables = append(tables, table)
	}
	return tables, rows.Err()
}

const selectHeads = `SELECT nodes.id, epoch, lane, seq, value FROM heads JOIN nodes ON nodes.num = heads.node_num ORDER BY heads.num`

func headsOf(ctx context.Context, db *sql.DB) ([]ContentsHead, error) {
	rows, err := db.QueryContext(ctx, selectHeads)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	heads := []ContentsHead{}
	for rows.Next() {
		var h ContentsHead
		var value []byte
		if err := rows.Scan(&h.Node, &h.Epoch, &h.Lane, &h.Seq, &value); err != nil {
			return nil, err
		}
		copy(h.Value[:], value)
		heads = append(heads, h)
	}
	return heads, rows.Err()
}
