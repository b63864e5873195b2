package node

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/socme-project/socme/internal/wire"
	"github.com/socme-project/socme/soc"
)

const (
	// factsEvery is how often the Wazuh manager is asked for its agents.
	factsEvery = time.Minute
	// lookAgain is how often the machine is looked at.
	lookAgain = 10 * time.Minute
	// tellAgain is how often what has not changed is told all the same: the core may have
	// come back from an older backup.
	tellAgain = time.Hour
)

// facts tells the core what changes seldom: what the machine is, and which agents its
// Wazuh manager has.
type facts struct {
	forwarder *forwarder
	look      func(context.Context) soc.Machine
	agents    func(context.Context) wire.Agents // nil asks no manager

	machine  part
	list     part
	lookedAt time.Time
}

// part is something that is told when it has changed.
type part struct {
	now    []byte // as JSON
	told   []byte // what the core has taken
	toldAt time.Time
}

func (p *part) due(now time.Time) bool {
	return p.now != nil && (!bytes.Equal(p.now, p.told) || now.Sub(p.toldAt) >= tellAgain)
}

func (p *part) taken(now time.Time) { p.told, p.toldAt = p.now, now }

// run tells until ctx ends. What the core did not take is told again soon.
func (f *facts) run(ctx context.Context) error {
	ticker := time.NewTicker(factsEvery)
	defer ticker.Stop()
	for ctx.Err() == nil {
		f.turn(ctx)
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
	return nil
}

func (f *facts) turn(ctx context.Context) {
	message, err := f.collect(ctx, time.Now()) // a step of the machine's clock must not matter
	if err != nil {
		f.forwarder.log.ErrorContext(ctx, "facts not collected", "err", err)
		return
	}
	retry := newBackoff(f.forwarder.most)
	for deadline := time.Now().Add(factsEvery / 2); message != nil && time.Now().Before(deadline); {
		if err = f.tell(ctx, message); err == nil || retry.wait(ctx) != nil {
			break
		}
	}
	if err != nil && ctx.Err() == nil {
		f.forwarder.log.DebugContext(ctx, "facts not taken", "err", err)
	}
}

// collect looks at everything that is due. Nil has nothing to tell.
func (f *facts) collect(ctx context.Context, now time.Time) (*wire.Facts, error) {
	message := &wire.Facts{}
	if f.lookedAt.IsZero() || now.Sub(f.lookedAt) >= lookAgain {
		f.lookedAt = now
		text, err := json.Marshal(f.look(ctx))
		if err != nil {
			return nil, err
		}
		f.machine.now = text
	}
	if f.machine.due(now) {
		message.Machine = &soc.Machine{}
		if err := json.Unmarshal(f.machine.now, message.Machine); err != nil {
			return nil, err
		}
	}
	if f.agents != nil {
		told := f.agents(ctx)
		message.Agents = &told
		if told.Trouble == "" {
			text, err := json.Marshal(told.Agents)
			if err != nil {
				return nil, err
			}
			if f.list.now = text; !f.list.due(now) {
				told.Agents = nil
			}
		}
	}
	if message.Machine == nil && message.Agents == nil {
		return nil, nil //nolint:nilnil // nothing to tell is no error
	}
	return message, nil
}

func (f *facts) tell(ctx context.Context, message *wire.Facts) error {
	body, err := json.Marshal(message)
	if err != nil {
		return err
	}
	for len(body) > wire.MaxMessage && message.Agents != nil && len(message.Agents.Agents) > 0 {
		// Names of nothing but signs that JSON writes in six letters: fewer of them.
		message.Agents.Agents = message.Agents.Agents[:len(message.Agents.Agents)/2]
		if body, err = json.Marshal(message); err != nil {
			return err
		}
	}
	if err := f.forwarder.ask(ctx, wire.PathFacts, "application/json", body, &wire.FactsReply{}); err != nil {
		return err
	}
	now := time.Now()
	if message.Machine != nil {
		f.machine.taken(now)
	}
	if message.Agents != nil && message.Agents.Agents != nil {
		f.list.taken(now)
	}
	return nil
}
