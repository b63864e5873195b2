package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// Before the database gathers all that a wide condition finds, the newest alerts are
// looked at in memory: what is frequent fills a page from them.
const (
	probeFirst = 100  // tell how frequent it is
	probeMost  = 1500 // are looked at if they are likely to fill the page
)

// worthProbing says whether going on is likely to fill a page soon.
func worthProbing(seen, found, limit int) bool {
	return seen < probeFirst || found > 0 && limit*seen/found <= probeMost
}

// listAlerts reads a page of alerts. There are two ways to the newest ones.
//
// The text index gives what it finds in the order of the list, frequent or rare, also of
// several conditions joined; so it leads wherever it knows one of the conditions. Columns
// tell what it does not know.
//
// Columns lead where it knows nothing but the client, and where people have touched so
// few alerts that these are looked at one by one. Where the text index has no order, see
// walkOrSearch. An OR that neither way knows whole is read branch by branch.
func (s *Store) listAlerts(ctx context.Context, db *sql.DB, scope soc.Scope, f AlertFilter) ([]soc.StoredAlert, error) {
	c := s.compiler(ctx, db)
	branches := []query.Query{f.Query}
	if f.Group == nil {
		var err error
		if branches, err = c.apart(f.Query); err != nil {
			return nil, err
		}
	}
	pages := make([][]soc.StoredAlert, len(branches))
	for i, branch := range branches {
		f.Query = branch
		l, err := c.list(scope, f)
		if err != nil {
			return nil, err
		}
		if c.textLeads() {
			pages[i], err = c.probeOrSearch(l, f.Query)
		} else {
			pages[i], err = c.walkOrSearch(l)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(pages) == 1 {
		return pages[0], nil
	}
	return newestOf(pages, f.Limit), nil
}

// probeOrSearch reads a page where the text index has the order of the list: from the
// newest alerts if they are likely to fill it, or else by what the index finds.
func (c compiler) probeOrSearch(l list, q query.Query) ([]soc.StoredAlert, error) {
	if narrow, wide := l.narrow(); wide && !l.grouped && !asksForTags(q) {
		narrow.limit, narrow.stream = probeMost, true
		of, err := c.statement(narrow)
		if err != nil {
			return nil, err
		}
		found := []soc.StoredAlert{}
		seen, given := 0, false
		err = scanAlerts(c.ctx, c.db, of.sql, of.args, func(_ int64, alert soc.StoredAlert) bool {
			if seen++; q.Match(&alert) {
				found = append(found, alert)
			}
			given = !worthProbing(seen, len(found), l.limit)
			return len(found) < l.limit && !given
		})
		if err != nil || len(found) == l.limit || seen < probeMost && !given {
			return found, err
		}
	}
	of, err := c.statement(l)
	if err != nil {
		return nil, err
	}
	return c.page(of, l.limit)
}

// asksForTags says that what people gave matters, which is read after the alerts.
func asksForTags(q query.Query) bool {
	asked := false
	q.Each(func(t *query.Term) bool {
		asked = t.Field == query.Tag || t.Field == query.Has && t.Has == query.Tag
		return !asked
	})
	return asked
}

// list compiles what a page must fulfil.
func (c compiler) list(scope soc.Scope, f AlertFilter) (list, error) {
	l := list{db: c.dialect, limit: f.Limit, before: f.Before, grouped: f.Group != nil}
	l.where, l.args = scopeSQL(scope)
	if l.grouped {
		l.and(`alerts.group_num = (SELECT num FROM alert_groups WHERE id = ?)`, f.Group[:])
	}
	if root := f.Query.Root; root != nil {
		of := []query.Expr{*root}
		if root.Join == query.And {
			of = root.Of
		}
		for i := range of {
			cond, err := c.compile(&of[i])
			if err != nil {
				return l, err
			}
			l.conds = append(l.conds, cond)
			l.bound(&of[i])
		}
	}
	if !scope.All() {
		cond, err := c.scope(scope)
		if err != nil {
			return l, err
		}
		l.conds = append(l.conds, cond)
	}
	if f.Before == nil || !c.textLeads() {
		return l, nil
	}
	err := c.db.QueryRowContext(c.ctx, `SELECT place FROM alerts WHERE sort_key = ?`, f.Before[:]).Scan(&l.beforePlace)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return l, err
}

// statement writes the statement of a page.
func (c compiler) statement(l list) (statement, error) {
	few, err := c.few(l.conds)
	if err != nil {
		return statement{}, err
	}
	l.where, l.args = slices.Clone(l.where), slices.Clone(l.args)
	lead := leading(l.conds, few)
	if lead == nil || l.grouped {
		l.columns(few)
		return l.byColumns(), nil
	}
	l.rest()
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
func leading(conds []cond, few *cond) *query.Lookup {
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
	if named == 0 || few != nil || named == single && single == 1 {
		return nil
	}
	if len(lookups) == 1 {
		return &lookups[0]
	}
	return &query.Lookup{Join: query.And, Of: lookups}
}

// fewTouched is how many alerts are looked at one by one rather than the text index.
const fewTouched = 500

// few finds a condition on what people have done that is true of so few alerts, or nil.
func (c compiler) few(conds []cond) (*cond, error) {
	for i := range conds {
		cond := &conds[i]
		if cond.sql == `(alerts.id = ?)` {
			return cond, nil
		}
		if !cond.triage || cond.sql == `(alerts.owner_num IS NULL)` {
			continue
		}
		nums, err := c.nums(`SELECT COUNT(*) FROM (SELECT 1 FROM alerts WHERE `+cond.sql+` LIMIT ?) AS touched`, append(slices.Clip(cond.args), fewTouched+1)...)
		if err != nil {
			return nil, err
		}
		if nums[0] <= fewTouched {
			return cond, nil
		}
	}
	return nil, nil //nolint:nilnil // there need not be one
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
	grouped     bool  // a group leads: its alerts are few beside all
	few         *cond // what is true of few alerts: these are looked at one by one
	stream      bool  // the first alerts matter, and perhaps no others
	conds       []cond
	where       []string // beside conds
	args        []any
	after       []byte // the smallest sort key, where one is known
	until       []byte // one above the largest
}

// narrow leaves out the wide conditions, if there are any.
func (l list) narrow() (list, bool) {
	conds := l.conds
	l.conds = slices.DeleteFunc(slices.Clone(conds), func(c cond) bool { return c.wide })
	return l, len(l.conds) < len(conds)
}

// bound notes a bound of time.
func (l *list) bound(e *query.Expr) {
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

// columns adds every condition, as the columns tell it. What they do not tell is asked
// of the text index for each alert, if they are few, or at once.
func (l *list) columns(few *cond) {
	for i := range l.conds {
		c := &l.conds[i]
		sql, args := c.sql, c.args
		switch {
		case c == few:
			l.few = few
			continue
		case sql == "" && few != nil:
			sql, args = l.db.matchText(*c.lookup, true)
		case sql == "":
			sql, args = l.db.matchText(*c.lookup, false)
		}
		l.and(sql, args...)
	}
}

// rest adds the conditions that the text index does not know.
func (l *list) rest() {
	for _, c := range l.conds {
		if c.lookup == nil {
			l.and(c.sql, c.args...)
		}
	}
}

// byColumns sorts numbers, if the database must sort, and not whole alerts.
func (l *list) byColumns() statement {
	if l.before != nil {
		l.and(`alerts.sort_key < ?`, l.before[:])
	}
	from, args := `alerts`, l.args
	if l.few != nil {
		// The LIMIT makes the database begin with them, whatever indexes the others have.
		from = `(SELECT * FROM alerts WHERE ` + l.few.sql + ` LIMIT ` + strconv.Itoa(fewTouched+1) + `) AS alerts`
		args = append(slices.Clip(l.few.args), l.args...)
	} else if l.stream {
		return statement{alertSelect + ` WHERE ` + strings.Join(l.where, ` AND `) + newestFirst, append(l.args, l.limit)}
	}
	return statement{
		alertSelect + ` WHERE alerts.num IN (SELECT num FROM ` + from + ` WHERE ` + strings.Join(l.where, ` AND `) + newestFirst + `)
		ORDER BY alerts.sort_key DESC`, append(args, l.limit),
	}
}

// byText goes through what the text index finds, the newest first, until the page is full.
func (l *list) byText(lead query.Lookup) statement {
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
	return statement{text, append(append(args, l.args...), l.limit)}
}
