package store

import (
	"reflect"

	"github.com/socme-project/socme/soc"
)

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
