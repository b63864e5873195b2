package store

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/socme-project/socme/soc"
)

// The kinds of a ledger row.
const (
	kindAlert    = 1
	kindRepeated = 2
	kindDropped  = 3
	kindWitness  = 4
)

// lateAfter is how long after the node saw it a record may come before it counts as late.
const lateAfter = time.Minute

// maxDelivery is how many records a delivery may have.
const maxDelivery = 1000

// Delivery is a batch of one chain. The caller has checked the signature.
type Delivery struct {
	Chain   soc.Chain
	Latest  uint64 // newest seq of the lane at the node
	Entries []soc.Entry
	Signed  soc.Signed // over the head after the last entry

	ready []prepared // beside Entries, once Prepare was called
}

// Prepare does what of Accept needs no transaction. Accept calls it if nobody has.
func (s *Store) Prepare(d *Delivery) {
	d.ready = make([]prepared, len(d.Entries))
	for i := range d.Entries {
		d.ready[i] = s.prepare(&d.Entries[i].Alert)
	}
}

// openHead reads the node and the head of the chain, which the first record begins. Its
// lock is the node's: nobody else can move a head of it now, and two deliveries of
// different lanes, at two cores, cannot both be the first to bring an event.
func (a *accept) openHead(first bool) error {
	//nolint:gosec // the dialect's own words
	row := a.tx.QueryRowContext(a.ctx, `SELECT nodes.num, nodes.name, nodes.client_num, nodes.revoked_ms, clients.id, clients.name, clients.demo
		FROM nodes JOIN clients ON clients.num = nodes.client_num WHERE nodes.id = ?`+a.db.forUpdate(`nodes`), string(a.Chain.Node))
	n := &a.node
	if err := row.Scan(&n.Num, &n.Name, &n.ClientNum, &n.RevokedMS, &n.ClientID, &n.ClientName, &n.Demo); err != nil {
		if errors.Is(err, sql.ErrNoRows) {
			return soc.ErrNotFound
		}
		return err
	}
	if n.RevokedMS != 0 {
		return fmt.Errorf("%w: node %s is revoked", soc.ErrForbidden, n.Name)
	}
	h := &a.head
	err := a.tx.QueryRowContext(a.ctx, `SELECT num, previous, seq, latest, value, alerts, repeated, dropped, missing, signed_seq, signed_ms
		FROM heads WHERE node_num = ? AND epoch = ? AND lane = ?`, n.Num, string(a.Chain.Epoch), a.Chain.Lane).
		Scan(&h.Num, &h.Previous, &h.Seq, &h.Latest, &h.Value, &h.Alerts, &h.Repeated, &h.Dropped, &h.Missing, &h.SignedSeq, &h.SignedMS)
	switch {
	case err == nil:
		if h.Previous != string(a.Chain.Previous) {
			return a.fork(1, "the epoch names another epoch before it than it did")
		}
		return nil
	case !errors.Is(err, sql.ErrNoRows):
		return err
	case !first:
		return a.gap(1)
	}
	genesis := a.Chain.Genesis()
	h.Value = genesis[:]
	return a.noteAnew()
}

// makeHead makes the head of a chain that has none yet.
func (a *accept) makeHead() error {
	h := &a.head
	if h.Num != 0 {
		return nil
	}
	return a.tx.QueryRowContext(a.ctx, `INSERT INTO heads (node_num, epoch, previous, lane, value, opened_ms) VALUES (?, ?, ?, ?, ?, ?) RETURNING num`,
		a.node.Num, string(a.Chain.Epoch), string(a.Chain.Previous), a.Chain.Lane, h.Value, a.now.UnixMilli()).Scan(&h.Num)
}

// noteAnew notes that a node that had a ledger begins another out of nothing.
func (a *accept) noteAnew() error {
	if a.Chain.Previous != "" {
		return nil
	}
	var before string
	err := a.tx.QueryRowContext(a.ctx, `SELECT epoch FROM heads WHERE node_num = ? AND epoch <> ? ORDER BY num DESC LIMIT 1`, a.node.Num, string(a.Chain.Epoch)).Scan(&before)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	a.done.Before = soc.Epoch(before)
	return err
}

func (a *accept) gap(want uint64) error {
	return &soc.LedgerError{
		Lane: a.Chain.Lane, Want: want, Seq: a.Entries[0].Seq,
		Detail: fmt.Sprintf("the %s lane must go on with record %d, the delivery begins with %d", a.Chain.Lane, want, a.Entries[0].Seq),
	}
}

func (a *accept) fork(seq uint64, why string) error {
	return &soc.LedgerError{
		Lane: a.Chain.Lane, Fork: true, Seq: seq,
		Detail: fmt.Sprintf("record %d of the %s lane, epoch %s: %s", seq, a.Chain.Lane, a.Chain.Epoch, why),
	}
}

// check holds the entries against the head and returns those that are new.
func (a *accept) check() ([]soc.Entry, error) {
	first := a.Entries[0].Seq
	if first > a.head.Seq+1 {
		return nil, a.gap(a.head.Seq + 1)
	}
	for i, e := range a.Entries {
		if e.Seq != first+uint64(i) {
			return nil, a.fork(first+uint64(i), fmt.Sprintf("is not in its place, record %d stands there", e.Seq))
		}
	}
	known := min(a.head.Seq+1-first, uint64(len(a.Entries)))
	if err := a.compare(a.Entries[:known]); err != nil {
		return nil, err
	}
	rest := a.Entries[known:]
	var value soc.Hash
	copy(value[:], a.head.Value)
	for _, e := range rest {
		if value = e.Next(value); value != e.Value {
			return nil, a.fork(e.Seq, "does not continue the chain: it, or the record before it, was changed")
		}
	}
	return rest, nil
}

// compare holds entries that the core has against what it has.
func (a *accept) compare(entries []soc.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	rows, err := a.tx.QueryContext(a.ctx, `SELECT seq, value FROM ledger WHERE head_num = ? AND seq BETWEEN ? AND ? ORDER BY seq`,
		a.head.Num, entries[0].Seq, entries[len(entries)-1].Seq)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	held := make(map[uint64][]byte, len(entries))
	for rows.Next() {
		var seq uint64
		var value []byte
		if err := rows.Scan(&seq, &value); err != nil {
			return err
		}
		held[seq] = value
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, e := range entries {
		value, ok := held[e.Seq]
		if !ok {
			return a.fork(e.Seq, "was declared missing before")
		}
		if !bytes.Equal(value, e.Value[:]) {
			return a.fork(e.Seq, "is not the one that the core holds")
		}
	}
	return nil
}

func (a *accept) saveHead() error {
	h := &a.head
	_, err := a.tx.ExecContext(a.ctx, `UPDATE heads SET seq = ?, latest = ?, value = ?, alerts = ?, repeated = ?, dropped = ?, missing = ? WHERE num = ?`,
		h.Seq, h.Latest, h.Value, h.Alerts, h.Repeated, h.Dropped, h.Missing, h.Num)
	if err != nil {
		return err
	}
	_, err = a.tx.ExecContext(a.ctx, `UPDATE nodes SET last_seen_ms = ? WHERE num = ?`, a.now.UnixMilli(), a.node.Num)
	return err
}

// saveSigned keeps the newest signed head, and the last of each day for ever.
func (a *accept) saveSigned(head soc.Head) error {
	if head.Seq < a.head.SignedSeq {
		return nil // an old batch that came again
	}
	ms := a.Signed.Time.UnixMilli()
	if _, err := a.tx.ExecContext(a.ctx, `UPDATE heads SET signed_seq = ?, signed_ms = ? WHERE num = ?`, head.Seq, ms, a.head.Num); err != nil {
		return err
	}
	_, err := a.tx.ExecContext(a.ctx, `INSERT INTO signed_heads (head_num, day, seq, value, signed_ms, signature) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (head_num, day) DO UPDATE SET seq = excluded.seq, value = excluded.value, signed_ms = excluded.signed_ms, signature = excluded.signature`,
		a.head.Num, a.now.Unix()/86400, head.Seq, head.Value[:], ms, a.Signed.Signature)
	return err
}
