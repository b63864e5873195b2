package store

import (
	"strings"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// textSQL keeps the alerts that a lookup in the text index finds. It is what another
// database says in another way.
func textSQL(l query.Lookup) (string, []any) {
	return `alerts.place IN (SELECT rowid FROM alert_text WHERE alert_text MATCH ?)`, []any{matchText(l)}
}

// textOfOneSQL is textSQL for alerts that were found by their columns already, and are few:
// the text index is asked for each of them.
func textOfOneSQL(l query.Lookup) (string, []any) {
	return `EXISTS (SELECT 1 FROM alert_text WHERE alert_text MATCH ? AND alert_text.rowid = alerts.place)`, []any{matchText(l)}
}

// matchText writes a lookup for FTS5.
func matchText(l query.Lookup) string {
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
		return `(` + matchText(everything()) + ` NOT ` + matchText(l.Of[0]) + `)`
	}
	text := `"` + strings.ReplaceAll(strings.Join(l.Words.Tokens, ` `), `"`, `""`) + `"`
	if l.Words.Beginning {
		text += `*`
	}
	return text
}

func joinText(of []query.Lookup, by string) string {
	if len(of) == 1 {
		return matchText(of[0])
	}
	parts := make([]string, len(of))
	for i := range of {
		parts[i] = matchText(of[i])
	}
	return `(` + strings.Join(parts, by) + `)`
}

// everything finds every alert: each has a severity.
func everything() query.Lookup {
	all := query.Term{Field: query.Severity, Op: query.AboveOrEqual, Severity: soc.SeverityUnknown}
	lookup, _ := all.Lookup()
	return lookup
}
