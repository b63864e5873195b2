package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/socme-project/socme/soc"
)

// hangsOnAlerts are the tables whose rows go with their alert, and the column that names
// it. The ledger stays: proofs outlive the alerts. What the feed still says of an alert
// that is gone is passed over, and forgotten within a day; what was raised once is not
// raised again.
func hangsOnAlerts() []string {
	return []string{`raws WHERE alert_num`, `witnesses WHERE alert_num`, `action_alerts WHERE alert_num`, `alert_tags WHERE alert_num`, `alerts WHERE num`}
}

// leaving is what of an alert is needed to take it out of everything that counts it.
type leaving struct {
	client, rule, group int64
	node                sql.NullInt64
}

// left is what leaves a group.
type left struct {
	alerts, open, acknowledged, escalated int64
	worst                                 soc.Severity
}

// remove deletes alerts with all that hangs on them, and takes them out of rollups and
// groups. It returns the sort key behind the last of them.
func (s *Store) remove(ctx context.Context, tx *sql.Tx, nums []int64) (behind []byte, err error) {
	if len(nums) == 0 {
		return firstOfAll(), nil
	}
	in, args := inNums(nums)
	those, err := leavingAlerts(ctx, tx, in, args)
	if err != nil {
		return nil, err
	}
	var counts tally
	var events [][]any
	var last soc.SortKey
	groups := map[int64]*left{}
	err = scanAlerts(ctx, tx, alertSelect+` WHERE alerts.num`+in+` ORDER BY alerts.sort_key`, args, func(num int64, alert soc.StoredAlert) bool {
		of := those[num]
		last = alert.SortKey
		counts.add(of.client, of.rule, alert.SortKey, &alert.Alert, -1)
		if groups[of.group] == nil {
			groups[of.group] = &left{}
		}
		groups[of.group].count(&alert)
		if alert.EventKey != (soc.EventKey{}) && of.node.Valid {
			events = append(events, []any{of.node.Int64, alert.EventKey[:], num})
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	if err := s.lockGroups(ctx, tx, groups); err != nil {
		return nil, err
	}
	if err := execEach(ctx, tx, `DELETE FROM events WHERE node_num = ? AND key = ? AND alert_num = ?`, events); err != nil {
		return nil, err
	}
	//nolint:gosec // question marks only
	if _, err := tx.ExecContext(ctx, `DELETE FROM alert_text WHERE rowid IN (SELECT place FROM alerts WHERE num`+in+`)`, args...); err != nil {
		return nil, fmt.Errorf("delete from alert_text: %w", err)
	}
	for _, table := range hangsOnAlerts() {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+in, args...); err != nil { //nolint:gosec // question marks only
			return nil, fmt.Errorf("delete from %s: %w", table, err)
		}
	}
	if err := leaveGroups(ctx, tx, groups); err != nil {
		return nil, fmt.Errorf("leave the groups: %w", err)
	}
	counts.outcomes = nil // what alerts of a rule turned out to be is worth knowing when they are gone
	if err := s.saveTally(ctx, tx, &counts); err != nil {
		return nil, err
	}
	return keyBehind(last), sweep(ctx, tx, &counts)
}

// lockGroups keeps deliveries from the groups until the transaction is over: what one has
// put in before is seen from here on, and what comes after finds the group as it is then.
func (s *Store) lockGroups(ctx context.Context, tx *sql.Tx, groups map[int64]*left) error {
	lock := s.db.forUpdate(`alert_groups`)
	if lock == "" {
		return nil // there is one writer
	}
	in, args := inNums(slices.Sorted(maps.Keys(groups)))
	rows, err := tx.QueryContext(ctx, `SELECT num FROM alert_groups WHERE num`+in+` ORDER BY num`+lock, args...) //nolint:gosec // question marks only
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	for rows.Next() {
		continue
	}
	return rows.Err()
}

// execEach runs one statement with many arguments; parsing it costs as much as running it.
func execEach(ctx context.Context, tx *sql.Tx, text string, args [][]any) (err error) {
	if len(args) == 0 {
		return nil
	}
	statement, err := tx.PrepareContext(ctx, text)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, statement.Close()) }()
	for _, a := range args {
		if _, err := statement.ExecContext(ctx, a...); err != nil {
			return err
		}
	}
	return nil
}

// inNums is a condition on numbers, of which there must be one at least.
func inNums(nums []int64) (in string, args []any) {
	args = make([]any, len(nums))
	for i, num := range nums {
		args[i] = num
	}
	return ` IN (?` + strings.Repeat(`, ?`, len(nums)-1) + `)`, args
}

// keyBehind is the smallest sort key that is greater.
func keyBehind(key soc.SortKey) []byte {
	for i := len(key) - 1; i >= 0; i-- {
		if key[i]++; key[i] != 0 {
			break
		}
	}
	return key[:]
}

func leavingAlerts(ctx context.Context, tx *sql.Tx, in string, args []any) (map[int64]leaving, error) {
	rows, err := tx.QueryContext(ctx, `SELECT num, client_num, rule_num, group_num, node_num FROM alerts WHERE num`+in, args...) //nolint:gosec // question marks only
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	found := map[int64]leaving{}
	for rows.Next() {
		var num int64
		var of leaving
		if err := rows.Scan(&num, &of.client, &of.rule, &of.group, &of.node); err != nil {
			return nil, err
		}
		found[num] = of
	}
	return found, rows.Err()
}

func (l *left) count(alert *soc.StoredAlert) {
	l.alerts++
	l.worst = max(l.worst, alert.Severity)
	switch alert.State {
	case soc.AlertOpen:
		l.open++
	case soc.AlertAcknowledged:
		l.acknowledged++
	case soc.AlertEscalated:
		l.escalated++
	case soc.AlertResolved:
	}
}

// leaveGroups makes the groups say what the alerts that are left say. The alerts that
// leave are deleted already.
func leaveGroups(ctx context.Context, tx *sql.Tx, groups map[int64]*left) error {
	nums := slices.Sorted(maps.Keys(groups))
	var counts, worst [][]any
	for _, num := range nums {
		l := groups[num]
		counts = append(counts, []any{l.alerts, l.open, l.acknowledged, l.escalated, num})
		worst = append(worst, []any{num, l.worst})
	}
	err := execEach(ctx, tx, `UPDATE alert_groups SET alerts = alerts - ?, open = open - ?, acknowledged = acknowledged - ?, escalated = escalated - ? WHERE num = ?`, counts)
	if err != nil {
		return err
	}
	in, args := inNums(nums)
	for _, statement := range []string{
		`DELETE FROM group_tags WHERE group_num IN (SELECT num FROM alert_groups WHERE alerts = 0 AND num` + in + `)`,
		`DELETE FROM alert_groups WHERE alerts = 0 AND num` + in,
		`UPDATE alert_groups SET state = ` + groupState + `,
			first_key = (SELECT sort_key FROM alerts WHERE group_num = alert_groups.num ORDER BY sort_key LIMIT 1),
			last_key = (SELECT sort_key FROM alerts WHERE group_num = alert_groups.num ORDER BY sort_key DESC LIMIT 1),
			rule_num = (SELECT rule_num FROM alerts WHERE group_num = alert_groups.num ORDER BY sort_key DESC LIMIT 1)
		WHERE num` + in,
	} {
		if _, err := tx.ExecContext(ctx, statement, args...); err != nil {
			return err
		}
	}
	// The plus keeps the index of severities out of it: it would read half the table.
	return execEach(ctx, tx, `UPDATE alert_groups SET severity = (SELECT MAX(severity) FROM alerts WHERE group_num = alert_groups.num)
		WHERE num = ? AND severity <= ? AND NOT EXISTS (SELECT 1 FROM alerts WHERE group_num = alert_groups.num AND +alerts.severity = alert_groups.severity)`, worst)
}

// sweep deletes the rows of rollups that a tally has brought down to nothing. Those of
// minutes go by themselves.
func sweep(ctx context.Context, tx *sql.Tx, t *tally) error {
	type place struct {
		statement    string
		kind         int
		client, slot int64
		severity     soc.Severity
	}
	touched := map[place][]any{}
	for k := range t.hours {
		p := place{statement: `DELETE FROM rollup_hour WHERE client_num = ? AND slot = ? AND count = 0`, client: k.client, slot: k.slot}
		touched[p] = []any{k.client, k.slot}
	}
	for k := range t.rules {
		p := place{statement: `DELETE FROM rollup_rule WHERE client_num = ? AND slot = ? AND count = 0`, client: k.client, slot: k.slot}
		touched[p] = []any{k.client, k.slot}
	}
	for k := range t.facets {
		p := place{statement: `DELETE FROM rollup_facet WHERE kind = ? AND client_num = ? AND slot = ? AND severity = ? AND count = 0`, kind: k.kind, client: k.client, slot: k.slot, severity: k.severity}
		touched[p] = []any{k.kind, k.client, k.slot, k.severity}
	}
	for p, args := range touched {
		if _, err := tx.ExecContext(ctx, p.statement, args...); err != nil {
			return fmt.Errorf("sweep the rollups: %w", err)
		}
	}
	return nil
}
