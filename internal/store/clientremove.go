package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/socme-project/socme/soc"
)

// DeleteDemo removes the demo's clients with all that they brought (nodes, alerts, ledger),
// and the example advisories. It returns how many alerts went, and ErrNotFound if there is
// no demo.
func (s *Store) DeleteDemo(ctx context.Context, scope soc.Scope) (alerts int64, err error) {
	if err := mustAll(scope); err != nil {
		return 0, err
	}
	err = s.tx(ctx, func(g *gorm.DB, tx *sql.Tx) error {
		alerts = 0
		var demos []clientRow
		if err := g.Raw(`SELECT num, id, name FROM clients WHERE demo ORDER BY num` + s.db.forUpdate(`clients`)).Scan(&demos).Error; err != nil {
			return err
		}
		if len(demos) == 0 {
			return soc.ErrNotFound
		}
		for _, demo := range demos {
			gone, err := s.removeDemo(ctx, g, tx, scope, demo)
			if err != nil {
				return err
			}
			alerts += gone
		}
		for _, statement := range []string{
			`DELETE FROM advisories WHERE publisher_id IN (SELECT id FROM publishers WHERE demo)`, `DELETE FROM publishers WHERE demo`,
		} {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("delete the demo: %w", err)
	}
	return alerts, nil
}

func (s *Store) removeDemo(ctx context.Context, g *gorm.DB, tx *sql.Tx, scope soc.Scope, demo clientRow) (alerts int64, err error) {
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM alerts WHERE client_num = ?`, demo.Num).Scan(&alerts); err != nil {
		return 0, err
	}
	// Deliveries that are under way end before, or find no node.
	if _, err := tx.ExecContext(ctx, `UPDATE nodes SET revoked_ms = 1 WHERE client_num = ?`, demo.Num); err != nil {
		return 0, err
	}
	if err := empty(ctx, tx, demo.Num); err != nil {
		return 0, err
	}
	return alerts, s.audit(g, scope, change{verb: "delete", noun: "client", target: demo.target(), client: demo.named(), before: map[string]any{"name": demo.Name, "alerts": alerts}})
}

// empty deletes a client with all that is its.
func empty(ctx context.Context, tx *sql.Tx, client int64) error {
	const (
		ofAlerts = `(SELECT num FROM alerts WHERE client_num = ?)`
		ofGroups = `(SELECT num FROM alert_groups WHERE client_num = ?)`
		ofHeads  = `(SELECT heads.num FROM heads JOIN nodes ON nodes.num = heads.node_num WHERE nodes.client_num = ?)`
	)
	for _, statement := range []string{
		`DELETE FROM feed WHERE alert_num IN ` + ofAlerts,
		`DELETE FROM alert_text WHERE rowid IN (SELECT place FROM alerts WHERE client_num = ?)`,
		`DELETE FROM raws WHERE alert_num IN ` + ofAlerts,
		`DELETE FROM events WHERE alert_num IN ` + ofAlerts,
		`DELETE FROM witnesses WHERE alert_num IN ` + ofAlerts,
		`DELETE FROM action_alerts WHERE alert_num IN ` + ofAlerts,
		`DELETE FROM alert_tags WHERE alert_num IN ` + ofAlerts,
		`DELETE FROM group_tags WHERE group_num IN ` + ofGroups,
		`DELETE FROM withheld WHERE node_num IN (SELECT num FROM nodes WHERE client_num = ?)`,
		`DELETE FROM agents WHERE node_num IN (SELECT num FROM nodes WHERE client_num = ?)`,
		`DELETE FROM node_facts WHERE node_num IN (SELECT num FROM nodes WHERE client_num = ?)`,
		`DELETE FROM ledger WHERE head_num IN ` + ofHeads,
		`DELETE FROM tape WHERE head_num IN ` + ofHeads,
		`DELETE FROM signed_heads WHERE head_num IN ` + ofHeads,
		`DELETE FROM missing_ranges WHERE head_num IN ` + ofHeads,
		`DELETE FROM heads WHERE num IN ` + ofHeads,
		`DELETE FROM enrolments WHERE client_num = ?`,
		`DELETE FROM nodes WHERE client_num = ?`,
		`DELETE FROM alerts WHERE client_num = ?`,
		`DELETE FROM alert_groups WHERE client_num = ?`,
		uncount(`rollup_minute`, `slot, severity, engine`),
		`DELETE FROM rollup_minute WHERE client_num = ?`,
		uncount(`rollup_hour`, `slot, severity, engine`),
		`DELETE FROM rollup_hour WHERE client_num = ?`,
		uncount(`rollup_rule`, `slot, rule_num`),
		`DELETE FROM rollup_rule WHERE client_num = ?`,
		`DELETE FROM rollup_facet WHERE client_num = ?`,
		`DELETE FROM retention WHERE client_num = ?`,
		`DELETE FROM holds WHERE client_num = ?`,
		`DELETE FROM rollup_outcome WHERE client_num = ?`,
		`DELETE FROM clients WHERE num = ?`,
	} {
		if _, err := tx.ExecContext(ctx, statement, client); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// removal counts what goes with a client.
func removal(ctx context.Context, db queryer, client int64) (soc.Removal, error) {
	var r soc.Removal
	for text, to := range map[string]*int64{
		`SELECT COALESCE(SUM(count), 0) FROM rollup_hour WHERE client_num = ?`: &r.Alerts,
		`SELECT COUNT(*) FROM nodes WHERE client_num = ?`:                      &r.Nodes,
		`SELECT COUNT(*) FROM nodes WHERE client_num = ? AND revoked_ms = 0`:   &r.Delivering,
		`SELECT COUNT(*) FROM user_clients WHERE client_num = ?`:               &r.Users,
		`SELECT COUNT(*) FROM token_clients WHERE client_num = ?`:              &r.Tokens,
		`SELECT COUNT(*) FROM holds WHERE client_num = ? OR client_num = 0`:    &r.Holds,
	} {
		if err := db.QueryRowContext(ctx, text, client).Scan(to); err != nil {
			return r, err
		}
	}
	return r, nil
}

// Removal tells what would go with a client.
func (s *Store) Removal(ctx context.Context, scope soc.Scope, id string) (soc.Removal, error) {
	row, err := s.client(ctx, scope, id)
	if err == nil {
		err = mustAdmin(scope)
	}
	if err != nil {
		return soc.Removal{}, err
	}
	db, err := s.read.DB()
	if err != nil {
		return soc.Removal{}, err
	}
	return removal(ctx, db, row.Num)
}

// DeleteClient deletes a client, which must be named as it is called. It is gone from
// every list at once; its alerts and ledgers go in small pieces, as old alerts do. It
// refuses with ErrConflict while a node may deliver or a legal hold is about the client.
func (s *Store) DeleteClient(ctx context.Context, scope soc.Scope, id, name string) (soc.Removal, error) {
	var r soc.Removal
	found, err := s.client(ctx, scope, id)
	if err == nil {
		err = mustAdmin(scope)
	}
	if err != nil {
		return r, err
	}
	err = s.tx(ctx, func(g *gorm.DB, tx *sql.Tx) error {
		var row clientRow
		err := tx.QueryRowContext(ctx, `SELECT num, id, name FROM clients WHERE num = ? AND deleted_ms = 0`+s.db.forUpdate(`clients`), found.Num).Scan(&row.Num, &row.ID, &row.Name)
		if err != nil {
			return notFound(err)
		}
		if r, err = removal(ctx, tx, row.Num); err != nil {
			return err
		}
		switch {
		case name != row.Name:
			return fmt.Errorf("%w: to delete the client give its name exactly: %s", soc.ErrInvalid, row.Name)
		case r.Delivering > 0:
			return fmt.Errorf("%w: %d of its nodes may still deliver; revoke them first", soc.ErrConflict, r.Delivering)
		case r.Holds > 0:
			return fmt.Errorf("%w: a legal hold is about its alerts; release it first", soc.ErrConflict)
		}
		for _, statement := range []string{
			`DELETE FROM user_clients WHERE client_num = ?`, `DELETE FROM token_clients WHERE client_num = ?`,
			`DELETE FROM enrolments WHERE client_num = ?`, `DELETE FROM logos WHERE client_num = ?`,
		} {
			if _, err := tx.ExecContext(ctx, statement, row.Num); err != nil {
				return err
			}
		}
		// Another client may have the name from now on.
		if _, err := tx.ExecContext(ctx, `UPDATE clients SET deleted_ms = ?, name_key = ? WHERE num = ?`, s.now().UnixMilli(), `deleted "`+row.ID, row.Num); err != nil {
			return err
		}
		r.Begun = true
		return s.audit(g, scope, change{verb: "delete", noun: "client", target: row.target(), client: row.named(), before: map[string]any{"name": row.Name, "alerts": r.Alerts, "nodes": r.Nodes}})
	})
	if err != nil {
		return soc.Removal{}, fmt.Errorf("delete client: %w", err)
	}
	select {
	case s.removals <- struct{}{}:
	default: // it has been told and not looked yet
	}
	return r, nil
}

// Removals gives a value when something was deleted whose data is to go: who runs Expire
// need not wait for the hour.
func (s *Store) Removals() <-chan struct{} { return s.removals }

// ledgerAtOnce is how many records of a ledger go in one transaction.
const ledgerAtOnce = 5000

// removeClients takes away what deleted clients have left. It is not done if there was no
// time left, or if a hold keeps alerts of one.
func (e *expiry) removeClients(ctx context.Context) (done bool, err error) {
	db, err := e.read.DB()
	if err != nil {
		return false, err
	}
	clients, err := numsOf(ctx, db, `SELECT num FROM clients WHERE deleted_ms > 0 ORDER BY num`)
	if err != nil {
		return false, err
	}
	for _, client := range clients {
		for more := true; more; {
			if e.limit > 0 && time.Since(e.began) > e.limit {
				return false, nil
			}
			began := time.Now()
			if more, err = e.removeSome(ctx, client); err != nil {
				return false, err
			}
			if err := restFor(ctx, time.Since(began)); err != nil {
				return false, err
			}
		}
	}
	return true, nil
}

// removeSome takes one piece of what a deleted client has left, and says whether there is
// more: first alerts, then the ledgers, then the rest.
func (e *expiry) removeSome(ctx context.Context, client int64) (more bool, err error) {
	gone := int64(0)
	err = e.tx(ctx, func(_ *gorm.DB, tx *sql.Tx) error {
		more, gone = true, 0
		nums, err := numsOf(ctx, tx, `SELECT num FROM alerts WHERE client_num = ? AND NOT EXISTS (SELECT 1 FROM holds WHERE (holds.client_num = 0 OR holds.client_num = alerts.client_num)
			AND holds.first_key <= alerts.sort_key AND holds.end_key > alerts.sort_key) ORDER BY sort_key LIMIT ?`, client, expireAtOnce)
		if err != nil {
			return err
		}
		if gone = int64(len(nums)); gone > 0 {
			_, err := e.remove(ctx, tx, nums)
			return err
		}
		var held bool
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM alerts WHERE client_num = ?)`, client).Scan(&held); err != nil || held {
			more = false
			return err
		}
		var head, first int64
		err = tx.QueryRowContext(ctx, `SELECT head_num, MIN(seq) FROM ledger WHERE head_num IN (SELECT heads.num FROM heads JOIN nodes ON nodes.num = heads.node_num
			WHERE nodes.client_num = ?) GROUP BY head_num LIMIT 1`, client).Scan(&head, &first)
		if err == nil {
			_, err = tx.ExecContext(ctx, `DELETE FROM ledger WHERE head_num = ? AND seq < ?`, head, first+ledgerAtOnce)
			return err
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		more = false
		return empty(ctx, tx, client)
	})
	e.deleted += gone
	return more, err
}

// restFor leaves the database to others for some times as long as something took.
func restFor(ctx context.Context, took time.Duration) error {
	rest := time.NewTimer(max(restLeast, restTimes*took))
	defer rest.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-rest.C:
		return nil
	}
}

func numsOf(ctx context.Context, db queryer, text string, args ...any) ([]int64, error) {
	rows, err := db.QueryContext(ctx, text, args...)
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
