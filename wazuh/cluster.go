package wazuh

import (
	"context"
	"encoding/json"
	"iter"
	"strings"
)

// Cluster is several servers that share their agents. A server of 4.x that is none
// answers most of its calls with [ErrClusterOff]; since 5.0 every one is.
type Cluster struct{ c *Client }

// Node is one of the cluster, by name.
func (k *Cluster) Node(name string) *Node {
	if name == "" {
		name = " " // no node; "" would be the one that answers
	}
	return &Node{k.c, name}
}

// ClusterStatus is whether there is a cluster.
type ClusterStatus struct {
	Enabled Flag `json:"enabled"` // up to 4.14
	Running Flag `json:"running"`
}

// Status tells whether there is a cluster; a server alone answers, too.
func (k *Cluster) Status(ctx context.Context) (ClusterStatus, error) {
	return object[ClusterStatus](ctx, k.c, request("GET /cluster/status"))
}

// LocalNode is the node that answers.
type LocalNode struct {
	Node    string `json:"node"`
	Cluster string `json:"cluster"`
	Type    string `json:"type"` // master, worker
}

// Local tells which node answers.
func (k *Cluster) Local(ctx context.Context) (LocalNode, error) {
	return one[LocalNode](ctx, k.c, request("GET /cluster/local/info"))
}

// LocalConfig is how the node that answers takes part. Key is a secret of the cluster
// and is left out.
type LocalConfig struct {
	Cluster  string  `json:"name"`
	Node     string  `json:"node_name"`
	Type     string  `json:"node_type"`
	Port     Int     `json:"port"`
	Address  string  `json:"bind_addr"`
	Nodes    Strings `json:"nodes"`
	Hidden   Flag    `json:"hidden"`
	Disabled Flag    `json:"disabled"`
}

// LocalConfig tells how the node that answers is set up.
func (k *Cluster) LocalConfig(ctx context.Context) (LocalConfig, error) {
	return one[LocalConfig](ctx, k.c, request("GET /cluster/local/config"))
}

// ClusterNode is a server of the cluster.
type ClusterNode struct {
	Name    string `json:"name"`
	Type    string `json:"type"` // master, worker
	Version string `json:"version"`
	IP      string `json:"ip"`
}

// NodeFilter narrows a list of nodes.
type NodeFilter struct {
	Query
	Names []string `url:"nodes_list"`
	Type  string   `url:"type"` // master, worker
}

// Nodes returns the nodes, by name.
func (k *Cluster) Nodes(ctx context.Context, f NodeFilter) iter.Seq2[ClusterNode, error] {
	return pages(ctx, k.c, list[ClusterNode]{
		call: request("GET /cluster/nodes").with(f), size: f.PageSize,
		id: func(n *ClusterNode) string { return n.Name }, sort: "+name",
	})
}

// NodeHealth is how a node does.
type NodeHealth struct {
	Info struct {
		ClusterNode
		ActiveAgents int `json:"n_active_agents"`
	} `json:"info"`
	// Status tells when what was last synchronized; empty for the master.
	Status json.RawMessage `json:"status,omitempty"`
}

// Health tells how nodes do; all of them unless some are named.
func (k *Cluster) Health(ctx context.Context, nodes ...string) ([]NodeHealth, error) {
	return items[NodeHealth](ctx, k.c, named("GET /cluster/healthcheck", nodes))
}

// RulesetSync is whether a node holds the master's rules.
type RulesetSync struct {
	Node   string `json:"name"`
	Synced Flag   `json:"synced"`
}

// RulesetSync tells which nodes hold the master's rules, decoders and lists. Up to 4.14.
func (k *Cluster) RulesetSync(ctx context.Context, nodes ...string) ([]RulesetSync, error) {
	return items[RulesetSync](ctx, k.c, named("GET /cluster/ruleset/synchronization", nodes))
}

// APIConfig tells how the API of nodes is set up; of all unless some are named.
func (k *Cluster) APIConfig(ctx context.Context, nodes ...string) ([]APIConfig, error) {
	return items[APIConfig](ctx, k.c, named("GET /cluster/api/config", nodes))
}

// Validate is [Node.Validate] for nodes; for all unless some are named.
func (k *Cluster) Validate(ctx context.Context, nodes ...string) ([]Validation, error) {
	return items[Validation](ctx, k.c, named("GET /cluster/configuration/validation", nodes))
}

// Restart restarts nodes; all of them unless some are named. It returns their names and
// does not wait.
func (k *Cluster) Restart(ctx context.Context, nodes ...string) ([]string, error) {
	return items[string](ctx, k.c, named("PUT /cluster/restart", nodes))
}

// Reload restarts the daemons of nodes and keeps the connections of agents. Since 5.0.
func (k *Cluster) Reload(ctx context.Context, nodes ...string) ([]string, error) {
	return items[string](ctx, k.c, named("PUT /cluster/reload", nodes))
}

// ReloadRuleset is [Node.ReloadRuleset] for nodes; for all unless some are named. A node
// that is left out goes on with the rules that it read before.
func (k *Cluster) ReloadRuleset(ctx context.Context, nodes ...string) ([]RulesetReload, error) {
	return items[RulesetReload](ctx, k.c, named("PUT /cluster/analysisd/reload", nodes))
}

func named(op string, nodes []string) Call {
	return request(op).set("nodes_list", strings.Join(nodes, ","))
}
