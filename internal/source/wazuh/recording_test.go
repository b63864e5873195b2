package wazuh_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/socme-project/socme/internal/source/suricata"
	"github.com/socme-project/socme/internal/source/wazuh"
	"github.com/socme-project/socme/soc"
)

// TestTheExampleClientsAlertsAreUnderstood reads what the demo replays as a node does.
func TestTheExampleClientsAlertsAreUnderstood(t *testing.T) {
	for _, client := range []string{"clinic", "shop", "factory"} {
		t.Run(client, func(t *testing.T) {
			read := map[string]int{}
			keys := map[soc.EventKey]string{}
			each(t, filepath.Join("..", "..", "demo", "recording", client), func(path string, line []byte) {
				name, parse := "wazuh.jsonl", wazuh.Parse
				if strings.Contains(path, "eve.jsonl") {
					name, parse = "eve.jsonl", suricata.Parse
				}
				a, is, err := parse("node", line)
				if err != nil {
					t.Fatalf("%s: %v", path, err)
				}
				if !is {
					if name == "wazuh.jsonl" {
						t.Errorf("%s is no alert", path)
					}
					return
				}
				read[name]++
				if a.Rule.ID == "" || a.Rule.Name == "" || a.Severity == soc.SeverityUnknown || a.EventTime.IsZero() {
					t.Errorf("%s: rule %+v, severity %v at %v", path, a.Rule, a.Severity, a.EventTime)
				}
				if a.EventKey == (soc.EventKey{}) { // Wazuh's own have none
					return
				}
				if other := keys[a.EventKey]; other != "" {
					t.Errorf("%s and %s have one key", path, other)
				}
				keys[a.EventKey] = path
			})
			if read["eve.jsonl"] < 80 || read["wazuh.jsonl"] < 40 {
				t.Errorf("%v alerts were read", read)
			}
		})
	}
}
