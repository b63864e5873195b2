package wazuh_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/socme-project/socme/internal/source/wazuh"
	"github.com/socme-project/socme/soc"
)

// TestParseTakesEveryAlertOfTheCorpus reads a recording of a real manager, where
// there is one, and compares with what encoding/json says of each line.
func TestParseTakesEveryAlertOfTheCorpus(t *testing.T) {
	root := os.Getenv("SOCME_CORPUS")
	if root == "" {
		t.Skip("SOCME_CORPUS names no folder of recorded sensor output")
	}
	file, err := os.Open(filepath.Join(root, "wazuh", "alerts-4.14.7.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, soc.MaxRaw)
	alerts, addresses, withoutAddress := 0, 0, 0
	ids := map[soc.AlertID]bool{}
	for n := 1; scanner.Scan(); n++ {
		line := scanner.Bytes()
		var want struct {
			ID   string `json:"id"`
			Rule *struct {
				ID          string `json:"id"`
				Description string `json:"description"`
			} `json:"rule"`
		}
		if err := json.Unmarshal(line, &want); err != nil {
			t.Fatalf("line %d: %v", n, err)
		}
		got, is, err := wazuh.Parse("node", line)
		if err != nil || is != (want.Rule != nil) {
			t.Errorf("line %d: Parse says %v, %v of rule %+v", n, is, err, want.Rule)
			continue
		}
		if !is {
			continue
		}
		alerts++
		ids[got.ID] = true
		if !bytes.Equal(got.Raw, line) {
			t.Errorf("line %d: raw is not the line", n)
		}
		if got.EventTime.IsZero() || got.Severity == soc.SeverityUnknown || got.Agent == nil {
			t.Errorf("line %d: time %v, severity %v, agent %v", n, got.EventTime, got.Severity, got.Agent)
		}
		if got.Rule.Engine == soc.EngineWazuh && (got.Rule.ID != want.Rule.ID || got.Rule.Name != want.Rule.Description) {
			t.Errorf("line %d: rule %+v, want %+v", n, got.Rule, want.Rule)
		}
		if got.Source.Address.IsValid() {
			addresses++
		} else if bytes.Contains(line, []byte("ip\":")) {
			withoutAddress++
		}
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
	if alerts == 0 || len(ids) != alerts {
		t.Errorf("%d alerts with %d different ids", alerts, len(ids))
	}
	t.Logf("%d alerts, %d with a source address, %d without although something is called ip", alerts, addresses, withoutAddress)
}
