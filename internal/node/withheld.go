package node

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/socme-project/socme/internal/wire"
	"github.com/socme-project/socme/soc"
)

const (
	dayMS = 24 * 60 * 60 * 1000
	// withheldKept is how long counts stay after the core was told.
	withheldKept = 3 * 24 * time.Hour
	// withheldRules bounds the rules of one day: sensors name them, and they are many.
	withheldRules = 5000
)

// addWithheld counts what was kept back, in the transaction that moves the cursor past it.
func addWithheld(ctx context.Context, tx *sql.Tx, withheld []soc.Withheld) error {
	for _, w := range withheld {
		day := w.FirstTime.UnixMilli() / dayMS
		_, err := tx.ExecContext(ctx, `INSERT INTO withheld (day, engine, rule_id, rule_name, why, reason, severity, count, first_ms, last_ms)
			SELECT ?1, ?2, CASE WHEN few THEN ?3 ELSE '' END, CASE WHEN few THEN ?4 ELSE 'other rules' END, ?5, ?6, ?7, ?8, ?9, ?10
			FROM (SELECT COUNT(*) < ?11 OR EXISTS (SELECT 1 FROM withheld WHERE day = ?1 AND engine = ?2 AND rule_id = ?3 AND rule_name = ?4 AND why = ?5 AND reason = ?6) AS few
				FROM withheld WHERE day = ?1) WHERE TRUE
			ON CONFLICT (day, engine, rule_id, rule_name, why, reason) DO UPDATE SET count = count + excluded.count,
				severity = MAX(severity, excluded.severity), last_ms = MAX(last_ms, excluded.last_ms)`,
			day, w.Rule.Engine, w.Rule.ID, w.Rule.Name, w.Why, w.Reason, w.Severity, w.Count, w.FirstTime.UnixMilli(), w.LastTime.UnixMilli(), withheldRules)
		if err != nil {
			return fmt.Errorf("count what was kept back: %w", err)
		}
	}
	return nil
}

// Untold lists the totals that the core does not know yet, at most wire.MaxWithheld.
func (b *Outbox) Untold(ctx context.Context) ([]soc.Withheld, error) {
	rows, err := b.read.QueryContext(ctx, `SELECT engine, rule_id, rule_name, why, reason, severity, count, first_ms, last_ms FROM withheld WHERE told < count LIMIT ?`, wire.MaxWithheld)
	if err != nil {
		return nil, fmt.Errorf("read what was kept back: %w", err)
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	var untold []soc.Withheld
	for rows.Next() {
		var w soc.Withheld
		var first, last int64
		if err := rows.Scan(&w.Rule.Engine, &w.Rule.ID, &w.Rule.Name, &w.Why, &w.Reason, &w.Severity, &w.Count, &first, &last); err != nil {
			return nil, fmt.Errorf("read what was kept back: %w", err)
		}
		w.FirstTime, w.LastTime = time.UnixMilli(first).UTC(), time.UnixMilli(last).UTC()
		untold = append(untold, w)
	}
	return untold, rows.Err()
}

// Told notes that the core knows these totals.
func (b *Outbox) Told(ctx context.Context, told []soc.Withheld) error {
	if len(told) == 0 {
		return nil
	}
	return b.tx(ctx, func(tx *sql.Tx) error {
		for _, w := range told {
			_, err := tx.ExecContext(ctx, `UPDATE withheld SET told = MAX(told, ?) WHERE day = ? AND engine = ? AND rule_id = ? AND rule_name = ? AND why = ? AND reason = ?`,
				w.Count, w.FirstTime.UnixMilli()/dayMS, w.Rule.Engine, w.Rule.ID, w.Rule.Name, w.Why, w.Reason)
			if err != nil {
				return fmt.Errorf("note what the core was told: %w", err)
			}
		}
		return nil
	})
}
