package node

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/socme-project/socme/internal/wire"
	"github.com/socme-project/socme/soc"
)

// mergeFrom is how many tombstones beside each other make a range: fewer tell more.
const mergeFrom = 16

// victim is a record whose raw line is to be dropped.
type victim struct {
	num, seq                uint64
	severity                soc.Severity
	seenMS                  int64
	id, hash, before, value []byte
	stone                   soc.Alert
}

// dropLowest turns the oldest records of the lowest severity that has any into
// tombstones, and says whether there were any. What was handed out to be sent stays.
func (b *Outbox) dropLowest(ctx context.Context) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for severity := soc.SeverityUnknown; severity <= soc.SeverityCritical; severity++ {
		l := severity.Lane()
		victims, err := b.victims(ctx, l, severity)
		if err != nil {
			return false, fmt.Errorf("drop what fits no more: %w", err)
		}
		if len(victims) == 0 {
			continue
		}
		last := victims[len(victims)-1].seq
		b.ranged = true
		err = b.tx(ctx, func(tx *sql.Tx) error {
			for _, v := range victims {
				if err := v.bury(ctx, tx, l); err != nil {
					return err
				}
			}
			return mergeTombstones(ctx, tx, l, span{victims[0].seq, last, b.lanes[l].sent})
		})
		if err != nil {
			return false, fmt.Errorf("drop what fits no more: %w", err)
		}
		b.lowest[severity] = last
		b.log.WarnContext(ctx, "the outbox is full, the oldest of the lowest severity are dropped", "severity", severity.String(), "alerts", len(victims))
		return true, nil
	}
	return false, nil
}

// victims are the oldest records of a severity that still have their raw lines.
func (b *Outbox) victims(ctx context.Context, l soc.Lane, severity soc.Severity) ([]victim, error) {
	end := b.lanes[l]
	rows, err := b.write.QueryContext(ctx, `SELECT num, seq, seen_ms, alert_id, raw_hash, before, value, normal FROM records WHERE lane = ? AND seq > ? AND severity = ? AND dropped = 0 ORDER BY seq LIMIT ?`,
		l, max(end.acked, end.sent, b.lowest[severity]), severity, dropAtOnce)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	var found []victim
	for rows.Next() {
		v := victim{severity: severity}
		var normal []byte
		if err := rows.Scan(&v.num, &v.seq, &v.seenMS, &v.id, &v.hash, &v.before, &v.value, &normal); err != nil {
			return nil, err
		}
		v.stone = tombstone(normal)
		found = append(found, v)
	}
	return found, rows.Err()
}

// bury puts the tombstone in the record's place. A row that shrinks leaves its page as
// full as it was; one that is deleted and made anew lets SQLite join pages.
func (v *victim) bury(ctx context.Context, tx *sql.Tx, l soc.Lane) error {
	normal, err := json.Marshal(v.stone)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM records WHERE lane = ? AND seq = ?`, l, v.seq); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO records (num, lane, seq, severity, dropped, seen_ms, alert_id, raw_hash, before, value, normal) VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?)`,
		v.num, l, v.seq, v.severity, v.seenMS, v.id, v.hash, v.before, v.value, normal)
	return err
}

// tombstone is what stays of an alert in its normal form.
func tombstone(normal []byte) soc.Alert {
	var a soc.Alert
	_ = json.Unmarshal(normal, &a) // what cannot be read tells nothing, and goes
	return soc.Alert{ID: a.ID, Severity: a.Severity, Rule: a.Rule, EventTime: a.EventTime, SeenTime: a.SeenTime}
}

// bareTombstone is the normal form of a record that was dropped for another reason than
// the quota: what else it said cannot be relied on.
func bareTombstone(id soc.AlertID) []byte { return fmt.Appendf(nil, `{"id":%q}`, id.String()) }

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
	normal := bareTombstone(soc.AlertID(padded(id, len(soc.AlertID{}))))
	_, err := b.write.ExecContext(ctx, `UPDATE records SET dropped = 1, raw = NULL, normal = ? WHERE lane = ? AND seq = ?`, normal, l, seq)
	if err != nil {
		return fmt.Errorf("drop record %d of the %s lane: %w", seq, l, err)
	}
	return nil
}

// span is a stretch of a lane, and how far records were handed out to be sent.
type span struct{ from, to, sent uint64 }

// mergeTombstones makes ranges of the runs of tombstones between two records of a lane,
// and of the range that ends before one. What may be on its way to the core stays as it is.
func mergeTombstones(ctx context.Context, tx *sql.Tx, l soc.Lane, s span) error {
	// Some before them may have been too few to be merged.
	from := s.from - min(s.from, mergeFrom)
	rows, err := tx.QueryContext(ctx, `SELECT seq, before, value, normal FROM records WHERE lane = ? AND seq BETWEEN ? AND ? AND seq > ? AND dropped = 1 ORDER BY seq`, l, from, s.to, s.sent)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	var runs [][]victim
	for rows.Next() {
		var v victim
		var normal []byte
		if err := rows.Scan(&v.seq, &v.before, &v.value, &normal); err != nil {
			return err
		}
		_ = json.Unmarshal(normal, &v.stone) // one that cannot be read counts under no rule
		if n := len(runs); n == 0 || runs[n-1][len(runs[n-1])-1].seq+1 != v.seq {
			runs = append(runs, nil)
		}
		runs[len(runs)-1] = append(runs[len(runs)-1], v)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, run := range runs {
		if err := mergeRun(ctx, tx, l, run, s.sent); err != nil {
			return err
		}
	}
	return nil
}

func mergeRun(ctx context.Context, tx *sql.Tx, l soc.Lane, run []victim, sent uint64) error {
	first, last := run[0], run[len(run)-1]
	r := droppedRange{first: first.seq, before: hashOf(first.before), after: soc.Head{Seq: last.seq, Value: hashOf(last.value)}}
	var begins uint64
	var before, rules []byte
	err := tx.QueryRowContext(ctx, `SELECT first_seq, before, rules FROM ranges WHERE lane = ? AND last_seq = ? AND last_seq > ?`, l, first.seq-1, sent).Scan(&begins, &before, &rules)
	switch {
	case err == nil:
		r.first, r.before = begins, hashOf(before)
		if err := json.Unmarshal(rules, &r.rules); err != nil {
			return err
		}
	case !errors.Is(err, sql.ErrNoRows):
		return err
	case len(run) < mergeFrom:
		return nil
	}
	for _, v := range run {
		r.rules = count(r.rules, soc.Withheld{Rule: v.stone.Rule, Severity: v.stone.Severity, Why: soc.WhyQuota, Count: 1, FirstTime: v.stone.SeenTime, LastTime: v.stone.SeenTime})
	}
	r.rules = atMost(r.rules, wire.MaxWithheld)
	text, err := json.Marshal(r.rules)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO ranges (lane, first_seq, last_seq, before, value, rules) VALUES (?, ?, ?, ?, ?, ?)`,
		l, r.first, r.after.Seq, r.before[:], r.after.Value[:], text); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM records WHERE lane = ? AND seq BETWEEN ? AND ?`, l, first.seq, last.seq)
	return err
}

// atMost lets the last of a list that is too long stand for the rest.
func atMost(sums []soc.Withheld, limit int) []soc.Withheld {
	for len(sums) > limit {
		last, rest := &sums[limit-1], sums[limit:]
		last.Rule = soc.Rule{Engine: last.Rule.Engine, Name: "other rules"}
		for _, w := range rest {
			last.Count += w.Count
			last.Severity = max(last.Severity, w.Severity)
		}
		sums = sums[:limit]
	}
	return sums
}
