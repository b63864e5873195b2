package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/socme-project/socme/soc"
)

// fillAtOnce is how many alerts are held in memory while groups and rollups are made
// for alerts that were there before them.
const fillAtOnce = maxDelivery

// fillGroups makes the groups and rollups of the alerts that a database holds.
func (s *Store) fillGroups(ctx context.Context, tx *sql.Tx) error {
	clients, err := clientNums(ctx, tx)
	if err != nil {
		return err
	}
	for last, more := int64(0), true; more; {
		found := map[soc.ClientID]*unfilled{}
		more = false
		err := scanAlerts(ctx, tx, alertSelect+` WHERE alerts.num > ? ORDER BY alerts.num LIMIT ?`, []any{last, fillAtOnce}, func(num int64, alert soc.StoredAlert) bool {
			of := found[alert.ClientID]
			if of == nil {
				of = &unfilled{}
				found[alert.ClientID] = of
			}
			of.nums = append(of.nums, num)
			of.alerts = append(of.alerts, newAlert{alert: alert, client: clients[alert.ClientID]})
			last, more = num, true
			return true
		})
		if err != nil {
			return err
		}
		for _, of := range found {
			if err := s.fill(ctx, tx, of); err != nil {
				return fmt.Errorf("make the groups of alerts up to number %d: %w", last, err)
			}
		}
	}
	return nil
}

// unfilled are alerts of one client that have no group yet.
type unfilled struct {
	nums   []int64
	alerts []newAlert
}

func (s *Store) fill(ctx context.Context, tx *sql.Tx, of *unfilled) error {
	var counts tally
	_, groups, err := s.count(ctx, tx, of.alerts, &counts)
	if err != nil {
		return err
	}
	for i, num := range of.nums {
		if _, err := tx.ExecContext(ctx, `UPDATE alerts SET group_num = ? WHERE num = ?`, groups[i].num, num); err != nil {
			return err
		}
		if of.alerts[i].alert.State == soc.AlertResolved {
			_, err := tx.ExecContext(ctx, `UPDATE alert_groups SET open = open - 1, state = CASE WHEN open > 1 THEN 1 ELSE 4 END WHERE num = ?`, groups[i].num)
			if err != nil {
				return err
			}
		}
	}
	return s.saveTally(ctx, tx, &counts)
}

func clientNums(ctx context.Context, tx *sql.Tx) (map[soc.ClientID]int64, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, num FROM clients`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	nums := map[soc.ClientID]int64{}
	for rows.Next() {
		var id string
		var num int64
		if err := rows.Scan(&id, &num); err != nil {
			return nil, err
		}
		nums[soc.ClientID(id)] = num
	}
	return nums, rows.Err()
}
