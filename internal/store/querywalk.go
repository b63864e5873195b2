package store

import (
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
// what they know and one search of the index the rest, and the database chooses the way.
// Where it cannot know how frequent that is, the newest alerts are looked at first.
func (c compiler) walkOrSearch(l list) ([]soc.StoredAlert, error) {
	l.stream = true
	var ways []statement
	l.conds = together(l.conds)
	if n := len(l.conds); n > 0 && !l.grouped && l.conds[n-1].sql == "" && unsure(l.conds[n-1].lookup) {
		lookup := *l.conds[n-1].lookup
		l.conds = l.conds[:n-1]
		l.columns(nil)
		ways = l.byWalk(lookup)
	} else {
		l.columns(&cond{})
		text, args := l.byColumns()
		ways = []statement{{text, args}}
	}
	found := []soc.StoredAlert{}
	for _, way := range ways {
		found = found[:0]
		err := scanAlerts(c.ctx, c.db, way.sql, way.args, func(_ int64, alert soc.StoredAlert) bool {
			found = append(found, alert)
			return true
		})
		if err != nil || len(found) == l.limit {
			return found, err
		}
	}
	return found, nil
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

// lookedAt is how many of the newest alerts are looked at before the text index is asked
// for all that it finds.
const lookedAt = 5000

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
			append(slices.Clip(l.args), lookedAt, match, l.limit),
		},
		{
			`WITH found AS MATERIALIZED (SELECT rowid FROM alert_text WHERE text @@ CAST(? AS tsquery)) SELECT alerts.num, ` + alertColumns +
				` FROM (SELECT alerts.* FROM found JOIN alerts ON alerts.place = found.rowid WHERE ` + where + ` OFFSET 0) AS alerts` + alertJoins + order,
			append(append([]any{match}, l.args...), l.limit),
		},
	}
}
