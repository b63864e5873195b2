package wazuh_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/socme-project/socme/internal/source/wazuh"
	"github.com/socme-project/socme/soc"
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
			sound(t, a, again, line)
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
			sound(t, a, again, source)
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
			var s sample
			if json.Unmarshal(line, &s) == nil && len(s.Line) > 0 {
				line = s.Line
			}
			all = append(all, bytes.TrimSuffix(line, []byte("\n")))
		}
	}
	return all
}

// sound says what is wrong with an alert that was parsed twice: a parser is pure, its
// alerts travel as JSON without a loss, and stay small.
func sound(t *testing.T, a, again soc.Alert, line []byte) {
	t.Helper()
	if !reflect.DeepEqual(a, again) {
		t.Errorf("twice the same line:\n%+v\n%+v", a, again)
	}
	if !bytes.Equal(a.Raw, line) {
		t.Errorf("raw is not the line")
	}
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatalf("marshal the alert: %v", err)
	}
	var back soc.Alert
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatalf("unmarshal the alert: %v", err)
	}
	a.Raw, back.Raw = nil, nil
	if len(a.Details) == 0 {
		a.Details = back.Details // none is none
	}
	if !reflect.DeepEqual(a, back) {
		t.Errorf("there and back:\n%+v\n%+v", a, back)
	}
	// A backslash in the text stands there as two.
	if bytes.Contains(bytes.ReplaceAll(text, []byte(`\\`), nil), []byte(`\u0000`)) {
		t.Errorf("a NUL in %s", text)
	}
	size := 0
	for _, d := range a.Details {
		size += len(d.Name) + len(d.Value)
	}
	if len(a.Details) > 2*128 || size > 2*20<<10 || len(soc.Observables(&a)) > 64 { // twice: Suricata's and Wazuh's
		t.Errorf("%d details of %d bytes", len(a.Details), size)
	}
}
