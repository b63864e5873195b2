package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

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
	args := []any{a.node.Num}
	for i := range entries {
		if key := entries[i].Alert.EventKey; key != (soc.EventKey{}) && !entries[i].Dropped {
			args = append(args, key[:])
		}
	}
	if len(args) == 1 {
		return open, nil
	}
	//nolint:gosec // question marks only
	rows, err := a.tx.QueryContext(a.ctx, `SELECT key, alert_num, via FROM events WHERE node_num = ? AND witnessed = 0 AND key IN (?`+
		strings.Repeat(`, ?`, len(args)-2)+`) ORDER BY alert_num`, args...)
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
func (a *accept) addWitnesses(found []testimony, firstNum int64) error {
	for _, w := range found {
		num := w.of.num
		if num == 0 {
			num = firstNum + int64(w.of.fresh)
		}
		e := w.entry
		if w.packed == nil {
			w.packed = []byte{}
		}
		_, err := a.tx.ExecContext(a.ctx, `INSERT INTO witnesses (id, alert_num, head_num, seq, received_ms, raw_hash, raw_size, codec, raw, normal) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			e.AlertID[:], num, a.head.Num, e.Seq, a.now.UnixMilli(), e.RawHash[:], len(e.Alert.Raw), w.codec, w.packed, string(e.Normal))
		if err != nil {
			return fmt.Errorf("attach witness %s: %w", e.AlertID, err)
		}
		if err := a.raiseSeverity(num, e.Alert.Severity); err != nil {
			return fmt.Errorf("attach witness %s: %w", e.AlertID, err)
		}
		_, err = a.tx.ExecContext(a.ctx, `UPDATE alerts SET witnesses = witnesses + 1, severity = MAX(severity, ?1),
			normal = CASE WHEN severity < ?1 THEN json_set(normal, '$.severity', ?2) ELSE normal END WHERE num = ?3`,
			e.Alert.Severity, e.Alert.Severity.String(), num)
		if err == nil {
			err = a.indexAgain(a.ctx, a.tx, num)
		}
		if err != nil {
			return fmt.Errorf("attach witness %s: %w", e.AlertID, err)
		}
		if _, err = a.tx.ExecContext(a.ctx, `UPDATE events SET witnessed = 1 WHERE node_num = ? AND key = ? AND alert_num = ?`, a.node.Num, e.Alert.EventKey[:], num); err != nil {
			return fmt.Errorf("attach witness %s: %w", e.AlertID, err)
		}
		if w.of.num == 0 { // it goes into the feed with this delivery, as it is now
			first := &a.done.Fed[w.of.fresh].Alert
			first.Witnesses++
			first.Severity = max(first.Severity, e.Alert.Severity)
			continue
		}
		if err := a.feedAgain(num); err != nil {
			return err
		}
	}
	return nil
}

// raiseSeverity counts an alert that is about to be raised where it belongs then.
func (a *accept) raiseSeverity(num int64, to soc.Severity) error {
	var counts tally
	err := scanAlerts(a.ctx, a.tx, `SELECT alerts.rule_num, `+alertColumns+` FROM alerts`+alertJoins+` WHERE alerts.num = ?`, []any{num}, func(rule int64, alert soc.StoredAlert) bool {
		if alert.Severity >= to {
			return true
		}
		counts.add(a.node.ClientNum, rule, alert.SortKey, &alert.Alert, -1)
		alert.Severity = to
		counts.add(a.node.ClientNum, rule, alert.SortKey, &alert.Alert, 1)
		return true
	})
	if err == nil {
		err = a.saveTally(a.ctx, a.tx, &counts)
	}
	if err != nil {
		return err
	}
	_, err = a.tx.ExecContext(a.ctx, `UPDATE alert_groups SET severity = ? WHERE severity < ? AND num = (SELECT group_num FROM alerts WHERE num = ?)`, to, to, num)
	return err
}

// feedAgain tells streams of an alert that changed.
func (a *accept) feedAgain(num int64) error {
	fed, err := a.feedChanged(a.ctx, a.tx, num, a.now.UnixMilli())
	a.done.Fed = append(a.done.Fed, fed...)
	return err
}

func (s *Store) feedChanged(ctx context.Context, tx *sql.Tx, num, atMS int64) ([]soc.Fed, error) {
	pos, err := take(ctx, tx, "feed", 1)
	if err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO feed (pos, alert_num, at_ms) VALUES (?, ?, ?)`, pos, num, atMS); err != nil {
		return nil, err
	}
	var fed []soc.Fed
	err = scanAlerts(ctx, tx, alertSelect+` WHERE alerts.num = ?`, []any{num}, func(_ int64, alert soc.StoredAlert) bool {
		fed = append(fed, soc.Fed{Pos: pos, Alert: alert})
		return true
	})
	if err == nil && len(fed) == 0 {
		err = soc.ErrNotFound
	}
	return fed, err
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
