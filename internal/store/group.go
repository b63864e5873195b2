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
	num, client, rule   int64
	id                  soc.GroupID
	source, destination string
	src, dst            any // the addresses as they are stored
	severity            soc.Severity
	alerts, open        int64
	first, last         soc.SortKey
	owner               *int64 // whose new alerts of the group are
	ownerName           string
}

// joinGroups makes the new alerts members of their groups, and makes the groups that are
// not there yet. It returns the group of each alert; rules are the alerts' rules.
func (s *Store) joinGroups(ctx context.Context, tx *sql.Tx, fresh []newAlert, rules []int64) ([]*joined, error) {
	byID := map[soc.GroupID]*joined{}
	var order []*joined
	of := make([]*joined, len(fresh))
	for i := range fresh {
		alert := &fresh[i].alert
		id := soc.NewGroupID(alert.ClientID, &alert.Alert)
		g := byID[id]
		if g == nil {
			g = &joined{id: id, client: fresh[i].client, first: alert.SortKey}
			g.source, g.destination = alert.Sides()
			byID[id] = g
			order = append(order, g)
		}
		g.alerts++
		if g.src == nil { // an address, and a host of the same name, are one group
			g.src = addrKey(alert.Source.Address)
		}
		if g.dst == nil {
			g.dst = addrKey(alert.Destination.Address)
		}
		if !fresh[i].closed {
			g.open++
		}
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
	// Those that are there already keep their numbers: gaps cost less than asking first.
	next, err := s.db.numbers(ctx, tx, "group", len(order))
	if err != nil {
		return nil, err
	}
	var args []any
	for i, g := range order {
		state := stateOpen
		if g.open == 0 {
			state = stateResolved
		}
		args = append(args, next+int64(i), g.id[:], g.client, g.rule, cut(g.source), cut(g.destination), g.severity, g.alerts, g.open, state, g.first[:], g.last[:], g.src, g.dst)
	}
	if err := s.bulks.groups.add(ctx, tx, args); err != nil {
		return nil, err
	}
	// Their rows are ours from here on: their numbers, and who has claimed one.
	return of, s.readGroups(ctx, tx, byID)
}

// readGroups reads the numbers and owners of groups that are there.
func (s *Store) readGroups(ctx context.Context, tx *sql.Tx, groups map[soc.GroupID]*joined) error {
	ids := make([][]byte, 0, len(groups))
	for id := range groups {
		ids = append(ids, id[:])
	}
	for part := range slices.Chunk(ids, 500) {
		if err := s.readSomeGroups(ctx, tx, part, groups); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) readSomeGroups(ctx context.Context, tx *sql.Tx, ids [][]byte, groups map[soc.GroupID]*joined) error {
	is, args := s.db.oneOf(ids)
	//nolint:gosec // question marks only
	rows, err := tx.QueryContext(ctx, `SELECT alert_groups.id, alert_groups.num, alert_groups.owner_num, COALESCE(users.name, '')
		FROM alert_groups LEFT JOIN users ON users.num = alert_groups.owner_num WHERE alert_groups.id`+is, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	for rows.Next() {
		var id []byte
		var num int64
		var owner *int64
		var name string
		if err := rows.Scan(&id, &num, &owner, &name); err != nil {
			return err
		}
		g := groups[soc.GroupID(id)]
		g.num, g.owner, g.ownerName = num, owner, name
	}
	return rows.Err()
}

// groupJoin is what happens when a group is there already: new alerts are open, so the
// group is. One that had been resolved is nobody's again.
const groupJoin = `ON CONFLICT (id) DO UPDATE SET
	rule_num = CASE WHEN excluded.last_key >= alert_groups.last_key THEN excluded.rule_num ELSE alert_groups.rule_num END,
	severity = CASE WHEN excluded.severity > alert_groups.severity THEN excluded.severity ELSE alert_groups.severity END,
	owner_num = CASE WHEN alert_groups.state < 4 THEN alert_groups.owner_num END,
	alerts = alert_groups.alerts + excluded.alerts, open = alert_groups.open + excluded.open, state = excluded.state,
	first_key = CASE WHEN excluded.first_key < alert_groups.first_key THEN excluded.first_key ELSE alert_groups.first_key END,
	last_key = CASE WHEN excluded.last_key > alert_groups.last_key THEN excluded.last_key ELSE alert_groups.last_key END,
	src = COALESCE(alert_groups.src, excluded.src), dst = COALESCE(alert_groups.dst, excluded.dst)`

// groupState is the state of the least advanced alert.
const groupState = `CASE WHEN open > 0 THEN 1 WHEN acknowledged > 0 THEN 2 WHEN escalated > 0 THEN 3 ELSE 4 END`

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
		alert_groups.acknowledged, alert_groups.escalated, alert_groups.first_key, alert_groups.last_key, COALESCE(users.name, '')
		FROM alert_groups LEFT JOIN users ON users.num = alert_groups.owner_num JOIN clients ON clients.num = alert_groups.client_num JOIN rules ON rules.num = alert_groups.rule_num WHERE `+where, args...)
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
			&g.Source, &g.Destination, &g.Severity, &state, &g.Alerts, &g.Open, &g.Acknowledged, &g.Escalated, &first, &last, &g.Owner); err != nil {
			return nil, err
		}
		g.ID, g.SortKey, g.State = soc.GroupID(id), soc.SortKey(last), stateOf(state)
		g.FirstTime, g.LastTime = soc.SortKey(first).Time(), g.SortKey.Time()
		found = append(found, g)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return found, s.tagGroups(ctx, db, found)
}
