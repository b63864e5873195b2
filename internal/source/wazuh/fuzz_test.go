package wazuh_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/socme-project/socme/internal/source/sourcetest"
	"github.com/socme-project/socme/internal/source/wazuh"
)

// FuzzParse: every object with a rule object is an alert and nothing else is.
func FuzzParse(f *testing.F) {
	for _, line := range lines(f, "alerts.jsonl", "samples.jsonl") {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		a, got, err := wazuh.Parse("node", line)
		var members map[string]json.RawMessage
		object := json.Unmarshal(line, &members) == nil && members != nil
		if object {
			is := bytes.HasPrefix(members["rule"], []byte("{"))
			if err != nil || got != is {
				t.Errorf("Parse = %v, %v; encoding/json: a rule %v", got, err, is)
			}
		}
		if got {
			again, _, _ := wazuh.Parse("node", line)
			sourcetest.Sound(t, a, again, line)
		}
	})
}

func FuzzParseFinding(f *testing.F) {
	for _, line := range lines(f, "findings.jsonl") {
		f.Add("wazuh-findings-v5-other", "id", line)
	}
	f.Fuzz(func(t *testing.T, index, id string, source []byte) {
		a, got, err := wazuh.ParseFinding("node", index, id, source)
		if got && err != nil {
			t.Fatalf("an alert and an error: %v", err)
		}
		if got {
			again, _, _ := wazuh.ParseFinding("node", index, id, source)
			sourcetest.Sound(t, a, again, source)
		}
	})
}

// lines are those of some files of testdata, without their samples' names.
func lines(f *testing.F, files ...string) [][]byte {
	f.Helper()
	var all [][]byte
	for _, file := range files {
		input, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			f.Fatal(err)
		}
		for line := range bytes.Lines(input) {
			var s sourcetest.Sample
			if json.Unmarshal(line, &s) == nil && len(s.Line) > 0 {
				line = s.Line
			}
			all = append(all, bytes.TrimSuffix(line, []byte("\n")))
		}
	}
	return all
}
