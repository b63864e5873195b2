package demo

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"

	"github.com/socme-project/socme/soc"
)

// What the agents say they run on, as Wazuh writes it: Windows those whose records come from
// its event log, and Linux all others.
const (
	linux        = "Debian GNU/Linux 12"
	windows      = "Microsoft Windows 11 Pro 10.0.22631"
	wazuhVersion = "4.14.7"
)

// otherWindows are the machines with a Windows that is not that of a workstation of today.
var otherWindows = map[string]string{
	"dc01":   "Microsoft Windows Server 2022 Standard 10.0.20348",
	"rdp01":  "Microsoft Windows Server 2022 Standard 10.0.20348",
	"panel2": "Microsoft Windows 7 Professional 6.1.7601",
}

// Agents are the agents that the client's recorded Wazuh alerts name, without the manager:
// all of them active but the last, so that there is something to see.
func (c Client) Agents(now time.Time) ([]soc.ManagedAgent, error) {
	lines, err := c.Wazuh()
	if err != nil {
		return nil, err
	}
	agents := []soc.ManagedAgent{}
	places := map[string]int{} // of each agent's number
	for _, raw := range lines {
		var alert struct {
			Agent    struct{ ID, Name, IP string } `json:"agent"`
			Location string                        `json:"location"`
		}
		if err := json.Unmarshal(raw, &alert); err != nil {
			return nil, fmt.Errorf("recording of example client %q: %w", c.Name, err)
		}
		a := alert.Agent
		if a.ID == "000" {
			continue
		}
		place, known := places[a.ID]
		if !known {
			place = len(agents)
			places[a.ID] = place
			agents = append(agents, soc.ManagedAgent{ID: a.ID, Name: a.Name, Address: a.IP, OS: linux, Version: wazuhVersion, Status: soc.AgentActive, SeenTime: now.Truncate(soc.AgentSeenStep)})
		}
		if alert.Location == "EventChannel" {
			agents[place].OS = cmp.Or(otherWindows[a.Name], windows)
		}
	}
	if n := len(agents); n > 0 {
		agents[n-1].Status = soc.AgentDisconnected
		agents[n-1].SeenTime = now.Add(-5 * time.Hour).Truncate(time.Minute)
	}
	return agents, nil
}
