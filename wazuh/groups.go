package wazuh

import (
	"context"
	"encoding/json"
	"iter"
	"strconv"
	"strings"
)

// Groups are agents that share a configuration.
type Groups struct{ c *Client }

// Group is one of them.
type Group struct {
	Name      string `json:"name"`
	Count     int    `json:"count"` // agents
	MergedSum string `json:"mergedSum,omitempty"`
	ConfigSum string `json:"configSum,omitempty"`
}

// GroupFilter narrows a list of groups.
type GroupFilter struct {
	Query
	Names []string `url:"groups_list"`
	Hash  string   `url:"hash"` // md5, sha256, …: what to make the sums with
}

// List returns groups, by name.
func (g *Groups) List(ctx context.Context, f GroupFilter) iter.Seq2[Group, error] {
	return pages(ctx, g.c, list[Group]{
		call: request("GET /groups").with(f), size: f.PageSize,
		id: func(g *Group) string { return g.Name }, sort: "+name",
	})
}

// Create makes a group.
func (g *Groups) Create(ctx context.Context, name string) error {
	call, err := request("POST /groups").json(map[string]string{"group_id": name})
	if err != nil {
		return err
	}
	return done(ctx, g.c, call)
}

// Delete removes groups (or all, by that name) and returns those that it removed.
// Agents lose the group and nothing else.
func (g *Groups) Delete(ctx context.Context, names ...string) ([]string, error) {
	const op = "DELETE /groups"
	if err := empty(op, "group", strings.Trim(strings.Join(names, ","), ",")); err != nil {
		return nil, err
	}
	// Beside the groups it lists their agents, as an object.
	all, err := items[json.RawMessage](ctx, g.c, request(op).set("groups_list", strings.Join(names, ",")))
	var deleted []string
	for _, item := range all {
		var name string
		if json.Unmarshal(item, &name) == nil {
			deleted = append(deleted, name)
			continue
		}
		var of map[string]json.RawMessage
		if json.Unmarshal(item, &of) == nil {
			for name := range of {
				deleted = append(deleted, name)
			}
		}
	}
	return deleted, err
}

// AgentsInGroup narrows a list of a group's agents.
type AgentsInGroup struct {
	Query
	Status []string `url:"status"`
}

// Agents returns the agents of a group, by id.
func (g *Groups) Agents(ctx context.Context, group string, f AgentsInGroup) iter.Seq2[Agent, error] {
	return pages(ctx, g.c, agentList(request("GET /groups/{group_id}/agents", group).with(f), f.Query))
}

// Assign puts an agent into a group; with only, out of all others.
func (g *Groups) Assign(ctx context.Context, group string, agent AgentID, only bool) error {
	const op = "PUT /agents/{agent_id}/group/{group_id}"
	if err := empty(op, "agent", string(agent)); err != nil {
		return err
	}
	return done(ctx, g.c, request(op, string(agent), group).set("force_single_group", when(only)))
}

// AssignAll puts agents into a group (all of them if none is named); with only, out of
// all others. It returns those that are in it now.
func (g *Groups) AssignAll(ctx context.Context, group string, only bool, agents ...AgentID) ([]AgentID, error) {
	call := request("PUT /agents/group").set("group_id", group).set("agents_list", join(agents)).
		set("force_single_group", when(only))
	return items[AgentID](ctx, g.c, call)
}

// Unassign takes an agent out of a group.
func (g *Groups) Unassign(ctx context.Context, group string, agent AgentID) error {
	const op = "DELETE /agents/{agent_id}/group/{group_id}"
	if group == "" || agent == "" {
		return empty(op, "agent or group", "")
	}
	return done(ctx, g.c, request(op, string(agent), group))
}

// UnassignAll takes agents (or all, by that name) out of a group. It returns those that
// are out of it.
func (g *Groups) UnassignAll(ctx context.Context, group string, agents ...AgentID) ([]AgentID, error) {
	const op = "DELETE /agents/group"
	if err := empty(op, "agent", strings.Trim(join(agents), ",")); err != nil {
		return nil, err
	}
	return items[AgentID](ctx, g.c, request(op).set("group_id", group).set("agents_list", join(agents)))
}

// Leave takes an agent out of groups (all of them if none is named). It returns those
// that it left.
func (g *Groups) Leave(ctx context.Context, agent AgentID, groups ...string) ([]string, error) {
	const op = "DELETE /agents/{agent_id}/group"
	if err := empty(op, "agent", string(agent)); err != nil {
		return nil, err
	}
	return items[string](ctx, g.c, request(op, string(agent)).set("groups_list", strings.Join(groups, ",")))
}

func when(is bool) string {
	if is {
		return strconv.FormatBool(true)
	}
	return ""
}
