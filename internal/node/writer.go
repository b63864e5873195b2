package node

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"github.com/socme-project/socme/internal/source"
	"github.com/socme-project/socme/soc"
)

// Run is the one writer: it commits what the sources bring until ctx ends. What it
// has not committed then is read again from the cursors at the next start.
func (b *Outbox) Run(ctx context.Context) error {
	noise := map[file]group{} // cursors that passed only noise
	saved := b.now()
	tick := time.NewTicker(noiseWait)
	defer tick.Stop()
	for {
		var groups []group
		select {
		case <-ctx.Done():
			// A clean stop saves the places too; without it noise is only read again.
			return b.commit(ctx, slices.Collect(maps.Values(noise)))
		case <-tick.C:
			if err := b.saveAcked(ctx); err != nil {
				b.log.WarnContext(ctx, "confirmations not written down, trying again", "err", err)
			}
		case first := <-b.in:
			groups = b.gather(ctx, first)
		}
		var fresh []group
		flush := false
		for _, g := range groups {
			if g.flushed != nil {
				flush = true
				continue
			}
			if len(g.records) == 0 && len(g.also) == 0 && len(g.done) == 0 && len(g.withheld) == 0 {
				noise[fileOf(g.cursor)] = g
				continue
			}
			// What was passed earlier must not be saved after this.
			delete(noise, fileOf(g.cursor))
			for _, c := range slices.Concat(g.also, g.done) {
				delete(noise, fileOf(c))
			}
			fresh = append(fresh, g)
		}
		if len(noise) > 0 && (flush || b.now().Sub(saved) >= noiseWait) {
			fresh = slices.AppendSeq(fresh, maps.Values(noise))
			clear(noise)
		}
		if len(fresh) > 0 {
			if err := b.commitUntilDone(ctx, fresh); err != nil {
				return err
			}
			saved = b.now()
		}
		for _, g := range groups {
			if g.flushed != nil {
				close(g.flushed)
			}
		}
	}
}

// gather waits a moment for more, so that a burst costs one fsync and not a thousand.
func (b *Outbox) gather(ctx context.Context, first group) []group {
	groups, lines := []group{first}, len(first.records)
	timer := time.NewTimer(groupWait)
	defer timer.Stop()
	for lines < groupLines {
		select {
		case g := <-b.in:
			groups = append(groups, g)
			lines += len(g.records)
		case <-timer.C:
			return groups
		case <-ctx.Done():
			return groups
		}
	}
	return groups
}

// commitUntilDone tries again while the disk refuses: alerts are never given up. The
// sources wait meanwhile, and the sensors' own files keep what they write.
func (b *Outbox) commitUntilDone(ctx context.Context, groups []group) error {
	for retry := newBackoff(5 * time.Second); ; {
		err := b.commit(ctx, groups)
		if err == nil {
			if b.trouble.Swap(nil) != nil {
				b.log.InfoContext(ctx, "the outbox can be written again")
				b.holdReserve(ctx)
			}
			return b.withinQuota(ctx)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		why := "the outbox cannot be written: " + err.Error()
		if isFull(err) {
			why = "the disk is full: nothing new is taken in until there is room; what waits is delivered"
		}
		b.trouble.Store(&why)
		b.log.ErrorContext(ctx, "the outbox cannot be written, trying again", "err", err)
		for again := false; !again; {
			if err := retry.wait(ctx); err != nil {
				return err
			}
			if again = true; isFull(err) {
				if again, err = b.relieve(ctx); err != nil {
					b.log.WarnContext(ctx, "no room is made on the full disk", "err", err)
				}
			}
		}
	}
}

func (b *Outbox) holdReserve(ctx context.Context) {
	if err := b.reserve.take(); err != nil {
		b.log.WarnContext(ctx, "no room is held in reserve for a full disk", "err", err)
	}
}

// withinQuota keeps the quota; that it cannot be kept now stops nothing.
func (b *Outbox) withinQuota(ctx context.Context) error {
	if err := b.keepQuota(ctx); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		b.log.ErrorContext(ctx, "the outbox's quota is not kept", "err", err)
	}
	return nil
}

// commit writes the records of the groups and the cursors that they reached, in one
// transaction. A commit that has begun is not cut short by the end of ctx.
func (b *Outbox) commit(ctx context.Context, groups []group) error {
	ctx = context.WithoutCancel(ctx)
	b.mu.Lock()
	defer b.mu.Unlock()
	heads := map[soc.Lane]soc.Head{}
	for l, end := range b.lanes {
		heads[l] = end.head
	}
	var rows []any
	for _, g := range groups {
		rows = slices.Grow(rows, columns*len(g.records))
		for i := range g.records {
			r := &g.records[i]
			lane := r.severity.Lane()
			head := heads[lane]
			entry := soc.Record{Seq: head.Seq + 1, AlertID: r.id, RawHash: r.hash}
			value := entry.Next(head.Value)
			rows = append(rows, lane, entry.Seq, r.severity, r.seen.UnixMilli(), r.id[:], r.hash[:], head.Value[:], value[:], r.normal, r.raw)
			heads[lane] = soc.Head{Seq: entry.Seq, Value: value}
		}
	}
	err := b.tx(ctx, func(tx *sql.Tx) error {
		if err := b.insert(ctx, tx, rows); err != nil {
			return err
		}
		for _, g := range groups {
			if err := addWithheld(ctx, tx, g.withheld); err != nil {
				return err
			}
		}
		if err := b.saveCursors(ctx, tx, groups); err != nil {
			return err
		}
		for l, head := range heads {
			if end := b.lanes[l]; head.Seq == end.head.Seq && end.acked == end.saved {
				continue
			}
			if err := b.saveLane(ctx, tx, l, head); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for l, head := range heads {
		end := b.lanes[l]
		end.saved = end.acked
		if head.Seq > end.head.Seq {
			end.head = head
			end.wake()
		}
	}
	return nil
}

// saveLane writes a lane's head, and how far the core has confirmed it.
func (b *Outbox) saveLane(ctx context.Context, tx *sql.Tx, l soc.Lane, head soc.Head) error {
	_, err := tx.StmtContext(ctx, b.statements.saveLane).ExecContext(ctx, head.Seq, head.Value[:], b.lanes[l].acked, l) //nolint:sqlclosecheck // it ends with the transaction
	return err
}

// saveAcked writes down what the core has confirmed, if no commit has.
func (b *Outbox) saveAcked(ctx context.Context) error {
	b.mu.Lock()
	dirty := false
	for _, end := range b.lanes {
		dirty = dirty || end.acked != end.saved
	}
	b.mu.Unlock()
	if !dirty {
		return nil
	}
	return b.commit(ctx, nil)
}

// insert writes the rows of records, one after the other in one list of values.
func (b *Outbox) insert(ctx context.Context, tx *sql.Tx, rows []any) error {
	for i, size := range rowsAtOnce {
		statement := tx.StmtContext(ctx, b.statements.insert[i]) //nolint:sqlclosecheck // it ends with the transaction
		for size *= columns; len(rows) >= size; rows = rows[size:] {
			if _, err := statement.ExecContext(ctx, rows[:size]...); err != nil {
				return err
			}
		}
	}
	return nil
}

// saveCursors writes the places that the groups reached; of each file the last counts.
func (b *Outbox) saveCursors(ctx context.Context, tx *sql.Tx, groups []group) error {
	reached := map[file]source.Cursor{}
	done := map[file]source.Cursor{}
	for _, g := range groups {
		for _, c := range g.done {
			done[fileOf(c)] = c
			delete(reached, fileOf(c))
		}
		for _, c := range append(slices.Clip(g.also), g.cursor) {
			if c.Source != "" { // else it has no place to go on from
				reached[fileOf(c)] = c
				delete(done, fileOf(c))
			}
		}
	}
	for _, c := range done {
		if _, err := tx.ExecContext(ctx, `DELETE FROM cursors WHERE source = ? AND device = ? AND inode = ?`, cursorKey(c)...); err != nil {
			return err
		}
	}
	for _, c := range reached {
		_, err := tx.StmtContext(ctx, b.statements.saveCursor).ExecContext(ctx, //nolint:sqlclosecheck // it ends with the transaction
			append(cursorKey(c), c.Path, c.HeadSize, c.Head[:], c.Offset, c.Mark)...)
		if err != nil {
			return err
		}
	}
	return nil
}

// file is what a cursor lies in.
type file struct {
	source        string
	device, inode uint64
}

func fileOf(c source.Cursor) file { return file{c.Source, c.Device, c.Inode} }

// cursorKey names a file. SQLite's integers are signed: the bits are kept.
func cursorKey(c source.Cursor) []any {
	return []any{c.Source, int64(c.Device), int64(c.Inode)}
}
