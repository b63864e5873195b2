// Package store owns the core's database: its schema, and every query. It is the
// only package that uses gorm. It knows nothing of HTTP and must never import api,
// ingest or notify.
//
// Every method takes a soc.Scope, and the zero Scope sees and changes nothing.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/zstd"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite" // the database/sql driver "sqlite", without cgo

	"github.com/socme-project/socme/soc"
)

// Store is the core's database. On SQLite it has two pools on one file: one
// connection that writes, and many that read without waiting for it.
type Store struct {
	write *gorm.DB
	read  *gorm.DB
	now   func() time.Time
	pack  *zstd.Encoder
	open  *zstd.Decoder
	bulks bulks
	rules rules

	file      string              // of SQLite
	committed func(time.Duration) // hears how long each transaction took; may be nil
	expiring  sync.Mutex          // held by the one that deletes old alerts

	trouble atomic.Pointer[string] // why nothing can be written; nil while all is well
}

// Options of Open.
type Options struct {
	Dir string // the data folder; the database is Dir/core.db
	Now func() time.Time
	Log *slog.Logger // of long work; nil for none
	// Committed is told how long each transaction that writes took; it may be nil.
	Committed func(took time.Duration)
}

const fileSQLite = "core.db"

// readers bounds the pool that reads.
const readers = 8

// Open opens the database in the folder, makes it if there is none, and brings its
// schema up to date. A schema newer than this program is refused.
func Open(ctx context.Context, o Options) (*Store, error) {
	file := filepath.Join(o.Dir, fileSQLite)
	s := &Store{now: o.Now, bulks: newBulks(), file: file, committed: o.Committed}
	var err error
	if s.pack, err = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20)); err != nil {
		return nil, fmt.Errorf("prepare zstd: %w", err)
	}
	if s.open, err = zstd.NewReader(nil, zstd.WithDecoderMaxMemory(2*soc.MaxRaw), zstd.WithDecoderConcurrency(2)); err != nil {
		return nil, fmt.Errorf("prepare zstd: %w", err)
	}
	if s.write, err = openSQLite(file, "rwc", 1); err != nil {
		return nil, err
	}
	if err := s.migrate(ctx, s.write); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", file, err), s.Close())
	}
	if err := s.fillNameKeys(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	db, err := s.write.DB()
	if err == nil {
		err = s.bulks.prepare(ctx, db)
	}
	if err == nil {
		err = s.indexAll(ctx, o.Log)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if s.read, err = openSQLite(file, "ro", readers); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func openSQLite(file, mode string, conns int) (*gorm.DB, error) {
	pragmas := url.Values{
		"mode":    {mode},
		"_txlock": {"immediate"}, // a transaction that reads first must not fail when it writes
		"_pragma": {
			"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)",
			"cache_size(-16384)", "temp_store(MEMORY)",
			// A checkpoint writes each page once, however often it changed: rare ones write less.
			"wal_autocheckpoint(8000)", "journal_size_limit(67108864)",
		},
	}
	if mode == "ro" {
		pragmas["_pragma"] = []string{"busy_timeout(10000)", "query_only(ON)", "cache_size(-8192)", "temp_store(MEMORY)"}
	}
	db, err := sql.Open("sqlite", "file:"+file+"?"+pragmas.Encode())
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", file, err)
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	db.SetConnMaxIdleTime(5 * time.Minute)
	g, err := gorm.Open(sqlite.Dialector{Conn: db}, &gorm.Config{
		Logger:                 logger.Discard, // errors are returned, and whoever handles one logs it
		SkipDefaultTransaction: true,
	})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", file, errors.Join(err, db.Close()))
	}
	return g, nil
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

// tx runs do in one transaction that writes. The *sql.Tx is for statements that run
// thousands of times; everything else uses gorm on the same transaction.
func (s *Store) tx(ctx context.Context, do func(g *gorm.DB, tx *sql.Tx) error) error {
	began := time.Now()
	err := s.write.WithContext(ctx).Transaction(func(g *gorm.DB) error {
		tx, ok := g.Statement.ConnPool.(*sql.Tx)
		if !ok {
			return errors.New("gorm gave no *sql.Tx")
		}
		return do(g, tx)
	})
	switch {
	case err == nil:
		s.trouble.Store(nil)
		if s.committed != nil {
			s.committed(time.Since(began))
		}
	case isFull(err):
		why := "The disk of the core is full: nothing is taken in. The nodes keep what they find; make room on the disk."
		s.trouble.Store(&why)
	}
	return translate(err)
}

// Size is what the database takes on the disk, in bytes: its file, and the log of what
// was written lately. What does not exist is 0.
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
