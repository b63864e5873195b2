package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver that core and node use
)

// limits measures what this machine can do at best: syncs a second, and rows a
// second into one plain SQLite table with raw lines of the same size.
func limits(ctx context.Context, dir string, row func(what, here, goal string)) error {
	file, err := os.Create(filepath.Join(dir, "sync")) //nolint:gosec // our own temporary folder
	if err != nil {
		return err
	}
	const syncs = 500
	began := time.Now()
	for range syncs {
		if _, err := file.WriteString("0123456789"); err != nil {
			return err
		}
		if err := file.Sync(); err != nil {
			return err
		}
	}
	took := time.Since(began)
	if err := file.Close(); err != nil {
		return err
	}
	row("limit: write and fsync of this disk", fmt.Sprintf("%.0f/s", syncs/took.Seconds()), "")

	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "plain.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(ctx, `CREATE TABLE plain (num INTEGER PRIMARY KEY, id BLOB UNIQUE, raw BLOB)`); err != nil {
		return err
	}
	const rows, batch = 50_000, 1000
	began = time.Now()
	for first := 0; first < rows; first += batch {
		if err := insertPlain(ctx, db, first, batch); err != nil {
			return err
		}
	}
	row("limit: one plain SQLite table, 1,000 a commit", fmt.Sprintf("%.0f/s", rows/time.Since(began).Seconds()), "")
	return nil
}

func insertPlain(ctx context.Context, db *sql.DB, first, n int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	insert, err := tx.PrepareContext(ctx, `INSERT INTO plain (id, raw) VALUES (?, ?)`)
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	defer func() { _ = insert.Close() }()
	for i := first; i < first+n; i++ {
		line := alertLine(i, time.Unix(int64(i), 0))
		if _, err := insert.ExecContext(ctx, fmt.Sprintf("%016d", i), line); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return tx.Commit()
}

// alertLine is an EVE alert of about 1.1 KB that differs from every other.
func alertLine(n int, at time.Time) string {
	severity := 1 + n%4
	return fmt.Sprintf(`{"timestamp":"%s","flow_id":%d,"in_iface":"eth1","event_type":"alert","src_ip":"192.0.2.%d","src_port":%d,"dest_ip":"198.51.100.%d","dest_port":443,"proto":"TCP","community_id":"1:%08x%08xAAAAAAAAAAA=","tx_id":0,`+
		`"alert":{"action":"allowed","gid":1,"signature_id":%d,"rev":3,"signature":"BENCH example rule number %d of many","category":"Attempted Information Leak","severity":%d,"metadata":{"created_at":["2026_01_01"],"mitre_technique_id":["T1595"]}},`+
		`"http":{"hostname":"shop.example","url":"/search?q=%d","http_user_agent":"Mozilla/5.0 (X11; Linux x86_64)","http_method":"GET","protocol":"HTTP/1.1","status":200,"length":512},"app_proto":"http","direction":"to_server",`+
		`"flow":{"pkts_toserver":4,"pkts_toclient":3,"bytes_toserver":512,"bytes_toclient":1024,"start":"%s"},"payload_printable":"%s"}`,
		at.UTC().Format("2006-01-02T15:04:05.000000-0700"), 1<<40+n, n%250+1, 1024+n%60000, n/250%250+1, n, n*31, 9000000+n%400, n%400, severity, n,
		at.UTC().Format("2006-01-02T15:04:05.000000-0700"), strings.Repeat("GET /search HTTP/1.1..", 12))
}
