package suricata_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/internal/source/suricata"
	"github.com/socme-project/socme/soc"
)

// TestSamples compares what Parse makes of each sample, which has a purpose and a name,
// with what it made when somebody last looked at it.
func TestSamples(t *testing.T) {
	input, err := os.ReadFile(filepath.Join("testdata", "samples.jsonl"))
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
		var sample struct {
			Name string
			Line json.RawMessage
		}
		if err := json.Unmarshal(line, &sample); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if seen[sample.Name] {
			t.Errorf("two samples are called %q", sample.Name)
		}
		seen[sample.Name] = true
		n := normal{Name: sample.Name}
		alert, is, err := suricata.Parse("node", sample.Line)
		switch {
		case err != nil:
			n.Error = err.Error()
		case is:
			n.Alert = &alert
		}
		if err := encoder.Encode(n); err != nil {
			t.Fatal(err)
		}
	}
	golden := filepath.Join("testdata", "samples.golden")
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("against %s, -update writes it anew:\n%s", golden, diff)
	}
	t.Logf("%d samples", len(seen))
}
