package wazuh

import (
	"context"
	"strings"
)

// Restart restarts agents; all of them if none is named. It returns those to which the
// order was sent.
func (a *Agents) Restart(ctx context.Context, ids ...AgentID) ([]AgentID, error) {
	return a.order(ctx, "restart", ids)
}

// Reload makes agents read their configuration again; all of them if none is named.
// Since 5.0.
func (a *Agents) Reload(ctx context.Context, ids ...AgentID) ([]AgentID, error) {
	return a.order(ctx, "reload", ids)
}

// Reconnect makes agents connect anew, perhaps to another node; all of them if none is
// named.
func (a *Agents) Reconnect(ctx context.Context, ids ...AgentID) ([]AgentID, error) {
	return items[AgentID](ctx, a.c, request("PUT /agents/reconnect").set("agents_list", join(ids)))
}

func (a *Agents) order(ctx context.Context, verb string, ids []AgentID) ([]AgentID, error) {
	if len(ids) == 1 {
		op := "PUT /agents/{agent_id}/" + verb
		if err := empty(op, "agent", string(ids[0])); err != nil {
			return nil, err
		}
		return items[AgentID](ctx, a.c, request(op, string(ids[0])))
	}
	return items[AgentID](ctx, a.c, request("PUT /agents/"+verb).set("agents_list", join(ids)))
}

// RestartGroup restarts the agents of a group.
func (a *Agents) RestartGroup(ctx context.Context, group string) ([]AgentID, error) {
	return a.orderTo(ctx, "PUT /agents/group/{group_id}/restart", "group", group)
}

// RestartNode restarts the agents that report to a node of the cluster.
func (a *Agents) RestartNode(ctx context.Context, node string) ([]AgentID, error) {
	return a.orderTo(ctx, "PUT /agents/node/{node_id}/restart", "node", node)
}

// ReloadGroup is [Agents.Reload] for a group. Since 5.0.
func (a *Agents) ReloadGroup(ctx context.Context, group string) ([]AgentID, error) {
	return a.orderTo(ctx, "PUT /agents/group/{group_id}/reload", "group", group)
}

// ReloadNode is [Agents.Reload] for those that report to a node. Since 5.0.
func (a *Agents) ReloadNode(ctx context.Context, node string) ([]AgentID, error) {
	return a.orderTo(ctx, "PUT /agents/node/{node_id}/reload", "node", node)
}

func (a *Agents) orderTo(ctx context.Context, op, what, name string) ([]AgentID, error) {
	if err := empty(op, what, name); err != nil {
		return nil, err
	}
	return items[AgentID](ctx, a.c, request(op, name))
}

// AgentUpgrade says which agents to upgrade, and to what.
type AgentUpgrade struct {
	AgentSelection
	IDs         []AgentID `url:"agents_list"`     // or all; required
	To          string    `url:"upgrade_version"` // such as v4.14.7; "" is the server's
	Repository  string    `url:"wpk_repo"`
	UseHTTP     bool      `url:"use_http"`     // to fetch the package
	Force       bool      `url:"force"`        // also to an older version
	PackageType string    `url:"package_type"` // rpm or deb, where it cannot be told
}

// AgentUpgradeCustom says which agents to upgrade with a package of the server's disk.
type AgentUpgradeCustom struct {
	AgentSelection
	IDs       []AgentID `url:"agents_list"` // or all; required
	File      string    `url:"file_path"`   // of the server, below its folder
	Installer string    `url:"installer"`   // script in the package; "" is upgrade.sh or .bat
}

// UpgradeTask is an upgrade that was begun; [Client.Tasks] tells how it goes.
type UpgradeTask struct {
	Agent AgentID `json:"agent"`
	Task  Int     `json:"task_id"`
}

// Upgrade begins to upgrade agents.
func (a *Agents) Upgrade(ctx context.Context, u AgentUpgrade) ([]UpgradeTask, error) {
	const op = "PUT /agents/upgrade"
	if err := empty(op, "agent", strings.Trim(join(u.IDs), ",")); err != nil {
		return nil, err
	}
	return items[UpgradeTask](ctx, a.c, request(op).with(u))
}

// UpgradeCustom begins to upgrade agents with a package of the server's disk.
func (a *Agents) UpgradeCustom(ctx context.Context, u AgentUpgradeCustom) ([]UpgradeTask, error) {
	const op = "PUT /agents/upgrade_custom"
	if err := empty(op, "agent", strings.Trim(join(u.IDs), ",")); err != nil {
		return nil, err
	}
	return items[UpgradeTask](ctx, a.c, request(op).with(u))
}

// UpgradeResults says which upgrades to tell of; all if it is zero.
type UpgradeResults struct {
	AgentSelection
	IDs []AgentID `url:"agents_list"`
}

// UpgradeResults tells how upgrades went.
func (a *Agents) UpgradeResults(ctx context.Context, r UpgradeResults) ([]Task, error) {
	return items[Task](ctx, a.c, request("GET /agents/upgrade_result").with(r))
}
