package demo

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/socme-project/socme/soc"
)

// Agents are the agents that the client's recorded Wazuh alerts name, without the manager:
// all of them active but the last, so that there is something to see.
func (c Client) Agents(now time.Time) ([]soc.ManagedAgent, error) {
	lines, err := c.Wazuh()
	if err != nil {
		return nil, err
	}
	agents := []soc.ManagedAgent{}
	known := map[string]bool{"000": true}
	for _, raw := range lines {
		var alert struct {
			Agent struct{ ID, Name, IP string } `json:"agent"`
		}
		if err := json.Unmarshal(raw, &alert); err != nil {
			return nil, fmt.Errorf("recording of example client %q: %w", c.Name, err)
		}
		if a := alert.Agent; !known[a.ID] {
			known[a.ID] = true
			agents = append(agents, soc.ManagedAgent{ID: a.ID, Name: a.Name, Address: a.IP, Status: soc.AgentActive, SeenTime: now.Truncate(soc.AgentSeenStep)})
		}
	}
	if n := len(agents); n > 0 {
		agents[n-1].Status = soc.AgentDisconnected
		agents[n-1].SeenTime = now.Add(-5 * time.Hour).Truncate(time.Minute)
	}
	return agents, nil
}
