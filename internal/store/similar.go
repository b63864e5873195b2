package store

import (
	"context"
	"fmt"
	"time"

	"github.com/socme-project/socme/soc"
)

// Similar is what alerts of the same rule turned out to be, as far as the scope sees.
type Similar struct {
	Seen     int64            `json:"seen" doc:"alerts of the rule, with this one"`
	Clients  int64            `json:"clients" doc:"how many clients had one"`
	Verdicts map[string]int64 `json:"verdicts" doc:"how many were resolved as what"`
	LastWho  string           `json:"last_who,omitempty" doc:"who resolved or reopened one last"`
	LastTime time.Time        `json:"last_time,omitzero"`
}

// Similar tells of the alerts of the same rule, whatever name it had. It reads a rollup:
// its time does not depend on how many they are.
func (s *Store) Similar(ctx context.Context, scope soc.Scope, id soc.AlertID) (Similar, error) {
	found := Similar{Verdicts: map[string]int64{}}
	alert, err := s.Alert(ctx, scope, id)
	if err != nil {
		return found, err
	}
	db, err := s.read.DB()
	if err != nil {
		return found, err
	}
	where, args := scopeOfSQL(`client_num`, scope)
	//nolint:gosec // the conditions are ours
	rows, err := db.QueryContext(ctx, `SELECT client_num, verdict, count, last_ms, last_who FROM rollup_outcome
		WHERE rule_num IN (SELECT num FROM rules WHERE id = ? AND engine = ?) AND count > 0 AND `+where[0], append([]any{alert.Rule.ID, alert.Rule.Engine}, args...)...)
	if err != nil {
		return found, fmt.Errorf("alerts similar to %s: %w", id, err)
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	clients := map[int64]bool{}
	for rows.Next() {
		var client, count, last int64
		var verdict soc.Verdict
		var who string
		if err := rows.Scan(&client, &verdict, &count, &last, &who); err != nil {
			return found, err
		}
		if verdict == soc.VerdictNone {
			found.Seen += count
			clients[client] = true
			continue
		}
		found.Verdicts[verdict.String()] += count
		if at := fromMS(last); at.After(found.LastTime) {
			found.LastTime, found.LastWho = at, who
		}
	}
	found.Clients = int64(len(clients))
	return found, rows.Err()
}
