package wazuh

import (
	"context"
	"encoding/json"
	"iter"
	"strings"
)

// Agents are the machines that report to the server.
type Agents struct{ c *Client }

// Agent is a machine. All but ID, Name and Status may be empty; of one that never
// connected, most are. Agent 000 is the server itself.
type Agent struct {
	ID             AgentID `json:"id"`
	Name           string  `json:"name"`
	IP             string  `json:"ip,omitempty"`
	RegisterIP     string  `json:"registerIP,omitempty"` // as enrolled, may be any
	Status         string  `json:"status"`               // active, disconnected, never_connected, pending
	StatusCode     Int     `json:"status_code"`
	Version        string  `json:"version,omitempty"` // such as Wazuh v4.14.7
	Manager        string  `json:"manager,omitempty"`
	Node           string  `json:"node_name,omitempty"`
	Groups         Strings `json:"group,omitempty"`
	GroupConfig    string  `json:"group_config_status,omitempty"` // synced, not synced
	ConfigSum      string  `json:"configSum,omitempty"`
	MergedSum      string  `json:"mergedSum,omitempty"`
	Added          Time    `json:"dateAdd,omitzero"`
	LastKeepAlive  Time    `json:"lastKeepAlive,omitzero"` // in the year 9999 for agent 000
	DisconnectedAt Time    `json:"disconnection_time,omitzero"`
	OS             AgentOS `json:"os,omitzero"`
	Count          Int     `json:"count,omitzero"` // of [Agents.Distinct] only
}

// AgentOS is the system of an agent.
type AgentOS struct {
	Name     string `json:"name,omitempty"`
	Platform string `json:"platform,omitempty"`
	Version  string `json:"version,omitempty"`
	Major    Text   `json:"major,omitempty"`
	Minor    Text   `json:"minor,omitempty"`
	Build    Text   `json:"build,omitempty"`
	Codename string `json:"codename,omitempty"`
	Arch     string `json:"arch,omitempty"`
	Uname    string `json:"uname,omitempty"`
	Type     string `json:"type,omitempty"` // since 5.0: linux, windows, …
}

// AgentSelection says which agents are meant; all fields that are set must fit.
type AgentSelection struct {
	Q          string `url:"q"`
	OSPlatform string `url:"os.platform"`
	OSVersion  string `url:"os.version"`
	OSName     string `url:"os.name"`
	Manager    string `url:"manager"` // up to 4.14
	Version    string `url:"version"` // such as v4.14.7
	Group      string `url:"group"`
	Node       string `url:"node_name"`
	Name       string `url:"name"`
	IP         string `url:"ip"`
	RegisterIP string `url:"registerIP"`
	OSType     string `url:"os.type"`  // since 5.0, like the next three
	OSMajor    string `url:"os.major"` //
	OSMinor    string `url:"os.minor"` //
	OSArch     string `url:"os.arch"`  //
}

// AgentFilter narrows a list of agents.
type AgentFilter struct {
	Query
	IDs         []AgentID `url:"agents_list"`
	Status      []string  `url:"status"`              // active, disconnected, never_connected, pending
	OlderThan   string    `url:"older_than"`          // last seen, such as 7d, 10s
	GroupConfig string    `url:"group_config_status"` // synced, not synced
	OSPlatform  string    `url:"os.platform"`
	OSVersion   string    `url:"os.version"`
	OSName      string    `url:"os.name"`
	Manager     string    `url:"manager"` // up to 4.14
	Version     string    `url:"version"`
	Group       string    `url:"group"`
	Node        string    `url:"node_name"`
	Name        string    `url:"name"`
	IP          string    `url:"ip"`
	RegisterIP  string    `url:"registerIP"`
	OSType      string    `url:"os.type"`  // since 5.0, like the next three
	OSMajor     string    `url:"os.major"` //
	OSMinor     string    `url:"os.minor"` //
	OSArch      string    `url:"os.arch"`  //
}

func agentID(a *Agent) string { return string(a.ID) }

func agentList(call Call, q Query, lacks ...string) list[Agent] {
	return list[Agent]{call: call, size: q.PageSize, id: agentID, sort: "+id", lacks: lacks}
}

// List returns agents, by id. Agent 000 is the server.
func (a *Agents) List(ctx context.Context, f AgentFilter) iter.Seq2[Agent, error] {
	return pages(ctx, a.c, agentList(request("GET /agents").with(f), f.Query))
}

// Agent returns one. An id that is none gives [ErrNotFound].
func (a *Agents) Agent(ctx context.Context, id AgentID) (Agent, error) {
	if err := empty("GET /agents", "agent", string(id)); err != nil {
		return Agent{}, err
	}
	return one[Agent](ctx, a.c, request("GET /agents").set("agents_list", string(id)))
}

// NoGroup returns agents without a group. Distinct is not for this list.
func (a *Agents) NoGroup(ctx context.Context, q Query) iter.Seq2[Agent, error] {
	return pages(ctx, a.c, agentList(request("GET /agents/no_group").with(q), q, "distinct"))
}

// Outdated returns agents older than the server. Distinct is not for this list.
func (a *Agents) Outdated(ctx context.Context, q Query) iter.Seq2[Agent, error] {
	return pages(ctx, a.c, agentList(request("GET /agents/outdated").with(q), q, "distinct"))
}

// Distinct returns each combination of the fields once, with how many agents have it in
// Count. Select and Distinct are not for this list.
func (a *Agents) Distinct(ctx context.Context, fields []string, q Query) iter.Seq2[Agent, error] {
	call := request("GET /agents/stats/distinct").with(q).set("fields", strings.Join(fields, ","))
	return pages(ctx, a.c, list[Agent]{call: call, size: q.PageSize, lacks: []string{"select", "distinct"}})
}

// AgentsStatus counts agents.
type AgentsStatus struct {
	Connection struct {
		Active         int `json:"active"`
		Disconnected   int `json:"disconnected"`
		NeverConnected int `json:"never_connected"`
		Pending        int `json:"pending"`
		Total          int `json:"total"`
	} `json:"connection"`
	Configuration struct {
		Synced    int `json:"synced"`
		NotSynced int `json:"not_synced"`
		Total     int `json:"total"`
	} `json:"configuration"`
}

// Status counts agents by status. The server itself does not count.
func (a *Agents) Status(ctx context.Context) (AgentsStatus, error) {
	return object[AgentsStatus](ctx, a.c, request("GET /agents/summary/status"))
}

// AgentsSummary counts agents by status, system and group.
type AgentsSummary struct {
	Status map[string]int `json:"status"`
	OS     map[string]int `json:"os"`
	Groups map[string]int `json:"groups"`
}

// Summary counts agents, all or those named.
func (a *Agents) Summary(ctx context.Context, ids ...AgentID) (AgentsSummary, error) {
	return object[AgentsSummary](ctx, a.c, request("GET /agents/summary").set("agents_list", join(ids)))
}

// Systems returns the platforms of agents, such as ubuntu.
func (a *Agents) Systems(ctx context.Context) ([]string, error) {
	return items[string](ctx, a.c, request("GET /agents/summary/os"))
}

// Synced tells whether an agent holds its group's configuration. Up to 4.14; see
// Agent.GroupConfig.
func (a *Agents) Synced(ctx context.Context, id AgentID) (bool, error) {
	const op = "GET /agents/{agent_id}/group/is_sync"
	if err := empty(op, "agent", string(id)); err != nil {
		return false, err
	}
	is, err := one[struct {
		Synced Flag `json:"synced"`
	}](ctx, a.c, request(op, string(id)))
	return bool(is.Synced), err
}

// Configuration returns what an agent runs with, as it reports it now. Component and
// configuration are such as client and buffer; Wazuh's reference lists the pairs. It is
// an object whose shape they decide.
func (a *Agents) Configuration(ctx context.Context, id AgentID, component, configuration string) (json.RawMessage, error) {
	const op = "GET /agents/{agent_id}/config/{component}/{configuration}"
	if err := empty(op, "agent", string(id)); err != nil {
		return nil, err
	}
	return object[json.RawMessage](ctx, a.c, request(op, string(id), component, configuration))
}

// Stats returns what an agent counts: component is agent or logcollector.
func (a *Agents) Stats(ctx context.Context, id AgentID, component string) ([]json.RawMessage, error) {
	const op = "GET /agents/{agent_id}/stats/{component}"
	if err := empty(op, "agent", string(id)); err != nil {
		return nil, err
	}
	return items[json.RawMessage](ctx, a.c, request(op, string(id), component))
}

// DaemonStats returns what the server's daemons count for an agent; all of them, unless
// some are named.
func (a *Agents) DaemonStats(ctx context.Context, id AgentID, daemons ...string) ([]DaemonStats, error) {
	const op = "GET /agents/{agent_id}/daemons/stats"
	if err := empty(op, "agent", string(id)); err != nil {
		return nil, err
	}
	return items[DaemonStats](ctx, a.c, request(op, string(id)).set("daemons_list", strings.Join(daemons, ",")))
}

func join[T ~string](list []T) string {
	parts := make([]string, len(list))
	for i, x := range list {
		parts[i] = string(x)
	}
	return strings.Join(parts, ",")
}
