package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// insert writes the new entries of deliveries.
func (t *taking) insert(taken []*accept) error {
	var fresh []newAlert
	var ledger []any
	for _, a := range taken {
		if len(a.rest) == 0 {
			continue
		}
		begins := len(fresh)
		var err error
		if fresh, ledger, err = a.sort(fresh, ledger); err != nil {
			return err
		}
		a.fresh = make([]news, len(fresh)-begins)
	}
	added, err := t.addAlerts(t.ctx, t.tx, fresh, &t.counts, &t.texts)
	if err != nil {
		return err
	}
	if err := t.bulks.addTexts(t.ctx, t.tx, t.texts); err != nil {
		return err
	}
	for _, a := range taken {
		added = added[copy(a.fresh, added):]
	}
	return t.bulks.ledger.add(t.ctx, t.tx, ledger)
}

// sort appends what is new in a delivery: the alerts, and a record of each entry. Entries
// of an alert that is held already, or that stands twice in the delivery, are records and
// nothing more.
func (a *accept) sort(fresh []newAlert, ledger []any) ([]newAlert, []any, error) {
	entries := a.rest
	held, err := a.heldIDs(entries)
	if err != nil {
		return nil, nil, err
	}
	open, err := a.openEvents(entries)
	if err != nil {
		return nil, nil, err
	}
	begins := len(fresh)
	a.cells = map[int64]*tapeRow{}
	for i := range entries {
		e := &entries[i]
		kind, cell := kindAlert, cellOf(a.cells, e, a.now)
		cell.delivered++
		switch {
		case e.Dropped:
			kind = kindDropped
			a.head.Dropped++
			cell.dropped++
			a.noteDropped(&e.Alert)
		case held[e.AlertID]:
			kind = kindRepeated
			a.head.Repeated++
			cell.repeated++
		default:
			held[e.AlertID] = true
			ready := a.ready[e.Seq-a.Entries[0].Seq]
			if of, ok := open.take(e); ok {
				kind = kindWitness
				a.head.Repeated++
				cell.repeated++
				a.witnesses = append(a.witnesses, testimony{entry: e, of: of, prepared: ready})
				break
			}
			if key := e.Alert.EventKey; key != (soc.EventKey{}) {
				open[key] = append(open[key], told{fresh: len(fresh) - begins, via: viaOf(&e.Alert)})
			}
			a.head.Alerts++
			fresh = append(fresh, newAlert{alert: a.stored(e), normal: e.Normal, closed: a.closed, client: a.node.ClientNum, node: &a.node.Num, head: a.head.Num, prepared: ready})
		}
		if a.now.Sub(e.Alert.SeenTime) > lateAfter {
			cell.late++
		}
		ledger = append(ledger, a.head.Num, e.Seq, kind, e.AlertID[:], e.RawHash[:], e.Value[:], a.now.UnixMilli())
	}
	last := entries[len(entries)-1]
	a.head.Seq, a.head.Value = last.Seq, last.Value[:]
	return fresh, ledger, nil
}

func (a *accept) stored(e *soc.Entry) soc.StoredAlert {
	state := soc.AlertOpen
	if a.closed {
		state = soc.AlertResolved
	}
	return soc.StoredAlert{
		Alert: e.Alert, Client: a.node.ClientName, ClientID: soc.ClientID(a.node.ClientID), Demo: a.node.Demo,
		Node: a.node.Name, NodeID: a.Chain.Node, ReceivedTime: a.now.Truncate(time.Millisecond),
		SortKey: soc.NewSortKey(&e.Alert), State: state,
		RawSHA256: e.RawHash, RawSize: len(e.Alert.Raw), Epoch: a.Chain.Epoch, Lane: a.Chain.Lane, Seq: e.Seq,
	}
}

// heldIDs says which alerts of the entries the core has.
func (a *accept) heldIDs(entries []soc.Entry) (map[soc.AlertID]bool, error) {
	held := make(map[soc.AlertID]bool, len(entries))
	if a.loading {
		return held, nil
	}
	for part := range slices.Chunk(entries, 500) {
		if err := a.addHeldIDs(part, held); err != nil {
			return nil, err
		}
	}
	return held, nil
}

func (a *accept) addHeldIDs(entries []soc.Entry, held map[soc.AlertID]bool) error {
	ids := make([][]byte, len(entries))
	for i := range entries {
		ids[i] = entries[i].AlertID[:]
	}
	is, args := a.db.oneOf(ids)
	//nolint:gosec // question marks only
	rows, err := a.tx.QueryContext(a.ctx, `SELECT id FROM alerts WHERE id`+is+` UNION ALL SELECT id FROM witnesses WHERE id`+is, append(args, args...)...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	for rows.Next() {
		var id []byte
		if err := rows.Scan(&id); err != nil {
			return err
		}
		held[soc.AlertID(id)] = true
	}
	return rows.Err()
}

// newAlert is an alert that the core does not have.
type newAlert struct {
	alert  soc.StoredAlert
	normal []byte
	closed bool
	client int64
	node   *int64
	head   int64 // 0 for SOCme's own
	prepared
}

// prepared is what costs time and needs no transaction: it is made before one begins,
// so that others may write meanwhile.
type prepared struct {
	codec  int
	packed []byte // raw, as it is stored
	text   any    // what is indexed of the alert itself, as it is stored
}

func (s *Store) prepare(alert *soc.Alert) prepared {
	p := prepared{text: s.db.text(query.AlertText(alert), query.AlertTokens(alert))}
	p.codec, p.packed = s.packRaw(alert.Raw)
	return p
}

// addAlerts inserts alerts with everything that hangs on them, except what is better
// written at once or is shared by all writers: their places in the feed, and the texts
// and counts, which it adds to.
func (s *Store) addAlerts(ctx context.Context, tx *sql.Tx, fresh []newAlert, counts *tally, texts *[]placedText) ([]news, error) {
	if len(fresh) == 0 {
		return nil, nil
	}
	firstNum, err := s.db.numbers(ctx, tx, "alert", len(fresh))
	if err != nil {
		return nil, err
	}
	rules, groups, err := s.count(ctx, tx, fresh, counts)
	if err != nil {
		return nil, err
	}
	places, err := s.db.places(ctx, tx, firstNum, fresh)
	if err != nil {
		return nil, err
	}
	added := make([]news, len(fresh))
	var alerts, raws, events []any
	for i := range fresh {
		f := &fresh[i]
		num := firstNum + int64(i)
		alert := f.alert
		var head, seq any
		if f.head != 0 {
			head, seq = f.head, alert.Seq
			raws = append(raws, num, f.codec, f.packed)
		}
		alerts = append(alerts,
			num, alert.ID[:], f.client, f.node, rules[i], alert.Severity, addrKey(alert.Source.Address), addrKey(alert.Destination.Address),
			alert.ReceivedTime.UnixMilli(), head, seq, alert.RawSHA256[:], alert.RawSize, string(f.normal), alert.SortKey[:], groups[i].num, places[i], groups[i].owner, stateNum(alert.State))
		if key := alert.EventKey; key != (soc.EventKey{}) && f.node != nil {
			events = append(events, *f.node, key[:], num, viaOf(&alert.Alert))
		}
		*texts = append(*texts, placedText{places[i], s.withNumbers(f.text, numbers{severity: int64(alert.Severity), client: f.client, node: f.node, rule: rules[i]})})
		alert.Owner = groups[i].ownerName
		alert.Raw = nil // listeners get what the API shows
		added[i] = news{num: num, alert: alert}
	}
	for _, rows := range []struct {
		into *bulk
		args []any
	}{{&s.bulks.alerts, alerts}, {&s.bulks.raws, raws}, {&s.bulks.events, events}} {
		if err := rows.into.add(ctx, tx, rows.args); err != nil {
			return nil, err
		}
	}
	return added, nil
}

// take reserves n numbers of a counter and returns the first.
func take(ctx context.Context, tx *sql.Tx, counter string, n int) (int64, error) {
	var last int64
	err := tx.QueryRowContext(ctx, `UPDATE counters SET value = value + ? WHERE name = ? RETURNING value`, n, counter).Scan(&last)
	return last - int64(n) + 1, err
}

// count adds alerts to the counts and makes them members of their groups. It returns the
// rule and the group of each.
func (s *Store) count(ctx context.Context, tx *sql.Tx, fresh []newAlert, counts *tally) ([]int64, []*joined, error) {
	known := map[soc.Rule]int64{}
	rules := make([]int64, len(fresh))
	for i := range fresh {
		alert := &fresh[i].alert
		var err error
		if rules[i], err = s.ruleNum(ctx, tx, known, alert.Rule); err != nil {
			return nil, nil, err
		}
		counts.add(fresh[i].client, rules[i], alert.SortKey, &alert.Alert, 1)
	}
	groups, err := s.joinGroups(ctx, tx, fresh, rules)
	return rules, groups, err
}

// ruleNum is the number of a rule, which gets one if it has none yet. known are those of
// this transaction. What was committed before is remembered in memory; what this one
// inserts is not, since it may yet be rolled back.
func (s *Store) ruleNum(ctx context.Context, tx *sql.Tx, known map[soc.Rule]int64, rule soc.Rule) (int64, error) {
	if num, ok := known[rule]; ok {
		return num, nil
	}
	if num, ok := s.rules.num(rule); ok {
		known[rule] = num
		return num, nil
	}
	var num int64
	err := tx.QueryRowContext(ctx, `SELECT num FROM rules WHERE id = ? AND engine = ? AND name = ?`, rule.ID, rule.Engine, rule.Name).Scan(&num)
	if err == nil {
		s.rules.remember(rule, num)
	}
	if errors.Is(err, sql.ErrNoRows) {
		// Another core may insert it at this moment. The update changes nothing: it waits for
		// the other and reads its number.
		err = tx.QueryRowContext(ctx, `INSERT INTO rules (engine, id, name, id_key, name_key) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (id, engine, name) DO UPDATE SET name = excluded.name RETURNING num`,
			rule.Engine, rule.ID, rule.Name, query.Fold(rule.ID), query.WordsOf(rule.Name)).Scan(&num)
	}
	if err == nil {
		known[rule] = num
	}
	return num, err
}

// The codecs of raws.
const (
	codecPlain = 0
	codecZstd  = 1
)

func (s *Store) packRaw(raw []byte) (codec int, packed []byte) {
	packed = s.pack.EncodeAll(raw, make([]byte, 0, len(raw)/2+64))
	if len(packed) >= len(raw) {
		return codecPlain, append([]byte{}, raw...) // never nil, which would be NULL
	}
	return codecZstd, packed
}

// tapeRow is what a delivery adds to one cell of the tape.
type tapeRow struct{ delivered, repeated, late, dropped, missing uint64 }

func cellOf(cells map[int64]*tapeRow, e *soc.Entry, now time.Time) *tapeRow {
	seen := e.Alert.SeenTime
	if seen.IsZero() || seen.After(now) { // a node whose clock runs ahead
		seen = now
	}
	slot := slotOf(seen)
	if cells[slot] == nil {
		cells[slot] = &tapeRow{}
	}
	return cells[slot]
}

func (a *accept) addTape(cells map[int64]*tapeRow) error {
	for slot, c := range cells {
		_, err := a.tx.ExecContext(a.ctx, `INSERT INTO tape (head_num, slot, delivered, repeated, late, dropped, missing) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (head_num, slot) DO UPDATE SET delivered = tape.delivered + excluded.delivered, repeated = tape.repeated + excluded.repeated,
				late = tape.late + excluded.late, dropped = tape.dropped + excluded.dropped, missing = tape.missing + excluded.missing`,
			a.head.Num, slot, c.delivered, c.repeated, c.late, c.dropped, c.missing)
		if err != nil {
			return err
		}
	}
	return nil
}
