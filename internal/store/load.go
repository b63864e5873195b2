package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/socme-project/socme/soc"
)

// Load fills a database that holds no alert with the rows that Accept would make, several
// times faster: nothing is synced, indexes are made at the end, and all that one call of
// add gets is written at once. If it ends with an error, the database is worth nothing. No
// other store may have it open.
//
// Fill calls add with one delivery of each node, of any size, the oldest alerts first. They
// hold no alert twice and are received when the last was signed. Closed ones hold alerts
// that are resolved already; they come before the others.
func (s *Store) Load(ctx context.Context, scope soc.Scope, fill func(add func(ds []Delivery, closed bool) error) error) error {
	if err := mustAll(scope); err != nil {
		return err
	}
	db, err := s.write.DB()
	if err != nil {
		return err
	}
	idle, err := s.read.DB()
	if err != nil {
		return err
	}
	idle.SetMaxIdleConns(0) // SQLite does not change how it syncs while others look on
	defer idle.SetMaxIdleConns(readers)
	indexes, err := s.dropIndexes(ctx, db)
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	before, after := s.db.loading()
	for _, statement := range before {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("load: %w", err)
		}
	}
	if err := fill(func(ds []Delivery, closed bool) error { return s.load(ctx, ds, closed) }); err != nil {
		return err
	}
	for _, statement := range append(indexes, after...) {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("load: %w", err)
		}
	}
	return nil
}

func (s *Store) load(ctx context.Context, ds []Delivery, closed bool) error {
	return s.tx(ctx, func(_ *gorm.DB, tx *sql.Tx) error {
		t := taking{Store: s, ctx: ctx, tx: tx, now: ds[len(ds)-1].Signed.Time.UTC(), loading: true, closed: closed}
		done := make([]Outcome, len(ds))
		for i := range ds {
			if ds[i].ready == nil {
				s.Prepare(&ds[i])
			}
		}
		taken, err := t.take(ds, done)
		for i := range done {
			err = errors.Join(err, done[i].Err)
		}
		if err != nil {
			return err
		}
		if s.now().Sub(t.now) > feedKept {
			for _, a := range taken {
				a.fresh = nil
			}
		}
		return t.share(taken)
	})
}

// dropIndexes drops what is faster to make at the end, and returns how.
func (s *Store) dropIndexes(ctx context.Context, db *sql.DB) ([]string, error) {
	rows, err := db.QueryContext(ctx, s.db.secondary())
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	var drop, again []string
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return nil, err
		}
		drop, again = append(drop, `DROP INDEX `+name), append(again, text)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	for _, statement := range drop {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return nil, err
		}
	}
	return again, nil
}
