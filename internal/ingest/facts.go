package ingest

import (
	"net/http"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/internal/wire"
	"github.com/socme-project/socme/soc"
)

// maxTrouble bounds what a node says of a failure, in bytes.
const maxTrouble = 500

// serveFacts keeps what a node tells of its machine and of its Wazuh manager's agents.
func (i *Ingest) serveFacts(w http.ResponseWriter, r *http.Request, from caller) {
	var told wire.Facts
	if !i.read(w, r, &told) {
		return
	}
	err := i.Store.SetFacts(r.Context(), system, from.id, bounded(told))
	i.answer(w, r, wire.FactsReply{}, err)
}

// bounded is what the store keeps of it: no more than the bounds, whatever the node sends.
func bounded(told wire.Facts) store.Facts {
	f := store.Facts{Machine: told.Machine}
	if f.Machine != nil {
		f.Machine.Bound()
	}
	if told.Agents == nil {
		return f
	}
	a := told.Agents
	f.Agents = &soc.NodeAgents{AgentCounts: a.Counts, Trouble: a.Trouble[:min(len(a.Trouble), maxTrouble)]}
	for _, n := range []*int{&f.Agents.Active, &f.Agents.Disconnected, &f.Agents.Pending, &f.Agents.NeverConnected} {
		*n = max(0, min(*n, maxAgents))
	}
	if a.Agents == nil || a.Trouble != "" {
		return f
	}
	f.Listed = []soc.ManagedAgent{}
	known := map[string]bool{}
	for _, one := range a.Agents[:min(len(a.Agents), soc.AgentsMost)] {
		if one.Bound() && !known[one.ID] {
			known[one.ID] = true
			f.Listed = append(f.Listed, one)
		}
	}
	return f
}

// maxAgents is more than any manager has.
const maxAgents = 1_000_000
