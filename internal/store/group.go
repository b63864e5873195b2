package store

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/socme-project/socme/soc"
)

// joined is what a delivery adds to a group.
type joined struct {
	num, rule           int64
	id                  soc.GroupID
	source, destination string
	severity            soc.Severity
	alerts              int64
	first, last         soc.SortKey
}

// joinGroups makes the new alerts members of their groups, and makes the groups that are
// not there yet. It returns the number of each alert's group; rules are their rules'.
func (s *Store) joinGroups(ctx context.Context, tx *sql.Tx, client int64, fresh []newAlert, rules []int64) ([]int64, error) {
	byID := map[soc.GroupID]*joined{}
	var order []*joined
	of := make([]*joined, len(fresh))
	for i := range fresh {
		alert := &fresh[i].alert
		id := soc.NewGroupID(alert.ClientID, &alert.Alert)
		g := byID[id]
		if g == nil {
			g = &joined{id: id, first: alert.SortKey}
			g.source, g.destination = alert.Sides()
			byID[id] = g
			order = append(order, g)
		}
		g.alerts++
		g.severity = max(g.severity, alert.Severity)
		if bytes.Compare(alert.SortKey[:], g.first[:]) < 0 {
			g.first = alert.SortKey
		}
		if bytes.Compare(alert.SortKey[:], g.last[:]) >= 0 {
			g.last, g.rule = alert.SortKey, rules[i]
		}
		of[i] = g
	}
	// Everybody locks groups in the same order: nobody waits for who waits for them.
	slices.SortFunc(order, func(a, b *joined) int { return bytes.Compare(a.id[:], b.id[:]) })
	made, err := s.numberGroups(ctx, tx, order)
	if err != nil {
		return nil, err
	}
	var args []any
	for _, g := range order {
		args = append(args, g.num, g.id[:], client, g.rule, cut(g.source), cut(g.destination), g.severity, g.alerts, g.alerts, stateOpen, g.first[:], g.last[:])
	}
	if err := s.bulks.groups.add(ctx, tx, args); err != nil {
		return nil, err
	}
	if err := s.readGroupNums(ctx, tx, made); err != nil { // another core may have made one first
		return nil, err
	}
	nums := make([]int64, len(fresh))
	for i, g := range of {
		nums[i] = g.num
	}
	return nums, nil
}

// numberGroups gives groups their numbers, and returns those that are not there yet.
func (s *Store) numberGroups(ctx context.Context, tx *sql.Tx, groups []*joined) (made []*joined, err error) {
	if err := s.readGroupNums(ctx, tx, groups); err != nil {
		return nil, err
	}
	for _, g := range groups {
		if g.num == 0 {
			made = append(made, g)
		}
	}
	if len(made) == 0 {
		return nil, nil
	}
	next, err := s.db.numbers(ctx, tx, "group", len(made))
	for i, g := range made {
		g.num = next + int64(i)
	}
	return made, err
}

// readGroupNums reads the numbers of groups that are there.
func (s *Store) readGroupNums(ctx context.Context, tx *sql.Tx, groups []*joined) error {
	known := map[soc.GroupID]int64{}
	for part := range slices.Chunk(groups, 500) {
		if err := s.addGroupNums(ctx, tx, part, known); err != nil {
			return err
		}
	}
	for _, g := range groups {
		if num, ok := known[g.id]; ok {
			g.num = num
		}
	}
	return nil
}

func (s *Store) addGroupNums(ctx context.Context, tx *sql.Tx, groups []*joined, known map[soc.GroupID]int64) error {
	ids := make([][]byte, len(groups))
	for i, g := range groups {
		ids[i] = g.id[:]
	}
	is, args := s.db.oneOf(ids)
	rows, err := tx.QueryContext(ctx, `SELECT id, num FROM alert_groups WHERE id`+is, args...) //nolint:gosec // question marks only
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	for rows.Next() {
		var id []byte
		var num int64
		if err := rows.Scan(&id, &num); err != nil {
			return err
		}
		known[soc.GroupID(id)] = num
	}
	return rows.Err()
}

// groupJoin is what happens when a group is there already: new alerts are open, so the
// group is.
const groupJoin = `ON CONFLICT (id) DO UPDATE SET
	rule_num = CASE WHEN excluded.last_key >= alert_groups.last_key THEN excluded.rule_num ELSE alert_groups.rule_num END,
	severity = CASE WHEN excluded.severity > alert_groups.severity THEN excluded.severity ELSE alert_groups.severity END,
	alerts = alert_groups.alerts + excluded.alerts, open = alert_groups.open + excluded.open, state = excluded.state,
	first_key = CASE WHEN excluded.first_key < alert_groups.first_key THEN excluded.first_key ELSE alert_groups.first_key END,
	last_key = CASE WHEN excluded.last_key > alert_groups.last_key THEN excluded.last_key ELSE alert_groups.last_key END`

// moveInGroup notes that an alert of the group went from one state to another.
func moveInGroup(ctx context.Context, tx *sql.Tx, group int64, from, to int) error {
	is := func(state, which int) int {
		if state == which {
			return 1
		}
		return 0
	}
	_, err := tx.ExecContext(ctx, `UPDATE alert_groups SET open = open + ?, acknowledged = acknowledged + ?, escalated = escalated + ? WHERE num = ?`,
		is(to, stateOpen)-is(from, stateOpen), is(to, stateAcknowledged)-is(from, stateAcknowledged), is(to, stateEscalated)-is(from, stateEscalated), group)
	if err == nil {
		_, err = tx.ExecContext(ctx, `UPDATE alert_groups SET state = `+groupState+` WHERE num = ?`, group)
	}
	if err != nil {
		return fmt.Errorf("change the state of a group: %w", err)
	}
	return nil
}

// groupState is the state of the least advanced alert.
const groupState = `CASE WHEN open > 0 THEN 1 WHEN acknowledged > 0 THEN 2 WHEN escalated > 0 THEN 3 ELSE 4 END`

// GroupFilter chooses a page of groups.
type GroupFilter struct {
	Clients []soc.ClientID   // nil is all in scope
	States  []soc.AlertState // nil is all
	AtLeast soc.Severity     // the highest severity of the group
	// Before is the place of the last group of the page before, nil for the first page.
	Before *GroupPlace
	Limit  int // 1–501, 0 means 50
}

// GroupPlace is where a list of groups goes on.
type GroupPlace struct {
	Key soc.SortKey
	ID  soc.GroupID
}

// Groups returns at most f.Limit groups, the one with the newest alert first. It is
// never nil.
func (s *Store) Groups(ctx context.Context, scope soc.Scope, f GroupFilter) ([]soc.Group, error) {
	where, args := scopeOfSQL(`alert_groups.client_num`, scope)
	in := func(column string, n int) { where = append(where, column+` IN (?`+strings.Repeat(`, ?`, n-1)+`)`) }
	if len(f.Clients) > 0 {
		in(`clients.id`, len(f.Clients))
		for _, id := range f.Clients {
			args = append(args, string(id))
		}
	}
	if len(f.States) > 0 {
		in(`alert_groups.state`, len(f.States))
		for _, state := range f.States {
			args = append(args, stateNum(state))
		}
	}
	if f.AtLeast > 0 {
		where, args = append(where, `alert_groups.severity >= ?`), append(args, f.AtLeast)
	}
	if f.Before != nil {
		where = append(where, `(alert_groups.last_key < ? OR alert_groups.last_key = ? AND alert_groups.id < ?)`)
		args = append(args, f.Before.Key[:], f.Before.Key[:], f.Before.ID[:])
	}
	if f.Limit <= 0 {
		f.Limit = pageDefault
	}
	found, err := s.groups(ctx, strings.Join(where, ` AND `)+` ORDER BY alert_groups.last_key DESC, alert_groups.id DESC LIMIT ?`, append(args, min(f.Limit, pageMost))...)
	if err != nil {
		return nil, fmt.Errorf("list groups: %w", err)
	}
	return found, nil
}

// Group finds one group. One out of scope is not found.
func (s *Store) Group(ctx context.Context, scope soc.Scope, id soc.GroupID) (soc.Group, error) {
	where, args := scopeOfSQL(`alert_groups.client_num`, scope)
	found, err := s.groups(ctx, `alert_groups.id = ? AND `+strings.Join(where, ` AND `), append([]any{id[:]}, args...)...)
	if err == nil && len(found) == 0 {
		err = soc.ErrNotFound
	}
	if err != nil {
		return soc.Group{}, fmt.Errorf("group %s: %w", id, err)
	}
	return found[0], nil
}

func (s *Store) groups(ctx context.Context, where string, args ...any) ([]soc.Group, error) {
	db, err := s.read.DB()
	if err != nil {
		return nil, err
	}
	//nolint:gosec // the conditions are ours
	rows, err := db.QueryContext(ctx, `SELECT alert_groups.id, clients.id, clients.name, clients.demo, rules.engine, rules.id, rules.name,
		alert_groups.source, alert_groups.destination, alert_groups.severity, alert_groups.state, alert_groups.alerts, alert_groups.open,
		alert_groups.acknowledged, alert_groups.escalated, alert_groups.first_key, alert_groups.last_key
		FROM alert_groups JOIN clients ON clients.num = alert_groups.client_num JOIN rules ON rules.num = alert_groups.rule_num WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	found := []soc.Group{}
	for rows.Next() {
		var g soc.Group
		var id, first, last []byte
		var state int
		if err := rows.Scan(&id, &g.ClientID, &g.Client, &g.Demo, &g.Rule.Engine, &g.Rule.ID, &g.Rule.Name,
			&g.Source, &g.Destination, &g.Severity, &state, &g.Alerts, &g.Open, &g.Acknowledged, &g.Escalated, &first, &last); err != nil {
			return nil, err
		}
		g.ID, g.SortKey, g.State = soc.GroupID(id), soc.SortKey(last), stateOf(state)
		g.FirstTime, g.LastTime = soc.SortKey(first).Time(), g.SortKey.Time()
		found = append(found, g)
	}
	return found, rows.Err()
}
