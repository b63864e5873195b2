package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/socme-project/socme/internal/config"
	"github.com/socme-project/socme/internal/node"
	"github.com/socme-project/socme/soc"
)

// passedOn is what Wazuh writes of an EVE alert that it reads: scalars are texts there,
// the level is always 3.
func passedOn(t *testing.T, eve string, n int) string {
	t.Helper()
	var event map[string]any
	decoder := json.NewDecoder(strings.NewReader(eve))
	decoder.UseNumber()
	if err := decoder.Decode(&event); err != nil {
		t.Fatal(err)
	}
	var texts func(v any) any
	texts = func(v any) any {
		switch v := v.(type) {
		case map[string]any:
			for key := range v {
				v[key] = texts(v[key])
			}
			return v
		case json.Number:
			return v.String()
		}
		return v
	}
	line, err := json.Marshal(map[string]any{
		"timestamp": "2026-03-02T12:00:09.123+0000",
		"rule":      map[string]any{"level": 3, "id": "86601", "description": "Suricata: Alert - " + fmt.Sprint(event["alert"].(map[string]any)["signature"]), "groups": []string{"ids", "suricata"}},
		"agent":     map[string]any{"id": "004", "name": "gate"}, "manager": map[string]any{"name": "wazuh"},
		"id": fmt.Sprintf("1772452809.%d", n), "decoder": map[string]any{"name": "json"}, "data": texts(event), "location": "/var/log/suricata/eve.json",
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(line) + "\n"
}

func TestAnEventThatBothSensorsTellIsOneAlertWithTwoWitnesses(t *testing.T) {
	tests := []struct {
		name    string
		between bool // all of the one file is at the core before the other is written
		wazuh   bool // Wazuh's comes first
	}{
		{"Suricata's first", true, false},
		{"Wazuh's first", true, true},
		{"both at once", false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, n := acme(t)
			alerts := filepath.Join(t.TempDir(), "alerts.json")
			const events = 100
			var own, passed strings.Builder
			for i := range events {
				own.WriteString(eveAlert(i) + "\n")
				passed.WriteString(passedOn(t, eveAlert(i), i))
			}
			n.startWith(t, func(o *node.Options) {
				o.Config.Sources = append(o.Config.Sources, config.Source{Name: "wazuh", Kind: config.KindWazuh, Path: alerts})
			})
			taken := func(records uint64) {
				until(t, fmt.Sprint(records, " records at the core"), func() (bool, string) {
					got := c.node(t, n.id.Node)
					return got.Delivered == records, fmt.Sprintf("%d delivered", got.Delivered)
				})
			}
			write := func(path, text string) {
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				if tt.between {
					taken(uint64(events) * uint64(len(files(n.eve, alerts))))
				}
			}
			if tt.wazuh {
				write(alerts, passed.String())
				write(n.eve, own.String())
			} else {
				write(n.eve, own.String())
				write(alerts, passed.String())
			}
			taken(2 * events)
			got := c.node(t, n.id.Node)
			if got.Alerts != events || got.Repeated != events {
				t.Errorf("%d alerts and %d repeated, want %d each", got.Alerts, got.Repeated, events)
			}
			for _, a := range c.all(t, `"TEST rule"`) {
				if a.Witnesses != 1 || a.Rule.Engine != soc.EngineSuricata {
					t.Fatalf("alert %s of engine %s has %d witnesses, want one of Suricata's with 1", a.ID, a.Rule.Engine, a.Witnesses)
				}
				if want := soc.SeverityHigh; strings.HasSuffix(a.Rule.Name, "rule 0") && a.Severity != want {
					t.Errorf("severity %v, want %v as Suricata has it", a.Severity, want)
				}
			}
			if high := c.all(t, "severity>=high"); len(high) != events/10 {
				t.Errorf("%d alerts are high, want %d", len(high), events/10)
			}
			if report := c.proven(t, n.id.Node); report.Witnesses != events || report.Alerts != events || report.Raws != 2*events {
				t.Errorf("the proof has %d alerts, %d witnesses, %d raw lines; want %d, %d, %d", report.Alerts, report.Witnesses, report.Raws, events, events, 2*events)
			}
		})
	}
}

// files are those that exist.
func files(paths ...string) []string {
	var there []string
	for _, path := range paths {
		if _, err := os.Stat(path); err == nil {
			there = append(there, path)
		}
	}
	return there
}
