package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// statement is SQL with its arguments.
type statement struct {
	sql  string
	args []any
}

// listSQL makes the statement of a page of alerts. Of several the next one is for when
// the one before has not filled the page. There are two ways to the newest ones.
//
// The text index gives what it finds in the order of the list, frequent or rare, also of
// several conditions joined; so it leads wherever it knows one of the conditions. Columns
// tell what it does not know.
//
// Columns lead where it knows nothing but the client, and where people have touched so
// few alerts that these are looked at one by one.
//
// Where the text index has no order (PostgreSQL), columns tell what they know and one
// search of the index the rest, and the database chooses the way.
func (s *Store) listSQL(ctx context.Context, db *sql.DB, scope soc.Scope, f AlertFilter) ([]statement, error) {
	l := list{db: s.db, limit: f.Limit, before: f.Before}
	l.where, l.args = scopeSQL(scope)
	c := s.compiler(ctx, db)
	var conds []cond
	if root := f.Query.Root; root != nil {
		of := []query.Expr{*root}
		if root.Join == query.And {
			of = root.Of
		}
		for i := range of {
			cond, err := c.compile(&of[i])
			if err != nil {
				return nil, err
			}
			conds = append(conds, cond)
			l.narrow(&of[i])
		}
	}
	if !scope.All() {
		cond, err := c.scope(scope)
		if err != nil {
			return nil, err
		}
		conds = append(conds, cond)
	}
	if f.Group != nil {
		l.and(`alerts.group_num = (SELECT num FROM alert_groups WHERE id = ?)`, f.Group[:])
		l.columns(conds)
		return l.byColumns(), nil
	}
	if !s.db.textLeads() {
		conds = together(conds)
		if n := len(conds); n > 0 && conds[n-1].sql == "" && unsure(conds[n-1].lookup) {
			l.columns(conds[:n-1])
			return l.byWalk(*conds[n-1].lookup), nil
		}
		l.columns(conds)
		return l.byColumns(), nil
	}
	few, err := c.few(conds)
	if err != nil {
		return nil, err
	}
	lead := leading(conds, few)
	if lead == nil {
		l.columns(conds)
		return l.byColumns(), nil
	}
	l.rest(conds)
	if f.Before != nil {
		err := db.QueryRowContext(ctx, `SELECT place FROM alerts WHERE sort_key = ?`, f.Before[:]).Scan(&l.beforePlace)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
	}
	return l.byText(*lead), nil
}

// scope is scopeSQL as the text index knows it.
func (c compiler) scope(scope soc.Scope) (cond, error) {
	args := []any{""}
	for _, id := range scope.Clients() {
		args = append(args, string(id))
	}
	nums, err := c.nums(`SELECT num FROM clients WHERE id IN (?`+strings.Repeat(`, ?`, len(args)-1)+`)`, args...)
	return numbersCond(query.Client, `alerts.client_num`, nums), err
}

// leading is the lookup that leads, or nil where columns do.
func leading(conds []cond, few bool) *query.Lookup {
	var lookups []query.Lookup
	named, single := 0, 0
	triage := false
	for _, c := range conds {
		triage = triage || c.triage
		if c.lookup == nil {
			continue
		}
		lookups = append(lookups, *c.lookup)
		if c.sql != "" && len(c.args) <= 1 && strings.HasPrefix(c.sql, `(alerts.client_num`) {
			single++
		}
		named++
	}
	// A client alone, with a state or without: alerts_client and alerts_client_state.
	if named == 0 || few || named == single && single == 1 {
		return nil
	}
	if len(lookups) == 1 {
		return &lookups[0]
	}
	return &query.Lookup{Join: query.And, Of: lookups}
}

// together makes one condition of those that only the text index knows.
func together(conds []cond) []cond {
	var joined []cond
	var lookups []query.Lookup
	for _, c := range conds {
		if c.sql != "" {
			joined = append(joined, c)
			continue
		}
		lookups = append(lookups, *c.lookup)
	}
	if len(lookups) > 0 {
		joined = append(joined, cond{lookup: &query.Lookup{Join: query.And, Of: lookups}})
	}
	return joined
}

// unsure says that PostgreSQL's statistics do not tell how frequent is what is looked up:
// they know tokens, not beginnings, nor what comes together.
func unsure(l *query.Lookup) bool {
	if l.Join == query.Not || l.Wide() {
		return true
	}
	for i := range l.Of {
		if unsure(&l.Of[i]) {
			return true
		}
	}
	return false
}

// walked is how many of the newest alerts are looked at before the text index is asked
// for all that it finds.
const walked = 5000

// byWalk looks at the newest alerts one by one: what is frequent is among them. What is
// rare is few, so that the text index finds all of it and they are sorted.
func (l *list) byWalk(lookup query.Lookup) []statement {
	if l.before != nil {
		l.and(`alerts.sort_key < ?`, l.before[:])
	}
	const order = ` ORDER BY alerts.sort_key DESC LIMIT ?`
	where, match := strings.Join(l.where, ` AND `), wordQuery(lookup)
	// OFFSET 0 keeps PostgreSQL from taking the other way.
	return []statement{
		{
			`SELECT alerts.num, ` + alertColumns + ` FROM (SELECT * FROM alerts WHERE ` + where + order + `) AS alerts` + alertJoins +
				` WHERE EXISTS (SELECT 1 FROM alert_text WHERE rowid = alerts.place AND text @@ CAST(? AS tsquery) OFFSET 0)` + order,
			append(slices.Clip(l.args), walked, match, l.limit),
		},
		{
			`WITH found AS MATERIALIZED (SELECT rowid FROM alert_text WHERE text @@ CAST(? AS tsquery)) SELECT alerts.num, ` + alertColumns +
				` FROM (SELECT alerts.* FROM found JOIN alerts ON alerts.place = found.rowid WHERE ` + where + ` OFFSET 0) AS alerts` + alertJoins + order,
			append(append([]any{match}, l.args...), l.limit),
		},
	}
}

// fewTouched is how many alerts are looked at one by one rather than the text index.
const fewTouched = 500

// few says whether a condition on what people have done is true of so few alerts.
func (c compiler) few(conds []cond) (bool, error) {
	for _, cond := range conds {
		if strings.Contains(cond.sql, `alerts.id = ?`) {
			return true, nil
		}
		if !cond.triage || cond.sql == `(alerts.owner_num IS NULL)` {
			continue
		}
		nums, err := c.nums(`SELECT COUNT(*) FROM (SELECT 1 FROM alerts WHERE `+cond.sql+` LIMIT ?) AS touched`, append(slices.Clip(cond.args), fewTouched+1)...)
		if err != nil {
			return false, err
		}
		if nums[0] <= fewTouched {
			return true, nil
		}
	}
	return false, nil
}

// placeSlack is how far an alert may stand from where it belongs, because its place was
// taken.
const placeSlack = 1 << 10

// list is a page that is being written.
type list struct {
	db          dialect
	limit       int
	before      *soc.SortKey
	beforePlace sql.NullInt64
	where       []string
	args        []any
	after       []byte // the smallest sort key, where one is known
	until       []byte // one above the largest
}

// narrow notes a bound of time.
func (l *list) narrow(e *query.Expr) {
	if e.Join != query.One {
		return
	}
	switch e.Term.Field {
	case query.After:
		l.after = firstKey(e.Term.Time)
	case query.Before:
		l.until = firstKey(e.Term.Time)
	}
}

func (l *list) and(where string, args ...any) {
	l.where, l.args = append(l.where, where), append(l.args, args...)
}

// columns adds every condition, as the columns tell it.
func (l *list) columns(conds []cond) {
	for _, c := range conds {
		if c.sql != "" {
			l.and(c.sql, c.args...)
			continue
		}
		sql, args := l.db.matchText(*c.lookup, true)
		l.and(sql, args...)
	}
}

// rest adds the conditions that the text index does not know.
func (l *list) rest(conds []cond) {
	for _, c := range conds {
		if c.lookup == nil {
			l.and(c.sql, c.args...)
		}
	}
}

func (l *list) byColumns() []statement {
	if l.before != nil {
		l.and(`alerts.sort_key < ?`, l.before[:])
	}
	return []statement{{alertSelect + ` WHERE ` + strings.Join(l.where, ` AND `) + ` ORDER BY alerts.sort_key DESC LIMIT ?`, append(l.args, l.limit)}}
}

// byText goes through what the text index finds, the newest first, until the page is full.
func (l *list) byText(lead query.Lookup) []statement {
	args := []any{matchFTS(lead)}
	text := `SELECT alerts.num, ` + alertColumns + ` FROM alert_text CROSS JOIN alerts ON alerts.place = alert_text.rowid` + alertJoins +
		` WHERE alert_text MATCH ?`
	bound := func(how string, place int64) {
		text += ` AND alert_text.rowid ` + how + ` ?`
		args = append(args, place)
	}
	if l.after != nil {
		bound(`>=`, placeOf(soc.SortKey(l.after))-placeSlack)
	}
	switch {
	case l.beforePlace.Valid:
		bound(`<`, l.beforePlace.Int64)
	case l.before != nil: // an alert that is gone
		bound(`<=`, placeOf(*l.before)+placeSlack)
		l.and(`alerts.sort_key < ?`, l.before[:])
	case l.until != nil:
		bound(`<=`, placeOf(soc.SortKey(l.until))+placeSlack)
	}
	text += ` AND ` + strings.Join(l.where, ` AND `) + ` ORDER BY alert_text.rowid DESC LIMIT ?`
	return []statement{{text, append(append(args, l.args...), l.limit)}}
}
