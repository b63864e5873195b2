package node

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // the database/sql driver "sqlite", without cgo

	"github.com/socme-project/socme/internal/config"
	"github.com/socme-project/socme/internal/source"
	"github.com/socme-project/socme/soc"
)

//go:embed migrations/*.sql
var migrations embed.FS

// How the writer groups: it commits at this many lines, or this long after the first.
const (
	groupLines = 1000
	groupWait  = 20 * time.Millisecond
	// noiseWait is how old a cursor that passed only noise may be on the disk.
	noiseWait = time.Second
)

// pageSize is that of a new outbox: an alert has some 2 KB, and of those only one would
// fit into a page of SQLite's usual 4 KiB.
const pageSize = "page_size(8192)"

// Outbox keeps alerts on the disk until the core has committed them, with the ledger
// that proves it, and the places that the sources had reached. One writer commits
// all three in one transaction. It knows nothing of HTTP or of any sensor.
type Outbox struct {
	file string
	node soc.NodeID
	key  ed25519.PrivateKey
	now  func() time.Time
	log  *slog.Logger

	write      *sql.DB // one connection
	read       *sql.DB
	statements statements
	in         chan group

	quota   int64 // bytes
	reserve *reserve
	clock   *clock
	first   soc.Epoch // names this outbox: the epoch that it began with

	mu    sync.Mutex // guards what follows, and is held while it is being committed
	epoch epoch
	lanes map[soc.Lane]*lane
	// lowest is how far the records of a severity were dropped, in the epoch in use.
	lowest map[soc.Severity]uint64
	// ranged says that there may be dropped ranges: mostly there are none, and every batch
	// would look for them.
	ranged bool

	trouble atomic.Pointer[string] // why nothing can be written now; nil while all is well
}

// epoch is the life of the outbox between two forks.
type epoch struct {
	id, previous soc.Epoch
	reason       string
}

// lane is the end of one chain.
type lane struct {
	head  soc.Head
	acked uint64        // what the core has confirmed
	saved uint64        // as far as that is written down
	sent  uint64        // what was handed out to be sent: it may be on its way
	more  chan struct{} // holds one token when there may be something to send
}

// group is a batch of a source on its way to the writer.
type group struct {
	records  []record
	cursor   source.Cursor // zero of a source that has none
	also     []source.Cursor
	done     []source.Cursor
	withheld []soc.Withheld
	// flushed is closed once everything before the group is on the disk; nil mostly.
	flushed chan struct{}
}

// record is an alert that waits for its place in the ledger.
type record struct {
	severity soc.Severity
	id       soc.AlertID
	hash     soc.Hash
	seen     time.Time
	normal   []byte
	raw      []byte
}

// OutboxOptions of OpenOutbox.
type OutboxOptions struct {
	Dir   string // the outbox is Dir/outbox.db
	Node  soc.NodeID
	Key   ed25519.PrivateKey // signs the heads
	Log   *slog.Logger
	Now   func() time.Time
	Quota int64 // bytes; 0 is config.QuotaDefault
}

// OpenOutbox opens the outbox of a node, and makes it if there is none. One written
// by a newer program is refused.
func OpenOutbox(ctx context.Context, o OutboxOptions) (*Outbox, error) {
	file := filepath.Join(o.Dir, "outbox.db")
	b := &Outbox{
		file: file, node: o.Node, key: o.Key, now: o.Now, log: o.Log,
		in: make(chan group, 4), lanes: map[soc.Lane]*lane{}, lowest: map[soc.Severity]uint64{},
		quota: o.Quota, clock: newClock(o.Now),
	}
	if b.quota == 0 {
		b.quota = int64(config.QuotaDefault)
	}
	b.reserve = newReserve(o.Dir, b.quota)
	var err error
	pragmas := url.Values{"_txlock": {"immediate"}, "_pragma": {"busy_timeout(10000)", pageSize, "journal_mode(WAL)", "synchronous(FULL)", "cache_size(-4096)", "wal_autocheckpoint(4000)", "journal_size_limit(33554432)"}}
	if b.write, err = sql.Open("sqlite", "file:"+file+"?"+pragmas.Encode()); err != nil {
		return nil, fmt.Errorf("open %s: %w", file, err)
	}
	b.write.SetMaxOpenConns(1)
	pragmas = url.Values{"mode": {"ro"}, "_pragma": {"busy_timeout(10000)", "query_only(ON)", "cache_size(-1024)"}}
	if b.read, err = sql.Open("sqlite", "file:"+file+"?"+pragmas.Encode()); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", file, err), b.write.Close())
	}
	b.read.SetMaxOpenConns(2)
	if err = b.migrate(ctx); err == nil {
		err = b.load(ctx)
	}
	if err == nil {
		err = b.prepare(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", file, err), b.Close())
	}
	if err := b.reserve.take(); err != nil {
		o.Log.WarnContext(ctx, "no room is held in reserve for a full disk", "err", err)
	}
	return b, nil
}

// Close closes the database. Run must have returned.
func (b *Outbox) Close() error { return errors.Join(b.read.Close(), b.write.Close()) }

func (b *Outbox) migrate(ctx context.Context) error {
	files, err := migrations.ReadDir("migrations")
	if err != nil {
		return err
	}
	var have int
	if err := b.write.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&have); err != nil {
		return err
	}
	if have > len(files) {
		return fmt.Errorf("the outbox has schema %d and this socme knows %d: install a newer socme", have, len(files))
	}
	for i, file := range files[have:] {
		text, err := migrations.ReadFile("migrations/" + file.Name())
		if err != nil {
			return err
		}
		// user_version is part of the transaction, so a step is done whole or not at all.
		err = b.tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, string(text)+fmt.Sprintf("\nPRAGMA user_version = %d;", have+i+1))
			return err
		})
		if err != nil {
			return fmt.Errorf("migrate to %s: %w", file.Name(), err)
		}
	}
	return nil
}

// load reads the epoch in use and the ends of its lanes, and opens the first epoch.
func (b *Outbox) load(ctx context.Context) error {
	err := b.write.QueryRowContext(ctx, `SELECT id, previous, reason FROM epochs ORDER BY num DESC LIMIT 1`).
		Scan(&b.epoch.id, &b.epoch.previous, &b.epoch.reason)
	if errors.Is(err, sql.ErrNoRows) {
		b.epoch = epoch{id: newEpoch()}
		err = b.tx(ctx, func(tx *sql.Tx) error { return b.openEpoch(ctx, tx, b.epoch) })
	}
	if err == nil {
		err = b.write.QueryRowContext(ctx, `SELECT id, EXISTS (SELECT 1 FROM ranges) FROM epochs ORDER BY num LIMIT 1`).Scan(&b.first, &b.ranged)
	}
	if err != nil {
		return err
	}
	for _, l := range soc.Lanes() {
		var value []byte
		end := &lane{more: make(chan struct{}, 1)}
		err := b.write.QueryRowContext(ctx, `SELECT seq, value, acked FROM lanes WHERE lane = ?`, l).Scan(&end.head.Seq, &value, &end.acked)
		if errors.Is(err, sql.ErrNoRows) { // an outbox of before there was this lane
			genesis := b.chain(b.epoch, l).Genesis()
			value = genesis[:]
			_, err = b.write.ExecContext(ctx, `INSERT INTO lanes (lane, seq, value, acked) VALUES (?, 0, ?, 0)`, l, value)
		}
		if err != nil {
			return err
		}
		copy(end.head.Value[:], value)
		end.saved = end.acked
		b.lanes[l] = end
	}
	return nil
}

func (b *Outbox) openEpoch(ctx context.Context, tx *sql.Tx, e epoch) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO epochs (id, previous, reason, opened_ms) VALUES (?, ?, ?, ?)`, e.id, e.previous, e.reason, b.now().UnixMilli())
	for _, l := range soc.Lanes() {
		if err != nil {
			return err
		}
		genesis := b.chain(e, l).Genesis()
		_, err = tx.ExecContext(ctx, `INSERT INTO lanes (lane, seq, value, acked) VALUES (?, 0, ?, 0)
			ON CONFLICT (lane) DO UPDATE SET seq = 0, value = excluded.value, acked = 0`, l, genesis[:])
	}
	return err
}

func (b *Outbox) chain(e epoch, l soc.Lane) soc.Chain {
	return soc.Chain{Node: b.node, Epoch: e.id, Previous: e.previous, Lane: l}
}

func newEpoch() soc.Epoch {
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails: see crypto/rand
	return soc.Epoch(hex.EncodeToString(random[:]))
}

func (b *Outbox) tx(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := b.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// Emit takes what a source found, and what of it is kept back; it waits while the writer
// is behind, which is what keeps memory bounded. The alerts get their SeenTime here, and
// how wrong the clock was then.
func (b *Outbox) Emit(ctx context.Context, batch source.Batch, withheld []soc.Withheld) error {
	g := group{cursor: batch.Cursor, also: batch.Also, done: batch.Done, withheld: withheld, records: make([]record, len(batch.Alerts))}
	seen, skew := b.now().UTC().Truncate(time.Millisecond), b.clock.skew()
	var room []byte
	for i := range batch.Alerts {
		a := &batch.Alerts[i]
		a.SeenTime, a.SkewMS = seen, skew
		room = a.AppendJSON(room[:0])
		g.records[i] = record{severity: a.Severity, id: a.ID, hash: a.RawHash(), seen: seen, normal: bytes.Clone(room), raw: a.Raw}
	}
	select {
	case b.in <- g:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Flush returns once everything that was emitted before is on the disk.
func (b *Outbox) Flush(ctx context.Context) error {
	g := group{flushed: make(chan struct{})}
	select {
	case b.in <- g:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-g.flushed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Cursors are the places that a source had reached, as they were committed.
func (b *Outbox) Cursors(ctx context.Context, name string) ([]source.Cursor, error) {
	rows, err := b.read.QueryContext(ctx, `SELECT device, inode, path, head_size, head, offset, mark FROM cursors WHERE source = ?`, name)
	if err != nil {
		return nil, fmt.Errorf("read cursors of %s: %w", name, err)
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	var cursors []source.Cursor
	for rows.Next() {
		c := source.Cursor{Source: name}
		var device, inode int64
		var head []byte
		if err := rows.Scan(&device, &inode, &c.Path, &c.HeadSize, &head, &c.Offset, &c.Mark); err != nil {
			return nil, fmt.Errorf("read cursors of %s: %w", name, err)
		}
		c.Device, c.Inode = uint64(device), uint64(inode)
		copy(c.Head[:], head)
		cursors = append(cursors, c)
	}
	return cursors, rows.Err()
}

// Latest is the newest seq of each lane, in the epoch in use.
func (b *Outbox) Latest() (soc.Epoch, map[string]uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	latest := map[string]uint64{}
	for l, end := range b.lanes {
		latest[l.String()] = end.head.Seq
	}
	return b.epoch.id, latest
}

// Trouble says why the outbox cannot be written now; it is "" while all is well.
func (b *Outbox) Trouble() string {
	if why := b.trouble.Load(); why != nil {
		return *why
	}
	return ""
}

// More receives when a lane may have something to send.
func (b *Outbox) More(l soc.Lane) <-chan struct{} { return b.lanes[l].more }

// Wake makes every lane look again.
func (b *Outbox) Wake() {
	for _, end := range b.lanes {
		end.wake()
	}
}

func (l *lane) wake() {
	select {
	case l.more <- struct{}{}:
	default: // it is awake
	}
}
