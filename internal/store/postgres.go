package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// onPostgres is the dialect of PostgreSQL 15 or newer.
type onPostgres struct{}

// writers bounds the pool that writes to PostgreSQL.
const writers = 8

// What every connection says of itself. A machine that vanishes must not hold its locks
// for the two hours after which a system looks by itself.
var (
	connectionSettings = map[string]string{
		"application_name": "socme", "tcp_keepalives_idle": "30", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "3",
		// To compile a plan takes 30 ms where there are millions of rows, and ours run for less.
		"jit": "off",
	}
	// A plan that is kept from when a table was empty reads all of it for ever: each
	// statement is planned as the tables are.
	writerSettings = map[string]string{"idle_in_transaction_session_timeout": "60s", "plan_cache_mode": "force_custom_plan"}
	// Readers, too: what is frequent is found in another way than what is rare.
	readerSettings = map[string]string{"default_transaction_read_only": "on", "plan_cache_mode": "force_custom_plan"}
)

// configOf reads a URL. Its errors never hold it, since it holds a password.
func configOf(url soc.Secret, settings map[string]string) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(string(url))
	if err != nil {
		return nil, errors.New("the database's URL cannot be read; it looks like postgres://USER:PASSWORD@HOST:5432/NAME")
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}
	theirs := maps.Clone(config.RuntimeParams)
	maps.Copy(config.RuntimeParams, connectionSettings)
	maps.Copy(config.RuntimeParams, theirs)
	maps.Copy(config.RuntimeParams, settings)
	return config, nil
}

// connectPostgres makes one connection beside the pools. Statements on it are pgx's.
func connectPostgres(ctx context.Context, url soc.Secret) (*pgx.Conn, error) {
	config, err := configOf(url, nil)
	if err != nil {
		return nil, err
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open the PostgreSQL database: %w", err)
	}
	return conn, nil
}

// openPostgres opens a pool.
func openPostgres(url soc.Secret, conns int, settings map[string]string) (*gorm.DB, error) {
	config, err := configOf(url, settings)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector{Connector: stdlib.GetConnector(*config), texts: &texts{}})
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	db.SetConnMaxIdleTime(5 * time.Minute)
	g, err := gorm.Open(postgres.New(postgres.Config{Conn: db}), gormConfig())
	if err != nil {
		return nil, fmt.Errorf("open the PostgreSQL database: %w", errors.Join(err, db.Close()))
	}
	return g, nil
}

func (onPostgres) folder() string { return "migrations/postgres" }

// schemaLock is any number that no other program would take for its own lock.
const schemaLock = 0x50c3e5c4e3a

func (onPostgres) lockSchema(ctx context.Context, conn *sql.Conn) (func() error, error) {
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock(?)`, int64(schemaLock)); err != nil {
		return nil, err
	}
	return func() error {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock(?)`, int64(schemaLock))
		return err
	}, nil
}

func (onPostgres) forUpdate(table string) string { return ` FOR UPDATE OF ` + table }

func (onPostgres) snapshot() *sql.TxOptions {
	return &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}
}

func (onPostgres) oneOf(values [][]byte) (string, []any) { return ` = ANY (?)`, []any{values} }

func (onPostgres) oneOfNums(nums []int64) (string, []any) { return ` = ANY (?)`, []any{nums} }

func (onPostgres) text(words, tokens string) any {
	return addWords(wordsOf(words), strings.Fields(tokens))
}

func (onPostgres) addTokens(text any, tokens []string) any {
	return addWords(text.(pgtype.TSVector), tokens) //nolint:forcetypeassert // what text makes
}

// places are the numbers of the alerts: an order of rows would be worth nothing here, and
// writers would have to agree on it.
func (onPostgres) places(_ context.Context, _ *sql.Tx, first int64, fresh []newAlert) ([]int64, error) {
	places := make([]int64, len(fresh))
	for i := range places {
		places[i] = first + int64(i)
	}
	return places, nil
}

func (onPostgres) textLeads() bool { return false }

func (onPostgres) matchText(l query.Lookup, _ bool) (string, []any) {
	return `alerts.place IN (SELECT rowid FROM alert_text WHERE text @@ CAST(? AS tsquery))`, []any{wordQuery(l)}
}

// prepare learns of what types the columns are, where insert needs them.
func (d onPostgres) prepare(ctx context.Context, db *sql.DB, b *bulk) error {
	if b.then == "" {
		return nil
	}
	for _, column := range b.columns {
		var kind string
		err := db.QueryRowContext(ctx, `SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = CAST(? AS regclass) AND attname = ?`, b.table, column).Scan(&kind)
		if err != nil {
			return err
		}
		b.types = append(b.types, kind)
	}
	return nil
}

// insert copies, which is the fastest there is. COPY knows no conflicts: rows that may meet
// one go in as one array for each column.
func (onPostgres) insert(ctx context.Context, tx *sql.Tx, b *bulk, args []any) error {
	if b.then == "" {
		_, err := tx.ExecContext(ctx, `COPY `+b.table+` (`+strings.Join(b.columns, `, `)+`)`, copied{bulk: b, args: args})
		return err
	}
	arrays, text := make([]any, b.width()), make([]string, b.width())
	for i, kind := range b.types {
		column := make([]any, 0, len(args)/b.width())
		for j := i; j < len(args); j += b.width() {
			value, err := toPostgres(args[j])
			if err != nil {
				return err
			}
			column = append(column, value)
		}
		arrays[i], text[i] = column, `CAST(? AS `+kind+`[])`
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO `+b.table+` (`+strings.Join(b.columns, `, `)+`) SELECT * FROM unnest(`+strings.Join(text, `, `)+`) `+b.then, arrays...) //nolint:gosec // names of columns and types only
	return err
}

func (onPostgres) loading() (before, after []string) { return nil, []string{`VACUUM ANALYZE`} }

func (onPostgres) secondary() string {
	return `SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename IN ('alerts', 'alert_text')
		AND indexname NOT IN (SELECT conname FROM pg_constraint)`
}

// numbers takes as many steps as are needed: more than one only where nobody else does.
func (onPostgres) numbers(ctx context.Context, tx *sql.Tx, of string, n int) (first int64, err error) {
	steps := int64(n+maxDelivery-1) / maxDelivery
	var last int64
	err = tx.QueryRowContext(ctx, `SELECT MIN(num), MAX(num) FROM (SELECT nextval(CAST(? AS regclass)) AS num FROM generate_series(1, ?)) AS step`, of+"_nums", steps).Scan(&first, &last)
	if err == nil && last-first != (steps-1)*maxDelivery {
		err = fmt.Errorf("%w: %d numbers at once, and others took some between", soc.ErrConflict, n)
	}
	return first, err
}
