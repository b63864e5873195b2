package node

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/socme-project/socme/internal/wire"
	"github.com/socme-project/socme/soc"
)

// ackedKept is how long the outbox keeps what the core has confirmed: a core that
// comes back from an older backup gets it again.
const ackedKept = 72 * time.Hour

// Ack notes that the core has committed everything up to seq. It is ignored if the
// epoch has changed since. It is written down with the next commit, or within a second:
// what a crash loses of it the core's heads tell again, and an fsync each would be half
// of what a quiet node writes.
func (b *Outbox) Ack(e soc.Epoch, l soc.Lane, seq uint64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	end := b.lanes[l]
	if e != b.epoch.id || seq <= end.acked {
		return nil
	}
	if seq > end.head.Seq {
		return fmt.Errorf("the core confirms record %d of the %s lane, and the newest is %d", seq, l, end.head.Seq)
	}
	end.acked = seq
	return nil
}

// confirmed is how far the core had confirmed each lane of an epoch at a moment.
type confirmed struct {
	epoch soc.Epoch
	acked map[soc.Lane]uint64
}

// Confirmed must be taken before the core is asked for its heads: what it confirms
// while its answer is on the way is not in the answer.
func (b *Outbox) Confirmed() confirmed {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := confirmed{epoch: b.epoch.id, acked: map[soc.Lane]uint64{}}
	for l, end := range b.lanes {
		c.acked[l] = end.acked
	}
	return c
}

// Compare holds the core's heads against the outbox, and against what the core had
// confirmed before it was asked. A reason that is not empty is why the two have parted:
// a fork.
func (b *Outbox) Compare(ctx context.Context, before confirmed, heads wire.Heads) (fork string, err error) {
	b.mu.Lock()
	epoch := b.epoch.id
	ends := map[soc.Lane]lane{}
	for l, end := range b.lanes {
		ends[l] = *end
	}
	b.mu.Unlock()
	if epoch != before.epoch {
		return "", nil // a new epoch began meanwhile: the core has confirmed nothing of it
	}
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
		case head.Seq < before.acked[l]:
			return fmt.Sprintf("the core had confirmed record %d of the %s lane and holds %d now: it was restored from an older backup", before.acked[l], l, head.Seq), nil
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
		if err := b.Ack(epoch, l, head.Seq); err != nil {
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
	err := b.read.QueryRowContext(ctx, `SELECT value FROM records WHERE lane = ?1 AND seq = ?2
		UNION ALL SELECT value FROM ranges WHERE lane = ?1 AND last_seq = ?2`, l, seq).Scan(&value)
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
			if _, err := tx.ExecContext(ctx, `DELETE FROM ranges WHERE lane = ? AND last_seq <= ?`, l, b.lanes[l].acked); err != nil {
				return err
			}
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
		end.head, end.acked, end.saved, end.sent = heads[l], 0, 0, 0
		end.wake()
	}
	clear(b.lowest)
	return nil
}

// rechain gives the records of a lane their places in a new chain. It goes upwards,
// and a new seq is never above the old one, so no two records meet in one place.
func rechain(ctx context.Context, tx *sql.Tx, chain soc.Chain) (soc.Head, error) {
	head := soc.Head{Value: chain.Genesis()}
	last := uint64(0)
	for {
		if moved, err := rechainRange(ctx, tx, chain, head, last); err != nil {
			return head, err
		} else if moved.old != 0 {
			head, last = moved.head, moved.old
			continue
		}
		var old uint64
		var id, hash, normal, raw []byte
		var dropped bool
		err := tx.QueryRowContext(ctx, `SELECT seq, alert_id, raw_hash, dropped, normal, raw FROM records WHERE lane = ? AND seq > ? ORDER BY seq LIMIT 1`, chain.Lane, last).
			Scan(&old, &id, &hash, &dropped, &normal, &raw)
		if errors.Is(err, sql.ErrNoRows) {
			return head, nil
		}
		if err != nil {
			return head, err
		}
		last = old
		record := soc.Record{Seq: head.Seq + 1, AlertID: soc.AlertID(padded(id, len(soc.AlertID{}))), RawHash: hashOf(hash)}
		if !dropped && sha256.Sum256(raw) != record.RawHash {
			dropped, raw, normal = true, nil, bareTombstone(record.AlertID)
		}
		value := record.Next(head.Value)
		_, err = tx.ExecContext(ctx, `UPDATE records SET seq = ?, before = ?, value = ?, dropped = ?, normal = ?, raw = ? WHERE lane = ? AND seq = ?`,
			record.Seq, head.Value[:], value[:], dropped, normal, raw, chain.Lane, old)
		if err != nil {
			return head, err
		}
		head = soc.Head{Seq: record.Seq, Value: value}
	}
}

// moved is a range in its new place.
type moved struct {
	head soc.Head
	old  uint64 // its last seq in the old chain; 0 for none
}

// rechainRange gives a dropped range its place in a new chain, if no record comes
// before it. Its records are known no more: the chain goes on behind it with a value
// that the node signs.
func rechainRange(ctx context.Context, tx *sql.Tx, chain soc.Chain, head soc.Head, after uint64) (moved, error) {
	var m moved
	var first uint64
	err := tx.QueryRowContext(ctx, `SELECT first_seq, last_seq FROM ranges WHERE lane = ?1 AND first_seq > ?2
		AND first_seq < COALESCE((SELECT seq FROM records WHERE lane = ?1 AND seq > ?2 ORDER BY seq LIMIT 1), ?3) ORDER BY first_seq LIMIT 1`,
		chain.Lane, after, int64(math.MaxInt64)).Scan(&first, &m.old)
	if errors.Is(err, sql.ErrNoRows) {
		return moved{}, nil
	}
	if err != nil {
		return moved{}, err
	}
	m.head.Seq = head.Seq + m.old - first + 1
	m.head.Value = sha256.Sum256(append(append([]byte("socme range"), head.Value[:]...), fmt.Sprint(m.head.Seq)...))
	_, err = tx.ExecContext(ctx, `UPDATE ranges SET first_seq = ?, last_seq = ?, before = ?, value = ? WHERE lane = ? AND first_seq = ?`,
		head.Seq+1, m.head.Seq, head.Value[:], m.head.Value[:], chain.Lane, first)
	return m, err
}
