package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/socme-project/socme/soc"
)

// The ways on which a node hears of an event, as events holds them.
const (
	viaItself = 0 // the rule's own engine wrote it
	viaWazuh  = 1
)

func viaOf(a *soc.Alert) int {
	if a.Via == "" {
		return viaItself
	}
	return viaWazuh
}

// told is an alert of an event that another sensor may tell of, too.
type told struct {
	num   int64 // of the alert that the core holds; 0 if it is new in this delivery
	fresh int   // its index among the new ones
	via   int
}

// events are the alerts that wait for a witness, by their key.
type events map[soc.EventKey][]told

// openEvents finds those of the node that the entries may be witnesses of.
func (a *accept) openEvents(entries []soc.Entry) (events, error) {
	open := events{}
	var keys [][]byte
	for i := range entries {
		if key := entries[i].Alert.EventKey; key != (soc.EventKey{}) && !entries[i].Dropped {
			keys = append(keys, key[:])
		}
	}
	if len(keys) == 0 {
		return open, nil
	}
	is, args := a.db.oneOf(keys)
	//nolint:gosec // question marks only
	rows, err := a.tx.QueryContext(a.ctx, `SELECT key, alert_num, via FROM events WHERE key`+is+` AND node_num = ? AND NOT witnessed ORDER BY alert_num`, append(args, a.node.Num)...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	for rows.Next() {
		var key []byte
		var t told
		if err := rows.Scan(&key, &t.num, &t.via); err != nil {
			return nil, err
		}
		open[soc.EventKey(key)] = append(open[soc.EventKey(key)], t)
	}
	return open, rows.Err()
}

// take finds the alert whose event the entry tells of by another way, and takes it out:
// each alert has one witness, so that two alerts of one packet stay two.
func (o events) take(e *soc.Entry) (told, bool) {
	via := viaOf(&e.Alert)
	waiting := o[e.Alert.EventKey]
	for i, t := range waiting {
		if t.via != via {
			o[e.Alert.EventKey] = append(waiting[:i:i], waiting[i+1:]...)
			return t, true
		}
	}
	return told{}, false
}

// testimony is an entry that is a witness, and of what.
type testimony struct {
	entry *soc.Entry
	of    told
	prepared
}

// addWitnesses attaches records to the alerts whose events they tell of. Where a
// witness takes the event for worse than the alert does, the alert is raised to it.
func (a *accept) addWitnesses(found []testimony) error {
	for _, w := range found {
		if err := a.addWitness(w); err != nil {
			return fmt.Errorf("attach witness %s: %w", w.entry.AlertID, err)
		}
	}
	return nil
}

func (a *accept) addWitness(w testimony) error {
	num, e := w.of.num, w.entry
	if num == 0 {
		num = a.fresh[w.of.fresh].num
	}
	_, err := a.tx.ExecContext(a.ctx, `INSERT INTO witnesses (id, alert_num, head_num, seq, received_ms, raw_hash, raw_size, codec, raw, normal) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		e.AlertID[:], num, a.head.Num, e.Seq, a.now.UnixMilli(), e.RawHash[:], len(e.Alert.Raw), w.codec, w.packed, string(e.Normal))
	if err != nil {
		return err
	}
	var severity soc.Severity
	if err := a.tx.QueryRowContext(a.ctx, `UPDATE alerts SET witnesses = witnesses + 1 WHERE num = ? RETURNING severity`, num).Scan(&severity); err != nil {
		return err
	}
	if severity < e.Alert.Severity {
		if err := errors.Join(a.recount(num, e.Alert.Severity), a.raiseTo(num, e.Alert.Severity), a.indexAgain(a.ctx, a.tx, num)); err != nil {
			return err
		}
	}
	if _, err := a.tx.ExecContext(a.ctx, `UPDATE events SET witnessed = TRUE WHERE node_num = ? AND key = ? AND alert_num = ?`, a.node.Num, e.Alert.EventKey[:], num); err != nil {
		return err
	}
	if w.of.num == 0 { // it goes into the feed with this delivery, as it is now
		first := &a.fresh[w.of.fresh].alert
		first.Witnesses++
		first.Severity = max(first.Severity, e.Alert.Severity)
		return nil
	}
	changed, err := changedAlert(a.ctx, a.tx, num)
	a.fresh = append(a.fresh, changed)
	return err
}

// recount counts an alert that is about to be raised where it belongs then.
func (a *accept) recount(num int64, to soc.Severity) error {
	err := scanAlerts(a.ctx, a.tx, `SELECT alerts.rule_num, `+alertColumns+` FROM alerts`+alertJoins+` WHERE alerts.num = ?`, []any{num}, func(rule int64, alert soc.StoredAlert) bool {
		a.counts.add(a.node.ClientNum, rule, alert.SortKey, &alert.Alert, -1)
		alert.Severity = to
		a.counts.add(a.node.ClientNum, rule, alert.SortKey, &alert.Alert, 1)
		return true
	})
	if err != nil {
		return err
	}
	_, err = a.tx.ExecContext(a.ctx, `UPDATE alert_groups SET severity = ? WHERE severity < ? AND num = (SELECT group_num FROM alerts WHERE num = ?)`, to, to, num)
	return err
}

// raiseTo makes an alert as severe as a witness says. The normal form is changed here and
// not by the database: PostgreSQL's functions for JSON refuse some that is in it.
func (a *accept) raiseTo(num int64, severity soc.Severity) error {
	var normal string
	if err := a.tx.QueryRowContext(a.ctx, `SELECT normal FROM alerts WHERE num = ?`, num).Scan(&normal); err != nil {
		return err
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal([]byte(normal), &fields); err != nil {
		return err
	}
	var err error
	if fields["severity"], err = json.Marshal(severity); err != nil {
		return err
	}
	raised, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	_, err = a.tx.ExecContext(a.ctx, `UPDATE alerts SET severity = ?, normal = ? WHERE num = ?`, severity, string(raised), num)
	return err
}

// changedAlert reads an alert that the transaction has changed.
func changedAlert(ctx context.Context, tx *sql.Tx, num int64) (news, error) {
	var found []news
	err := scanAlerts(ctx, tx, alertSelect+` WHERE alerts.num = ?`, []any{num}, func(num int64, alert soc.StoredAlert) bool {
		found = append(found, news{num: num, alert: alert})
		return true
	})
	if err == nil && len(found) == 0 {
		err = soc.ErrNotFound
	}
	if err != nil {
		return news{}, err
	}
	return found[0], nil
}

// Witnesses lists the other records that tell of an alert's event, the oldest first. It
// is never nil.
func (s *Store) Witnesses(ctx context.Context, scope soc.Scope, id soc.AlertID) ([]soc.Witness, error) {
	alert, err := s.Alert(ctx, scope, id)
	if err != nil {
		return nil, err
	}
	db, err := s.read.DB()
	if err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, `SELECT witnesses.id, witnesses.seq, witnesses.received_ms, witnesses.raw_hash, witnesses.raw_size, witnesses.normal, heads.epoch, heads.lane
		FROM witnesses JOIN heads ON heads.num = witnesses.head_num
		WHERE witnesses.alert_num = (SELECT num FROM alerts WHERE id = ?) ORDER BY witnesses.received_ms, witnesses.id`, alert.ID[:])
	if err != nil {
		return nil, fmt.Errorf("witnesses of alert %s: %w", id, err)
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	found := []soc.Witness{}
	for rows.Next() {
		var w soc.Witness
		var raw, hash, normal []byte
		var received int64
		var as soc.Alert
		err := rows.Scan(&raw, &w.Seq, &received, &hash, &w.RawSize, &normal, &w.Epoch, &w.Lane)
		if err == nil {
			err = json.Unmarshal(normal, &as)
		}
		if err != nil {
			return nil, fmt.Errorf("witnesses of alert %s: %w", id, err)
		}
		w.ID = soc.AlertID(raw)
		copy(w.RawSHA256[:], hash)
		w.Rule, w.Via, w.Severity, w.Place, w.SeenTime, w.ReceivedTime = as.Rule, as.Via, as.Severity, as.Place, as.SeenTime, fromMS(received)
		found = append(found, w)
	}
	return found, rows.Err()
}
