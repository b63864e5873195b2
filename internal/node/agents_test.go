package node

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/config"
	"github.com/socme-project/socme/soc"
	"github.com/socme-project/socme/wazuh/wazuhtest"
)

// asking is agents that ask a server over TLS, with a password in a file.
func asking(t *testing.T, server *httptest.Server, password string) *agents {
	t.Helper()
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(server.Certificate().Raw)
	return &agents{log: slog.New(slog.DiscardHandler), config: config.WazuhAPI{
		URL: server.URL, Username: "wazuh", PasswordFile: file, Fingerprint: hex.EncodeToString(sum[:]),
	}}
}

func TestTheManagerTellsOfItsAgents(t *testing.T) {
	manager := wazuhtest.New()
	server := manager.StartTLS()
	defer server.Close()
	manager.AddAgents(4)
	manager.SetAgentStatus("002", "disconnected")
	manager.SetAgentStatus("003", "never_connected")
	told := asking(t, server, "wazuh").ask(t.Context())
	want := soc.AgentCounts{Active: 2, Disconnected: 1, NeverConnected: 1}
	if told.Trouble != "" || told.Counts != want || len(told.Agents) != 4 {
		t.Fatalf("trouble %q, counts %+v, %d agents; want %+v and 4, without the manager itself", told.Trouble, told.Counts, len(told.Agents), want)
	}
	first := soc.ManagedAgent{
		ID: "002", Name: "agent-00002", OS: "Ubuntu 24.04", Version: "4.14.7", Status: soc.AgentDisconnected,
		SeenTime: time.Date(2026, 11, 23, 13, 50, 0, 0, time.UTC),
	}
	if told.Agents[0] != first {
		t.Errorf("first is %+v, want what is disconnected: %+v", told.Agents[0], first)
	}
}

func TestOfTooManyAgentsTheActiveOnesAreLeftOut(t *testing.T) {
	manager := wazuhtest.New()
	server := manager.StartTLS()
	defer server.Close()
	last := manager.AddAgents(soc.AgentsMost + 200)
	manager.SetAgentStatus(last, "disconnected")
	told := asking(t, server, "wazuh").ask(t.Context())
	if told.Counts.Active != soc.AgentsMost+199 || len(told.Agents) != soc.AgentsMost || told.Agents[0].ID != last {
		t.Errorf("%d active, %d listed, the first is %s; want all counted, %d listed, and %s first",
			told.Counts.Active, len(told.Agents), told.Agents[0].ID, soc.AgentsMost, last)
	}
}

func TestAManagerThatCannotBeAskedIsTold(t *testing.T) {
	manager := wazuhtest.New()
	server := manager.StartTLS()
	defer server.Close()
	for _, tt := range []struct {
		name   string
		change func(a *agents)
		says   string
	}{
		{"a wrong password", func(a *agents) { _ = os.WriteFile(a.config.PasswordFile, []byte("wrong"), 0o600) }, "password_file"},
		{"another certificate", func(a *agents) { a.config.Fingerprint = strings.Repeat("ab", 32) }, "not the one that is trusted"},
		{"no password", func(a *agents) { _ = os.Remove(a.config.PasswordFile) }, "no such file"},
		{"no authority", func(a *agents) { a.config.Fingerprint, a.config.CAFile = "", "/nowhere" }, "no such file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := asking(t, server, "wazuh")
			tt.change(a)
			if told := a.ask(t.Context()); !strings.Contains(told.Trouble, tt.says) || told.Agents != nil {
				t.Errorf("told %+v, want a trouble that says %q, and no agents", told, tt.says)
			}
		})
	}
}

func TestTheListIsToldWhenItChangesAndOnceAnHour(t *testing.T) {
	manager := wazuhtest.New()
	server := manager.StartTLS()
	defer server.Close()
	manager.AddAgents(3)
	looks := 0
	f := &facts{agents: asking(t, server, "wazuh").ask, look: func(context.Context) soc.Machine {
		looks++
		return soc.Machine{Host: "gate"}
	}}
	now := time.Now()
	for _, tt := range []struct {
		name          string
		after         time.Duration
		change        func()
		machine, list bool
	}{
		{name: "at first", machine: true, list: true},
		{name: "nothing has changed", after: time.Minute},
		{name: "an agent is gone", after: 2 * time.Minute, change: func() { manager.SetAgentStatus("001", "disconnected") }, list: true},
		{name: "an hour later", after: 62 * time.Minute, machine: true, list: true},
	} {
		if tt.change != nil {
			tt.change()
		}
		at := now.Add(tt.after)
		message, err := f.collect(t.Context(), at)
		if err != nil || message == nil || message.Agents == nil || message.Agents.Counts.Total() != 3 {
			t.Fatalf("%s: %+v, %v; want the counts each time", tt.name, message, err)
		}
		if got := message.Machine != nil; got != tt.machine {
			t.Errorf("%s: machine told %v, want %v", tt.name, got, tt.machine)
		}
		if got := message.Agents.Agents != nil; got != tt.list {
			t.Errorf("%s: list told %v, want %v", tt.name, got, tt.list)
		}
		if message.Machine != nil {
			f.machine.taken(at)
		}
		if message.Agents.Agents != nil {
			f.list.taken(at)
		}
	}
	if looks != 2 {
		t.Errorf("the machine was looked at %d times, want 2: at first and after an hour", looks)
	}
}
