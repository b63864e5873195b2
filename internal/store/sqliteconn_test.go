package store

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
)

// one is a database of one connection: what is run again meets the statement that is kept.
func one(t *testing.T) *sql.DB {
	t.Helper()
	g, err := openSQLite(filepath.Join(t.TempDir(), "one.db"))
	if err != nil {
		t.Fatal(err)
	}
	db, err := g.DB()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	for _, text := range []string{`CREATE TABLE numbers (n INTEGER)`, `INSERT INTO numbers VALUES (1), (2), (3)`} {
		if _, err := db.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

func TestAStatementRunsAgainWhileItsRowsAreRead(t *testing.T) {
	tx, err := one(t).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	for range 3 { // the second round finds statements that are kept
		if got := followers(t, tx); got != "[1 2 2 3 3 0]" {
			t.Errorf("each number and the one after it: %s", got)
		}
	}
}

// followers reads each number and, by the same statement, the one after it.
func followers(t *testing.T, tx *sql.Tx) string {
	t.Helper()
	const after = `SELECT n FROM numbers WHERE n > ? ORDER BY n`
	rows, err := tx.QueryContext(t.Context(), after, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var read []int
	for rows.Next() {
		var n, next int
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
		if err := tx.QueryRowContext(t.Context(), after, n).Scan(&next); err != nil && !errors.Is(err, sql.ErrNoRows) {
			t.Fatal(err)
		}
		read = append(read, n, next)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(read)
}

func TestAKeptStatementSeesTheTableAsItIs(t *testing.T) {
	db := one(t)
	all := func() (columns []string, first string) {
		rows, err := db.QueryContext(t.Context(), `SELECT * FROM numbers`)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		if columns, err = rows.Columns(); err != nil || !rows.Next() {
			t.Fatal(err, rows.Err())
		}
		values := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		return columns, fmt.Sprint(values)
	}
	all()
	if _, err := db.ExecContext(t.Context(), `ALTER TABLE numbers ADD COLUMN name TEXT DEFAULT 'none'`); err != nil {
		t.Fatal(err)
	}
	if columns, first := all(); fmt.Sprint(columns) != "[n name]" || first != "[1 none]" {
		t.Errorf("after a column was added: %v, %v", columns, first)
	}
}

func TestAConnectionKeepsFewStatements(t *testing.T) {
	db := one(t)
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	for i := range 3 * preparedKept {
		var n int
		if err := conn.QueryRowContext(t.Context(), fmt.Sprintf(`SELECT n + %d FROM numbers WHERE n = 1`, i)).Scan(&n); err != nil || n != i+1 {
			t.Fatalf("statement %d = %d, %v", i, n, err)
		}
	}
	err = conn.Raw(func(inner any) error {
		if kept := len(inner.(*sqliteConn).idle); kept != preparedKept { //nolint:forcetypeassert // what openSQLite makes
			return fmt.Errorf("%d statements are kept, want %d", kept, preparedKept)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
