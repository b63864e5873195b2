package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// AgentFilter narrows a list of agents. Empty fields take all.
type AgentFilter struct {
	Client string // by its id or name; one that is not in scope is not found
	Node   soc.NodeID
	Status soc.AgentStatus
	Search string // in name, address, id and system
	Limit  int    // 1 to 500, 0 is 50
	Cursor string // AgentPage.Next of the page before
}

// AgentPage is a page of agents, and how many the nodes tell of in all.
type AgentPage struct {
	Agents []soc.ListedAgent
	Next   string // "" on the last
	Totals *soc.AgentTotals
}

// Agents lists the agents that nodes in scope have told of, by name. Those of revoked
// nodes are left out, unless the node is asked for. Totals count what the filter's client
// and node have, whatever its status and search are; nil if no node tells of agents.
func (s *Store) Agents(ctx context.Context, scope soc.Scope, f AgentFilter) (AgentPage, error) {
	page := AgentPage{Agents: []soc.ListedAgent{}}
	if f.Client != "" {
		client, err := s.client(ctx, scope, f.Client)
		if err != nil {
			return page, err
		}
		f.Client = client.ID
	}
	nodes, err := s.nodes(ctx, scope, f.Node)
	if err != nil {
		return page, err
	}
	if f.Node != "" && len(nodes) == 0 {
		return page, fmt.Errorf("node %s: %w", f.Node, soc.ErrNotFound)
	}
	named := map[string]*soc.Node{}
	for i := range nodes {
		n := &nodes[i]
		if n.Agents == nil || f.Client != "" && string(n.ClientID) != f.Client || f.Node == "" && n.State == soc.NodeRevoked {
			continue
		}
		if page.Totals == nil {
			page.Totals = &soc.AgentTotals{}
		}
		page.Totals.Add(n.Agents, s.now())
		named[string(n.ID)] = n
	}
	if len(named) == 0 {
		return page, nil
	}
	rows, err := s.agentRows(ctx, named, &f)
	if err != nil {
		return page, fmt.Errorf("list agents: %w", err)
	}
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		last := rows[f.Limit-1]
		page.Next = strconv.FormatInt(last.Num, 10) + "-" + last.NameKey
	}
	for _, r := range rows {
		n := named[r.NodeID]
		page.Agents = append(page.Agents, soc.ListedAgent{
			ManagedAgent: soc.ManagedAgent{
				ID: r.ID, Name: r.Name, Address: r.Address, OS: r.OS, Version: r.Version,
				Status: soc.AgentStatus(r.Status), SeenTime: fromMS(r.SeenMS),
			},
			Node: n.ID, NodeName: n.Name, Client: n.Client, ClientID: n.ClientID, Demo: n.Demo,
		})
	}
	return page, nil
}

type agentRow struct {
	Num                                int64
	NodeID, ID, Name, NameKey, Address string
	OS, Version, Status                string
	SeenMS                             int64 `gorm:"column:seen_ms"`
}

// agentRows finds one more than the page has.
func (s *Store) agentRows(ctx context.Context, of map[string]*soc.Node, f *AgentFilter) ([]agentRow, error) {
	if f.Limit <= 0 {
		f.Limit = pageDefault
	}
	f.Limit = min(f.Limit, pageMost)
	ids := make([]string, 0, len(of))
	for id := range of {
		ids = append(ids, id)
	}
	where, args := []string{`nodes.id IN ?`}, []any{ids}
	if f.Status != "" {
		where, args = append(where, `agents.status = ?`), append(args, string(f.Status))
	}
	if text := query.Fold(strings.TrimSpace(f.Search)); text != "" {
		like := query.Pattern{"", text, ""}.LikePattern()
		where = append(where, `(agents.name_key LIKE ? ESCAPE '\' OR agents.address LIKE ? ESCAPE '\' OR LOWER(agents.os) LIKE ? ESCAPE '\' OR agents.id LIKE ? ESCAPE '\')`)
		args = append(args, like, like, like, like)
	}
	if f.Cursor != "" {
		num, key, ok := strings.Cut(f.Cursor, "-")
		n, err := strconv.ParseInt(num, 10, 64)
		if err != nil || !ok {
			return nil, fmt.Errorf("%w: the cursor is none that a page gave out", soc.ErrInvalid)
		}
		where, args = append(where, `(agents.name_key > ? OR agents.name_key = ? AND agents.num > ?)`), append(args, key, key, n)
	}
	var rows []agentRow
	err := s.read.WithContext(ctx).Raw(`SELECT agents.*, nodes.id AS node_id FROM agents JOIN nodes ON nodes.num = agents.node_num
		WHERE `+strings.Join(where, ` AND `)+` ORDER BY agents.name_key, agents.num LIMIT ?`, append(args, f.Limit+1)...).Scan(&rows).Error
	return rows, err
}
