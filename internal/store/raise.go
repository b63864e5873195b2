package store

import (
	"context"
	"database/sql"
	"encoding/json"
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
		result, err := tx.ExecContext(ctx, `INSERT INTO raised (once, at_ms) VALUES (?, ?) ON CONFLICT (once) DO NOTHING`, n.Once, s.now().UnixMilli())
		if err != nil {
			return err
		}
		if rows, err := result.RowsAffected(); err != nil || rows == 0 {
			return err
		}
		stored := soc.StoredAlert{Alert: n.Alert, ClientID: n.Client, NodeID: n.Node, ReceivedTime: s.now().UTC().Truncate(time.Millisecond)}
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
		fed, err = s.addAlerts(ctx, tx, []newAlert{{alert: stored, normal: normal, prepared: s.prepare(&n.Alert)}}, client, node)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("raise %q: %w", n.Alert.Rule.Name, err)
	}
	return fed, nil
}
