package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// tell sets the agents that a node lists, with counts that fit.
func (w *world) tell(t *testing.T, node soc.NodeID, agents ...soc.ManagedAgent) {
	t.Helper()
	told := soc.NodeAgents{}
	for _, a := range agents {
		if a.Status == soc.AgentActive {
			told.Active++
		} else {
			told.Disconnected++
		}
	}
	if agents == nil {
		agents = []soc.ManagedAgent{}
	}
	if err := w.SetFacts(t.Context(), system, node, store.Facts{Agents: &told, Listed: agents}); err != nil {
		t.Fatal(err)
	}
}

func names(agents []soc.ListedAgent) string {
	var all []string
	for _, a := range agents {
		all = append(all, a.Name)
	}
	return strings.Join(all, " ")
}

func TestAgentsAreListedAsTheNodeToldLast(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		seen := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
		desk := soc.ManagedAgent{ID: "001", Name: "Desk-1", Address: "10.0.0.7", OS: "Windows 11", Version: "4.14.7", Status: soc.AgentActive, SeenTime: seen}
		till := soc.ManagedAgent{ID: "002", Name: "till", OS: "Debian 12", Status: soc.AgentDisconnected, SeenTime: seen}
		w.tell(t, w.node.ID, desk, till)

		page := must(w.Agents(ctx, system, store.AgentFilter{}))(t)
		want := soc.ListedAgent{ManagedAgent: desk, Node: w.node.ID, NodeName: w.node.Name, Client: w.client.Name, ClientID: w.client.ID}
		if len(page.Agents) != 2 || page.Next != "" {
			t.Fatalf("%d agents, next %q; want both on one page", len(page.Agents), page.Next)
		}
		if diff := cmp.Diff(want, page.Agents[0]); diff != "" {
			t.Errorf("first agent (-want +got):\n%s", diff)
		}
		for filter, wanted := range map[store.AgentFilter]string{
			{Status: soc.AgentDisconnected}: "till",
			{Search: "DESK"}:                "Desk-1",
			{Search: "10.0.0"}:              "Desk-1",
			{Search: "debian"}:              "till",
			{Search: "%"}:                   "",
			{Client: w.client.Name}:         "Desk-1 till",
			{Node: w.node.ID}:               "Desk-1 till",
		} {
			got := must(w.Agents(ctx, system, filter))(t)
			if names(got.Agents) != wanted || got.Totals == nil || got.Totals.Active != 1 || got.Totals.Disconnected != 1 {
				t.Errorf("%+v: %q, totals %+v; want %q and totals of all", filter, names(got.Agents), got.Totals, wanted)
			}
		}

		// Told again: one is gone, one is new, one has changed.
		till.Status = soc.AgentActive
		w.tell(t, w.node.ID, till, soc.ManagedAgent{ID: "003", Name: "nas", Status: soc.AgentActive})
		if got := must(w.Agents(ctx, system, store.AgentFilter{Status: soc.AgentActive}))(t); names(got.Agents) != "nas till" {
			t.Errorf("after the second time: %q, want nas and till", names(got.Agents))
		}
		node := must(w.Node(ctx, system, w.node.ID))(t)
		if node.Agents == nil || node.Agents.Active != 2 || node.Agents.Listed != 2 || !node.Agents.ToldTime.Equal(w.clock) {
			t.Errorf("the node's agents %+v, want 2 active, 2 listed, told now", node.Agents)
		}

		// A manager that cannot be asked changes nothing but the trouble.
		told := w.clock
		w.clock = w.clock.Add(time.Minute)
		if err := w.SetFacts(ctx, system, w.node.ID, store.Facts{Agents: &soc.NodeAgents{Trouble: "no answer"}}); err != nil {
			t.Fatal(err)
		}
		node = must(w.Node(ctx, system, w.node.ID))(t)
		if node.Agents.Active != 2 || node.Agents.Trouble != "no answer" || !node.Agents.ToldTime.Equal(told) {
			t.Errorf("with trouble: %+v, want the counts from before and why", node.Agents)
		}
		if got := must(w.Overview(ctx, system, w.clock))(t); got.Agents == nil || got.Agents.Active != 2 || got.Agents.Stale != 1 || got.Clients[0].Agents == nil {
			t.Errorf("overview: %+v, want 2 active of one node that is stale", got.Agents)
		}
	})
}

func TestAgentsArePagedByName(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		var agents []soc.ManagedAgent
		for n := range 7 { // names that are the same stand beside each other
			agents = append(agents, soc.ManagedAgent{ID: fmt.Sprintf("%03d", n), Name: fmt.Sprint("desk ", n/3), Status: soc.AgentActive})
		}
		w.tell(t, w.node.ID, agents...)
		ids := map[string]bool{}
		pages := 0
		for cursor := ""; ; pages++ {
			page := must(w.Agents(t.Context(), system, store.AgentFilter{Limit: 2, Cursor: cursor}))(t)
			for _, a := range page.Agents {
				ids[a.ID] = true
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		if len(ids) != 7 || pages != 3 {
			t.Errorf("%d agents on %d pages before the last, want 7 on 3", len(ids), pages)
		}
		if _, err := w.Agents(t.Context(), system, store.AgentFilter{Cursor: "x"}); !errors.Is(err, soc.ErrInvalid) {
			t.Errorf("a cursor that is none = %v, want ErrInvalid", err)
		}
	})
}

func TestAgentsOfOthersAreNotThere(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		school := must(w.AddClient(ctx, system, "School", false))(t)
		other, _ := w.enrol(t, school.Name)
		w.tell(t, w.node.ID, soc.ManagedAgent{ID: "001", Name: "desk", Status: soc.AgentActive})
		w.tell(t, other.ID, soc.ManagedAgent{ID: "001", Name: "board", Status: soc.AgentDisconnected})
		viewer := soc.ScopeOf("v", soc.RoleViewer, school.ID)
		page := must(w.Agents(ctx, viewer, store.AgentFilter{}))(t)
		if names(page.Agents) != "board" || page.Totals.Active != 0 || page.Totals.Nodes != 1 {
			t.Errorf("%q, %+v; want the school's alone", names(page.Agents), page.Totals)
		}
		for _, filter := range []store.AgentFilter{{Client: string(w.client.ID)}, {Node: w.node.ID}} {
			if _, err := w.Agents(ctx, viewer, filter); !errors.Is(err, soc.ErrNotFound) {
				t.Errorf("%+v = %v, want ErrNotFound", filter, err)
			}
		}
		if err := w.RevokeNode(ctx, system, other.ID); err != nil {
			t.Fatal(err)
		}
		if page := must(w.Agents(ctx, system, store.AgentFilter{}))(t); names(page.Agents) != "desk" || page.Totals.Total() != 1 {
			t.Errorf("after the node was revoked: %q, %+v; want the other's alone", names(page.Agents), page.Totals)
		}
		if page := must(w.Agents(ctx, system, store.AgentFilter{Node: other.ID}))(t); names(page.Agents) != "board" {
			t.Errorf("the revoked node's: %q, want board", names(page.Agents))
		}
	})
}

func TestTheMachineIsTheNodesAlone(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		machine := soc.Machine{Host: "gate", Disks: []soc.MachineDisk{{Mount: "/", Space: soc.Space{Total: 10, Used: 1}}}}
		if err := w.SetFacts(t.Context(), system, w.node.ID, store.Facts{Machine: &machine}); err != nil {
			t.Fatal(err)
		}
		node := must(w.Node(t.Context(), system, w.node.ID))(t)
		machine.ToldTime = w.clock
		if diff := cmp.Diff(&machine, node.Machine); diff != "" || node.Agents != nil {
			t.Errorf("machine (-want +got):\n%s; agents %+v, want none", diff, node.Agents)
		}
		if nodes := must(w.Nodes(t.Context(), system))(t); nodes[0].Machine != nil {
			t.Error("lists hold machines, which are long")
		}
		if err := w.SetFacts(t.Context(), system, "nothing", store.Facts{}); !errors.Is(err, soc.ErrNotFound) {
			t.Errorf("SetFacts of no node = %v, want ErrNotFound", err)
		}
	})
}
