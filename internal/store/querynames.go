package store

import (
	"strings"

	"github.com/socme-project/socme/internal/query"
)

// maxNums is how many clients, nodes or rules of a name are looked up one by one in the
// text index. Of more of them it would have to merge too many lists.
const maxNums = 64

// name turns a term about a name into the numbers that have it.
func (c compiler) name(t *query.Term) (cond, error) {
	switch t.Field {
	case query.Client:
		return c.named(t, `SELECT num, name FROM clients`, `alerts.client_num`)
	case query.Node:
		return c.named(t, `SELECT num, name FROM nodes`, `alerts.node_num`)
	case query.Owner:
		return c.named(t, `SELECT num, name FROM users`, `alerts.owner_num`)
	}
	where, args := ruleSQL(t)
	nums, err := c.nums(`SELECT num FROM rules WHERE `+where+` LIMIT 65`, args...)
	if err != nil {
		return cond{}, err
	}
	if len(nums) <= maxNums {
		return numbersCond(query.RuleID, `alerts.rule_num`, nums), nil
	}
	return cond{sql: `(alerts.rule_num IN (SELECT num FROM rules WHERE ` + where + `))`, args: args, wide: true}, nil
}

// ruleSQL finds rules by id or name. There may be very many, so the database looks.
func ruleSQL(t *query.Term) (string, []any) {
	switch {
	case t.Field == query.RuleName && t.Op == query.Is:
		like := query.Pattern{"", t.Words.Needle(), ""}.LikePattern()
		return `name_key LIKE ? ESCAPE '\'`, []any{like}
	case t.Field == query.RuleName:
		return `name = ?`, []any{t.Pattern[0]}
	case t.Op == query.Exact:
		return `id = ?`, []any{t.Pattern[0]}
	}
	folded := t.Pattern.Fold()
	if !folded.Wild() {
		return `id_key = ?`, []any{folded[0]}
	}
	return `id_key LIKE ? ESCAPE '\'`, []any{folded.LikePattern()}
}

// named finds those of a dictionary that is short enough to be looked through.
func (c compiler) named(t *query.Term, dictionary, column string) (cond, error) {
	rows, err := c.db.QueryContext(c.ctx, dictionary)
	if err != nil {
		return cond{}, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	var nums []int64
	for rows.Next() {
		var num int64
		var name string
		if err := rows.Scan(&num, &name); err != nil {
			return cond{}, err
		}
		if t.MatchName(name) {
			nums = append(nums, num)
		}
	}
	out := numbersCond(t.Field, column, nums)
	if t.Field == query.Owner {
		out.lookup, out.triage = nil, true
	}
	return out, rows.Err()
}

func (c compiler) nums(text string, args ...any) ([]int64, error) {
	rows, err := c.db.QueryContext(c.ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	var nums []int64
	for rows.Next() {
		var num int64
		if err := rows.Scan(&num); err != nil {
			return nil, err
		}
		nums = append(nums, num)
	}
	return nums, rows.Err()
}

// numbersCond keeps the alerts whose column is one of the numbers. NULL is none of them,
// and the opposite holds for it.
func numbersCond(field query.Field, column string, nums []int64) cond {
	if len(nums) == 0 {
		nothing := query.AnyOf()
		return cond{sql: `(1 = 0)`, lookup: &nothing}
	}
	out := cond{args: make([]any, len(nums))}
	tokens := make([]query.Lookup, len(nums))
	for i, num := range nums {
		out.args[i], tokens[i] = num, query.Token(query.NumberToken(field, num))
	}
	if len(nums) == 1 {
		out.sql = column + ` = ?`
	} else {
		out.sql = column + ` IN (?` + strings.Repeat(`, ?`, len(nums)-1) + `)`
	}
	if field == query.Node || field == query.Owner {
		out.sql = column + ` IS NOT NULL AND ` + out.sql
	}
	out.sql = `(` + out.sql + `)`
	if len(nums) <= maxNums {
		any := query.AnyOf(tokens...)
		out.lookup = &any
	}
	return out
}
