package store

import (
	"strings"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// matchFTS writes a lookup for FTS5.
func matchFTS(l query.Lookup) string {
	switch l.Join {
	case query.And:
		var are, not []query.Lookup
		for _, of := range l.Of {
			if of.Join == query.Not {
				not = append(not, of.Of[0])
				continue
			}
			are = append(are, of)
		}
		if len(are) == 0 {
			are = append(are, everything())
		}
		text := joinText(are, ` AND `)
		if len(not) > 0 { // FTS5 knows "these but not those", and no other negation
			text = `(` + text + ` NOT ` + joinText(not, ` OR `) + `)`
		}
		return text
	case query.Or:
		return joinText(l.Of, ` OR `)
	case query.Not:
		return `(` + matchFTS(everything()) + ` NOT ` + matchFTS(l.Of[0]) + `)`
	}
	text := `"` + strings.ReplaceAll(strings.Join(l.Words.Tokens, ` `), `"`, `""`) + `"`
	if l.Words.Beginning {
		text += `*`
	}
	return text
}

func joinText(of []query.Lookup, by string) string {
	if len(of) == 1 {
		return matchFTS(of[0])
	}
	parts := make([]string, len(of))
	for i := range of {
		parts[i] = matchFTS(of[i])
	}
	return `(` + strings.Join(parts, by) + `)`
}

// everything finds every alert: each has a severity.
func everything() query.Lookup {
	all := query.Term{Field: query.Severity, Op: query.AboveOrEqual, Severity: soc.SeverityUnknown}
	lookup, _ := all.Lookup()
	return lookup
}
