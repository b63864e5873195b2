// Command queries measures how long what analysts ask takes, on SQLite and on PostgreSQL:
// the newest 50 alerts of every field for a value that is frequent, one that is rare, and
// one that no alert has; counts; groups; pages. It prints each beside its goal and, where
// there is one, what it is held against.
//
//	go run ./bench/queries -alerts 1000000 -data DIR
//
// It loads the alerts once and keeps them in DIR: about 4 KB each for both databases.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/internal/store/storetest"
)

func main() {
	alerts := flag.Int("alerts", 1_000_000, "how many alerts to load, if there are none")
	dir := flag.String("data", filepath.Join(os.TempDir(), "socme-bench-queries"), "where the databases are kept")
	rounds := flag.Int("rounds", 100, "how often each query runs")
	on := flag.String("on", "sqlite,postgres", "the databases")
	verbose := flag.Bool("v", false, "tell of every query, not only of the slow ones")
	loadOnly := flag.Bool("load", false, "load, and measure nothing")
	flag.Parse()
	b := bench{dir: *dir, alerts: *alerts, rounds: *rounds, verbose: *verbose, loadOnly: *loadOnly}
	if err := b.run(context.Background(), *on); err != nil {
		fmt.Fprintln(os.Stderr, "bench/queries: "+err.Error())
		os.Exit(1)
	}
}

// now is when the bench takes place.
var now = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

type bench struct {
	dir      string
	alerts   int
	rounds   int
	verbose  bool
	loadOnly bool
}

func (b *bench) run(ctx context.Context, on string) error {
	// Whoever PostgreSQL runs as must get through to its own folder.
	if err := os.MkdirAll(b.dir, 0o755); err != nil { //nolint:gosec // what lies in it is closed
		return err
	}
	if strings.Contains(on, "sqlite") {
		if err := b.onSQLite(ctx); err != nil {
			return fmt.Errorf("on SQLite: %w", err)
		}
	}
	if strings.Contains(on, "postgres") {
		if err := b.onPostgres(ctx); err != nil {
			return fmt.Errorf("on PostgreSQL: %w", err)
		}
	}
	return nil
}

// onSQLite keeps what is loaded, once it is there as a whole.
func (b *bench) onSQLite(ctx context.Context) error {
	kept := filepath.Join(b.dir, fmt.Sprintf("sqlite-%d", b.alerts))
	if _, err := os.Stat(kept); err != nil {
		half := kept + ".loading"
		if err := errors.Join(os.RemoveAll(half), os.MkdirAll(half, 0o700)); err != nil {
			return err
		}
		if err := with(ctx, store.Options{Dir: half}, func(s *store.Store) error { return load(ctx, s, b.alerts) }); err != nil {
			return err
		}
		if err := os.Rename(half, kept); err != nil {
			return err
		}
	}
	return b.measure(ctx, store.Options{Dir: kept})
}

// Settings of PostgreSQL: while it loads nothing is synced.
var (
	settings = []string{"shared_buffers=2GB", "max_wal_size=4GB", "effective_cache_size=12GB", "random_page_cost=1.1", "work_mem=32MB"}
	loading  = []string{"fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0", "autovacuum=off", "maintenance_work_mem=1GB"}
)

func (b *bench) onPostgres(ctx context.Context) error {
	kept := filepath.Join(b.dir, fmt.Sprintf("postgres-%d", b.alerts))
	if _, err := os.Stat(kept); err != nil {
		half := kept + ".loading"
		if err := os.RemoveAll(half); err != nil {
			return err
		}
		err := onServer(ctx, half, append(loading, settings...), func(o store.Options) error {
			return with(ctx, o, func(s *store.Store) error { return load(ctx, s, b.alerts) })
		})
		if err != nil {
			return err
		}
		if err := os.Rename(half, kept); err != nil {
			return err
		}
	}
	return onServer(ctx, kept, settings, func(o store.Options) error { return b.measure(ctx, o) })
}

func onServer(ctx context.Context, dir string, settings []string, do func(store.Options) error) (err error) {
	server, err := storetest.Keep(ctx, dir, settings...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	url, err := server.Database(ctx, "bench")
	if err != nil {
		return err
	}
	return do(store.Options{Database: url})
}

// with opens a store for which it is now.
func with(ctx context.Context, o store.Options, do func(*store.Store) error) error {
	o.Now = func() time.Time { return now }
	s, err := store.Open(ctx, o)
	if err != nil {
		return err
	}
	return errors.Join(do(s), s.Close())
}

func (b *bench) measure(ctx context.Context, o store.Options) error {
	if b.loadOnly {
		return nil
	}
	return with(ctx, o, func(s *store.Store) error {
		t := table{store: s, postgres: o.Database != "", rounds: b.rounds, verbose: b.verbose}
		what := "SQLite"
		if t.postgres {
			what = "PostgreSQL"
		}
		fmt.Printf("\n%s, %d alerts of %d clients\n", what, b.alerts, clients)
		return t.all(ctx)
	})
}
