package wazuh_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/internal/source/wazuh"
	"github.com/socme-project/socme/soc"
)

// sample is one line with its purpose. Index and ID are a finding's.
type sample struct {
	Name, Index, ID string
	Line            json.RawMessage
}

func TestSamples(t *testing.T) {
	golden(t, "samples", func(s sample) (soc.Alert, bool, error) { return wazuh.Parse("node", s.Line) })
}

func TestFindings(t *testing.T) {
	golden(t, "findings", func(s sample) (soc.Alert, bool, error) {
		return wazuh.ParseFinding("node", s.Index, s.ID, s.Line)
	})
}

// golden compares what parse makes of each sample with what it made when somebody last
// looked at it.
func golden(t *testing.T, file string, parse func(sample) (soc.Alert, bool, error)) {
	t.Helper()
	input, err := os.ReadFile(filepath.Join("testdata", file+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	type normal struct {
		Name  string     `json:"name"`
		Error string     `json:"error,omitempty"`
		Alert *soc.Alert `json:"alert,omitempty"`
	}
	var got bytes.Buffer
	encoder := json.NewEncoder(&got)
	encoder.SetEscapeHTML(false)
	seen := map[string]bool{}
	for line := range bytes.Lines(input) {
		var s sample
		if err := json.Unmarshal(line, &s); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if seen[s.Name] {
			t.Errorf("two samples are called %q", s.Name)
		}
		seen[s.Name] = true
		n := normal{Name: s.Name}
		alert, is, err := parse(s)
		switch {
		case err != nil:
			n.Error = err.Error()
		case is:
			n.Alert = &alert
			if !bytes.Equal(alert.Raw, s.Line) {
				t.Errorf("%s: raw is not the line", s.Name)
			}
		}
		if err := encoder.Encode(n); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join("testdata", file+".golden")
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("against %s, -update writes it anew:\n%s", path, diff)
	}
	t.Logf("%d samples", len(seen))
}
