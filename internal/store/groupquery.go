package store

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// groupScan is how many alerts are looked at for what groups do not know themselves: the
// newest that fit.
const groupScan = 20_000

// groupFields are the fields that groups know themselves. Of alerts in one group some are
// the same, and some are the group's own: its worst severity, its state, its owner.
func groupFields() map[query.Field]family {
	return map[query.Field]family{
		query.Client: ofClient, query.RuleID: ofRule, query.Engine: ofEngine, query.Source: ofSource, query.Destination: ofDestination,
		query.Address: ofAddress, query.Severity: ofSeverity, query.StateOf: ofState, query.Owner: ofOwner,
	}
}

// family is what a part of a query asks a group for.
type family string

const (
	ofSeverity    family = "severity"
	ofState       family = "state"
	ofClient      family = "client"
	ofDemo        family = "demo"
	ofEngine      family = "engine"
	ofOwner       family = "owner"
	ofRule        family = "rule"
	ofSource      family = "source"
	ofDestination family = "destination"
	ofAddress     family = "address" // source or destination
	ofSeveral     family = "several"
)

// shared says that all alerts of a group have it in common.
func (f family) shared() bool {
	return f != ofSeverity && f != ofState && f != ofOwner && f != ofSeveral
}

// groupPart is a part of a query that groups answer themselves.
type groupPart struct {
	query.Expr
	family family
	shared bool
}

// groupQuery is a query on groups. Group finds what has all of own, and an alert that has
// all of rest; a rest is sought with what it shares with its group, which is in own, too.
type groupQuery struct {
	own  []groupPart
	time []query.Expr // after and before, of one of its alerts
	rest []query.Expr
	asOf int64 // only alerts up to this number, 0 for all
}

// splitGroups takes a query apart: what stands beside each other at its top.
func splitGroups(q query.Query) groupQuery {
	var g groupQuery
	if q.Root == nil {
		return g
	}
	of := []query.Expr{*q.Root}
	if q.Root.Join == query.And {
		of = q.Root.Of
	}
	for _, e := range of {
		part := groupPart{Expr: e, shared: true}
		known := true
		query.Query{Root: &e}.Each(func(t *query.Term) bool {
			f, ok := familyOf(t)
			known = known && ok
			part.shared = part.shared && f.shared()
			switch part.family {
			case "", f:
				part.family = f
			default:
				part.family = ofSeveral
			}
			return known
		})
		switch {
		case known:
			g.own = append(g.own, part)
		case e.Join == query.One && (e.Term.Field == query.After || e.Term.Field == query.Before):
			g.time = append(g.time, e)
		default:
			g.rest = append(g.rest, e)
		}
	}
	return g
}

// familyOf says what a term asks for, and whether groups know it.
func familyOf(t *query.Term) (family, bool) {
	switch t.Field {
	case query.StateOf:
		switch t.State {
		case query.Mine, query.Unclaimed:
			return ofOwner, true
		case query.Demo:
			return ofDemo, true
		}
	case query.Has:
		f, ok := groupFields()[t.Has]
		return f, ok
	}
	f, ok := groupFields()[t.Field]
	return f, ok
}

// without leaves out what asks for the family alone.
func (g groupQuery) without(f family) groupQuery {
	g.own = slices.DeleteFunc(slices.Clone(g.own), func(p groupPart) bool { return p.family == f })
	return g
}

// alerts is the query on alerts of the rest, and nil where groups know all.
func (g groupQuery) alerts() *query.Query {
	of := slices.Clone(g.rest)
	if len(of) == 0 {
		return nil
	}
	of = append(of, g.time...)
	for _, part := range g.own {
		if part.shared {
			of = append(of, part.Expr)
		}
	}
	if len(of) == 1 {
		return &query.Query{Root: &of[0]}
	}
	return &query.Query{Root: &query.Expr{Join: query.And, Of: of}}
}

// groupWhere is a condition on alert_groups.
type groupWhere struct {
	where []string
	args  []any
	// members: the alerts that were found for what groups do not know. nil where groups know all.
	members *members
	asOf    int64 // only alerts up to this number
}

// members are alerts by their group.
type members struct {
	groups   map[int64]int64 // the group's number: how many of its alerts
	alerts   int64
	complete bool // these are all
}

func (w *groupWhere) and(where string, args ...any) {
	w.where, w.args = append(w.where, where), append(w.args, args...)
}

func (w *groupWhere) sql() string { return strings.Join(w.where, ` AND `) }

// groupSQL compiles a query on groups. found are the members, where there are any.
func (c compiler) groupSQL(scope soc.Scope, g groupQuery, found *members) (groupWhere, error) {
	w := groupWhere{asOf: cmp.Or(g.asOf, math.MaxInt64)}
	w.where, w.args = scopeOfSQL(`alert_groups.client_num`, scope)
	for i := range g.own {
		sql, args, err := c.groupExpr(&g.own[i].Expr)
		if err != nil {
			return w, err
		}
		w.and(sql, args...)
	}
	if w.members = found; found != nil {
		nums := make([]int64, 0, len(found.groups))
		for num := range found.groups {
			nums = append(nums, num)
		}
		slices.Sort(nums)
		is, args := c.oneOfNums(nums)
		w.and(`alert_groups.num`+is, args...)
		return w, nil
	}
	w.between(g.time)
	return w, nil
}

// between keeps the groups that have an alert between the bounds of time.
func (w *groupWhere) between(bounds []query.Expr) {
	var after, until []byte
	for i := range bounds {
		t := &bounds[i].Term
		key := firstKey(t.Time)
		if t.Field == query.After && bytes.Compare(key, after) > 0 {
			after = key
		}
		if t.Field == query.Before && (until == nil || bytes.Compare(key, until) < 0) {
			until = key
		}
	}
	if after != nil {
		w.and(`alert_groups.last_key >= ?`, after)
	}
	if until != nil {
		w.and(`alert_groups.first_key < ?`, until)
	}
	if after != nil && until != nil { // the oldest or the newest alert tells, or else it must be looked for
		w.and(`(alert_groups.first_key >= ? OR alert_groups.last_key < ? OR EXISTS (SELECT 1 FROM alerts WHERE alerts.group_num = alert_groups.num AND alerts.sort_key >= ? AND alerts.sort_key < ? AND alerts.num <= ?))`,
			after, until, after, until, w.asOf)
	}
}

// groupExpr says in SQL what query.Match would say of a group, were it an alert. The
// columns of alert_groups are called as those of alerts.
func (c compiler) groupExpr(e *query.Expr) (string, []any, error) {
	if e.Join == query.One {
		sql, args, err := c.groupTerm(&e.Term)
		return strings.ReplaceAll(sql, `alerts.`, `alert_groups.`), args, err
	}
	var parts []string
	var args []any
	for i := range e.Of {
		sql, a, err := c.groupExpr(&e.Of[i])
		if err != nil {
			return "", nil, err
		}
		parts, args = append(parts, sql), append(args, a...)
	}
	switch e.Join {
	case query.Not:
		return `NOT ` + parts[0], args, nil
	case query.Or:
		return `(` + strings.Join(parts, ` OR `) + `)`, args, nil
	}
	return `(` + strings.Join(parts, ` AND `) + `)`, args, nil
}

func (c compiler) groupTerm(t *query.Term) (string, []any, error) {
	switch {
	case t.Field == query.Engine:
		rows, err := c.db.QueryContext(c.ctx, `SELECT DISTINCT engine FROM rules`)
		if err != nil {
			return "", nil, err
		}
		defer func() { _ = rows.Close() }() // Err below tells what matters
		var args []any
		for rows.Next() {
			var engine string
			if err := rows.Scan(&engine); err != nil {
				return "", nil, err
			}
			if t.MatchName(engine) {
				args = append(args, engine)
			}
		}
		if len(args) == 0 {
			return `(1 = 0)`, nil, rows.Err()
		}
		return `(alerts.rule_num IN (SELECT num FROM rules WHERE engine IN (?` + strings.Repeat(`, ?`, len(args)-1) + `)))`, args, rows.Err()
	case t.Field == query.RuleID:
		where, args := ruleSQL(t)
		return `(alerts.rule_num IN (SELECT num FROM rules WHERE ` + where + `))`, args, nil
	case t.Field != query.Has:
		cond, err := c.term(t)
		return cond.sql, cond.args, err
	}
	switch t.Has {
	case query.Source:
		return `(alerts.src IS NOT NULL)`, nil, nil
	case query.Destination:
		return `(alerts.dst IS NOT NULL)`, nil, nil
	case query.Address:
		return `(alerts.src IS NOT NULL OR alerts.dst IS NOT NULL)`, nil, nil
	case query.Owner:
		return `(alerts.owner_num IS NOT NULL)`, nil, nil
	}
	return `(1 = 1)`, nil, nil // what every group has
}

// members finds the newest alerts that have what groups do not know, at most so many; nil
// where groups know all.
func (s *Store) members(ctx context.Context, db queryer, scope soc.Scope, g groupQuery, most int) (*members, error) {
	q := g.alerts()
	if q == nil {
		return nil, nil //nolint:nilnil // there need not be any
	}
	text, args, err := s.compiler(ctx, db).memberSQL(scope, *q, g.asOf, most+1)
	if err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	m := &members{groups: map[int64]int64{}, complete: true}
	for rows.Next() {
		if m.alerts == int64(most) {
			m.complete = false
			break
		}
		var group int64
		if err := rows.Scan(&group); err != nil {
			return nil, err
		}
		m.groups[group]++
		m.alerts++
	}
	return m, rows.Err()
}

// memberSQL lists the groups of the newest alerts that a query finds.
func (c compiler) memberSQL(scope soc.Scope, q query.Query, asOf int64, limit int) (string, []any, error) {
	l, err := c.list(scope, AlertFilter{Query: q, Limit: limit})
	if err != nil {
		return "", nil, err
	}
	if asOf > 0 {
		l.and(`alerts.num <= ?`, asOf)
	}
	if !c.textLeads() {
		l.conds = together(l.conds)
		l.columns(nil)
		return `SELECT COALESCE(alerts.group_num, 0) FROM alerts WHERE ` + strings.Join(l.where, ` AND `) + ` ORDER BY alerts.sort_key DESC LIMIT ?`, append(l.args, limit), nil
	}
	of, err := c.statement(l)
	text := strings.Replace(of.sql, `SELECT alerts.num, `+alertColumns, `SELECT COALESCE(alerts.group_num, 0)`, 1)
	return strings.Replace(text, alertJoins, ``, 1), of.args, err
}

// groupsAsOf are the groups as they were when the alert with the number was the newest, as
// far as alerts that came since have changed them. What people did since counts.
func groupsAsOf(asOf int64) (from string, args []any) {
	if asOf == 0 {
		return `alert_groups`, nil
	}
	const key = `CASE WHEN was.group_num IS NULL THEN g.%[1]s ELSE (SELECT sort_key FROM alerts WHERE group_num = g.num AND num <= ? ORDER BY sort_key%[2]s LIMIT 1) END AS %[1]s`
	return `(SELECT g.num, g.client_num, g.rule_num, g.src, g.dst, g.owner_num, COALESCE(was.severity, g.severity) AS severity, COALESCE(was.state, g.state) AS state, ` +
			fmt.Sprintf(key, `first_key`, ``) + `, ` + fmt.Sprintf(key, `last_key`, ` DESC`) + ` FROM alert_groups AS g
		LEFT JOIN (SELECT group_num, MAX(severity) AS severity, MIN(state) AS state FROM alerts
			WHERE num <= ? AND group_num IN (SELECT group_num FROM alerts WHERE num > ?) GROUP BY group_num) AS was ON was.group_num = g.num) AS alert_groups`,
		[]any{asOf, asOf, asOf, asOf}
}

// inGroups is the condition on alerts that they are in a group that the query finds.
func (s *Store) inGroups(ctx context.Context, db queryer, scope soc.Scope, q query.Query, asOf int64) (string, []any, error) {
	g := splitGroups(q)
	g.asOf = asOf
	found, err := s.members(ctx, db, scope, g, groupScan)
	if err != nil {
		return "", nil, err
	}
	if found != nil && !found.complete {
		return "", nil, fmt.Errorf("%w: more than %d alerts have what the query asks for beside what groups know; narrow it, for example by after: and a time", soc.ErrInvalid, groupScan)
	}
	w, err := s.compiler(ctx, db).groupSQL(scope, g, found)
	from, args := groupsAsOf(asOf)
	return `alerts.group_num IN (SELECT num FROM ` + from + ` WHERE ` + w.sql() + `)`, append(args, w.args...), err
}
