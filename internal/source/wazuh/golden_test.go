package wazuh_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/internal/source/wazuh"
	"github.com/socme-project/socme/soc"
)

var update = flag.Bool("update", false, "write the golden files anew")

// answer is what Parse says of a line.
type answer struct {
	Error string     `json:"error,omitempty"`
	Alert *soc.Alert `json:"alert,omitempty"`
}

// TestParseGolden compares what Parse makes of each line of alerts.jsonl with what it
// made when somebody last looked at it.
func TestParseGolden(t *testing.T) {
	input, err := os.ReadFile(filepath.Join("testdata", "alerts.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	encoder := json.NewEncoder(&got)
	encoder.SetIndent("", "\t")
	encoder.SetEscapeHTML(false)
	for line := range bytes.SplitSeq(bytes.TrimSuffix(input, []byte("\n")), []byte("\n")) {
		var a answer
		alert, is, err := wazuh.Parse("node", line)
		switch {
		case err != nil:
			a.Error = err.Error()
		case is:
			a.Alert = &alert
			if !bytes.Equal(alert.Raw, line) {
				t.Errorf("raw is not the line %s", line)
			}
		}
		if is && err != nil {
			t.Errorf("an alert with an error: %s", line)
		}
		if err := encoder.Encode(a); err != nil {
			t.Fatal(err)
		}
	}
	golden := filepath.Join("testdata", "alerts.golden")
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
}
