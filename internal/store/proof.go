package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/socme-project/socme/internal/proof"
	"github.com/socme-project/socme/soc"
)

// ProofFilter chooses what a proof is about.
type ProofFilter struct {
	Node        soc.NodeID
	From, Until time.Time // of the core's clock; Until is exclusive
	Raw         bool      // with the raw lines that are held still
}

// ProofHeader is the first line of a proof.
func (s *Store) ProofHeader(ctx context.Context, scope soc.Scope, f ProofFilter) (proof.Header, error) {
	if !f.From.Before(f.Until) {
		return proof.Header{}, fmt.Errorf("%w: the proof must end after it begins", soc.ErrInvalid)
	}
	node, err := s.Node(ctx, scope, f.Node)
	if err != nil {
		return proof.Header{}, err
	}
	return proof.Header{
		Node: node.ID, Name: node.Name, Client: node.Client, LedgerKey: node.LedgerKey,
		From: f.From.UTC(), Until: f.Until.UTC(), MadeTime: s.now().UTC(),
	}, nil
}

// Proof hands on what the core holds of a node's chains between two times, chain by
// chain: the records, ranges that the node declared gone, and the heads that it signed.
// Each chain goes on to the next signed head behind the last record.
func (s *Store) Proof(ctx context.Context, scope soc.Scope, f ProofFilter, each func(proof.Line) error) error {
	if _, err := s.Node(ctx, scope, f.Node); err != nil {
		return err
	}
	db, err := s.read.DB()
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, s.db.snapshot())
	if err != nil {
		return fmt.Errorf("proof of node %s: %w", f.Node, err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	p := prover{Store: s, ctx: ctx, tx: tx, filter: f, each: each}
	if err := p.run(); err != nil {
		return fmt.Errorf("proof of node %s: %w", f.Node, err)
	}
	return nil
}

// prover is one reading of a node's chains, all of one moment.
type prover struct {
	*Store
	ctx    context.Context //nolint:containedctx // lives no longer than the call that made it
	tx     *sql.Tx
	filter ProofFilter
	each   func(proof.Line) error
}

func (p *prover) run() error {
	heads, err := p.chains()
	if err != nil {
		return err
	}
	for _, h := range heads {
		if err := p.chain(h); err != nil {
			return err
		}
	}
	return nil
}

// chains lists the node's chains, the oldest first.
func (p *prover) chains() ([]headRow, error) {
	rows, err := p.tx.QueryContext(p.ctx, `SELECT heads.num, epoch, previous, lane, seq FROM heads JOIN nodes ON nodes.num = heads.node_num WHERE nodes.id = ? ORDER BY heads.num`, string(p.filter.Node))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	var heads []headRow
	for rows.Next() {
		var h headRow
		if err := rows.Scan(&h.Num, &h.Epoch, &h.Previous, &h.Lane, &h.Seq); err != nil {
			return nil, err
		}
		heads = append(heads, h)
	}
	return heads, rows.Err()
}

// chain writes what falls between the two times of one chain.
func (p *prover) chain(h headRow) error {
	first, err := p.firstSince(h, p.filter.From)
	if err != nil {
		return err
	}
	end, err := p.firstSince(h, p.filter.Until) // the first that does not belong
	if err != nil || first >= end {
		return err
	}
	start, err := p.valueBefore(h, first)
	if err != nil {
		return err
	}
	seal := end - 1
	err = p.tx.QueryRowContext(p.ctx, `SELECT MIN(seq) FROM (SELECT seq FROM signed_heads WHERE head_num = ?1 AND seq >= ?2
		UNION ALL SELECT last_seq FROM missing_ranges WHERE head_num = ?1 AND last_seq >= ?2) AS seals HAVING COUNT(*) > 0`, h.Num, end-1).Scan(&seal)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	chain := proof.Chain{Epoch: soc.Epoch(h.Epoch), Previous: soc.Epoch(h.Previous), Lane: h.Lane, Seq: start.Seq, Value: start.Value}
	if start.Seq == 0 {
		chain.Value = soc.Chain{Node: p.filter.Node, Epoch: chain.Epoch, Previous: chain.Previous, Lane: chain.Lane}.Genesis()
	}
	if err := p.each(proof.Line{Chain: &chain}); err != nil {
		return err
	}
	return p.lines(h, start.Seq, seal, end)
}

// lines writes the records, ranges and signed heads behind start up to seal, in the order
// of their numbers.
func (p *prover) lines(h headRow, start, seal, end uint64) error {
	ranges, err := p.ranges(h, start, seal)
	if err != nil {
		return err
	}
	signed, err := p.signed(h, start, seal)
	if err != nil {
		return err
	}
	// before writes what comes before a record, or behind all.
	before := func(seq uint64) error {
		for len(ranges) > 0 && ranges[0].Last < seq {
			if err := p.heads(&signed, ranges[0].Last-1); err != nil {
				return err
			}
			if err := p.each(proof.Line{Range: &ranges[0]}); err != nil {
				return err
			}
			ranges = ranges[1:]
		}
		return p.heads(&signed, seq-1)
	}
	rows, err := p.tx.QueryContext(p.ctx, `SELECT ledger.seq, kind, alert_id, ledger.raw_hash, value, ledger.received_ms,
			COALESCE(raws.codec, witnesses.codec), CASE WHEN ?4 THEN COALESCE(raws.raw, witnesses.raw) END
		FROM ledger LEFT JOIN alerts ON ?4 AND kind = 1 AND alerts.id = ledger.alert_id LEFT JOIN raws ON raws.alert_num = alerts.num
			LEFT JOIN witnesses ON ?4 AND kind = 4 AND witnesses.id = ledger.alert_id
		WHERE ledger.head_num = ?1 AND ledger.seq > ?2 AND ledger.seq <= ?3 ORDER BY ledger.seq`, h.Num, start, seal, p.filter.Raw)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	for rows.Next() {
		record, err := p.record(rows)
		if err != nil {
			return err
		}
		if record.After = record.Seq >= end; record.After {
			record.Raw = nil
		}
		if err := before(record.Seq); err != nil {
			return err
		}
		if err := p.each(proof.Line{Record: &record}); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return before(seal + 1)
}

var proofKinds = map[int]string{kindAlert: proof.KindAlert, kindRepeated: proof.KindRepeated, kindDropped: proof.KindDropped, kindWitness: proof.KindWitness}

func (p *prover) record(rows *sql.Rows) (proof.Record, error) {
	var r proof.Record
	var kind int
	var id, hash, value, raw []byte
	var received int64
	var codec sql.NullInt64
	if err := rows.Scan(&r.Seq, &kind, &id, &hash, &value, &received, &codec, &raw); err != nil {
		return r, err
	}
	copy(r.AlertID[:], id)
	copy(r.RawHash[:], hash)
	copy(r.Value[:], value)
	r.Kind, r.ReceivedTime = proofKinds[kind], fromMS(received)
	var err error
	if raw != nil && codec.Int64 == codecZstd {
		raw, err = p.open.DecodeAll(raw, nil)
	}
	r.Raw = raw
	return r, err
}

// heads writes the signed heads up to seq.
func (p *prover) heads(signed *[]proof.Signed, seq uint64) error {
	for len(*signed) > 0 && (*signed)[0].Seq <= seq {
		if err := p.each(proof.Line{Signed: &(*signed)[0]}); err != nil {
			return err
		}
		*signed = (*signed)[1:]
	}
	return nil
}

func (p *prover) ranges(h headRow, start, seal uint64) ([]proof.Range, error) {
	rows, err := p.tx.QueryContext(p.ctx, `SELECT first_seq, last_seq, value, signed_ms, signature, withheld FROM missing_ranges
		WHERE head_num = ? AND last_seq > ? AND last_seq <= ? ORDER BY last_seq`, h.Num, start, seal)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	var found []proof.Range
	for rows.Next() {
		var g proof.Range
		var value []byte
		var at int64
		var dropped string
		if err := rows.Scan(&g.First, &g.Last, &value, &at, &g.Signature, &dropped); err != nil {
			return nil, err
		}
		copy(g.Value[:], value)
		g.SignedTime = fromMS(at)
		if dropped != "" {
			if err := json.Unmarshal([]byte(dropped), &g.Dropped); err != nil {
				return nil, err
			}
		}
		found = append(found, g)
	}
	return found, rows.Err()
}

func (p *prover) signed(h headRow, start, seal uint64) ([]proof.Signed, error) {
	rows, err := p.tx.QueryContext(p.ctx, `SELECT seq, value, signed_ms, signature FROM signed_heads WHERE head_num = ? AND seq > ? AND seq <= ? ORDER BY seq`, h.Num, start, seal)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	var found []proof.Signed
	for rows.Next() {
		var s proof.Signed
		var value []byte
		var at int64
		if err := rows.Scan(&s.Seq, &value, &at, &s.Signature); err != nil {
			return nil, err
		}
		copy(s.Value[:], value)
		s.SignedTime = fromMS(at)
		found = append(found, s)
	}
	return found, rows.Err()
}

// firstSince is the number of the first record, or the beginning of the first range, that
// came at a time or later; one behind the head if none did. Records of a chain come in
// their order, so it is found by halving.
func (p *prover) firstSince(h headRow, at time.Time) (uint64, error) {
	ms := at.UnixMilli()
	low, high := uint64(1), h.Seq+1 // the answer lies in low … high
	for low < high {
		middle := low + (high-low)/2
		received, last, err := p.receivedAt(h, middle)
		if err != nil {
			return 0, err
		}
		if received >= ms {
			high = middle
		} else {
			low = last + 1
		}
	}
	return low, nil
}

// receivedAt tells when the record at or behind seq came, and up to which number that
// holds.
func (p *prover) receivedAt(h headRow, seq uint64) (received int64, last uint64, err error) {
	err = p.tx.QueryRowContext(p.ctx, `SELECT received_ms, last FROM (
			SELECT received_ms, seq AS last, seq AS first FROM (SELECT received_ms, seq FROM ledger WHERE head_num = ?1 AND seq >= ?2 ORDER BY seq LIMIT 1) AS record
			UNION ALL SELECT received_ms, last_seq, first_seq FROM (SELECT received_ms, last_seq, first_seq FROM missing_ranges WHERE head_num = ?1 AND last_seq >= ?2 ORDER BY last_seq LIMIT 1) AS missing) AS next
		ORDER BY last LIMIT 1`, h.Num, seq).Scan(&received, &last)
	return received, max(last, seq), err
}

// valueBefore is the record, or the range, before which a chain's lines begin.
func (p *prover) valueBefore(h headRow, first uint64) (soc.Head, error) {
	var head soc.Head
	var value []byte
	err := p.tx.QueryRowContext(p.ctx, `SELECT last, value FROM (
			SELECT seq AS last, value FROM (SELECT seq, value FROM ledger WHERE head_num = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT 1) AS record
			UNION ALL SELECT last_seq, value FROM (SELECT last_seq, value FROM missing_ranges WHERE head_num = ?1 AND last_seq < ?2 ORDER BY last_seq DESC LIMIT 1) AS missing) AS before
		ORDER BY last DESC LIMIT 1`, h.Num, first).Scan(&head.Seq, &value)
	if errors.Is(err, sql.ErrNoRows) {
		return soc.Head{}, nil
	}
	copy(head.Value[:], value)
	return head, err
}
