package e2e_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// What follows walks the ledger as docs/architecture.md describes it, and uses no
// code of the product: it would share its mistakes.

func frame(b []byte) []byte { return append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...) }

func digest(parts ...[]byte) []byte {
	sum := sha256.Sum256(bytes.Join(parts, nil))
	return sum[:]
}

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func genesis(node, epoch, previous string, lane byte) []byte {
	return digest(frame([]byte("socme ledger 1")), frame([]byte(node)), frame([]byte(epoch)), frame([]byte(previous)), frame([]byte{lane}))
}

// chained is a row of either database that has a place in a chain.
type chained struct {
	seq              uint64
	alert, raw, hash []byte // raw is nil where the line is not held, or may be another
	value            []byte
}

// walk follows a chain from its genesis and returns where it ends.
func walk(rows []chained, value []byte) (seq uint64, end []byte, err error) {
	for _, r := range rows {
		if r.seq != seq+1 {
			return seq, value, fmt.Errorf("record %d follows record %d", r.seq, seq)
		}
		seq = r.seq
		if r.raw != nil && !bytes.Equal(digest(r.raw), r.hash) {
			return seq, value, fmt.Errorf("the raw line of record %d is not what its hash says", seq)
		}
		if value = digest(value, number(seq), r.alert, r.hash); !bytes.Equal(value, r.value) {
			return seq, value, fmt.Errorf("record %d does not continue the chain", seq)
		}
	}
	return seq, value, nil
}

// openCopy opens a database that nobody uses, and checks that it is sound.
func openCopy(t *testing.T, file string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	var sound string
	if err := db.QueryRow(`PRAGMA integrity_check(3)`).Scan(&sound); err != nil || sound != "ok" {
		t.Fatalf("%s is not sound: %s, %v", filepath.Base(file), sound, err)
	}
	return db
}

func query[T any](t *testing.T, db *sql.DB, scan func(*sql.Rows, *T) error, text string, args ...any) []T {
	t.Helper()
	rows, err := db.Query(text, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []T
	for rows.Next() {
		var one T
		if err := scan(rows, &one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// laneEnd is how far a chain of the outbox goes, and how far the core confirmed it.
type laneEnd struct {
	lane       byte
	seq, acked uint64
	value      []byte
}

// walkOutbox verifies the outbox in the folder, whose node is not running, and
// returns the ends of its lanes.
func walkOutbox(t *testing.T, dir, node string) []laneEnd {
	t.Helper()
	db := openCopy(t, filepath.Join(dir, "outbox.db"))
	var epoch, previous string
	if err := db.QueryRow(`SELECT id, previous FROM epochs ORDER BY num DESC LIMIT 1`).Scan(&epoch, &previous); err != nil {
		t.Fatal(err)
	}
	ends := query(t, db, func(r *sql.Rows, e *laneEnd) error { return r.Scan(&e.lane, &e.seq, &e.acked, &e.value) },
		`SELECT lane, seq, acked, value FROM lanes ORDER BY lane`)
	for _, end := range ends {
		rows := query(t, db, func(r *sql.Rows, c *chained) error {
			return r.Scan(&c.seq, &c.alert, &c.hash, &c.value, &c.raw)
		}, `SELECT seq, alert_id, raw_hash, value, raw FROM records WHERE lane = ? ORDER BY seq`, end.lane)
		seq, value, err := walk(rows, genesis(node, epoch, previous, end.lane))
		if err != nil || seq != end.seq || !bytes.Equal(value, end.value) {
			t.Errorf("the outbox's lane %d ends at %d and its records at %d: %v", end.lane, end.seq, seq, err)
		}
		if end.acked > end.seq {
			t.Errorf("the outbox's lane %d is confirmed to %d and ends at %d", end.lane, end.acked, end.seq)
		}
	}
	return ends
}

// coreEnd is a chain of the core.
type coreEnd struct {
	num             int64
	node            string
	key             []byte
	epoch, previous string
	lane            byte
	seq             uint64
	value           []byte
}

// walkCore verifies every chain of the core in the folder, which is not running, and
// returns their ends.
func walkCore(t *testing.T, dir string) []coreEnd {
	t.Helper()
	db := openCopy(t, filepath.Join(dir, "core.db"))
	unpack, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer unpack.Close()
	ends := query(t, db, func(r *sql.Rows, e *coreEnd) error {
		return r.Scan(&e.num, &e.node, &e.key, &e.epoch, &e.previous, &e.lane, &e.seq, &e.value)
	}, `SELECT heads.num, nodes.id, nodes.ledger_key, epoch, previous, lane, seq, value FROM heads JOIN nodes ON nodes.num = heads.node_num`)
	for _, end := range ends {
		rows := query(t, db, func(r *sql.Rows, c *chained) error {
			var codec sql.NullInt64
			var raw []byte
			err := r.Scan(&c.seq, &c.alert, &c.hash, &c.value, &codec, &raw)
			if c.raw = raw; codec.Int64 == 1 && err == nil {
				c.raw, err = unpack.DecodeAll(raw, nil)
			}
			return err
		}, `SELECT ledger.seq, ledger.alert_id, ledger.raw_hash, ledger.value, raws.codec, raws.raw FROM ledger
			LEFT JOIN alerts ON alerts.id = ledger.alert_id AND ledger.kind = 1 LEFT JOIN raws ON raws.alert_num = alerts.num
			WHERE ledger.head_num = ? ORDER BY ledger.seq`, end.num)
		start := genesis(end.node, end.epoch, end.previous, end.lane)
		seq, value, err := walk(rows, start)
		if err != nil || seq != end.seq || !bytes.Equal(value, end.value) {
			t.Errorf("the core's lane %d ends at %d and its records at %d: %v", end.lane, end.seq, seq, err)
		}
		type signed struct {
			seq              uint64
			value, signature []byte
			ms               uint64
		}
		for _, s := range query(t, db, func(r *sql.Rows, s *signed) error { return r.Scan(&s.seq, &s.value, &s.ms, &s.signature) },
			`SELECT seq, value, signed_ms, signature FROM signed_heads WHERE head_num = ?`, end.num) {
			message := digest(frame([]byte("socme statement 1")), frame(start), frame(s.value), frame(bytes.Join([][]byte{number(s.seq), number(0), number(s.ms)}, nil)))
			if s.seq == 0 || s.seq > seq || !bytes.Equal(s.value, rows[s.seq-1].value) || !ed25519.Verify(end.key, message, s.signature) {
				t.Errorf("the signed head %d of lane %d does not verify", s.seq, end.lane)
			}
		}
	}
	return ends
}
