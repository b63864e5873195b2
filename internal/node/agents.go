package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/socme-project/socme/internal/config"
	"github.com/socme-project/socme/internal/wire"
	"github.com/socme-project/socme/soc"
	"github.com/socme-project/socme/wazuh"
)

// agents asks the Wazuh manager beside the node which agents it has.
type agents struct {
	config config.WazuhAPI
	log    *slog.Logger
	api    *wazuh.Client // nil until what the configuration names is there
	err    string        // of the last time, so that the log tells it once
}

// agentsWait is how long the manager has for all its answers together.
const agentsWait = 30 * time.Second

// client makes the client, unless there is one. What is missing must not keep the node
// from its alerts, so it is looked for anew each time.
func (a *agents) client(ctx context.Context) (*wazuh.Client, error) {
	if a.api != nil {
		return a.api, nil
	}
	c := a.config
	api, err := wazuh.New(wazuh.Options{
		URL: c.URL, Username: c.Username, Password: wazuh.PasswordFile(c.PasswordFile),
		Trust:   wazuh.Trust{CAFile: c.CAFile, Fingerprint: c.Fingerprint},
		Timeout: agentsWait, Patience: -1, UserAgent: "socme-node",
		Limiter: wazuh.NewLimiter(120), // the manager's 300 a minute are for others, too
	})
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(c.PasswordFile); err == nil && info.Mode().Perm()&0o077 != 0 {
		a.log.WarnContext(ctx, "others can read the password file; chmod 600 it", "file", c.PasswordFile)
	}
	a.api = api
	return api, nil
}

// ask returns the counts and the list, or why there are none.
func (a *agents) ask(ctx context.Context) wire.Agents {
	ctx, cancel := context.WithTimeout(ctx, agentsWait)
	defer cancel()
	told, err := a.read(ctx)
	if err != nil {
		told = wire.Agents{Trouble: agentsTrouble(err)}
	}
	if told.Trouble != a.err {
		if a.err = told.Trouble; a.err != "" {
			a.log.WarnContext(ctx, "the Wazuh manager cannot be asked for its agents", "err", err)
		} else {
			a.log.InfoContext(ctx, "the Wazuh manager tells of its agents again")
		}
	}
	return told
}

func (a *agents) read(ctx context.Context) (wire.Agents, error) {
	api, err := a.client(ctx)
	if err != nil {
		return wire.Agents{}, err
	}
	status, err := api.Agents.Status(ctx)
	if err != nil {
		return wire.Agents{}, err
	}
	c := status.Connection
	told := wire.Agents{
		Counts: soc.AgentCounts{Active: c.Active, Disconnected: c.Disconnected, Pending: c.Pending, NeverConnected: c.NeverConnected},
		Agents: []soc.ManagedAgent{},
	}
	for _, status := range soc.AgentStatuses() { // what needs somebody first, in case there are too many
		filter := wazuh.AgentFilter{Status: []string{string(status)}}
		filter.Select = []string{"id", "name", "ip", "status", "version", "lastKeepAlive", "os.name", "os.version"}
		for agent, err := range api.Agents.List(ctx, filter) {
			if err != nil {
				return wire.Agents{}, err
			}
			if agent.ID == "000" { // the manager itself
				continue
			}
			if len(told.Agents) == soc.AgentsMost {
				return told, nil
			}
			if one := managed(agent); one.Bound() {
				told.Agents = append(told.Agents, one)
			}
		}
	}
	return told, nil
}

// agentsOf counts a list that is whole.
func agentsOf(list func() ([]soc.ManagedAgent, error)) wire.Agents {
	agents, err := list()
	if err != nil {
		return wire.Agents{Trouble: err.Error()}
	}
	told := wire.Agents{Agents: agents}
	for _, a := range agents {
		switch a.Status {
		case soc.AgentActive:
			told.Counts.Active++
		case soc.AgentDisconnected:
			told.Counts.Disconnected++
		case soc.AgentPending:
			told.Counts.Pending++
		case soc.AgentNeverConnected:
			told.Counts.NeverConnected++
		}
	}
	return told
}

// managed is an agent in our words.
func managed(a wazuh.Agent) soc.ManagedAgent {
	m := soc.ManagedAgent{
		ID: string(a.ID), Name: a.Name, Address: a.IP, Status: soc.AgentStatus(a.Status), SeenTime: a.LastKeepAlive.Time,
		OS: strings.TrimSpace(a.OS.Name + " " + a.OS.Version), Version: strings.TrimPrefix(strings.TrimPrefix(a.Version, "Wazuh "), "v"),
	}
	if m.Address == "any" { // enrolled for any address, and never seen at one
		m.Address = ""
	}
	if m.SeenTime.Year() > 9000 { // Wazuh's way to say always
		m.SeenTime = time.Time{}
	}
	if m.Status == soc.AgentActive {
		m.SeenTime = m.SeenTime.Truncate(soc.AgentSeenStep)
	}
	return m
}

// agentsTrouble says what to do about a manager that does not answer as it should.
func agentsTrouble(err error) string {
	text := err.Error()
	switch {
	case errors.Is(err, wazuh.ErrUnauthorized):
		text += "; look at username and password_file of wazuh_api in node.toml"
	case errors.Is(err, wazuh.ErrForbidden):
		text += "; give the user the role agents_readonly"
	case errors.Is(err, context.DeadlineExceeded):
		text = fmt.Sprintf("the Wazuh manager did not answer within %s", agentsWait)
	}
	return text[:min(len(text), maxTrouble)]
}

// maxTrouble bounds what is told of a failure, in bytes.
const maxTrouble = 500
