package store

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/socme-project/socme/soc"
)

// walkProblems bounds what a LedgerWalk names; the first is what matters.
const walkProblems = 100

// LedgerWalk is what VerifyLedger found.
type LedgerWalk struct {
	Chains, Records, Signatures int64
	// Problems name what does not fit; at most 100.
	Problems []string
}

// VerifyLedger walks every chain from its genesis to its head, over the ranges that the
// nodes declared gone, and checks every signature of a node.
func (s *Store) VerifyLedger(ctx context.Context, scope soc.Scope) (LedgerWalk, error) {
	w := walker{ctx: ctx}
	if err := mustAll(scope); err != nil {
		return w.LedgerWalk, err
	}
	db, err := s.read.DB()
	if err != nil {
		return w.LedgerWalk, err
	}
	if w.tx, err = db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true}); err != nil {
		return w.LedgerWalk, fmt.Errorf("walk the ledger: %w", err)
	}
	defer func() { _ = w.tx.Rollback() }() // nothing was written
	chains, err := w.chains()
	for i := 0; err == nil && i < len(chains); i++ {
		w.Chains++
		err = w.walk(&chains[i])
	}
	if err != nil {
		return w.LedgerWalk, fmt.Errorf("walk the ledger: %w", err)
	}
	return w.LedgerWalk, nil
}

type walker struct {
	LedgerWalk
	ctx context.Context //nolint:containedctx // lives no longer than the call that made it
	tx  *sql.Tx
}

// walked is a chain, how far the walk has come, and what was signed of it.
type walked struct {
	soc.Chain
	num    int64
	key    ed25519.PublicKey
	end    soc.Head // as the core says
	at     soc.Head
	gone   []goneRange
	signed map[uint64]signedHead
}

type goneRange struct {
	first uint64
	soc.Head
	dropped []soc.Withheld
	soc.Signed
}

type signedHead struct {
	value soc.Hash
	soc.Signed
}

func (w *walker) problem(c *walked, seq uint64, what string) {
	if len(w.Problems) < walkProblems {
		w.Problems = append(w.Problems, fmt.Sprintf("node %s, epoch %s, %s lane, record %d: %s", c.Node, c.Epoch, c.Lane, seq, what))
	}
}

func (w *walker) chains() ([]walked, error) {
	rows, err := w.tx.QueryContext(w.ctx, `SELECT heads.num, nodes.id, nodes.ledger_key, epoch, previous, lane, seq, value FROM heads JOIN nodes ON nodes.num = heads.node_num ORDER BY heads.num`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	var found []walked
	for rows.Next() {
		var c walked
		var key, value []byte
		if err := rows.Scan(&c.num, &c.Node, &key, &c.Epoch, &c.Previous, &c.Lane, &c.end.Seq, &value); err != nil {
			return nil, err
		}
		c.key = key
		copy(c.end.Value[:], value)
		found = append(found, c)
	}
	return found, rows.Err()
}

func (w *walker) walk(c *walked) error {
	if err := w.readGone(c); err != nil {
		return err
	}
	if err := w.readSigned(c); err != nil {
		return err
	}
	c.at.Value = c.Genesis()
	rows, err := w.tx.QueryContext(w.ctx, `SELECT seq, alert_id, raw_hash, value FROM ledger WHERE head_num = ? ORDER BY seq`, c.num)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	for rows.Next() {
		var r soc.Record
		var id, hash, value []byte
		if err := rows.Scan(&r.Seq, &id, &hash, &value); err != nil {
			return err
		}
		copy(r.AlertID[:], id)
		copy(r.RawHash[:], hash)
		w.Records++
		w.pass(c, r.Seq)
		next := soc.Head{Seq: r.Seq, Value: r.Next(c.at.Value)}
		switch {
		case r.Seq != c.at.Seq+1:
			w.problem(c, c.at.Seq+1, "is not there")
			copy(next.Value[:], value) // so that what follows is judged by itself
		case string(next.Value[:]) != string(value):
			w.problem(c, r.Seq, "was changed, or the one before it")
			copy(next.Value[:], value)
		}
		c.at = next
		w.sign(c)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	w.pass(c, c.end.Seq+1)
	if c.at != c.end {
		w.problem(c, c.at.Seq, fmt.Sprintf("ends the chain, and the head is another one, record %d", c.end.Seq))
	}
	for seq := range c.signed {
		w.problem(c, seq, "was signed by the node and is not there")
	}
	return nil
}

// pass goes on over the ranges that were declared gone before a record.
func (w *walker) pass(c *walked, seq uint64) {
	for len(c.gone) > 0 && c.gone[0].Seq < seq {
		r := c.gone[0]
		c.gone = c.gone[1:]
		if r.first > c.at.Seq+1 { // the core may have held the first of them already
			w.problem(c, c.at.Seq+1, "is not there")
		}
		statement := soc.Statement{Chain: c.Chain, Head: r.Head, Missing: r.first, Dropped: soc.DroppedHash(r.dropped), Time: r.Time}
		w.Signatures++
		if !statement.Verify(c.key, r.Signature) {
			w.problem(c, r.Seq, "ends a range that was declared gone, and the node has not signed that")
		}
		c.at = r.Head
		w.sign(c)
	}
}

// sign checks what the node signed of the record that the walk has reached.
func (w *walker) sign(c *walked) {
	signed, ok := c.signed[c.at.Seq]
	if !ok {
		return
	}
	delete(c.signed, c.at.Seq)
	w.Signatures++
	statement := soc.Statement{Chain: c.Chain, Head: soc.Head{Seq: c.at.Seq, Value: signed.value}, Time: signed.Time}
	if signed.value != c.at.Value || !statement.Verify(c.key, signed.Signature) {
		w.problem(c, c.at.Seq, "is not the one that the node signed")
	}
}

func (w *walker) readGone(c *walked) error {
	rows, err := w.tx.QueryContext(w.ctx, `SELECT first_seq, last_seq, value, signed_ms, signature, withheld FROM missing_ranges WHERE head_num = ? ORDER BY last_seq`, c.num)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	for rows.Next() {
		var r goneRange
		var value []byte
		var at int64
		var dropped string
		if err := rows.Scan(&r.first, &r.Seq, &value, &at, &r.Signature, &dropped); err != nil {
			return err
		}
		copy(r.Value[:], value)
		r.Time = fromMS(at)
		if dropped != "" {
			if err := json.Unmarshal([]byte(dropped), &r.dropped); err != nil {
				return err
			}
		}
		c.gone = append(c.gone, r)
	}
	return rows.Err()
}

func (w *walker) readSigned(c *walked) error {
	rows, err := w.tx.QueryContext(w.ctx, `SELECT seq, value, signed_ms, signature FROM signed_heads WHERE head_num = ?`, c.num)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	c.signed = map[uint64]signedHead{}
	for rows.Next() {
		var seq uint64
		var s signedHead
		var value []byte
		var at int64
		if err := rows.Scan(&seq, &value, &at, &s.Signature); err != nil {
			return err
		}
		copy(s.value[:], value)
		s.Time = fromMS(at)
		c.signed[seq] = s
	}
	return rows.Err()
}
