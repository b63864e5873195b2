package node

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/socme-project/socme/internal/wire"
	"github.com/socme-project/socme/soc"
)

// ackedKept is how long the outbox keeps what the core has confirmed: a core that
// comes back from an older backup gets it again.
const ackedKept = 72 * time.Hour

// maxSend bounds the bytes of the raw lines and normal forms in one batch; one
// alert always fits, however large.
const maxSend = 2 << 20

// parcel is what one lane may send next: records that follow each other, or the
// range that is missing before them.
type parcel struct {
	chain   soc.Chain
	reason  string
	records []wire.Encoded
	latest  uint64
	missing uint64 // first seq of a missing range that ends at gone.Seq, 0 for none
	gone    soc.Head
}

func (p parcel) empty() bool { return len(p.records) == 0 && p.missing == 0 }

// last is the seq of the last record, 0 for a missing range.
func (p parcel) last() uint64 {
	if len(p.records) == 0 {
		return 0
	}
	return p.records[len(p.records)-1].Seq
}

// Pending returns what follows the newest confirmed record of the lane, or what
// follows record after if that is further on: at most limit records. It is empty when
// nothing waits.
func (b *Outbox) Pending(ctx context.Context, l soc.Lane, after uint64, limit int) (parcel, error) {
	b.mu.Lock()
	end := *b.lanes[l]
	end.acked = max(end.acked, after)
	p := parcel{chain: b.chain(b.epoch, l), reason: b.epoch.reason, latest: end.head.Seq}
	b.mu.Unlock()
	if end.acked >= end.head.Seq {
		return p, nil
	}
	// Up to the head that was read above: if a fork renumbers the records meanwhile,
	// the core refuses them under the old epoch, and Ack ignores it.
	rows, err := b.read.QueryContext(ctx, `SELECT seq, alert_id, raw_hash, before, value, dropped, normal, raw FROM records
		WHERE lane = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?`, l, end.acked, end.head.Seq, limit)
	if err != nil {
		return p, fmt.Errorf("read the outbox: %w", err)
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	size := 0
	want := end.acked + 1
	for rows.Next() && size < maxSend {
		var e wire.Encoded
		var id, hash, before, value []byte
		if err := rows.Scan(&e.Seq, &id, &hash, &before, &value, &e.Dropped, &e.Alert, &e.Raw); err != nil {
			return p, fmt.Errorf("read the outbox: %w", err)
		}
		if e.Seq != want {
			if len(p.records) == 0 {
				p.missing, p.gone = want, soc.Head{Seq: e.Seq - 1, Value: hashOf(before)}
			}
			return p, nil
		}
		e.AlertID, e.RawHash, e.Value = soc.AlertID(padded(id, len(e.AlertID))), hashOf(hash), hashOf(value)
		p.records = append(p.records, e)
		size += len(e.Alert) + len(e.Raw)
		want++
	}
	if err := rows.Err(); err != nil {
		return p, fmt.Errorf("read the outbox: %w", err)
	}
	if len(p.records) == 0 { // the newest are gone: the lane's end still knows their chain
		p.missing, p.gone = want, end.head
	}
	return p, nil
}

// hashOf takes a hash from a database that somebody may have changed: a wrong length
// must end in a refusal by the core, not in a panic here.
func hashOf(b []byte) soc.Hash { return soc.Hash(padded(b, sha256.Size)) }

func padded(b []byte, n int) []byte {
	if len(b) == n {
		return b
	}
	fixed := make([]byte, n)
	copy(fixed, b)
	return fixed
}

// Ack notes that the core has committed everything up to seq. It is ignored if the
// epoch has changed since.
func (b *Outbox) Ack(ctx context.Context, e soc.Epoch, l soc.Lane, seq uint64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	end := b.lanes[l]
	if e != b.epoch.id || seq <= end.acked {
		return nil
	}
	if seq > end.head.Seq {
		return fmt.Errorf("the core confirms record %d of the %s lane, and the newest is %d", seq, l, end.head.Seq)
	}
	if _, err := b.write.ExecContext(ctx, `UPDATE lanes SET acked = ? WHERE lane = ?`, seq, l); err != nil {
		return fmt.Errorf("confirm record %d of the %s lane: %w", seq, l, err)
	}
	end.acked = seq
	return nil
}

// Compare holds the core's heads against the outbox. A reason that is not empty is
// why the two have parted: a fork.
func (b *Outbox) Compare(ctx context.Context, heads wire.Heads) (fork string, err error) {
	b.mu.Lock()
	epoch := b.epoch.id
	ends := map[soc.Lane]lane{}
	for l, end := range b.lanes {
		ends[l] = *end
	}
	b.mu.Unlock()
	core := map[soc.Lane]wire.Head{}
	for _, h := range heads.Heads {
		if h.Epoch == epoch {
			core[h.Lane] = h
		}
	}
	for _, l := range soc.Lanes() {
		head, end := core[l], ends[l]
		switch {
		case head.Seq > end.head.Seq:
			return fmt.Sprintf("the core holds record %d of the %s lane and the outbox ends at %d: the node was restored from an older copy", head.Seq, l, end.head.Seq), nil
		case head.Seq < end.acked:
			return fmt.Sprintf("the core had confirmed record %d of the %s lane and holds %d now: it was restored from an older backup", end.acked, l, head.Seq), nil
		case head.Seq == 0:
			continue
		}
		value, err := b.valueAt(ctx, l, head.Seq, end)
		if errors.Is(err, sql.ErrNoRows) {
			continue // no longer held, or declared missing
		}
		if err != nil {
			return "", err
		}
		if value != head.Value {
			return fmt.Sprintf("record %d of the %s lane is another at the core than here: the node was restored from an older copy", head.Seq, l), nil
		}
		if err := b.Ack(ctx, epoch, l, head.Seq); err != nil {
			return "", err
		}
	}
	return "", nil
}

func (b *Outbox) valueAt(ctx context.Context, l soc.Lane, seq uint64, end lane) (soc.Hash, error) {
	if seq == end.head.Seq {
		return end.head.Value, nil
	}
	var value []byte
	err := b.read.QueryRowContext(ctx, `SELECT value FROM records WHERE lane = ? AND seq = ?`, l, seq).Scan(&value)
	return hashOf(value), err
}

// Reopen ends the epoch after a fork: the next one names it, and everything that the
// outbox holds, confirmed or not, gets a new place there and is sent again. A record
// whose raw line is not what its hash says was changed by somebody: it goes on as a
// tombstone.
func (b *Outbox) Reopen(ctx context.Context, from soc.Epoch, reason string) error {
	ctx = context.WithoutCancel(ctx)
	b.mu.Lock()
	defer b.mu.Unlock()
	if from != b.epoch.id {
		return nil // the other lane was first
	}
	next := epoch{id: newEpoch(), previous: b.epoch.id, reason: reason}
	heads := map[soc.Lane]soc.Head{}
	err := b.tx(ctx, func(tx *sql.Tx) error {
		if err := b.openEpoch(ctx, tx, next); err != nil {
			return err
		}
		for _, l := range soc.Lanes() {
			head, err := rechain(ctx, tx, b.chain(next, l))
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `UPDATE lanes SET seq = ?, value = ? WHERE lane = ?`, head.Seq, head.Value[:], l); err != nil {
				return err
			}
			heads[l] = head
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("open a new epoch: %w", err)
	}
	b.log.WarnContext(ctx, "ledger forked, new epoch opened", "epoch", next.id, "previous", next.previous, "reason", reason)
	b.epoch = next
	for l, end := range b.lanes {
		end.head, end.acked = heads[l], 0
		end.wake()
	}
	return nil
}

// rechain gives the records of a lane their places in a new chain. It goes upwards,
// and a new seq is never above the old one, so no two records meet in one place.
func rechain(ctx context.Context, tx *sql.Tx, chain soc.Chain) (soc.Head, error) {
	head := soc.Head{Value: chain.Genesis()}
	last := uint64(0)
	for {
		var old uint64
		var id, hash, raw []byte
		var dropped bool
		err := tx.QueryRowContext(ctx, `SELECT seq, alert_id, raw_hash, dropped, raw FROM records WHERE lane = ? AND seq > ? ORDER BY seq LIMIT 1`, chain.Lane, last).
			Scan(&old, &id, &hash, &dropped, &raw)
		if errors.Is(err, sql.ErrNoRows) {
			return head, nil
		}
		if err != nil {
			return head, err
		}
		last = old
		record := soc.Record{Seq: head.Seq + 1, AlertID: soc.AlertID(padded(id, len(soc.AlertID{}))), RawHash: hashOf(hash)}
		if !dropped && sha256.Sum256(raw) != record.RawHash {
			dropped, raw = true, nil
		}
		value := record.Next(head.Value)
		_, err = tx.ExecContext(ctx, `UPDATE records SET seq = ?, before = ?, value = ?, dropped = ?, raw = ? WHERE lane = ? AND seq = ?`,
			record.Seq, head.Value[:], value[:], dropped, raw, chain.Lane, old)
		if err != nil {
			return head, err
		}
		head = soc.Head{Seq: record.Seq, Value: value}
	}
}

// Drop takes the raw line of a record away that the core can never accept; the
// record stays in its place as a tombstone and is counted as dropped.
func (b *Outbox) Drop(ctx context.Context, e soc.Epoch, l soc.Lane, seq uint64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e != b.epoch.id {
		return nil
	}
	var id []byte
	if err := b.write.QueryRowContext(ctx, `SELECT alert_id FROM records WHERE lane = ? AND seq = ?`, l, seq).Scan(&id); err != nil {
		return fmt.Errorf("drop record %d of the %s lane: %w", seq, l, err)
	}
	normal := fmt.Appendf(nil, `{"id":%q}`, soc.AlertID(padded(id, len(soc.AlertID{}))).String())
	_, err := b.write.ExecContext(ctx, `UPDATE records SET dropped = 1, raw = NULL, normal = ? WHERE lane = ? AND seq = ?`, normal, l, seq)
	if err != nil {
		return fmt.Errorf("drop record %d of the %s lane: %w", seq, l, err)
	}
	return nil
}

// Prune forgets confirmed records that are old enough, a few thousand a call.
func (b *Outbox) Prune(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for l, end := range b.lanes {
		// The first record that is young ends what may go: seen times rise with seq.
		_, err := b.write.ExecContext(ctx, `DELETE FROM records WHERE lane = ? AND seq <= ? AND seq <
			COALESCE((SELECT seq FROM records WHERE lane = ? AND seen_ms >= ? ORDER BY seq LIMIT 1), ?)
			AND seq < (SELECT MIN(seq) FROM records WHERE lane = ?) + 5000`,
			l, end.acked, l, b.now().Add(-ackedKept).UnixMilli(), end.acked+1, l)
		if err != nil {
			return fmt.Errorf("prune the outbox: %w", err)
		}
	}
	return nil
}
