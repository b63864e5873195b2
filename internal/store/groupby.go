package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// GroupKey is what alerts are grouped by.
type GroupKey string

// The keys.
const (
	ByClient      GroupKey = "client"
	ByRule        GroupKey = "rule"
	ByEngine      GroupKey = "engine"
	BySeverity    GroupKey = "severity"
	BySource      GroupKey = "source"
	ByDestination GroupKey = "destination"
	ByHost        GroupKey = "host"
	ByUser        GroupKey = "user"
	ByNode        GroupKey = "node"
)

// GroupByFilter is what is grouped, and how.
type GroupByFilter struct {
	Query query.Query
	As    string     // Query as it was written
	By    []GroupKey // 1–3
	Limit int        // rows, 1–500
}

// GroupedBy are alerts grouped by keys.
type GroupedBy struct {
	Items    []GroupedRow `json:"items" nullable:"false" doc:"what has most alerts first"`
	Groups   int64        `json:"groups" doc:"how many there are"`
	Alerts   int64        `json:"alerts" doc:"how many were counted"`
	Complete bool         `json:"complete" doc:"false if only the newest 10,000 were counted"`
	// Seen are the clients whose alerts are in it.
	Seen []soc.NamedClient `json:"-"`
}

// GroupedRow is the alerts that have the same values.
type GroupedRow struct {
	Values    []GroupedValue `json:"values" nullable:"false" doc:"one for each key"`
	Alerts    int64          `json:"alerts"`
	Open      int64          `json:"open"`
	Severity  soc.Severity   `json:"severity" enum:"unknown,informational,low,medium,high,critical" doc:"the worst"`
	Clients   int            `json:"clients" doc:"how many clients they are of"`
	FirstTime time.Time      `json:"first_time,omitzero"`
	LastTime  time.Time      `json:"last_time,omitzero"`
	Query     string         `json:"query" doc:"what finds alerts like these"`

	clients map[soc.ClientID]bool
}

// GroupedValue is a value of a key; both are empty where alerts have none.
type GroupedValue struct {
	Value string `json:"value"`
	Label string `json:"label,omitempty" doc:"what people call it, where that is something else"`
}

// GroupBy groups the newest alerts that a query finds.
func (s *Store) GroupBy(ctx context.Context, scope soc.Scope, f GroupByFilter) (GroupedBy, error) {
	out := GroupedBy{Items: []GroupedRow{}, Complete: true}
	db, err := s.read.DB()
	if err != nil {
		return out, err
	}
	c := s.compiler(ctx, db)
	l, err := c.list(scope, AlertFilter{Query: f.Query, Limit: facetScan + 1})
	if err != nil {
		return out, fmt.Errorf("group alerts: %w", err)
	}
	var of statement
	if c.textLeads() {
		of, err = c.statement(l)
	} else {
		l.conds = together(l.conds)
		l.columns(nil)
		of = l.byColumns()
	}
	rows := map[string]*GroupedRow{}
	seen := map[soc.ClientID]string{}
	if err == nil {
		err = scanAlerts(ctx, db, of.sql, of.args, func(_ int64, alert soc.StoredAlert) bool {
			if out.Alerts == facetScan {
				out.Complete = false
				return false
			}
			out.Alerts++
			seen[alert.ClientID] = alert.Client
			addRow(rows, f, &alert)
			return true
		})
	}
	if err != nil {
		return out, fmt.Errorf("group alerts: %w", err)
	}
	for _, row := range rows {
		row.Clients = len(row.clients)
		out.Items = append(out.Items, *row)
	}
	out.Groups = int64(len(rows))
	slices.SortFunc(out.Items, func(a, b GroupedRow) int {
		return cmp.Or(cmp.Compare(b.Alerts, a.Alerts), b.LastTime.Compare(a.LastTime), cmp.Compare(a.Query, b.Query))
	})
	out.Items = out.Items[:min(len(out.Items), max(f.Limit, 1))]
	for id, name := range seen {
		out.Seen = append(out.Seen, soc.NamedClient{ID: id, Name: name})
	}
	return out, nil
}

func addRow(rows map[string]*GroupedRow, f GroupByFilter, alert *soc.StoredAlert) {
	var key strings.Builder
	values := make([]GroupedValue, len(f.By))
	terms := make([]string, len(f.By))
	for i, by := range f.By {
		values[i], terms[i] = by.of(alert)
		fmt.Fprintf(&key, "%d:%s", len(terms[i]), terms[i])
	}
	row := rows[key.String()]
	if row == nil {
		text := strings.Join(terms, " ")
		if as := strings.TrimSpace(f.As); as != "" {
			text = "(" + as + ") " + text
		}
		row = &GroupedRow{Values: values, Query: text, clients: map[soc.ClientID]bool{}}
		rows[key.String()] = row
	}
	row.Alerts++
	if alert.State == soc.AlertOpen {
		row.Open++
	}
	row.Severity = max(row.Severity, alert.Severity)
	row.clients[alert.ClientID] = true
	at := alert.SortKey.Time()
	if at.IsZero() {
		return
	}
	if row.FirstTime.IsZero() || at.Before(row.FirstTime) {
		row.FirstTime = at
	}
	if at.After(row.LastTime) {
		row.LastTime = at
	}
}

// of is the value of an alert, and the part of a query that finds alerts that have it.
func (k GroupKey) of(a *soc.StoredAlert) (GroupedValue, string) {
	host, user := a.Subject()
	switch k {
	case ByClient:
		return GroupedValue{Value: a.Client}, "client:" + query.Quote(a.Client)
	case ByRule:
		return GroupedValue{Value: a.Rule.ID, Label: a.Rule.Name}, "rule:" + query.Quote(a.Rule.ID)
	case ByEngine:
		return GroupedValue{Value: a.Rule.Engine}, "engine:" + a.Rule.Engine
	case BySeverity:
		return GroupedValue{Value: a.Severity.String()}, "severity:" + a.Severity.String()
	case BySource:
		return sideOf("src", &a.Source)
	case ByDestination:
		return sideOf("dst", &a.Destination)
	case ByHost:
		return named("host", host)
	case ByUser:
		return named("user", user)
	case ByNode:
		return named("node", a.Node)
	}
	return GroupedValue{}, ""
}

func sideOf(field string, e *soc.Endpoint) (GroupedValue, string) {
	if !e.Address.IsValid() {
		return GroupedValue{}, "-has:" + field
	}
	addr := e.Address.Unmap().WithZone("").String()
	return GroupedValue{Value: addr}, field + ":" + addr
}

func named(field, value string) (GroupedValue, string) {
	if query.Clean(value) == "" {
		if field == "node" {
			return GroupedValue{}, "engine:" + soc.EngineSOCme
		}
		return GroupedValue{}, "-has:" + field
	}
	return GroupedValue{Value: value}, field + "=" + query.Quote(value)
}
