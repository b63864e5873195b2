package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/socme-project/socme/soc"
)

// CheckEmpty says whether a PostgreSQL database holds nothing yet, so that a core may be
// restored into it.
func CheckEmpty(ctx context.Context, database soc.Secret) (err error) {
	conn, err := connectPostgres(ctx, database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	return mustBeEmpty(ctx, conn)
}

func mustBeEmpty(ctx context.Context, conn *pgx.Conn) error {
	var name string
	var schema *string
	var holds int
	err := conn.QueryRow(ctx, `SELECT current_database(), current_schema(), (SELECT COUNT(*) FROM pg_class WHERE relnamespace = CAST(current_schema() AS regnamespace))`).Scan(&name, &schema, &holds)
	switch {
	case err != nil:
		return fmt.Errorf("read the PostgreSQL database: %w", err)
	case schema == nil:
		return fmt.Errorf("%w: the PostgreSQL database %s has no schema to make tables in", soc.ErrInvalid, name)
	case holds > 0:
		return fmt.Errorf("%w: the PostgreSQL database %s is not empty: restore into a new one", soc.ErrInvalid, name)
	}
	return nil
}

// LoadDump fills an empty PostgreSQL database with the rows that Dump has put, which lie in
// dir, and says what it holds then. The schema is the one that the rows are of: Open brings
// it up to date. Check, if it is not nil, judges what is loaded. If it ends with an error,
// the database is empty again.
func LoadDump(ctx context.Context, database soc.Secret, dir string, was Contents, check func(Contents) error) (c Contents, err error) {
	conn, err := connectPostgres(ctx, database)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	if err := mustBeEmpty(ctx, conn); err != nil {
		return c, err
	}
	if err = migrateEmpty(ctx, database, was.Schema); err == nil {
		c, err = loadRows(ctx, conn, dir, was, check)
	}
	if err != nil {
		err = errors.Join(err, emptyAgain(context.WithoutCancel(ctx), conn))
	}
	return c, err
}

// migrateEmpty makes the tables as a schema has them.
func migrateEmpty(ctx context.Context, database soc.Secret, schema int) (err error) {
	g, err := openPostgres(database, 1, writerSettings)
	if err != nil {
		return err
	}
	db, err := g.DB()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return (&Store{db: onPostgres{}}).migrateTo(ctx, db, schema)
}

func loadRows(ctx context.Context, conn *pgx.Conn, dir string, was Contents, check func(Contents) error) (c Contents, err error) {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return c, err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // does nothing after Commit
	tables, err := tablesOfPostgres(ctx, tx)
	if err != nil {
		return c, err
	}
	if c, err = schemaOfPostgres(ctx, tx); err != nil {
		return c, err
	}
	// What is faster to make at the end is left out meanwhile.
	again, err := dropSecondary(ctx, tx)
	if err != nil {
		return c, err
	}
	for _, table := range tables { // migrations have put some rows in; the newest table first, since others refer to the first
		if _, err := tx.Exec(ctx, `TRUNCATE `+pgx.Identifier{table}.Sanitize()+` CASCADE`); err != nil {
			return c, fmt.Errorf("table %s: %w", table, err)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.copy")) // sorted
	if err != nil {
		return c, err
	}
	for _, file := range files {
		if err := loadPart(ctx, conn, file, was, c); err != nil {
			return c, err
		}
	}
	for _, statement := range again {
		if _, err := tx.Exec(ctx, statement); err != nil {
			return c, err
		}
	}
	for name, last := range was.Sequences {
		statement := `ALTER SEQUENCE ` + pgx.Identifier{name}.Sanitize() + ` RESTART` // it gave none
		if last != 0 {
			statement = fmt.Sprintf(`SELECT setval(CAST(quote_ident('%s') AS regclass), %d)`, strings.ReplaceAll(name, "'", "''"), last)
		}
		if _, err := tx.Exec(ctx, statement); err != nil {
			return c, fmt.Errorf("sequence %s: %w", name, err)
		}
	}
	for _, table := range tables {
		var rows int64
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM `+pgx.Identifier{table}.Sanitize()).Scan(&rows); err != nil {
			return c, fmt.Errorf("count %s: %w", table, err)
		}
		c.Tables[table] = rows
	}
	if c.Heads, err = headsOfPostgres(ctx, tx); err != nil {
		return c, err
	}
	if c.Sequences, err = sequencesOf(ctx, tx); err != nil {
		return c, err
	}
	if check != nil {
		if err := check(c); err != nil {
			return c, err
		}
	}
	if _, err := tx.Exec(ctx, `ANALYZE`); err != nil {
		return c, err
	}
	return c, tx.Commit(ctx)
}

// loadPart copies one file. Its name and the columns are what somebody wrote: both must be
// those of a table that the migrations have made.
func loadPart(ctx context.Context, conn *pgx.Conn, path string, was, have Contents) error {
	base := filepath.Base(path)
	table, _, _ := strings.Cut(base, ".")
	if _, name, ok := strings.Cut(table, "-"); ok {
		table = name
	}
	if have.Columns[table] == nil || len(was.Columns[table]) == 0 {
		return fmt.Errorf("%w: %s is of no table of schema %d", soc.ErrInvalid, base, was.Schema)
	}
	file, err := os.Open(path) //nolint:gosec // a file that was unpacked
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was read only
	if _, err := conn.PgConn().CopyFrom(ctx, file, `COPY `+copyTarget(table, was.Columns[table])+` FROM STDIN`); err != nil {
		return fmt.Errorf("table %s: %w", table, err)
	}
	return nil
}

func dropSecondary(ctx context.Context, tx pgx.Tx) ([]string, error) {
	rows, err := tx.Query(ctx, onPostgres{}.secondary())
	if err != nil {
		return nil, err
	}
	var again, drop []string
	var name, text string
	if _, err := pgx.ForEachRow(rows, []any{&name, &text}, func() error {
		again, drop = append(again, text), append(drop, `DROP INDEX `+pgx.Identifier{name}.Sanitize())
		return nil
	}); err != nil {
		return nil, err
	}
	for _, statement := range drop {
		if _, err := tx.Exec(ctx, statement); err != nil {
			return nil, err
		}
	}
	return again, nil
}

// emptyAgain takes away what a load that failed has made.
func emptyAgain(ctx context.Context, conn *pgx.Conn) error {
	tables, err := tablesOfPostgres(ctx, conn)
	if err != nil {
		return err
	}
	for _, table := range tables {
		if _, err := conn.Exec(ctx, `DROP TABLE `+pgx.Identifier{table}.Sanitize()+` CASCADE`); err != nil {
			return err
		}
	}
	sequences, err := sequencesOf(ctx, conn)
	for name := range sequences {
		if _, err := conn.Exec(ctx, `DROP SEQUENCE `+pgx.Identifier{name}.Sanitize()); err != nil {
			return err
		}
	}
	return err
}

// Scratch makes a place on a PostgreSQL server that holds nothing and that nobody else
// knows: a database of its own, or, where the user may make none, a schema in the one that
// is named. Drop takes it away with all that is in it.
func Scratch(ctx context.Context, database soc.Secret) (place soc.Secret, drop func(context.Context) error, err error) {
	conn, err := connectPostgres(ctx, database)
	if err != nil {
		return "", nil, err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	name := "socme_scratch_" + strings.ToLower(rand.Text()[:12])
	setting, gone := "dbname", `DROP DATABASE `+name+` WITH (FORCE)`
	_, err = conn.Exec(ctx, `CREATE DATABASE `+name+` TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`)
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok && refused.Code == "42501" { // insufficient_privilege
		setting, gone = "search_path", `DROP SCHEMA `+name+` CASCADE`
		_, err = conn.Exec(ctx, `CREATE SCHEMA `+name)
	}
	if err != nil {
		return "", nil, fmt.Errorf("make a scratch database: %w", err)
	}
	return with(database, setting, name), func(ctx context.Context) error {
		conn, err := connectPostgres(ctx, database)
		if err != nil {
			return err
		}
		_, err = conn.Exec(ctx, gone)
		return errors.Join(err, conn.Close(ctx))
	}, nil
}

// with is the same database URL, or keywords and values, with one more setting.
func with(database soc.Secret, setting, value string) soc.Secret {
	text := string(database)
	if !strings.HasPrefix(text, "postgres://") && !strings.HasPrefix(text, "postgresql://") {
		return soc.Secret(text + " " + setting + "=" + value) // the last one counts
	}
	u, err := url.Parse(text)
	if err != nil { // pgx has read it
		return database
	}
	if setting == "dbname" {
		u.Path = "/" + value
	} else {
		q := u.Query()
		q.Set(setting, value)
		u.RawQuery = q.Encode()
	}
	return soc.Secret(u.String())
}
