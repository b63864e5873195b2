package wazuh

import (
	"context"
	"encoding/json"
	"fmt"
)

// ActiveResponse runs commands at agents. Up to 4.14.
type ActiveResponse struct{ c *Client }

// Command is what to run.
type Command struct {
	// Name of a command of the configuration, or of a script after a !, such as
	// !firewall-drop.
	Name      string          `json:"command"`
	Arguments []string        `json:"arguments,omitzero"`
	Alert     json.RawMessage `json:"alert,omitempty"` // {"data":{"srcip":…}}, for scripts that read it
}

// Run sends a command to agents; to all of them if none is named. It returns those that
// it was sent to: whether it worked is known there alone. Agent 000 is left out without
// a word.
func (a *ActiveResponse) Run(ctx context.Context, command Command, agents ...AgentID) ([]AgentID, error) {
	call, err := request("PUT /active-response").set("agents_list", join(agents)).json(command)
	if err != nil {
		return nil, err
	}
	return items[AgentID](ctx, a.c, call)
}

// Events feeds events to the server. Up to 4.14.
type Events struct{ c *Client }

const (
	eventsOp = "POST /events"
	// MaxEvents is how many [Events.Send] takes at a time.
	MaxEvents = 100
)

// Send hands events to analysisd, which takes them for lines of a log at the location
// API-Webhook: at most 100 at a time, and 30 times a minute, which the client keeps to.
func (e *Events) Send(ctx context.Context, events ...string) error {
	if len(events) == 0 || len(events) > MaxEvents {
		return fmt.Errorf("%s: 1 to %d events at a time, not %d", eventsOp, MaxEvents, len(events))
	}
	call, err := request(eventsOp).json(map[string][]string{"events": events})
	if err != nil {
		return err
	}
	return done(ctx, e.c, call)
}
