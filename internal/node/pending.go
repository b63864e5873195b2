package node

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/socme-project/socme/internal/wire"
	"github.com/socme-project/socme/soc"
)

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
	missing uint64 // first seq of a range without records that ends at gone.Seq, 0 for none
	gone    soc.Head
	dropped []soc.Withheld // by rule what the range was; nil if it is missing
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
	// What is handed out is marked before it is read: from then on it is not dropped, nor
	// merged with what comes behind it.
	b.mu.Lock()
	end := *b.lanes[l]
	end.acked = max(end.acked, after)
	p := parcel{chain: b.chain(b.epoch, l), reason: b.epoch.reason, latest: end.head.Seq}
	if end.acked >= end.head.Seq {
		b.mu.Unlock()
		return p, nil
	}
	next, err := b.rangeFrom(ctx, l, end.acked+1)
	if err == nil {
		last := min(end.acked+uint64(limit), end.head.Seq)
		if next.first != 0 && next.first <= end.acked+1 {
			p.missing, p.gone, p.dropped = next.first, next.after, next.rules
			last = next.after.Seq
		}
		b.lanes[l].sent = max(b.lanes[l].sent, last)
	}
	b.mu.Unlock()
	if err == nil && p.missing == 0 {
		err = b.records(ctx, &p, waiting{lane: l, end: end, limit: limit, next: next})
	}
	if err != nil {
		return p, fmt.Errorf("read the outbox: %w", err)
	}
	return p, nil
}

// waiting is what of a lane may be sent next.
type waiting struct {
	lane  soc.Lane
	end   lane
	limit int
	next  droppedRange // the first that is not confirmed
}

// records fills a parcel with what follows the lane's confirmed end.
func (b *Outbox) records(ctx context.Context, p *parcel, w waiting) error {
	end := w.end
	// Up to the head that was read above: if a fork renumbers the records meanwhile,
	// the core refuses them under the old epoch, and Ack ignores it.
	rows, err := b.statements.pending.QueryContext(ctx, w.lane, end.acked, end.head.Seq, w.limit)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	size := 0
	want := end.acked + 1
	for rows.Next() && size < maxSend {
		var e wire.Encoded
		var id, hash, before, value []byte
		if err := rows.Scan(&e.Seq, &id, &hash, &before, &value, &e.Dropped, &e.Alert, &e.Raw); err != nil {
			return err
		}
		if e.Seq != want {
			if len(p.records) == 0 {
				p.miss(want, soc.Head{Seq: e.Seq - 1, Value: hashOf(before)}, w.next)
			}
			return nil
		}
		e.AlertID, e.RawHash, e.Value = soc.AlertID(padded(id, len(e.AlertID))), hashOf(hash), hashOf(value)
		p.records = append(p.records, e)
		size += len(e.Alert) + len(e.Raw)
		want++
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if len(p.records) == 0 { // the newest are gone: the lane's end still knows their chain
		p.miss(want, end.head, w.next)
	}
	return nil
}

// miss makes the parcel a missing range, up to the dropped range that comes next.
func (p *parcel) miss(from uint64, until soc.Head, next droppedRange) {
	if next.first > from && next.first <= until.Seq {
		until = soc.Head{Seq: next.first - 1, Value: next.before}
	}
	p.missing, p.gone = from, until
}

// droppedRange is a run of tombstones that were merged. The zero one is none.
type droppedRange struct {
	first  uint64
	before soc.Hash // the chain's value before the first
	after  soc.Head // the last
	rules  []soc.Withheld
}

// rangeFrom finds the first dropped range of the lane that ends at seq or later. b.mu is
// held.
func (b *Outbox) rangeFrom(ctx context.Context, l soc.Lane, seq uint64) (droppedRange, error) {
	var r droppedRange
	if !b.ranged {
		return r, nil
	}
	var before, value, rules []byte
	err := b.statements.rangeFrom.QueryRowContext(ctx, l, seq).
		Scan(&r.first, &r.after.Seq, &before, &value, &rules)
	if errors.Is(err, sql.ErrNoRows) {
		return droppedRange{}, nil
	}
	if err != nil {
		return droppedRange{}, err
	}
	r.before, r.after.Value = hashOf(before), hashOf(value)
	if json.Unmarshal(rules, &r.rules) != nil {
		r.rules = nil // somebody changed it: it counts as missing
	}
	return r, nil
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
