package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"

	"github.com/socme-project/socme/soc"
)

// Missing is a node's signed word that records are gone. The caller has checked it.
type Missing struct {
	Chain  soc.Chain
	From   uint64
	Head   soc.Head // the last of the range, and the chain's value after it
	Latest uint64
	Signed soc.Signed
	// Dropped says by rule what the range was, if the outbox's quota took it: the counts
	// make up the whole range. Without it the range is missing.
	Dropped []soc.Withheld
}

// AcceptMissing goes on behind records that a node no longer holds, and counts them
// as missing, or as dropped. Where the core holds some of them already, only the rest
// counts.
func (s *Store) AcceptMissing(ctx context.Context, scope soc.Scope, m Missing) (soc.Head, error) {
	if err := mustAll(scope); err != nil {
		return soc.Head{}, err
	}
	var head soc.Head
	err := s.tx(ctx, func(_ *gorm.DB, tx *sql.Tx) error {
		a := accept{
			taking: &taking{Store: s, ctx: ctx, tx: tx, now: s.now().UTC()}, done: &Outcome{},
			Delivery: Delivery{Chain: m.Chain, Latest: m.Latest, Signed: m.Signed, Entries: []soc.Entry{{Record: soc.Record{Seq: m.From}}}},
		}
		if err := a.openHead(m.From == 1); err != nil {
			return err
		}
		if err := a.makeHead(); err != nil {
			return err
		}
		head = soc.Head{Seq: a.head.Seq, Value: soc.Hash(a.head.Value)}
		switch {
		case m.Head.Seq <= a.head.Seq:
			return nil // said before
		case m.From > a.head.Seq+1:
			return a.gap(a.head.Seq + 1)
		}
		lost := m.Head.Seq - a.head.Seq
		if err := a.saveRange(m); err != nil {
			return err
		}
		a.head.Seq, a.head.Value = m.Head.Seq, m.Head.Value[:]
		cell := &tapeRow{missing: lost}
		if len(m.Dropped) > 0 {
			cell = &tapeRow{delivered: lost, dropped: lost}
			a.head.Dropped += lost
		} else {
			a.head.Missing += lost
		}
		a.head.Latest = max(a.head.Latest, m.Latest, m.Head.Seq)
		head = m.Head
		if err := a.addTape(map[int64]*tapeRow{slotOf(a.now): cell}); err != nil {
			return err
		}
		return a.saveHead()
	})
	if err != nil {
		return soc.Head{}, fmt.Errorf("accept records %d to %d of node %s as missing: %w", m.From, m.Head.Seq, m.Chain.Node, err)
	}
	return head, nil
}

// saveRange keeps a signed range, and what was in it.
func (a *accept) saveRange(m Missing) error {
	what := []byte{}
	if len(m.Dropped) > 0 {
		sum := uint64(0)
		for _, w := range m.Dropped {
			sum += w.Count
		}
		if sum != m.Head.Seq-m.From+1 {
			return fmt.Errorf("%w: the rules make up %d records and the range has %d", soc.ErrInvalid, sum, m.Head.Seq-m.From+1)
		}
		var err error
		if what, err = json.Marshal(m.Dropped); err != nil {
			return err
		}
	}
	_, err := a.tx.ExecContext(a.ctx, `INSERT INTO missing_ranges (head_num, first_seq, last_seq, value, signed_ms, signature, dropped, withheld, received_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		a.head.Num, m.From, m.Head.Seq, m.Head.Value[:], m.Signed.Time.UnixMilli(), m.Signed.Signature, len(m.Dropped) > 0, string(what), a.now.UnixMilli())
	if err != nil {
		return err
	}
	// What of the range the core held already was counted then. Which rules that was is
	// not told: the sum stays right.
	held := a.head.Seq + 1 - m.From
	for _, w := range m.Dropped {
		known := min(held, w.Count)
		held -= known
		if w.Count -= known; w.Count > 0 {
			a.countDropped(w)
		}
	}
	return a.saveDropped()
}
