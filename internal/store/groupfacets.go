package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// GroupFacets are how many groups have which values. Each field is counted as if the query
// did not ask for it: so it tells what another choice would give.
type GroupFacets struct {
	Severities   []GroupFacet `json:"severities" nullable:"false" doc:"the worst first"`
	States       []GroupFacet `json:"states" nullable:"false" doc:"the least advanced first"`
	Owners       []GroupFacet `json:"owners" nullable:"false" doc:"nobody, me, others"`
	Clients      []GroupFacet `json:"clients" nullable:"false"`
	Engines      []GroupFacet `json:"engines" nullable:"false"`
	Rules        []GroupFacet `json:"rules" nullable:"false"`
	Sources      []GroupFacet `json:"sources" nullable:"false"`
	Destinations []GroupFacet `json:"destinations" nullable:"false"`
	Complete     bool         `json:"complete" doc:"false if there are more: of each field 50,000 groups are counted, and those of the newest 20,000 alerts that have what only alerts know"`
}

// GroupFacet is a value and how many groups have it.
type GroupFacet struct {
	Value string `json:"value"`
	Label string `json:"label,omitempty" doc:"what people call it, where that is something else"`
	Query string `json:"query" doc:"the part of a query that chooses it"`
	Count int64  `json:"count"`
}

// GroupFacets counts the groups that a query finds, by field. user is the name of who asks.
func (s *Store) GroupFacets(ctx context.Context, scope soc.Scope, q query.Query, user string) (GroupFacets, error) {
	f := GroupFacets{Complete: true}
	db, err := s.read.DB()
	if err != nil {
		return f, err
	}
	g := splitGroups(q)
	all, err := s.members(ctx, db, scope, g, groupScan)
	if err != nil {
		return f, fmt.Errorf("facets of groups: %w", err)
	}
	f.Complete = all == nil || all.complete
	for _, field := range []groupField{
		{ofSeverity, &f.Severities, `SELECT severity, '', '', COUNT(*) FROM found GROUP BY severity ORDER BY severity DESC`, severityFacet},
		{ofState, &f.States, `SELECT state, '', '', COUNT(*) FROM found GROUP BY state ORDER BY state`, stateFacet},
		{ofOwner, &f.Owners, `SELECT CASE WHEN owner_num IS NULL THEN 0 WHEN owner_num = COALESCE((SELECT num FROM users WHERE name_key = ?), -1) THEN 1 ELSE 2 END AS whose, '', '', COUNT(*)
			FROM found GROUP BY whose ORDER BY whose`, ownerFacet},
		{ofClient, &f.Clients, `SELECT clients.num, clients.name, '', n FROM (SELECT client_num, COUNT(*) AS n FROM found GROUP BY client_num ORDER BY n DESC LIMIT 20) AS top
			JOIN clients ON clients.num = top.client_num ORDER BY n DESC, clients.name`, clientFacet},
		{ofEngine, &f.Engines, `SELECT 0, engine, '', SUM(n) FROM (SELECT rule_num, COUNT(*) AS n FROM found GROUP BY rule_num) AS of_rule
			JOIN rules ON rules.num = of_rule.rule_num GROUP BY engine ORDER BY SUM(n) DESC, engine`, engineFacet},
		{ofRule, &f.Rules, `SELECT 0, rules.id, MAX(rules.name), SUM(n) FROM (SELECT rule_num, COUNT(*) AS n FROM found GROUP BY rule_num) AS of_rule
			JOIN rules ON rules.num = of_rule.rule_num GROUP BY rules.id, rules.engine ORDER BY SUM(n) DESC, rules.id LIMIT 20`, ruleFacet},
		{ofSource, &f.Sources, `SELECT 0, source, '', COUNT(*) AS n FROM found WHERE source <> '' GROUP BY source ORDER BY n DESC, source LIMIT 20`, sideFacet("src")},
		{ofDestination, &f.Destinations, `SELECT 0, destination, '', COUNT(*) AS n FROM found WHERE destination <> '' GROUP BY destination ORDER BY n DESC, destination LIMIT 20`, sideFacet("dst")},
	} {
		found := all
		part := g.without(field.family)
		if all != nil && len(part.own) < len(g.own) && field.family.shared() { // its alerts are others, too
			if found, err = s.members(ctx, db, scope, part, groupScan); err != nil {
				return f, fmt.Errorf("facets of groups: %w", err)
			}
			f.Complete = f.Complete && found.complete
		}
		w, err := s.compiler(ctx, db).groupSQL(scope, part, found)
		if err == nil {
			err = field.count(ctx, db, w, user, &f.Complete)
		}
		if err != nil {
			return f, fmt.Errorf("facets of groups by %s: %w", field.family, err)
		}
	}
	return f, nil
}

// groupField is a field that is counted: by a statement on found, which are the groups,
// that yields a number, two texts and the count.
type groupField struct {
	family family
	to     *[]GroupFacet
	text   string
	facet  func(num int64, value, label string) GroupFacet
}

func (f *groupField) count(ctx context.Context, db *sql.DB, w groupWhere, user string, complete *bool) error {
	*f.to = []GroupFacet{}
	columns := map[family]string{
		ofSeverity: `severity`, ofState: `state`, ofOwner: `owner_num`, ofClient: `client_num`, ofEngine: `rule_num`, ofRule: `rule_num`,
		ofSource: `source`, ofDestination: `destination`,
	}
	//nolint:gosec // the conditions are ours
	text := `WITH found AS (SELECT ` + columns[f.family] + ` FROM alert_groups WHERE ` + w.sql() + ` LIMIT ?) ` + f.text
	args := append(slices.Clone(w.args), groupsCounted+1)
	if f.family == ofOwner {
		args = append(args, strings.ToLower(user))
	}
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	total := int64(0)
	for rows.Next() {
		var num, n int64
		var value, label string
		if err := rows.Scan(&num, &value, &label, &n); err != nil {
			return err
		}
		facet := f.facet(num, value, label)
		facet.Count = n
		*f.to = append(*f.to, facet)
		total += n
	}
	if total > groupsCounted {
		*complete = false
	}
	return rows.Err()
}

func severityFacet(num int64, _, _ string) GroupFacet {
	word := soc.Severity(num).String()
	return GroupFacet{Value: word, Query: "severity:" + word}
}

func stateFacet(num int64, _, _ string) GroupFacet {
	word := string(stateOf(int(num)))
	return GroupFacet{Value: word, Query: "is:" + word}
}

func ownerFacet(num int64, _, _ string) GroupFacet {
	return [...]GroupFacet{
		{Value: "nobody", Query: "is:unclaimed"}, {Value: "me", Query: "is:mine"}, {Value: "others", Query: "has:owner -is:mine"},
	}[num]
}

func clientFacet(_ int64, name, _ string) GroupFacet {
	return GroupFacet{Value: name, Query: "client:" + query.Quote(name)}
}

func engineFacet(_ int64, engine, _ string) GroupFacet {
	return GroupFacet{Value: engine, Query: "engine:" + engine}
}

func ruleFacet(_ int64, id, name string) GroupFacet {
	return GroupFacet{Value: id, Label: name, Query: "rule:" + query.Quote(id)}
}

// sideFacet is an address, or the host that stands for it.
func sideFacet(field string) func(int64, string, string) GroupFacet {
	return func(_ int64, value, _ string) GroupFacet {
		if _, err := netip.ParseAddr(value); err == nil {
			return GroupFacet{Value: value, Query: field + ":" + value}
		}
		return GroupFacet{Value: value, Query: "host:" + query.Quote(value)}
	}
}
