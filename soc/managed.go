package soc

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// AgentStatus is what Wazuh says of an agent.
type AgentStatus string

// The states of an agent, in Wazuh's words.
const (
	AgentActive         AgentStatus = "active"
	AgentDisconnected   AgentStatus = "disconnected"
	AgentPending        AgentStatus = "pending"         // connected, and not yet taken up
	AgentNeverConnected AgentStatus = "never_connected" // enrolled, never heard of
)

// AgentStatuses lists them, what needs somebody first.
func AgentStatuses() []AgentStatus {
	return []AgentStatus{AgentDisconnected, AgentPending, AgentNeverConnected, AgentActive}
}

// ManagedAgent is a Wazuh agent as its manager knows it.
type ManagedAgent struct {
	ID       string      `json:"id" doc:"the manager's number for it, such as 001"`
	Name     string      `json:"name"`
	Address  string      `json:"address,omitempty"`
	OS       string      `json:"os,omitempty"`
	Version  string      `json:"version,omitempty" doc:"of Wazuh"`
	Status   AgentStatus `json:"status" enum:"active,disconnected,pending,never_connected"`
	SeenTime time.Time   `json:"seen_time,omitzero" doc:"its last keep-alive; of active ones to ten minutes"`
}

// AgentSeenStep is how exact the last keep-alive of an active agent is told: it changes all
// the time, and says no more than that it is active.
const AgentSeenStep = 10 * time.Minute

// The most agents that a node lists, and the most bytes of each text.
const (
	AgentsMost    = 1000
	AgentTextMost = 96
)

// Bound cuts every text to what is kept. It tells whether the rest makes sense.
func (a *ManagedAgent) Bound() bool {
	for _, text := range []*string{&a.Name, &a.OS} {
		*text = cutTo(*text, AgentTextMost)
	}
	for _, text := range []*string{&a.ID, &a.Address, &a.Version} {
		*text = cutTo(*text, 48)
	}
	return slices.Contains(AgentStatuses(), a.Status) && a.ID != "" && a.Name != ""
}

// AgentCounts is how many agents a manager has, also those that are not listed.
type AgentCounts struct {
	Active         int `json:"active"`
	Disconnected   int `json:"disconnected"`
	Pending        int `json:"pending"`
	NeverConnected int `json:"never_connected"`
}

// Total is how many there are.
func (c AgentCounts) Total() int { return c.Active + c.Disconnected + c.Pending + c.NeverConnected }

// Add adds o to c.
func (c *AgentCounts) Add(o AgentCounts) {
	c.Active += o.Active
	c.Disconnected += o.Disconnected
	c.Pending += o.Pending
	c.NeverConnected += o.NeverConnected
}

// NodeAgents is what a node has from its Wazuh manager.
type NodeAgents struct {
	AgentCounts
	Listed   int       `json:"listed" doc:"how many of them are listed; at most 1,000 of a node, the active ones last"`
	ToldTime time.Time `json:"told_time,omitzero" doc:"when the core heard of the counts; absent if it never has"`
	Trouble  string    `json:"trouble,omitempty" doc:"why the manager cannot be asked; the counts are those before"`
}

// AgentTotals are the agents of several nodes.
type AgentTotals struct {
	AgentCounts
	Nodes int `json:"nodes" doc:"how many nodes tell of agents"`
	Stale int `json:"stale" doc:"of these, those that have told nothing for five minutes, or cannot ask their manager"`
}

// agentsStale is when counts are too old to be taken for those of now.
const agentsStale = 5 * time.Minute

// Add adds what a node told.
func (t *AgentTotals) Add(n *NodeAgents, now time.Time) {
	t.AgentCounts.Add(n.AgentCounts)
	t.Nodes++
	if n.Trouble != "" || now.Sub(n.ToldTime) > agentsStale {
		t.Stale++
	}
}

// ListedAgent is an agent with the node that told of it.
type ListedAgent struct {
	ManagedAgent
	Node     NodeID   `json:"node_id"`
	NodeName string   `json:"node"`
	Client   string   `json:"client"`
	ClientID ClientID `json:"client_id"`
	Demo     bool     `json:"demo"`
}

func cutText(text string) string { return cutTo(text, MachineTextMost) }

// cutTo keeps at most so many bytes of a text, whole letters, and none that would move a
// terminal's cursor.
func cutTo(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, text[:min(len(text), 4*most)])
	for len(text) > most {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	return text
}
