package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	_ "modernc.org/sqlite" // the database/sql driver "sqlite", without cgo

	"github.com/socme-project/socme/internal/query"
)

// onSQLite is the dialect of SQLite.
type onSQLite struct{}

// openSQLite opens the pool that writes, of one connection. The file is made if it is
// not there.
func openSQLite(file string) (*gorm.DB, error) {
	return openFile(file, 1, url.Values{
		"mode":    {"rwc"},
		"_txlock": {"immediate"}, // a transaction that reads first must not fail when it writes
		"_pragma": {
			"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)",
			"cache_size(-16384)", "temp_store(MEMORY)",
			// A checkpoint writes each page once, however often it changed: rare ones write less.
			"wal_autocheckpoint(8000)", "journal_size_limit(67108864)",
		},
	})
}

// openSQLiteReaders opens the pool that reads, of a file that is there.
func openSQLiteReaders(file string) (*gorm.DB, error) {
	return openFile(file, readers, url.Values{
		"mode":    {"ro"},
		"_pragma": {"busy_timeout(10000)", "query_only(ON)", "cache_size(-8192)", "temp_store(MEMORY)"},
	})
}

func openFile(file string, conns int, options url.Values) (*gorm.DB, error) {
	connector, err := connectSQLite("file:" + file + "?" + options.Encode())
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", file, err)
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	db.SetConnMaxIdleTime(5 * time.Minute)
	g, err := gorm.Open(sqlite.Dialector{Conn: db}, gormConfig())
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", file, errors.Join(err, db.Close()))
	}
	return g, nil
}

func (onSQLite) folder() string { return "migrations/sqlite" }

// lockSchema has nothing to do: each step is a transaction, which the file lets only one
// have.
func (onSQLite) lockSchema(context.Context, *sql.Conn) (func() error, error) {
	return func() error { return nil }, nil
}

func (onSQLite) forUpdate(string) string  { return `` }
func (onSQLite) snapshot() *sql.TxOptions { return &sql.TxOptions{ReadOnly: true} }

func (onSQLite) oneOf(values [][]byte) (string, []any) {
	args := make([]any, len(values))
	for i, value := range values {
		args[i] = value
	}
	return ` IN (?` + strings.Repeat(`, ?`, len(args)-1) + `)`, args
}

func (onSQLite) oneOfNums(nums []int64) (string, []any) {
	list := []byte{'['}
	for i, num := range nums {
		if i > 0 {
			list = append(list, ',')
		}
		list = strconv.AppendInt(list, num, 10)
	}
	return ` IN (SELECT value FROM json_each(?))`, []any{string(append(list, ']'))}
}

func (onSQLite) text(words, tokens string) any { return words + " " + tokens }

func (onSQLite) addTokens(text any, tokens []string) any {
	return text.(string) + " " + strings.Join(tokens, " ") //nolint:forcetypeassert // what text makes
}

func (onSQLite) places(ctx context.Context, tx *sql.Tx, _ int64, fresh []newAlert) ([]int64, error) {
	return takePlaces(ctx, tx, fresh)
}

func (onSQLite) textLeads() bool { return true }

func (onSQLite) matchText(l query.Lookup, few bool) (string, []any) {
	if few { // the text index is asked for each of them
		return `EXISTS (SELECT 1 FROM alert_text WHERE alert_text MATCH ? AND alert_text.rowid = alerts.place)`, []any{matchFTS(l)}
	}
	return `alerts.place IN (SELECT rowid FROM alert_text WHERE alert_text MATCH ?)`, []any{matchFTS(l)}
}

// bulkArgs is how many arguments a full load has, about: enough that the statement's
// own cost vanishes.
const bulkArgs = 2000

// prepare prepares the statements: parsing a full load costs as much as running it. What is
// left of a delivery goes row by row, whose statement needs no parsing either.
func (onSQLite) prepare(ctx context.Context, db *sql.DB, b *bulk) error {
	b.rows = min(bulkArgs/b.width(), 500)
	if b.table == "alert_text" {
		b.rows = 1 // a statement of many rows writes a segment, however small; one by one they wait for the commit
	}
	var err error
	if b.full, err = db.PrepareContext(ctx, insertSQL(b, b.rows)); err != nil {
		return err
	}
	b.one, err = db.PrepareContext(ctx, insertSQL(b, 1))
	return err
}

func insertSQL(b *bulk, rows int) string {
	one := `(?` + strings.Repeat(`, ?`, b.width()-1) + `)`
	return `INSERT INTO ` + b.table + ` (` + strings.Join(b.columns, `, `) + `) VALUES ` + one + strings.Repeat(`, `+one, rows-1) + ` ` + b.then
}

func (onSQLite) insert(ctx context.Context, tx *sql.Tx, b *bulk, args []any) error {
	if b.full == nil { // within a migration
		for part := range slices.Chunk(args, bulkArgs/b.width()*b.width()) {
			if _, err := tx.ExecContext(ctx, insertSQL(b, len(part)/b.width()), part...); err != nil {
				return err
			}
		}
		return nil
	}
	args, err := insertBy(ctx, tx, b.full, args, b.rows*b.width())
	if err == nil {
		_, err = insertBy(ctx, tx, b.one, args, b.width())
	}
	return err
}

// insertBy runs a statement of load arguments as often as there are so many, and returns
// what is left.
func insertBy(ctx context.Context, tx *sql.Tx, statement *sql.Stmt, args []any, load int) ([]any, error) {
	if len(args) < load {
		return args, nil
	}
	ours := tx.StmtContext(ctx, statement) //nolint:sqlclosecheck // it ends with the transaction
	for ; len(args) >= load; args = args[load:] {
		if _, err := ours.ExecContext(ctx, args[:load]...); err != nil {
			return nil, err
		}
	}
	return args, nil
}

func (onSQLite) loading() (before, after []string) {
	return []string{
			`PRAGMA journal_mode = OFF`, `PRAGMA synchronous = OFF`, `PRAGMA cache_size = -1000000`,
			`INSERT INTO alert_text (alert_text, rank) VALUES ('hashsize', 268435456)`,
		},
		[]string{
			`INSERT INTO alert_text (alert_text, rank) VALUES ('hashsize', 1048576)`,
			`PRAGMA cache_size = -16384`, `PRAGMA synchronous = FULL`, `PRAGMA journal_mode = WAL`,
		}
}

// secondary leaves the places, which new alerts ask for.
func (onSQLite) secondary() string {
	return `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'alerts' AND sql IS NOT NULL AND name <> 'alerts_place'`
}

func (onSQLite) numbers(ctx context.Context, tx *sql.Tx, of string, n int) (int64, error) {
	return take(ctx, tx, of, n)
}
