package store

import (
	"context"
	"fmt"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// GroupFilter chooses a page of groups.
//
// A group is asked itself for what it knows: client, rule, engine, addresses, its worst
// severity, its state and its owner. What it does not know, one of its alerts must have,
// and all of that together; a time as well.
type GroupFilter struct {
	Query query.Query
	// WorstFirst orders by severity before the time of the newest alert.
	WorstFirst bool
	// Before is the place of the last group of the page before, nil for the first page.
	Before *GroupPlace
	Limit  int // 1–501, 0 means 50
	// Count asks how many there are on all pages.
	Count bool
}

// GroupPlace is where a list of groups goes on.
type GroupPlace struct {
	Severity soc.Severity // matters where the worst come first
	Key      soc.SortKey
	ID       soc.GroupID
}

// PlaceOf is the place of a group.
func PlaceOf(g *soc.Group) GroupPlace {
	return GroupPlace{Severity: g.Severity, Key: g.SortKey, ID: g.ID}
}

// groupsCounted is how many groups are counted.
const groupsCounted = 50_000

// GroupCount is how many groups, and alerts in them, a query finds.
type GroupCount struct {
	Groups int64 `json:"groups"`
	Alerts int64 `json:"alerts" doc:"their alerts; where the query asks for what only alerts know, those that have it"`
	// Complete is false where there are more.
	Complete bool `json:"complete" doc:"false if there are more: 50,000 groups are counted, and among the newest 20,000 alerts that have what only alerts know"`
}

// GroupList is a page of groups.
type GroupList struct {
	Groups []soc.Group
	Count  *GroupCount // nil if it was not asked for
	// Complete is false if groups may be missing whose alerts are too old: see groupScan.
	Complete bool
}

// Groups returns at most f.Limit groups, the one with the newest alert first, or the one
// with the worst.
func (s *Store) Groups(ctx context.Context, scope soc.Scope, f GroupFilter) (GroupList, error) {
	list := GroupList{Groups: []soc.Group{}, Complete: true}
	db, err := s.read.DB()
	if err != nil {
		return list, err
	}
	g := splitGroups(f.Query)
	found, err := s.members(ctx, db, scope, g, groupScan)
	if err != nil {
		return list, fmt.Errorf("list groups: %w", err)
	}
	w, err := s.compiler(ctx, db).groupSQL(scope, g, found)
	if err != nil {
		return list, fmt.Errorf("list groups: %w", err)
	}
	list.Complete = found == nil || found.complete
	if f.Count {
		if list.Count, err = countGroups(ctx, db, w); err != nil {
			return list, fmt.Errorf("count groups: %w", err)
		}
	}
	if list.Groups, err = s.groupPage(ctx, w, f); err != nil {
		return list, fmt.Errorf("list groups: %w", err)
	}
	return list, nil
}

func (s *Store) groupPage(ctx context.Context, w groupWhere, f GroupFilter) ([]soc.Group, error) {
	if f.Limit <= 0 {
		f.Limit = pageDefault
	}
	order := `alert_groups.last_key DESC, alert_groups.id DESC`
	if f.WorstFirst {
		order = `alert_groups.severity DESC, ` + order
	}
	switch b := f.Before; {
	case b == nil:
	case f.WorstFirst:
		w.and(`(alert_groups.severity, alert_groups.last_key, alert_groups.id) < (?, ?, ?)`, int(b.Severity), b.Key[:], b.ID[:])
	default:
		w.and(`(alert_groups.last_key, alert_groups.id) < (?, ?)`, b.Key[:], b.ID[:])
	}
	// Numbers are sorted, if the database must sort, and not whole groups.
	return s.groups(ctx, `alert_groups.num IN (SELECT num FROM alert_groups WHERE `+w.sql()+` ORDER BY `+order+` LIMIT ?) ORDER BY `+order, append(w.args, min(f.Limit, pageMost))...)
}

// countGroups counts, and does not go on for ever.
func countGroups(ctx context.Context, db queryer, w groupWhere) (*GroupCount, error) {
	var n GroupCount
	err := db.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(SUM(alerts), 0) FROM (SELECT alerts FROM alert_groups WHERE `+w.sql()+` LIMIT ?) AS found`, append(w.args, groupsCounted+1)...).Scan(&n.Groups, &n.Alerts)
	n.Complete = n.Groups <= groupsCounted
	n.Groups = min(n.Groups, groupsCounted)
	if w.members == nil || err != nil {
		return &n, err
	}
	n.Complete, n.Alerts = n.Complete && w.members.complete, 0
	rows, err := db.QueryContext(ctx, `SELECT num FROM alert_groups WHERE `+w.sql(), w.args...)
	if err != nil {
		return &n, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	for rows.Next() {
		var num int64
		if err := rows.Scan(&num); err != nil {
			return &n, err
		}
		n.Alerts += w.members.groups[num]
	}
	return &n, rows.Err()
}
