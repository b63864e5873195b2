package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"gorm.io/gorm"

	"github.com/socme-project/socme/soc"
)

// DepthFor is how many of the newest alerts are looked at.
var DepthFor = depthFor

// Exec runs a statement behind the store's back.
func Exec(s *Store, statement string, args ...any) error {
	return s.write.Exec(statement, args...).Error
}

// ScopedMethods lists the methods of Store that take a soc.Scope.
func ScopedMethods() []string {
	var names []string
	scope := reflect.TypeFor[soc.Scope]()
	store := reflect.TypeFor[*Store]()
	for method := range store.Methods() {
		for in := range method.Type.Ins() {
			if in == scope {
				names = append(names, method.Name)
			}
		}
	}
	return names
}

// Rebind writes parameters as PostgreSQL takes them.
func Rebind(text string) string { return rebind(text) }

// Schema lists every column as table.column, with the kind of what it holds.
func Schema(s *Store) (map[string]string, error) {
	text := `SELECT m.name AS "table", c.name AS "column", c.type AS kind, c."notnull" OR c.pk > 0 AS filled FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'alert_text%'`
	if _, ok := s.db.(onPostgres); ok {
		text = `SELECT table_name AS "table", column_name AS "column", data_type AS kind, is_nullable = 'NO' AS filled FROM information_schema.columns
			WHERE table_schema = 'public' AND table_name <> 'alert_text'`
	}
	var rows []struct {
		Table, Column, Kind string
		Filled              bool
	}
	err := s.read.Raw(text).Scan(&rows).Error
	columns := map[string]string{}
	for _, r := range rows {
		kind := map[string]string{"bigint": "number", "integer": "number", "boolean": "number", "INTEGER": "number", "text": "text", "TEXT": "text", "bytea": "bytes", "BLOB": "bytes"}[r.Kind]
		if r.Filled {
			kind += ", never null"
		}
		columns[r.Table+"."+r.Column] = kind
	}
	return columns, err
}

// Rollups reads the rollups of hours, rules and facets, in words; "" is all clients.
func Rollups(s *Store) (map[string]int64, error) {
	db, err := s.read.DB()
	if err != nil {
		return nil, err
	}
	severity := func(n int64) string { return soc.Severity(n).String() }
	got := map[string]int64{}
	read := func(text string, name func(client string, slot, n int64, a, b string) string) error {
		rows, err := db.Query(text)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var client, a, b string
			var slot, n, count int64
			if err := rows.Scan(&client, &slot, &n, &a, &b, &count); err != nil {
				return err
			}
			if count != 0 {
				got[name(client, slot, n, a, b)] += count
			}
		}
		return rows.Err()
	}
	const client = `COALESCE((SELECT name FROM clients WHERE num = client_num), '')`
	return got, errors.Join(
		read(`SELECT `+client+`, slot, severity, engine, '', count FROM rollup_hour`, func(client string, slot, n int64, a, _ string) string {
			return fmt.Sprintf("hour %s %d %s %s", client, slot, severity(n), a)
		}),
		read(`SELECT `+client+`, slot, 0, rules.name, '', count FROM rollup_rule JOIN rules ON rules.num = rule_num`, func(client string, slot, _ int64, a, _ string) string {
			return fmt.Sprintf("rule %s %d %s", client, slot, a)
		}),
		read(`SELECT `+client+`, slot, severity, kind, value, count FROM rollup_facet WHERE kind <> 6`, func(client string, slot, n int64, a, b string) string {
			return fmt.Sprintf("facet %s %s %d %s %s", a, client, slot, severity(n), b)
		}),
	)
}

// FillGroups makes groups and rollups of all alerts, as the migration does.
func FillGroups(ctx context.Context, s *Store) error {
	return s.tx(ctx, func(_ *gorm.DB, tx *sql.Tx) error { return s.fillGroups(ctx, tx) })
}

// FillNameKeys is what Open does for names of before.
func FillNameKeys(ctx context.Context, s *Store) error { return s.fillNameKeys(ctx) }

// Count counts the rows of a table; conditions may follow it.
func Count(s *Store, table string) (n int64, err error) {
	return n, s.read.Raw(`SELECT COUNT(*) FROM ` + table).Scan(&n).Error
}

// Indexes are the names of those that Load makes anew.
func Indexes(s *Store) ([]string, error) {
	var rows []struct{ Name, Indexname string }
	err := s.read.Raw(s.db.secondary()).Scan(&rows).Error
	var names []string
	for _, r := range rows {
		names = append(names, r.Name+r.Indexname)
	}
	slices.Sort(names)
	return names, err
}
