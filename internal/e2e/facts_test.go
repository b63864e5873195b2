package e2e_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/socme-project/socme/internal/config"
	"github.com/socme-project/socme/internal/node"
	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/wazuh/wazuhtest"
)

// A node tells the core what it runs on and which agents its Wazuh manager has.
func TestTheCoreKnowsTheMachineAndTheAgents(t *testing.T) {
	manager := wazuhtest.New()
	server := manager.StartTLS()
	defer server.Close()
	manager.AddAgents(3)
	manager.SetAgentStatus("002", "disconnected")
	c := startCore(t, t.TempDir(), freePort(t))
	if _, err := c.api.AddClient(t.Context(), "Acme"); err != nil {
		t.Fatal(err)
	}
	n := enrol(t, c, "Acme")
	password := filepath.Join(n.dir, "api.password")
	if err := os.WriteFile(password, []byte("wazuh\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(server.Certificate().Raw)
	withAPI := func(o *node.Options) {
		o.Config.WazuhAPI = &config.WazuhAPI{URL: server.URL, Username: "wazuh", PasswordFile: password, Fingerprint: hex.EncodeToString(sum[:])}
	}
	collector := n.startWith(t, withAPI)
	until(t, "the core knows the machine and the agents", func() (bool, string) {
		detail, err := c.api.Node(t.Context(), n.id.Node)
		if err != nil || detail.Machine == nil || detail.Agents == nil {
			return false, fmt.Sprintf("%+v, %v", detail.Node, err)
		}
		m := detail.Machine
		return m.Host != "" && m.Kernel != "" && m.Memory.Total > 0 && m.Threads > 0 && detail.Agents.Active == 2 && detail.Agents.Disconnected == 1,
			fmt.Sprintf("%+v, %+v", m, detail.Agents)
	})
	page, err := c.api.Agents(t.Context(), sdk.AgentFilter{Client: "Acme", Status: "disconnected"})
	if err != nil || len(page.Items) != 1 || page.Items[0].ID != "002" || page.Totals.Active != 2 {
		t.Errorf("disconnected agents: %+v, %v; want agent 002", page, err)
	}
	collector.stop(t)

	// What changes is told by the node's next start at the latest.
	manager.SetAgentStatus("002", "active")
	manager.RemoveAgents("003")
	n.startWith(t, withAPI)
	until(t, "the core knows what has changed", func() (bool, string) {
		page, err := c.api.Agents(t.Context(), sdk.AgentFilter{})
		if err != nil || page.Totals == nil {
			return false, fmt.Sprint(page, err)
		}
		return len(page.Items) == 2 && page.Totals.Active == 2 && page.Totals.Disconnected == 0, fmt.Sprintf("%+v", page)
	})
}
