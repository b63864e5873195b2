package store

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// scopeSQL keeps the alerts that the scope may see. It always has a condition.
func scopeSQL(scope soc.Scope) (where []string, args []any) {
	return scopeOfSQL(`alerts.client_num`, scope)
}

// scopeOfSQL keeps the rows whose client the scope may see.
func scopeOfSQL(column string, scope soc.Scope) (where []string, args []any) {
	if scope.All() {
		return []string{`1 = 1`}, nil
	}
	args = []any{""}
	for _, id := range scope.Clients() {
		args = append(args, string(id))
	}
	return []string{column + ` IN (SELECT num FROM clients WHERE id IN (?` + strings.Repeat(`, ?`, len(args)-1) + `))`}, args
}

// whereSQL keeps the alerts that a query finds, for statements that need no order.
func (s *Store) whereSQL(ctx context.Context, db queryer, q query.Query) (where []string, args []any, err error) {
	if q.Root == nil {
		return nil, nil, nil
	}
	c, err := s.compiler(ctx, db).compile(q.Root)
	if err != nil {
		return nil, nil, err
	}
	if c.lookup != nil {
		sql, args := s.db.matchText(*c.lookup, false)
		return []string{sql}, args, nil
	}
	return []string{c.sql}, c.args, nil
}

// cond is a condition in the two forms that it may have: what the columns of alerts say,
// and what the text index says. One of them is there.
type cond struct {
	sql    string // "" if the columns do not tell
	args   []any
	lookup *query.Lookup // nil if the text index does not tell
	// wide marks what gathers everything before it gives the first alert.
	wide bool
	// triage marks what people change: the columns tell, each with an index of its own.
	triage bool
	// states are what it asks for, if it is the state alone.
	states []int
}

// compiler makes conditions out of expressions. Names become numbers first.
type compiler struct {
	dialect
	ctx context.Context //nolint:containedctx // lives no longer than the call that made it
	db  queryer
}

func (s *Store) compiler(ctx context.Context, db queryer) compiler {
	return compiler{dialect: s.db, ctx: ctx, db: db}
}

// compile says in SQL what query.Match says in Go.
func (c compiler) compile(e *query.Expr) (cond, error) {
	if e.Join == query.One {
		return c.term(&e.Term)
	}
	if e.Join == query.Not && e.Of[0].Join == query.One {
		if other, ok := otherStates(&e.Of[0].Term); ok {
			return other, nil
		}
	}
	of := make([]cond, len(e.Of))
	for i := range e.Of {
		var err error
		if of[i], err = c.compile(&e.Of[i]); err != nil {
			return cond{}, err
		}
	}
	return c.join(e.Join, of), nil
}

// join joins conditions in both forms. What the text index knows is looked up there
// at once, not one by one.
func (c compiler) join(how query.Join, of []cond) cond {
	var all, texts []query.Lookup
	var sql []string
	var args []any
	joined := cond{wide: how == query.Not} // which goes through everything, if it is rare
	for _, one := range of {
		joined.wide = joined.wide || one.wide
		if one.lookup != nil {
			all = append(all, *one.lookup)
		}
		if one.lookup != nil {
			texts = append(texts, *one.lookup)
			continue
		}
		sql, args = append(sql, one.sql), append(args, one.args...)
	}
	if len(all) == len(of) {
		joined.lookup = &query.Lookup{Join: how, Of: all}
	}
	if len(sql) == 0 {
		return joined
	}
	if len(texts) > 0 {
		text, a := c.matchText(query.Lookup{Join: how, Of: texts}, false)
		sql, args = append(sql, text), append(args, a...)
	}
	switch how {
	case query.Not:
		joined.sql = `NOT ` + sql[0]
	case query.Or:
		joined.sql = `(` + strings.Join(sql, ` OR `) + `)`
	default:
		joined.sql = `(` + strings.Join(sql, ` AND `) + `)`
	}
	joined.args = args
	return joined
}

func (c compiler) term(t *query.Term) (cond, error) {
	var out cond
	if lookup, ok := t.Lookup(); ok {
		out.lookup, out.wide = &lookup, lookup.Wide()
	}
	switch t.Field {
	case query.Client, query.Node, query.Owner, query.RuleID, query.RuleName:
		return c.name(t)
	case query.Severity:
		out.sql, out.args = `alerts.severity `+sqlOp(t.Op)+` ?`, []any{t.Severity}
	case query.Source:
		out.sql, out.args = prefixSQL(`alerts.src`, t.Prefix)
	case query.Destination:
		out.sql, out.args = prefixSQL(`alerts.dst`, t.Prefix)
	case query.Address:
		src, args := prefixSQL(`alerts.src`, t.Prefix)
		dst, more := prefixSQL(`alerts.dst`, t.Prefix)
		out.sql, out.args = `(`+src+` OR `+dst+`)`, slices.Concat(args, more)
	case query.After:
		out.sql, out.args = `alerts.sort_key >= ?`, []any{firstKey(t.Time)}
	case query.Before:
		out.sql, out.args = `alerts.sort_key < ?`, []any{firstKey(t.Time)}
	case query.ID:
		out.sql, out.args = `alerts.id = ?`, []any{t.ID[:]}
	case query.VerdictOf:
		out.sql, out.args, out.triage = `alerts.verdict <> 0 AND alerts.verdict = ?`, []any{int(t.Verdict)}, true
	case query.Has:
		switch t.Has {
		case query.Owner:
			out.sql, out.triage = `alerts.owner_num IS NOT NULL`, true
		case query.VerdictOf:
			out.sql, out.triage = `alerts.verdict <> 0`, true
		}
	case query.StateOf:
		return c.state(t)
	case query.Tag:
		return c.tagged(t, out)
	}
	if t.Field == query.Has && t.Has == query.Tag {
		return c.tagged(t, out)
	}
	if out.sql != "" && !strings.HasPrefix(out.sql, `(`) {
		out.sql = `(` + out.sql + `)`
	}
	return out, nil
}

func sqlOp(op query.Op) string {
	if op == query.Is {
		return `=`
	}
	return string(op)
}

func (c compiler) state(t *query.Term) (cond, error) {
	switch t.State {
	case query.Demo:
		nums, err := c.nums(`SELECT num FROM clients WHERE demo`)
		return numbersCond(query.Client, `alerts.client_num`, nums), err
	case query.Unclaimed:
		return cond{sql: `(alerts.owner_num IS NULL)`, triage: true}, nil
	case query.Mine:
		return c.named(&query.Term{Field: query.Owner, Op: query.Is, Pattern: query.Pattern{t.User}}, `SELECT num, name FROM users`, `alerts.owner_num`)
	}
	for num, state := range states {
		if state == soc.AlertState(t.State) {
			return cond{sql: `(alerts.state = ?)`, args: []any{num}, triage: true, states: []int{num}}, nil
		}
	}
	return cond{sql: `(1 = 0)`}, nil
}

// otherStates keeps the alerts that are not in the state: an index finds those that are
// in another, and not those that are not.
func otherStates(t *query.Term) (cond, bool) {
	if t.Field != query.StateOf {
		return cond{}, false
	}
	out := cond{triage: true}
	for num, state := range states {
		if num >= stateOpen && state != soc.AlertState(t.State) {
			out.args, out.states = append(out.args, num), append(out.states, num)
		}
	}
	out.sql = `(alerts.state IN (?` + strings.Repeat(`, ?`, len(out.args)-1) + `))`
	return out, len(out.args) < len(states)-stateOpen
}

// firstKey is the smallest sort key of a time. Alerts without a time have smaller ones
// than any.
func firstKey(t time.Time) []byte { return keyOf(max(t.UnixMilli(), 1)) }

// prefixSQL keeps the addresses of a network: a range, since IPv4 is stored mapped.
func prefixSQL(column string, prefix netip.Prefix) (string, []any) {
	first := prefix.Masked().Addr()
	bits := prefix.Bits()
	if first.Is4() {
		bits += 96
	}
	low := first.As16()
	high := low
	for i := bits; i < 128; i++ {
		high[i/8] |= 0x80 >> (i % 8)
	}
	// NULL is no address of any network: so the opposite of a condition holds for it.
	there := `(` + column + ` IS NOT NULL AND ` + column
	if low == high {
		return there + ` = ?)`, []any{low[:]}
	}
	condition, args := there+` BETWEEN ? AND ?`, []any{low[:], high[:]}
	if !first.Is4() && bits < 96 { // ::/0 is every IPv6 address, not every mapped IPv4
		v4low, v4high := netip.MustParseAddr("0.0.0.0").As16(), netip.MustParseAddr("255.255.255.255").As16()
		condition += ` AND ` + column + ` NOT BETWEEN ? AND ?`
		args = append(args, v4low[:], v4high[:])
	}
	return condition + `)`, args
}
