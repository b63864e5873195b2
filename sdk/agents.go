package sdk

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/socme-project/socme/soc"
)

// AgentFilter narrows a list of agents. Empty fields take all.
type AgentFilter struct {
	Client string // by its id or name
	Node   soc.NodeID
	Status soc.AgentStatus
	Search string // in name, address, number and system
	Limit  int    // 1 to 500, 0 is 50
	Cursor string // Next of the page before
}

// AgentPage is one page of agents.
type AgentPage struct {
	Items  []soc.ListedAgent `json:"items"`
	Next   *string           `json:"next"`   // cursor of the next page, nil on the last
	Totals *soc.AgentTotals  `json:"totals"` // nil if no node tells of agents
}

// Agents returns a page of Wazuh agents, by name.
func (c *Caller) Agents(ctx context.Context, f AgentFilter) (AgentPage, error) {
	values := url.Values{}
	for name, value := range map[string]string{"client": f.Client, "node": string(f.Node), "status": string(f.Status), "search": f.Search, "cursor": f.Cursor} {
		if value != "" {
			values.Set(name, value)
		}
	}
	if f.Limit > 0 {
		values.Set("limit", strconv.Itoa(f.Limit))
	}
	var page AgentPage
	return page, c.do(ctx, http.MethodGet, "/agents?"+values.Encode(), nil, &page)
}
