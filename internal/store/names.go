package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// Name is a value that a field of the query language may have.
type Name struct {
	Text string
	Doc  string
}

// namesMost is how many names are worth looking at.
const namesMost = 200

// Names lists values of a field that begin as written, or hold a word that does, of those
// that the scope may see: clients, nodes, rules, users. It is never nil.
func (s *Store) Names(ctx context.Context, scope soc.Scope, field query.Field, written string) ([]Name, error) {
	names := []Name{}
	where, args := scopeSQL(scope)
	clients := strings.ReplaceAll(where[0], `alerts.client_num`, `clients.num`)
	folded := query.Fold(written)
	begins := query.Pattern{folded, ""}.LikePattern()
	holds := query.Pattern{"", " " + strings.Join(query.Tokens(written), " "), ""}.LikePattern()
	var text string
	switch field {
	case query.Client:
		text = `SELECT name, '' FROM clients WHERE ` + clients + ` AND (name_key LIKE ? ESCAPE '\' OR name_key LIKE ? ESCAPE '\') ORDER BY name_key`
		args = append(args, begins, query.Pattern{"", " " + folded, ""}.LikePattern())
	case query.Node:
		text = `SELECT nodes.name, clients.name FROM nodes JOIN clients ON clients.num = nodes.client_num WHERE ` + clients + ` AND LOWER(nodes.name) LIKE ? ESCAPE '\' ORDER BY nodes.name, clients.name_key`
		args = append(args, begins)
	case query.RuleID:
		text = `SELECT id, name FROM rules WHERE ` + s.rulesOf(scope, where[0]) + ` AND (id_key LIKE ? ESCAPE '\' OR name_key LIKE ? ESCAPE '\') ORDER BY CASE WHEN id_key LIKE ? ESCAPE '\' THEN 0 ELSE 1 END, id_key`
		args = append(args, begins, holds, begins)
	case query.RuleName:
		text = `SELECT DISTINCT name, '' FROM rules WHERE ` + s.rulesOf(scope, where[0]) + ` AND name <> '' AND name_key LIKE ? ESCAPE '\' ORDER BY name`
		args = append(args, holds)
	case query.Tag:
		text = `SELECT DISTINCT alert_tags.tag, '' FROM alert_tags JOIN alerts ON alerts.num = alert_tags.alert_num WHERE ` + where[0] + ` AND alert_tags.tag LIKE ? ESCAPE '\' ORDER BY alert_tags.tag`
		args = append(args, begins)
	case query.Owner:
		if !scope.All() {
			return names, nil
		}
		text, args = `SELECT name, role FROM users WHERE LOWER(name) LIKE ? ESCAPE '\' ORDER BY name`, []any{begins}
	default:
		return names, nil
	}
	if scope.Who() == "" {
		return names, nil
	}
	db, err := s.read.DB()
	if err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, text+` LIMIT ?`, append(args, namesMost)...)
	if err != nil {
		return nil, fmt.Errorf("names for %s: %w", field, err)
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	for rows.Next() {
		var n Name
		if err := rows.Scan(&n.Text, &n.Doc); err != nil {
			return nil, fmt.Errorf("names for %s: %w", field, err)
		}
		names = append(names, n)
	}
	return names, rows.Err()
}

// rulesOf keeps the rules that fired lately at the clients in scope: what fires at others
// is not theirs to know.
func (s *Store) rulesOf(scope soc.Scope, clients string) string {
	if scope.All() {
		return `1 = 1`
	}
	return `num IN (SELECT rule_num FROM (SELECT rule_num FROM alerts WHERE ` + clients + ` ORDER BY sort_key DESC LIMIT 2000) AS lately)`
}
