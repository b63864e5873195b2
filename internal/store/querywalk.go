package store

import (
	"bytes"
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

// walkOrSearch reads a page where the text index has no order (PostgreSQL): columns tell
// what they know, and the database chooses among them. What only the text index knows is
// looked for among the newest alerts first: the database's statistics know the most
// frequent tokens, and take every other for nearly as frequent as the last of these, which
// may be a thousand times too much; of beginnings and opposites they know nothing.
func (c compiler) walkOrSearch(l list) ([]soc.StoredAlert, error) {
	l.stream = true
	l.conds = together(l.conds)
	if n := len(l.conds); n > 0 && !l.grouped && l.conds[n-1].sql == "" {
		lookup := *l.conds[n-1].lookup
		l.conds = l.conds[:n-1]
		l.columns(nil)
		if l.before != nil {
			l.and(`alerts.sort_key < ?`, l.before[:])
		}
		return c.walkFirst(l, lookup)
	}
	if statements := l.byStates(); statements != nil {
		pages := make([][]soc.StoredAlert, len(statements))
		for i, of := range statements {
			var err error
			if pages[i], err = c.page(of, l.limit); err != nil {
				return nil, err
			}
		}
		return newestOf(pages, l.limit), nil
	}
	l.columns(&cond{})
	return c.page(l.byColumns(), l.limit)
}

// byStates finds the newest alerts of each state that is asked for, nil if none is. For the
// database any index in the order of the list is as good as another, and it may go through
// all that is newer and in another state: what is open is new, and what is resolved is old.
// A range of state and key together has but one index in its order.
func (l list) byStates() []statement {
	at := slices.IndexFunc(l.conds, func(c cond) bool { return c.states != nil })
	if at < 0 || l.grouped {
		return nil
	}
	states := l.conds[at].states
	l.conds = slices.Delete(slices.Clone(l.conds), at, at+1)
	l.columns(&cond{})
	from, until := l.after, l.until
	if l.before != nil && (until == nil || bytes.Compare(l.before[:], until) < 0) {
		until = l.before[:]
	}
	if from == nil {
		from = []byte{} // before every key
	}
	found := make([]statement, 0, len(states))
	for _, state := range states {
		end, key := state, until
		if until == nil {
			end, key = state+1, []byte{}
		}
		where := append(slices.Clone(l.where), `(alerts.state, alerts.sort_key) >= (?, ?)`, `(alerts.state, alerts.sort_key) < (?, ?)`)
		found = append(found, statement{
			alertSelect + ` WHERE ` + strings.Join(where, ` AND `) + ` ORDER BY alerts.state DESC, alerts.sort_key DESC LIMIT ?`,
			append(slices.Clone(l.args), state, from, end, key, l.limit),
		})
	}
	return found
}

// page reads what a statement finds.
func (c compiler) page(of statement, limit int) ([]soc.StoredAlert, error) {
	found := make([]soc.StoredAlert, 0, limit)
	err := scanAlerts(c.ctx, c.db, of.sql, of.args, func(_ int64, alert soc.StoredAlert) bool {
		found = append(found, alert)
		return true
	})
	return found, err
}

// walkFirst looks at the newest alerts. If they do not fill the page, they tell how
// frequent it is, and so whether to look at more of them or to ask the text index for all.
func (c compiler) walkFirst(l list, lookup query.Lookup) ([]soc.StoredAlert, error) {
	found, err := c.page(l.walk(lookup, lookedAt), l.limit)
	if err != nil || len(found) == l.limit {
		return found, err
	}
	var seen, total int64
	err = c.db.QueryRowContext(c.ctx, `SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM alerts WHERE `+strings.Join(l.where, ` AND `)+` LIMIT ?) AS seen),
		(SELECT CAST(reltuples AS BIGINT) FROM pg_class WHERE oid = CAST('alerts' AS regclass))`, append(slices.Clip(l.args), lookedAt)...).Scan(&seen, &total)
	if err != nil || seen < lookedAt { // these were all
		return found, err
	}
	if depth := depthFor(len(found), l.limit, total, lookup.Join == query.Not); depth > 0 {
		found, err = c.page(l.walk(lookup, depth), l.limit)
		if err != nil || len(found) == l.limit {
			return found, err
		}
	}
	return c.page(l.search(lookup), l.limit)
}

// depthFor is how many of the newest alerts are worth looking at, of which the first
// lookedAt held some that fit; 0 if the text index finds all that fit of the total with
// less work. To look at an alert and to fetch one that is found cost about the same. Of an
// opposite the index knows nothing, and goes through all.
func depthFor(some, limit int, total int64, opposite bool) int {
	if some == 0 {
		return 0
	}
	depth := int64(limit) * lookedAt / int64(some) * 3 / 2
	found := total * int64(some) / lookedAt
	if opposite {
		found = total
	}
	if depth > found {
		return 0
	}
	return int(depth)
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

// lookedAt is how many of the newest alerts are looked at before the text index is asked
// for all that it finds.
const lookedAt = 500

// walk looks at the newest alerts one by one, at most depth.
func (l *list) walk(lookup query.Lookup, depth int) statement {
	// OFFSET 0 keeps PostgreSQL from taking the other way.
	return statement{
		`SELECT alerts.num, ` + alertColumns + ` FROM (SELECT * FROM alerts WHERE ` + strings.Join(l.where, ` AND `) + newestFirst + `) AS alerts` + alertJoins +
			` WHERE EXISTS (SELECT 1 FROM alert_text WHERE rowid = alerts.place AND text @@ CAST(? AS tsquery) OFFSET 0)` + newestFirst,
		append(slices.Clip(l.args), depth, wordQuery(lookup), l.limit),
	}
}

// search asks the text index for all that it finds, and sorts these.
func (l *list) search(lookup query.Lookup) statement {
	return statement{
		`WITH found AS MATERIALIZED (SELECT rowid FROM alert_text WHERE text @@ CAST(? AS tsquery)) SELECT alerts.num, ` + alertColumns +
			` FROM (SELECT alerts.* FROM found JOIN alerts ON alerts.place = found.rowid WHERE ` + strings.Join(l.where, ` AND `) + ` OFFSET 0) AS alerts` + alertJoins + newestFirst,
		append(append([]any{wordQuery(lookup)}, l.args...), l.limit),
	}
}

const newestFirst = ` ORDER BY alerts.sort_key DESC LIMIT ?`

// branchesMost bounds into how many queries one is taken apart.
const branchesMost = 8

// apart takes a query apart at an OR that no one index tells, such as a state or a word:
// the newest of each are found in their own way, and the newest of all are among them.
// Without such an OR it is the query alone.
func (c compiler) apart(q query.Query) ([]query.Query, error) {
	if q.Root == nil {
		return []query.Query{q}, nil
	}
	of := []query.Expr{*q.Root}
	if q.Root.Join == query.And {
		of = q.Root.Of
	}
	for i := range of {
		if of[i].Join != query.Or || len(of[i].Of) > branchesMost {
			continue
		}
		joined, err := c.compile(&of[i])
		if err != nil {
			return nil, err
		}
		if joined.lookup != nil {
			continue
		}
		var branches []query.Query
		for _, one := range of[i].Of {
			parts := []query.Expr{one}
			if one.Join == query.And {
				parts = one.Of
			}
			parts = slices.Concat(of[:i], of[i+1:], parts)
			if len(parts) == 1 {
				branches = append(branches, query.Query{Root: &parts[0]})
			} else {
				branches = append(branches, query.Query{Root: &query.Expr{Join: query.And, Of: parts}})
			}
		}
		return branches, nil
	}
	return []query.Query{q}, nil
}

// newestOf are the newest alerts of several pages, each once.
func newestOf(pages [][]soc.StoredAlert, limit int) []soc.StoredAlert {
	all := []soc.StoredAlert{} // none are an empty page, and not null
	for _, page := range pages {
		all = append(all, page...)
	}
	slices.SortFunc(all, func(a, b soc.StoredAlert) int { return bytes.Compare(b.SortKey[:], a.SortKey[:]) })
	all = slices.CompactFunc(all, func(a, b soc.StoredAlert) bool { return a.ID == b.ID })
	return all[:min(len(all), limit)]
}
