package store

import (
	"context"
	"database/sql"
	"fmt"

	"gorm.io/gorm"

	"github.com/socme-project/socme/soc"
)

const (
	dayMS = 24 * 60 * 60 * 1000
	// withheldShown bounds what Withheld returns.
	withheldShown = 200
)

// noteDropped counts a tombstone by its rule. One without a rule was not dropped by the
// quota: its raw line was changed, or the core could not take it.
func (a *accept) noteDropped(alert *soc.Alert) {
	if alert.Rule == (soc.Rule{}) {
		return
	}
	seen := alert.SeenTime
	if seen.IsZero() {
		seen = a.now
	}
	a.countDropped(soc.Withheld{Rule: alert.Rule, Severity: alert.Severity, Count: 1, FirstTime: seen, LastTime: seen})
}

func (a *accept) countDropped(w soc.Withheld) {
	if a.dropped == nil {
		a.dropped = map[soc.Rule]*soc.Withheld{}
	}
	sum := a.dropped[w.Rule]
	if sum == nil {
		w.Why = soc.WhyQuota
		a.dropped[w.Rule] = &w
		return
	}
	sum.Count += w.Count
	sum.Severity = max(sum.Severity, w.Severity)
	if w.FirstTime.Before(sum.FirstTime) {
		sum.FirstTime = w.FirstTime
	}
	if w.LastTime.After(sum.LastTime) {
		sum.LastTime = w.LastTime
	}
}

// saveDropped adds what was counted.
func (a *accept) saveDropped() error {
	rules := map[soc.Rule]int64{}
	for rule, w := range a.dropped {
		num, err := a.ruleNum(a.ctx, a.tx, rules, rule)
		if err != nil {
			return err
		}
		//nolint:gosec // names of columns only
		_, err = a.tx.ExecContext(a.ctx, `INSERT INTO withheld (node_num, outbox, day, rule_num, why, reason, severity, count, first_ms, last_ms) VALUES (?, ?, ?, ?, ?, '', ?, ?, ?, ?)
			ON CONFLICT (node_num, outbox, day, rule_num, why, reason) DO UPDATE SET count = withheld.count + excluded.count, severity = `+larger(`withheld.severity`, `excluded.severity`)+`,
				first_ms = `+smaller(`withheld.first_ms`, `excluded.first_ms`)+`, last_ms = `+larger(`withheld.last_ms`, `excluded.last_ms`),
			a.node.Num, string(a.Chain.Epoch), w.LastTime.UnixMilli()/dayMS, num, w.Why, w.Severity, w.Count, w.FirstTime.UnixMilli(), w.LastTime.UnixMilli())
		if err != nil {
			return fmt.Errorf("count what was dropped: %w", err)
		}
	}
	a.dropped = nil
	return nil
}

// Counted is what an outbox has counted of one rule and day until now.
type Counted struct {
	Outbox string // names the outbox: another one begins at zero
	soc.Withheld
}

// SetWithheld keeps what a node tells that it did not deliver: totals of a day, so that
// to be told twice changes nothing.
func (s *Store) SetWithheld(ctx context.Context, scope soc.Scope, id soc.NodeID, counted []Counted) error {
	if err := mustAll(scope); err != nil {
		return err
	}
	if len(counted) == 0 {
		return nil
	}
	err := s.tx(ctx, func(_ *gorm.DB, tx *sql.Tx) error {
		rules := map[soc.Rule]int64{}
		for _, c := range counted {
			num, err := s.ruleNum(ctx, tx, rules, c.Rule)
			if err != nil {
				return err
			}
			//nolint:gosec // names of columns only
			_, err = tx.ExecContext(ctx, `INSERT INTO withheld (node_num, outbox, day, rule_num, why, reason, severity, count, first_ms, last_ms)
				SELECT num, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM nodes WHERE id = ?
				ON CONFLICT (node_num, outbox, day, rule_num, why, reason) DO UPDATE SET count = `+larger(`withheld.count`, `excluded.count`)+`,
					severity = `+larger(`withheld.severity`, `excluded.severity`)+`, last_ms = `+larger(`withheld.last_ms`, `excluded.last_ms`),
				c.Outbox, c.FirstTime.UnixMilli()/dayMS, num, c.Why, c.Reason, c.Severity, c.Count, c.FirstTime.UnixMilli(), c.LastTime.UnixMilli(), string(id))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep what node %s withheld: %w", id, err)
	}
	return nil
}

// Withheld lists what a node did not deliver, by rule and reason, what is most first: at
// most 200. It is never nil.
func (s *Store) Withheld(ctx context.Context, scope soc.Scope, id soc.NodeID) ([]soc.Withheld, error) {
	if _, err := s.Node(ctx, scope, id); err != nil {
		return nil, err
	}
	var rows []struct {
		Engine, ID, Name, Why, Reason string
		Severity                      soc.Severity
		Count                         uint64
		FirstMS                       int64 `gorm:"column:first_ms"`
		LastMS                        int64 `gorm:"column:last_ms"`
	}
	err := s.read.WithContext(ctx).Raw(`SELECT rules.engine, rules.id, rules.name, withheld.why, withheld.reason, MAX(withheld.severity) AS severity,
			SUM(withheld.count) AS count, MIN(withheld.first_ms) AS first_ms, MAX(withheld.last_ms) AS last_ms
		FROM withheld JOIN rules ON rules.num = withheld.rule_num JOIN nodes ON nodes.num = withheld.node_num
		WHERE nodes.id = ? GROUP BY rules.num, withheld.why, withheld.reason ORDER BY count DESC, rules.id LIMIT ?`, string(id), withheldShown).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("what node %s withheld: %w", id, err)
	}
	found := make([]soc.Withheld, len(rows))
	for i, r := range rows {
		found[i] = soc.Withheld{
			Rule: soc.Rule{Engine: r.Engine, ID: r.ID, Name: r.Name}, Severity: r.Severity, Why: soc.WithheldWhy(r.Why), Reason: r.Reason,
			Count: r.Count, FirstTime: fromMS(r.FirstMS), LastTime: fromMS(r.LastMS),
		}
	}
	return found, nil
}
