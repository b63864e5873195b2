package node

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"time"

	"github.com/socme-project/socme/soc"
)

// dropAtOnce is how many records one step forgets or drops.
const dropAtOnce = 1000

// used is how much of the disk the outbox's content takes, in bytes.
func (b *Outbox) used(ctx context.Context) (n int64, err error) {
	err = b.statements.used.QueryRowContext(ctx).Scan(&n)
	return n, err
}

// onDisk is what the outbox's files take, in bytes: no less than its content, and told
// sooner. Every commit asks.
func (b *Outbox) onDisk() (n int64) {
	for _, file := range []string{b.file, b.file + "-wal"} {
		if info, err := os.Stat(file); err == nil { // else nothing is there yet
			n += info.Size()
		}
	}
	return n
}

// keepQuota forgets and drops until the outbox is a sixteenth below its quota again:
// first what the core has, the oldest first, then the raw lines of the oldest of the
// lowest severity. It does nothing while the outbox is within its quota.
func (b *Outbox) keepQuota(ctx context.Context) error {
	if b.onDisk() <= b.quota {
		return nil
	}
	size, err := b.used(ctx)
	if err != nil || size <= b.quota {
		return err
	}
	for size > b.quota-b.quota/16 {
		freed, err := b.forget(ctx)
		if err == nil && !freed {
			freed, err = b.dropLowest(ctx)
		}
		if err != nil || !freed {
			return err
		}
		if size, err = b.used(ctx); err != nil {
			return err
		}
	}
	return nil
}

// forget deletes the oldest records that the core has, and says whether there were any.
func (b *Outbox) forget(ctx context.Context) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	deleted := int64(0)
	for l, end := range b.lanes {
		n, err := b.deleteAcked(ctx, l, end, `seq < COALESCE((SELECT MIN(seq) FROM records WHERE lane = ?1), 0) + ?3`, dropAtOnce)
		if err != nil {
			return false, fmt.Errorf("forget delivered records: %w", err)
		}
		deleted += n
	}
	return deleted > 0, nil
}

// deleteAcked deletes records and ranges of the lane that the core has, as far as the
// condition holds, and writes down that it has them.
func (b *Outbox) deleteAcked(ctx context.Context, l soc.Lane, end *lane, condition string, arg any) (deleted int64, err error) {
	err = b.tx(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `DELETE FROM records WHERE lane = ?1 AND seq <= ?2 AND `+condition, l, end.acked, arg) //nolint:gosec // fixed conditions
		if err != nil {
			return err
		}
		if deleted, err = result.RowsAffected(); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM ranges WHERE lane = ? AND last_seq <= ?`, l, end.acked); err != nil {
			return err
		}
		if deleted == 0 {
			return nil
		}
		return b.saveLane(ctx, tx, l, end.head)
	})
	if err == nil && deleted > 0 {
		end.saved = end.acked
	}
	return deleted, err
}

// Prune forgets confirmed records that are old enough, a few thousand a call.
func (b *Outbox) Prune(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for l, end := range b.lanes {
		// The first record that is young ends what may go: seen times rise with seq, or the
		// clock was set back, and then it waits.
		_, err := b.deleteAcked(ctx, l, end, `seq < COALESCE((SELECT seq FROM records WHERE lane = ?1 AND seen_ms >= ?3 ORDER BY seq LIMIT 1), ?2 + 1)
			AND seq < (SELECT MIN(seq) FROM records WHERE lane = ?1) + 5000`, b.now().Add(-ackedKept).UnixMilli())
		if err != nil {
			return fmt.Errorf("prune the outbox: %w", err)
		}
	}
	_, err := b.write.ExecContext(ctx, `DELETE FROM withheld WHERE day < ? AND told = count`, b.now().Add(-withheldKept).UnixMilli()/dayMS)
	return err
}

// Usage is what the core is told of the outbox.
type Usage struct {
	Records uint64 // that wait
	Bytes   int64
	Oldest  time.Time // when the oldest that waits was seen; zero if none waits
}

// Usage tells how full the outbox is.
func (b *Outbox) Usage(ctx context.Context) (Usage, error) {
	var u Usage
	b.mu.Lock()
	acked := map[soc.Lane]uint64{}
	for l, end := range b.lanes {
		u.Records += end.head.Seq - end.acked
		acked[l] = end.acked
	}
	b.mu.Unlock()
	for l, seq := range acked {
		var seen sql.NullInt64
		if err := b.read.QueryRowContext(ctx, `SELECT MIN(seen_ms) FROM (SELECT seen_ms FROM records WHERE lane = ? AND seq > ? ORDER BY seq LIMIT 1)`, l, seq).Scan(&seen); err != nil {
			return u, fmt.Errorf("look into the outbox: %w", err)
		}
		if at := time.UnixMilli(seen.Int64).UTC(); seen.Valid && (u.Oldest.IsZero() || at.Before(u.Oldest)) {
			u.Oldest = at
		}
	}
	var err error
	u.Bytes, err = b.used(ctx)
	return u, err
}
