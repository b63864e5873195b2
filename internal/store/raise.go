package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/socme-project/socme/soc"
)

// Notice is an alert of SOCme's own (engine socme).
type Notice struct {
	Alert  soc.Alert
	Client soc.ClientID
	Node   soc.NodeID // the node it is about, or ""
	// Once names what happened: a second notice of the same name raises nothing.
	Once string
}

// Raise stores a notice as an alert of its client, without a place in any ledger.
func (s *Store) Raise(ctx context.Context, scope soc.Scope, n Notice) ([]soc.Fed, error) {
	if err := mustAll(scope); err != nil {
		return nil, err
	}
	var fed []soc.Fed
	err := s.tx(ctx, func(_ *gorm.DB, tx *sql.Tx) error {
		fed = nil
		result, err := tx.ExecContext(ctx, `INSERT INTO raised (once, at_ms) VALUES (?, ?) ON CONFLICT (once) DO NOTHING`, n.Once, s.now().UnixMilli())
		if err != nil {
			return err
		}
		if rows, err := result.RowsAffected(); err != nil || rows == 0 {
			return err
		}
		stored := soc.StoredAlert{Alert: n.Alert, ClientID: n.Client, NodeID: n.Node, ReceivedTime: s.now().UTC().Truncate(time.Millisecond), SortKey: soc.NewSortKey(&n.Alert), State: soc.AlertOpen}
		var client int64
		if err := tx.QueryRowContext(ctx, `SELECT num, name, demo FROM clients WHERE id = ?`, string(n.Client)).Scan(&client, &stored.Client, &stored.Demo); err != nil {
			return err
		}
		var node *int64
		if n.Node != "" {
			if err := tx.QueryRowContext(ctx, `SELECT num, name FROM nodes WHERE id = ?`, string(n.Node)).Scan(&node, &stored.Node); err != nil {
				return err
			}
		}
		normal, err := json.Marshal(n.Alert)
		if err != nil {
			return err
		}
		var counts tally
		var texts []placedText
		added, err := s.addAlerts(ctx, tx, []newAlert{{alert: stored, normal: normal, client: client, node: node, prepared: s.prepare(&n.Alert)}}, &counts, &texts)
		if err != nil {
			return err
		}
		if err := s.bulks.addTexts(ctx, tx, texts); err != nil {
			return err
		}
		if err := s.saveTally(ctx, tx, &counts); err != nil {
			return err
		}
		if _, err = tx.ExecContext(ctx, `UPDATE raised SET alert_num = ? WHERE once = ?`, added[0].num, n.Once); err != nil {
			return err
		}
		fed, err = s.feed(ctx, tx, added, stored.ReceivedTime)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("raise %q: %w", n.Alert.Rule.Name, err)
	}
	return fed, nil
}

// Resolve resolves the alert of a notice by itself: what it told of is over. A notice
// that was not raised, or whose alert is resolved, changes nothing.
func (s *Store) Resolve(ctx context.Context, scope soc.Scope, once, why string) ([]soc.Fed, error) {
	if err := mustAll(scope); err != nil {
		return nil, err
	}
	var fed []soc.Fed
	err := s.tx(ctx, func(g *gorm.DB, tx *sql.Tx) error {
		fed = nil
		var id []byte
		err := tx.QueryRowContext(ctx, `SELECT id FROM alerts WHERE num = (SELECT alert_num FROM raised WHERE once = ?) AND state <> ?`, once, stateResolved).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		alert := soc.AlertID(id)
		t := triage{
			Store: s, ctx: ctx, g: g, tx: tx, scope: scope, now: s.now().UTC().Truncate(time.Millisecond),
			step: Step{Verb: soc.VerbResolve, Alert: &alert, Text: why},
		}
		err = t.run()
		fed = t.fed
		if refusal, ok := errors.AsType[*soc.StepError](err); ok && refusal.State == soc.AlertResolved {
			return nil // somebody was first
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("resolve %s: %w", once, err)
	}
	return fed, nil
}

// Unresolved lists the notices whose names begin with prefix and whose alerts are not
// resolved. It is never nil.
func (s *Store) Unresolved(ctx context.Context, scope soc.Scope, prefix string) ([]string, error) {
	if err := mustAll(scope); err != nil {
		return nil, err
	}
	names := []string{}
	err := s.read.WithContext(ctx).Raw(`SELECT once FROM raised JOIN alerts ON alerts.num = raised.alert_num
		WHERE once >= ? AND once < ? AND alerts.state <> ? ORDER BY once`, prefix, prefix+"\U0010FFFF", stateResolved).Scan(&names).Error
	if err != nil {
		return nil, fmt.Errorf("unresolved notices: %w", err)
	}
	return names, nil
}
