package wazuh

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
)

// AgentKey is what an agent needs to report: its line of client.keys in base64.
type AgentKey struct {
	ID  AgentID `json:"id"`
	Key string  `json:"key"`
}

// Line is the line of client.keys: id, name, address, key.
func (k AgentKey) Line() (string, error) {
	line, err := base64.StdEncoding.DecodeString(k.Key)
	if err != nil {
		return "", fmt.Errorf("read the key of agent %s: it is no base64", k.ID)
	}
	return string(line), nil
}

// String hides the key, so that it gets into no log by chance.
func (k AgentKey) String() string { return "key of agent " + string(k.ID) }

// GoString hides the key, too.
func (k AgentKey) GoString() string { return k.String() }

// Add enrols an agent by name; ip may be empty, for any. A name that is taken gives
// [ErrExists].
func (a *Agents) Add(ctx context.Context, name, ip string) (AgentKey, error) {
	body := map[string]string{"name": name}
	if ip != "" {
		body["ip"] = ip
	}
	return a.enrol(ctx, request("POST /agents"), body)
}

// AgentInsert is an agent with an id and a key of the caller's choice.
type AgentInsert struct {
	ID    AgentID      `json:"id,omitempty"`
	Name  string       `json:"name"`
	IP    string       `json:"ip,omitempty"`
	Key   string       `json:"key,omitempty"` // 64 characters
	Force *AgentForces `json:"force,omitempty"`
}

// AgentForces says when an agent of the same name or address gives way.
type AgentForces struct {
	Enabled           bool          `json:"enabled"`
	Disconnected      ForceInterval `json:"disconnected_time"`
	AfterRegistration string        `json:"after_registration_time,omitempty"` // such as 1h
}

// ForceInterval is how long an agent must have been away.
type ForceInterval struct {
	Enabled bool   `json:"enabled"`
	Value   string `json:"value,omitempty"` // such as 30m
}

// Insert enrols an agent with its own id and key.
func (a *Agents) Insert(ctx context.Context, agent AgentInsert) (AgentKey, error) {
	return a.enrol(ctx, request("POST /agents/insert"), agent)
}

func (a *Agents) enrol(ctx context.Context, call Call, body any) (AgentKey, error) {
	call, err := call.json(body)
	if err != nil {
		return AgentKey{}, err
	}
	return object[AgentKey](ctx, a.c, call)
}

// AddQuick enrols an agent by name, with any address.
func (a *Agents) AddQuick(ctx context.Context, name string) (AgentKey, error) {
	return object[AgentKey](ctx, a.c, request("POST /agents/insert/quick").set("agent_name", name))
}

// Key returns an agent's key.
func (a *Agents) Key(ctx context.Context, id AgentID) (AgentKey, error) {
	const op = "GET /agents/{agent_id}/key"
	if err := empty(op, "agent", string(id)); err != nil {
		return AgentKey{}, err
	}
	return one[AgentKey](ctx, a.c, request(op, string(id)))
}

// AgentDelete says which agents to delete. All that is set must fit.
type AgentDelete struct {
	AgentSelection
	// IDs of the agents, or all; required.
	IDs []AgentID `url:"agents_list"`
	// Status that they must have; nil is any.
	Status []string `url:"status"`
	// OlderThan is for how long they must not have been seen; "" is 0s. (The server's
	// own default of 7 days would skip fresh ones without a word.)
	OlderThan string `url:"older_than"`
	// Purge also removes them from the key store.
	Purge bool `url:"purge"`
}

// Delete removes agents and returns the ids of those that it removed.
func (a *Agents) Delete(ctx context.Context, d AgentDelete) ([]AgentID, error) {
	const op = "DELETE /agents"
	if err := empty(op, "agent", strings.Trim(join(d.IDs), ",")); err != nil {
		return nil, err
	}
	if len(d.Status) == 0 {
		d.Status = []string{"all"}
	}
	if d.OlderThan == "" {
		d.OlderThan = "0s"
	}
	return items[AgentID](ctx, a.c, request(op).with(d))
}

// MayUninstall tells whether the user may uninstall agents that are guarded
// (anti-tampering); nil if so. Since 4.10.
func (a *Agents) MayUninstall(ctx context.Context) error {
	return done(ctx, a.c, request("GET /agents/uninstall"))
}
