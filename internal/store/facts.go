package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// Facts is what a node told of its machine and of the agents of its Wazuh manager. Nil
// parts stay as they are.
type Facts struct {
	Machine *soc.Machine
	// Agents are the counts. With Trouble those that were told before stay.
	Agents *soc.NodeAgents
	// Listed takes the place of all that was listed; nil leaves it.
	Listed []soc.ManagedAgent
}

// SetFacts keeps them.
func (s *Store) SetFacts(ctx context.Context, scope soc.Scope, id soc.NodeID, f Facts) error {
	if err := mustAll(scope); err != nil {
		return err
	}
	err := s.tx(ctx, func(_ *gorm.DB, tx *sql.Tx) error {
		var node int64
		// The node's row: two messages of one node take turns.
		if err := tx.QueryRowContext(ctx, `SELECT num FROM nodes WHERE id = ?`+s.db.forUpdate("nodes"), string(id)).Scan(&node); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO node_facts (node_num) VALUES (?) ON CONFLICT (node_num) DO NOTHING`, node); err != nil {
			return err
		}
		if f.Machine != nil {
			if err := s.setMachine(ctx, tx, node, *f.Machine); err != nil {
				return err
			}
		}
		if f.Listed != nil {
			if err := setAgents(ctx, tx, node, f.Listed); err != nil {
				return err
			}
		}
		if f.Agents != nil {
			return s.setAgentCounts(ctx, tx, node, *f.Agents)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("facts of node %s: %w", id, err)
	}
	return nil
}

func (s *Store) setMachine(ctx context.Context, tx *sql.Tx, node int64, m soc.Machine) error {
	m.ToldTime = s.now().UTC()
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE node_facts SET machine = ? WHERE node_num = ?`, string(text), node)
	return err
}

func (s *Store) setAgentCounts(ctx context.Context, tx *sql.Tx, node int64, told soc.NodeAgents) error {
	var before string
	if err := tx.QueryRowContext(ctx, `SELECT agent_counts FROM node_facts WHERE node_num = ?`, node).Scan(&before); err != nil {
		return err
	}
	var kept soc.NodeAgents
	if before != "" {
		if err := json.Unmarshal([]byte(before), &kept); err != nil {
			return err
		}
	}
	if kept.Trouble = told.Trouble; told.Trouble == "" {
		kept.AgentCounts, kept.ToldTime = told.AgentCounts, s.now().UTC()
	}
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM agents WHERE node_num = ?`, node).Scan(&kept.Listed); err != nil {
		return err
	}
	text, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE node_facts SET agent_counts = ? WHERE node_num = ?`, string(text), node)
	return err
}

// setAgents writes what has changed: most agents are as they were a minute ago.
func setAgents(ctx context.Context, tx *sql.Tx, node int64, listed []soc.ManagedAgent) error {
	kept, err := keptAgents(ctx, tx, node)
	if err != nil {
		return err
	}
	for _, a := range listed {
		a.SeenTime = fromMS(toMS(a.SeenTime))
		was, ok := kept[a.ID]
		delete(kept, a.ID)
		if ok && was == a {
			continue
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO agents (node_num, id, name, name_key, address, os, version, status, seen_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (node_num, id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key, address = excluded.address,
				os = excluded.os, version = excluded.version, status = excluded.status, seen_ms = excluded.seen_ms`,
			node, a.ID, a.Name, query.Fold(a.Name), a.Address, a.OS, a.Version, string(a.Status), toMS(a.SeenTime))
		if err != nil {
			return err
		}
	}
	for id := range kept {
		if _, err := tx.ExecContext(ctx, `DELETE FROM agents WHERE node_num = ? AND id = ?`, node, id); err != nil {
			return err
		}
	}
	return nil
}

// keptAgents are a node's agents as they were told last, by their ids.
func keptAgents(ctx context.Context, tx *sql.Tx, node int64) (map[string]soc.ManagedAgent, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, name, address, os, version, status, seen_ms FROM agents WHERE node_num = ?`, node)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	kept := map[string]soc.ManagedAgent{}
	for rows.Next() {
		var a soc.ManagedAgent
		var seen int64
		if err := rows.Scan(&a.ID, &a.Name, &a.Address, &a.OS, &a.Version, &a.Status, &seen); err != nil {
			return nil, err
		}
		a.SeenTime = fromMS(seen)
		kept[a.ID] = a
	}
	return kept, rows.Err()
}
