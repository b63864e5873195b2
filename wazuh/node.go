package wazuh

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// Node is a server: the one that answers ([Client.Manager]), or one of a cluster
// ([Cluster.Node]). Up to 4.14 the first is asked below /manager; since 5.0 every server
// is a node of a cluster, and the one that answers is found out first.
type Node struct {
	c    *Client
	name string // "" is the one that answers
}

// where returns the name to ask by, "" for /manager.
func (n *Node) where(ctx context.Context) (string, error) {
	if n.name != "" {
		return n.name, nil
	}
	v, err := n.c.Version(ctx)
	if err != nil || v.Before(five()) {
		return "", err
	}
	n.c.mu.Lock()
	known := n.c.local
	n.c.mu.Unlock()
	if known != "" {
		return known, nil
	}
	local, err := n.c.Cluster.Local(ctx)
	if err != nil {
		return "", fmt.Errorf("find the name of the node that answers: %w", err)
	}
	if local.Node == "" {
		return "", fmt.Errorf("find the name of the node that answers: %w", ErrNotFound)
	}
	n.c.mu.Lock()
	n.c.local = local.Node
	n.c.mu.Unlock()
	return local.Node, nil
}

// request is a call about the node: below its path.
func (n *Node) request(ctx context.Context, method, rest string, args ...string) (Call, error) {
	name, err := n.where(ctx)
	if err != nil {
		return Call{}, err
	}
	if name == "" {
		return request(method+" /manager"+rest, args...), nil
	}
	return request(method+" /cluster/{node_id}"+rest, append([]string{name}, args...)...), nil
}

// action is a call that the cluster takes for several nodes.
func (n *Node) action(ctx context.Context, method, rest string) (Call, error) {
	name, err := n.where(ctx)
	if err != nil {
		return Call{}, err
	}
	if name == "" {
		return request(method + " /manager" + rest), nil
	}
	return request(method+" /cluster"+rest).set("nodes_list", name), nil
}

// NodeStatus is how the daemons of a server do.
type NodeStatus struct {
	// Ready is that the server can do its work. Up to 4.14 it is told by those daemons
	// that its API waits for.
	Ready   bool              `json:"ready"`
	Daemons map[string]Daemon `json:"daemons"` // by name, such as wazuh-analysisd
}

// Daemon is how one does.
type Daemon struct {
	State string `json:"state"` // running, stopped, restarting, failed, starting
	Ready bool   `json:"ready"`
	// Detail is what a daemon of 5.0 says beyond, such as the state of its content; nil
	// up to 4.14.
	Detail json.RawMessage `json:"detail,omitempty"`
}

// needed are the daemons that the API of Wazuh 4 waits for.
func needed() []string {
	return []string{"wazuh-modulesd", "wazuh-analysisd", "wazuh-execd", "wazuh-db", "wazuh-remoted"}
}

func readStatus(wire map[string]json.RawMessage) NodeStatus {
	s := NodeStatus{Daemons: map[string]Daemon{}}
	ready, told := wire["ready"]
	for name, value := range wire {
		var state string
		var detail struct{ Ready, Running bool }
		switch {
		case json.Unmarshal(value, &state) == nil:
			s.Daemons[name] = Daemon{State: state, Ready: state == "running"}
		case isObject(value) && json.Unmarshal(value, &detail) == nil:
			d := Daemon{State: "stopped", Ready: detail.Ready, Detail: value}
			if detail.Running {
				d.State = "running"
			}
			s.Daemons[name] = d
		}
	}
	if told {
		_ = json.Unmarshal(ready, &s.Ready) // false otherwise
		return s
	}
	s.Ready = true
	for _, name := range needed() {
		s.Ready = s.Ready && s.Daemons[name].Ready
	}
	return s
}

// Status tells how the daemons do.
func (n *Node) Status(ctx context.Context) (NodeStatus, error) {
	call, err := n.request(ctx, "GET", "/status")
	if err != nil {
		return NodeStatus{}, err
	}
	wire, err := one[map[string]json.RawMessage](ctx, n.c, call)
	if err != nil {
		return NodeStatus{}, err
	}
	return readStatus(wire), nil
}

// NodeInfo is what a server is.
type NodeInfo struct {
	Path       string `json:"path"`
	Version    string `json:"version"` // such as v4.14.7
	Type       string `json:"type"`
	MaxAgents  Text   `json:"max_agents"`
	OpenSSL    Text   `json:"openssl_support,omitempty"`
	ZoneOffset Text   `json:"tz_offset"`
	Zone       string `json:"tz_name"`
	UUID       Text   `json:"uuid,omitempty"`
}

// Info tells what the server is.
func (n *Node) Info(ctx context.Context) (NodeInfo, error) {
	call, err := n.request(ctx, "GET", "/info")
	if err != nil {
		return NodeInfo{}, err
	}
	return one[NodeInfo](ctx, n.c, call)
}

// Restart restarts the server. It answers before that is done.
func (n *Node) Restart(ctx context.Context) error {
	call, err := n.action(ctx, "PUT", "/restart")
	if err != nil {
		return err
	}
	return done(ctx, n.c, call)
}

// Reload restarts the daemons and keeps the connections of agents. Since 5.0.
func (n *Node) Reload(ctx context.Context) error {
	name, err := n.where(ctx)
	if err != nil {
		return err
	}
	_, err = n.c.Cluster.Reload(ctx, nonEmpty(name)...)
	return err
}

func nonEmpty(name string) []string {
	if name == "" {
		return nil
	}
	return []string{name}
}

// ReloadRuleset makes analysisd read rules, decoders and lists again, without a restart
// and within about a second. 4.13 and 4.14; before, restart.
func (n *Node) ReloadRuleset(ctx context.Context) ([]RulesetReload, error) {
	call, err := n.action(ctx, "PUT", "/analysisd/reload")
	if err != nil {
		return nil, err
	}
	return items[RulesetReload](ctx, n.c, call)
}

// RulesetReload is what a node said to it. Warnings about rules stand in Message.
type RulesetReload struct {
	Node    string `json:"name"`
	Message Text   `json:"msg"`
}

// VersionCheck is what the server knows of newer versions.
type VersionCheck struct {
	UUID           string    `json:"uuid"`
	LastCheck      Time      `json:"last_check_date,omitzero"`
	CurrentVersion string    `json:"current_version"`
	UpdateCheck    bool      `json:"update_check"` // whether it asks at all
	Major          Available `json:"last_available_major"`
	Minor          Available `json:"last_available_minor"`
	Patch          Available `json:"last_available_patch"`
}

// Available is a newer version; zero if there is none.
type Available struct {
	Tag         string `json:"tag,omitempty"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	Published   Time   `json:"published_date,omitzero"`
}

// CheckVersion tells which newer versions there are; with fresh, the server asks anew.
// Up to 4.14, of the server that answers.
func (n *Node) CheckVersion(ctx context.Context, fresh bool) (VersionCheck, error) {
	return object[VersionCheck](ctx, n.c, request("GET /manager/version/check").set("force_query", when(fresh)))
}

// DaemonStats is what a daemon counts. Metrics has a shape of the daemon's own.
type DaemonStats struct {
	Name    string             `json:"name"`
	Time    Time               `json:"timestamp,omitzero"`
	Since   Time               `json:"uptime,omitzero"` // when it began to count
	Metrics json.RawMessage    `json:"metrics,omitempty"`
	Agents  []AgentDaemonStats `json:"agents,omitempty"` // of [Agents.DaemonStats]
}

// AgentDaemonStats is what a daemon counts for an agent.
type AgentDaemonStats struct {
	ID      AgentID         `json:"id"`
	Since   Time            `json:"uptime,omitzero"`
	Metrics json.RawMessage `json:"metrics,omitempty"`
}

// DaemonStats tells what daemons count; all of them unless some are named, such as
// wazuh-analysisd (wazuh-manager-analysisd since 5.0).
func (n *Node) DaemonStats(ctx context.Context, daemons ...string) ([]DaemonStats, error) {
	call, err := n.request(ctx, "GET", "/daemons/stats")
	if err != nil {
		return nil, err
	}
	return items[DaemonStats](ctx, n.c, call.set("daemons_list", strings.Join(daemons, ",")))
}
