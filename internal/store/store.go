// Package store owns the core's database: its schema, and every query. It is the
// only package that uses gorm. It knows nothing of HTTP and must never import api,
// ingest or notify.
//
// It runs on SQLite and on PostgreSQL; SQL is written once for both, by the rules that
// stand in dialect.go.
//
// Every method takes a soc.Scope, and the zero Scope sees and changes nothing.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/zstd"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/socme-project/socme/soc"
)

// Store is the core's database, on SQLite or PostgreSQL. It has two pools: one that
// writes, on SQLite of one connection, and one that reads without waiting for it.
type Store struct {
	db    dialect
	write *gorm.DB
	read  *gorm.DB
	now   func() time.Time
	pack  *zstd.Encoder
	open  *zstd.Decoder
	bulks bulks
	rules rules

	file      string              // of SQLite
	url       soc.Secret          // of PostgreSQL
	name      string              // of this store, among those that have the database open
	committed func(time.Duration) // hears how long each transaction took; may be nil
	removals  chan struct{}       // see Removals
	expiring  sync.Mutex          // held by the one that deletes old alerts

	trouble atomic.Pointer[string] // why nothing can be written; nil while all is well
}

// Options of Open.
type Options struct {
	Dir string // the data folder
	// Database is the URL, or the keywords and values, of a PostgreSQL database; "" means
	// SQLite, in Dir/core.db. It is a secret: it holds a password.
	Database soc.Secret
	Now      func() time.Time
	Log      *slog.Logger // of long work; nil for none
	// Committed is told how long each transaction that writes took; it may be nil.
	Committed func(took time.Duration)
}

// What a data folder holds: the database, or a word that it is on PostgreSQL.
const (
	fileSQLite   = "core.db"
	filePostgres = "core.postgres"
)

// Files lists what tells the data folder of a core: it holds one of them.
func Files() []string { return []string{fileSQLite, filePostgres} }

// keepsElsewhere refuses to begin at zero on one database while the core's alerts are on
// the other: every node would see its ledger gone.
func keepsElsewhere(o Options) error {
	other, what := filePostgres, "this core keeps its alerts on PostgreSQL: name the database with --database-file or in SOCME_DATABASE"
	if o.Database != "" {
		other, what = fileSQLite, "this core keeps its alerts in "+fileSQLite+", which cannot be moved to PostgreSQL yet: choose an empty data folder"
	}
	if _, err := os.Stat(filepath.Join(o.Dir, other)); err == nil && o.Dir != "" {
		return fmt.Errorf("%s: %s", o.Dir, what)
	}
	return nil
}

// readers bounds the pool that reads.
const readers = 8

// Open opens the database, makes it if there is none, and brings its schema up to date.
// A schema newer than this program is refused.
func Open(ctx context.Context, o Options) (*Store, error) {
	s := &Store{name: soc.NewID(), now: o.Now, committed: o.Committed, removals: make(chan struct{}, 1)}
	var err error
	if s.pack, err = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20)); err != nil {
		return nil, fmt.Errorf("prepare zstd: %w", err)
	}
	if s.open, err = zstd.NewReader(nil, zstd.WithDecoderMaxMemory(2*soc.MaxRaw), zstd.WithDecoderConcurrency(2)); err != nil {
		return nil, fmt.Errorf("prepare zstd: %w", err)
	}
	if err := s.openPools(ctx, o); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Store) openPools(ctx context.Context, o Options) error {
	file, what := filepath.Join(o.Dir, fileSQLite), "the PostgreSQL database"
	if err := keepsElsewhere(o); err != nil {
		return err
	}
	var err error
	if o.Database == "" {
		what, s.db = file, onSQLite{}
		s.file = file
		s.write, err = openSQLite(file)
	} else {
		s.db, s.url = onPostgres{}, o.Database
		s.write, err = openPostgres(o.Database, writers, writerSettings)
	}
	if err != nil {
		return err
	}
	db, err := s.write.DB()
	if err != nil {
		return err
	}
	s.bulks = newBulks(s.db)
	if err := s.migrate(ctx, db); err != nil {
		return fmt.Errorf("open %s: %w", what, err)
	}
	if err := s.fillNameKeys(ctx); err != nil {
		return err
	}
	if err := s.bulks.prepare(ctx, db); err != nil {
		return err
	}
	if err := s.indexAll(ctx, o.Log); err != nil {
		return err
	}
	if o.Database == "" {
		s.read, err = openSQLiteReaders(file)
		return err
	}
	if s.read, err = openPostgres(o.Database, readers, readerSettings); err != nil || o.Dir == "" {
		return err
	}
	return os.WriteFile(filepath.Join(o.Dir, filePostgres), []byte("The alerts of this core are on PostgreSQL.\n"), 0o600)
}

// gormConfig is that of both databases. Errors are returned, and whoever handles one logs it.
func gormConfig() *gorm.Config {
	return &gorm.Config{Logger: logger.Discard, SkipDefaultTransaction: true}
}

// Close closes both pools.
func (s *Store) Close() error {
	errs := []error{s.bulks.close()}
	for _, g := range []*gorm.DB{s.read, s.write} {
		if g == nil {
			continue
		}
		db, err := g.DB()
		if err == nil {
			err = db.Close()
		}
		errs = append(errs, err)
	}
	s.open.Close()
	return errors.Join(errs...)
}

// tries is how often a transaction runs that stands in another's way.
const tries = 5

// tx runs do in one transaction that writes; on PostgreSQL it may run it several times,
// of which one counts. The *sql.Tx is for statements that run thousands of times;
// everything else uses gorm on the same transaction.
func (s *Store) tx(ctx context.Context, do func(g *gorm.DB, tx *sql.Tx) error) error {
	began := time.Now()
	var err error
	for range tries {
		err = s.write.WithContext(ctx).Transaction(func(g *gorm.DB) error {
			tx, ok := g.Statement.ConnPool.(*sql.Tx)
			if !ok {
				return errors.New("gorm gave no *sql.Tx")
			}
			return do(g, tx)
		})
		if !isAgain(err) {
			break
		}
	}
	if why := troubleOf(err); why != "" {
		s.trouble.Store(&why)
	} else if err == nil {
		s.trouble.Store(nil)
		if s.committed != nil {
			s.committed(time.Since(began))
		}
	}
	return translate(err)
}

// Size is what an SQLite database takes on the disk, in bytes: its file, and the log of
// what was written lately. What does not exist is 0, and so is a database elsewhere.
func (s *Store) Size() (database, log int64) {
	for file, size := range map[string]*int64{s.file: &database, s.file + "-wal": &log} {
		if info, err := os.Stat(file); err == nil {
			*size = info.Size()
		}
	}
	return database, log
}

// Readable says whether the database answers.
func (s *Store) Readable(ctx context.Context) error {
	db, err := s.read.DB()
	if err != nil {
		return err
	}
	return db.PingContext(ctx)
}

// Trouble says why nothing can be written now; it is "" while all is well.
func (s *Store) Trouble() string {
	if why := s.trouble.Load(); why != nil {
		return *why
	}
	return ""
}

func toMS(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMS(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
