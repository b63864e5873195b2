package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// Period is what is counted: the alerts that the query finds whose time, as lists are
// ordered by it, is not before From and before Until.
type Period struct {
	Query       query.Query
	From, Until time.Time
}

// counted is a period as SQL says it.
type counted struct {
	where []string
	args  []any
	// plain says that the rollups know all that is asked for: clients and severities.
	plain       bool
	from, until int64 // ms since 1970
}

// counted reads a period for a scope. Times in the query narrow it.
func (s *Store) counted(ctx context.Context, db queryer, scope soc.Scope, p Period) (counted, error) {
	c := counted{plain: true, from: max(p.From.UnixMilli(), 0), until: p.Until.UnixMilli()}
	c.where, c.args = scopeSQL(scope)
	if p.Query.Root == nil {
		return c, nil
	}
	of := []query.Expr{*p.Query.Root}
	if p.Query.Root.Join == query.And {
		of = p.Query.Root.Of
	}
	for i := range of {
		e := &of[i]
		if e.Join == query.One && e.Term.Field == query.After {
			c.from = max(c.from, e.Term.Time.UnixMilli())
			continue
		}
		if e.Join == query.One && e.Term.Field == query.Before {
			c.until = min(c.until, e.Term.Time.UnixMilli())
			continue
		}
		if e.Join != query.One || e.Term.Field != query.Client && e.Term.Field != query.Severity {
			c.plain = false
		}
		cond, err := s.compiler(ctx, db).compile(e)
		if err != nil {
			return c, err
		}
		if c.plain || cond.lookup == nil {
			c.where, c.args = append(c.where, cond.sql), append(c.args, cond.args...)
			continue
		}
		sql, args := s.db.matchText(*cond.lookup, false)
		c.where, c.args = append(c.where, sql), append(c.args, args...)
	}
	return c, nil
}

// sql is the condition on alerts, with the period.
func (c *counted) sql() (string, []any) {
	where := strings.Join(c.where, ` AND `) + ` AND alerts.sort_key >= ? AND alerts.sort_key < ?`
	return where, append(slices.Clip(c.args), keyOf(c.from), keyOf(c.until))
}

// rollup is the condition on a rollup, whose columns are called as those of alerts. all
// says that it is about all clients, whose sum has a row of its own.
func (c *counted) rollup(table string, scope soc.Scope) (where string, args []any) {
	where = strings.ReplaceAll(strings.Join(c.where, ` AND `), `alerts.`, table+`.`)
	if scope.All() && !strings.Contains(where, `client_num`) {
		where += ` AND ` + table + `.client_num = 0`
	} else {
		where += ` AND ` + table + `.client_num <> 0`
	}
	return where, c.args
}

// keyOf is the smallest sort key of a time in ms.
func keyOf(ms int64) []byte {
	key := make([]byte, len(soc.SortKey{}))
	ms = min(max(ms, 0), 1<<48-1)
	for i := range 6 {
		key[i] = byte(ms >> (8 * (5 - i)))
	}
	return key
}
