package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// agentPage is a page of agents.
type agentPage struct {
	Body struct {
		Items  []soc.ListedAgent `json:"items" nullable:"false"`
		Next   *string           `json:"next" doc:"cursor of the next page; null on the last"`
		Totals *soc.AgentTotals  `json:"totals" doc:"of the client and node that were asked for, whatever status and search are; null if no node tells of agents"`
	}
}

func (a *API) agents(api huma.API) {
	op := operation("list-agents", http.MethodGet, "/agents", signed, "Wazuh agents by name, as the nodes have them from their managers")
	op.Description = "A node tells of them if its node.toml names the manager's API: at most 1,000, the active ones last, and how many there are. Those of revoked nodes are left out, unless the node is asked for."
	op.Errors = append(op.Errors, http.StatusNotFound)
	huma.Register(api, op, func(ctx context.Context, in *struct {
		Client string `query:"client" maxLength:"64" doc:"by its id or its name; all clients if absent"`
		Node   string `query:"node" maxLength:"64" doc:"the id of one node; all of them if absent"`
		Status string `query:"status" enum:"active,disconnected,pending,never_connected" doc:"all of them if absent"`
		Search string `query:"search" maxLength:"128" doc:"what name, address, number or system hold"`
		Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
		Cursor string `query:"cursor" maxLength:"256" doc:"next of the page before"`
	},
	) (*agentPage, error) {
		found, err := a.Store.Agents(ctx, scopeOf(ctx), store.AgentFilter{
			Client: in.Client, Node: soc.NodeID(in.Node), Status: soc.AgentStatus(in.Status), Search: in.Search, Limit: in.Limit, Cursor: in.Cursor,
		})
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		page := &agentPage{}
		page.Body.Items, page.Body.Totals = found.Agents, found.Totals
		if found.Next != "" {
			page.Body.Next = &found.Next
		}
		var clients []soc.NamedClient
		for _, agent := range found.Agents {
			if of := (soc.NamedClient{ID: agent.ClientID, Name: agent.Client}); !slices.Contains(clients, of) {
				clients = append(clients, of)
			}
		}
		if len(clients) > 0 {
			a.saw(ctx, clients...)
		} else if found.Totals != nil {
			a.sawCounts(ctx)
		}
		return page, nil
	})
}
