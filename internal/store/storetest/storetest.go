// Package storetest gives tests every database that the store runs on: SQLite in a
// temporary folder, and a PostgreSQL server that belongs to the test binary and dies
// with it. Only tests import it.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

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

// SQLite is the database of a data folder.
func SQLite() Database {
	return Database{Name: "SQLite", URL: func(testing.TB) soc.Secret { return "" }}
}

// Postgres is a database on the server of this test binary.
func Postgres() Database {
	return Database{Name: "PostgreSQL", URL: func(t testing.TB) soc.Secret { t.Helper(); return postgresURL(t, (*Server).New) }}
}

// EmptyPostgres is one that holds no table yet.
func EmptyPostgres() Database {
	return Database{Name: "PostgreSQL", URL: func(t testing.TB) soc.Secret { t.Helper(); return postgresURL(t, (*Server).Empty) }}
}

// Databases lists all that there are.
func Databases() []Database { return []Database{SQLite(), Postgres()} }

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

// server is the PostgreSQL of this test binary. The first test that asks starts it.
var server struct {
	once sync.Once
	*Server
	err error
}

// Main runs the tests of a package, and stops what they needed.
func Main(m *testing.M) {
	code := m.Run()
	Stop()
	os.Exit(code)
}

// Stop ends the server, if a test has started it. Main does so.
func Stop() {
	if server.Server == nil {
		return
	}
	if err := server.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stop PostgreSQL: "+err.Error())
	}
}

// maker makes a database, and returns what drops it.
type maker func(*Server, context.Context) (soc.Secret, func(context.Context) error, error)

func postgresURL(t testing.TB, database maker) soc.Secret {
	t.Helper()
	server.once.Do(func() { server.Server, server.err = Start(t.Context(), inMemory(), unsafe...) })
	if errors.Is(server.err, errNone) && os.Getenv("CI") == "" {
		t.Skip(server.err)
	}
	if server.err != nil {
		t.Fatal(server.err)
	}
	url, drop, err := database(server.Server, t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// All goes in the end; this keeps it small until then.
		if err := drop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return url
}

// inMemory is a folder in memory, or else "", the usual one: a copy of a database for
// every test is much to write for a disk.
func inMemory() string {
	const dir, enough = "/dev/shm", 2 << 30
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil || fs.Bavail*uint64(fs.Bsize) < enough || unix.Access(dir, unix.W_OK) != nil {
		return ""
	}
	return dir
}
