// Package sourcetest holds what the tests of all parsers ask of an alert.
package sourcetest

import (
	"bytes"
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/soc"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Sample is one line with its purpose. Index and ID are a finding's.
type Sample struct {
	Name, Index, ID string
	Line            json.RawMessage
}

// answer is what a parser says of a line.
type answer struct {
	Name  string     `json:"name,omitempty"`
	Error string     `json:"error,omitempty"`
	Alert *soc.Alert `json:"alert,omitempty"`
}

// Lines compares what parse makes of each line of testdata/name.jsonl with what it made
// when somebody last looked at it, which stands in testdata/name.golden.
func Lines(t *testing.T, name string, parse func(soc.NodeID, []byte) (soc.Alert, bool, error)) {
	t.Helper()
	golden(t, name, "\t", func(line []byte) answer {
		return answerOf(t, line)(parse("node", line))
	})
}

// Samples does the same for samples, of which each has a name of its own.
func Samples(t *testing.T, name string, parse func(Sample) (soc.Alert, bool, error)) {
	t.Helper()
	seen := map[string]bool{}
	golden(t, name, "", func(line []byte) answer {
		var s Sample
		if err := json.Unmarshal(line, &s); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if seen[s.Name] {
			t.Errorf("two samples are called %q", s.Name)
		}
		seen[s.Name] = true
		a := answerOf(t, s.Line)(parse(s))
		a.Name = s.Name
		return a
	})
	t.Logf("%d samples", len(seen))
}

func answerOf(t *testing.T, line []byte) func(soc.Alert, bool, error) answer {
	t.Helper()
	return func(alert soc.Alert, is bool, err error) answer {
		t.Helper()
		if is && err != nil {
			t.Errorf("an alert with an error: %s", line)
		}
		switch {
		case err != nil:
			return answer{Error: err.Error()}
		case is:
			if !bytes.Equal(alert.Raw, line) {
				t.Errorf("raw is not the line %s", line)
			}
			return answer{Alert: &alert}
		}
		return answer{}
	}
}

func golden(t *testing.T, name, indent string, answer func(line []byte) answer) {
	t.Helper()
	testdata := os.DirFS("testdata")
	input, err := fs.ReadFile(testdata, name+".jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	encoder := json.NewEncoder(&got)
	encoder.SetIndent("", indent)
	encoder.SetEscapeHTML(false)
	for line := range bytes.SplitSeq(bytes.TrimSuffix(input, []byte("\n")), []byte("\n")) {
		if err := encoder.Encode(answer(line)); err != nil {
			t.Fatal(err)
		}
	}
	path := name + ".golden"
	if *update {
		if err := os.WriteFile(filepath.Join("testdata", path), got.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := fs.ReadFile(testdata, path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("against testdata/%s, -update writes it anew:\n%s", path, diff)
	}
}

// Sound says what is wrong with an alert that was parsed twice: a parser is pure, its
// alerts travel as JSON without a loss, and stay small.
func Sound(t *testing.T, a, again soc.Alert, line []byte) {
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
