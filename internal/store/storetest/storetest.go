// Package storetest gives tests every database that the store runs on: SQLite in a
// temporary folder, and a PostgreSQL server that belongs to the test binary and dies
// with it. Only tests import it.
package storetest

import (
	"testing"
	"time"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// Database is one of the databases.
type Database struct {
	Name string
	// URL makes a new, empty database and returns what store.Options and
	// --database-file take; "" is SQLite. It skips the test where there is no PostgreSQL.
	URL func(t testing.TB) soc.Secret
}

// Databases lists all that there are.
func Databases() []Database {
	return []Database{
		{Name: "SQLite", URL: func(testing.TB) soc.Secret { return "" }},
		{Name: "PostgreSQL", URL: postgresURL},
	}
}

// Open opens a new store, which ends with the test.
func (d Database) Open(t testing.TB, now func() time.Time) *store.Store {
	t.Helper()
	return Open(t, store.Options{Dir: t.TempDir(), Database: d.URL(t), Now: now})
}

// Open opens a store, which ends with the test.
func Open(t testing.TB, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// OnEach runs a test on each database.
func OnEach(t *testing.T, do func(t *testing.T, d Database)) {
	t.Helper()
	for _, d := range Databases() {
		t.Run(d.Name, func(t *testing.T) { do(t, d) })
	}
}
