package node

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// rowsAtOnce is how many records one INSERT carries: as many as there are, of the largest
// that fits.
var rowsAtOnce = [...]int{100, 10, 1}

// columns is how many values a record's row has.
const columns = 10

// statements are those that run for every few alerts. Each is prepared once, since to
// read its text costs more than to run it.
type statements struct {
	insert     [len(rowsAtOnce)]*sql.Stmt // records
	saveLane   *sql.Stmt
	saveCursor *sql.Stmt
	pending    *sql.Stmt // records from the lane's confirmed end
	rangeFrom  *sql.Stmt
	used       *sql.Stmt // bytes, see there
}

func (b *Outbox) prepare(ctx context.Context) error {
	s := &b.statements
	for _, p := range []struct {
		into **sql.Stmt
		db   *sql.DB
		text string
	}{
		{&s.insert[0], b.write, insertRecords(rowsAtOnce[0])},
		{&s.insert[1], b.write, insertRecords(rowsAtOnce[1])},
		{&s.insert[2], b.write, insertRecords(rowsAtOnce[2])},
		{&s.saveLane, b.write, `UPDATE lanes SET seq = ?, value = ?, acked = ? WHERE lane = ?`},
		{&s.saveCursor, b.write, `INSERT INTO cursors (source, device, inode, path, head_size, head, offset, mark) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (source, device, inode) DO UPDATE SET path = excluded.path, head_size = excluded.head_size, head = excluded.head,
				offset = excluded.offset, mark = excluded.mark`},
		{&s.pending, b.read, `SELECT seq, alert_id, raw_hash, before, value, dropped, normal, raw FROM records
			WHERE lane = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?`},
		{&s.rangeFrom, b.read, `SELECT first_seq, last_seq, before, value, rules FROM ranges WHERE lane = ? AND last_seq >= ? ORDER BY first_seq LIMIT 1`},
		{&s.used, b.read, `SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size`},
	} {
		var err error
		if *p.into, err = p.db.PrepareContext(ctx, p.text); err != nil { //nolint:sqlclosecheck // they live as long as the database, whose Close closes them
			return fmt.Errorf("prepare %q: %w", p.text, err)
		}
	}
	return nil
}

func insertRecords(rows int) string {
	const one = `(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	return `INSERT INTO records (lane, seq, severity, seen_ms, alert_id, raw_hash, before, value, normal, raw) VALUES ` +
		one + strings.Repeat(`, `+one, rows-1)
}
