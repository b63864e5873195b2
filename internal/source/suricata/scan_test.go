package suricata

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/socme-project/socme/internal/source/sourcetest"
)

func TestScanKnowsAnAlert(t *testing.T) {
	tests := []struct {
		name, line string
		want       verdict
	}{
		{"an alert", `{"event_type":"alert"}`, alert},
		{"another event", `{"event_type":"flow"}`, noise},
		{"no type", `{"a":1}`, noise},
		{"any space", "\t{ \"a\" : [ ] ,\"event_type\"\r:  \"alert\" } \r", alert},
		{"the key last", `{"a":{"b":["}",{"c":"\\"}]},"event_type":"alert"}`, alert},
		{"a nested type", `{"event_type":"flow","x":{"event_type":"alert"}}`, noise},
		{"a quoted one", `{"event_type":"flow","x":"\"event_type\":\"alert\""}`, noise},
		{"a quoted one that looks like the next key", `{"event_type":"flow","x":"\\","y":"{\"event_type\":\"alert\"}"}`, noise},
		{"two, the last an alert", `{"event_type":"flow","event_type":"alert"}`, alert},
		{"two, the first an alert", `{"event_type":"alert","event_type":"flow"}`, noise},
		{"two, the last a number", `{"event_type":"alert","event_type":1}`, noise},
		{"an escaped letter in the value", `{"event_type":"\u0061lert"}`, unsure},
		{"an escaped letter in the key", `{"event\u005Ftype":"alert"}`, unsure},
		{"an escaped letter in another key", `{"\u0061":1,"event_type":"alert"}`, unsure},
		{"an escaped letter in another value", `{"a":"\u0061","event_type":"alert"}`, alert},
		{"an escape that is none behind a backslash", `{"a":"\\u0061","event_type":"flow"}`, noise},
		{"a longer word", `{"event_type":"alerted"}`, noise},
		{"a longer key", `{"my_event_type":"alert"}`, noise},
		{"a line that breaks off", `{"event_type":"flow","x":"y`, unsure},
		{"an array", `["event_type","alert"]`, unsure},
		{"nothing", ``, unsure},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := scan([]byte(tt.line)); got != tt.want {
				t.Errorf("scan = %d, want %d", got, tt.want)
			}
		})
	}
}

func TestScanDoesNotAllocate(t *testing.T) {
	line := []byte(`{"timestamp":"x","a":{"b":["c"]},"event_type":"alert","d":"\u0061\\"}`)
	if n := testing.AllocsPerRun(100, func() { scan(line) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// seeds are the golden lines.
func seeds(f *testing.F) {
	f.Helper()
	for _, file := range []string{"eve.jsonl", "samples.jsonl"} {
		input, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			f.Fatal(err)
		}
		for line := range bytes.SplitSeq(input, []byte("\n")) {
			var sample struct{ Line json.RawMessage }
			if json.Unmarshal(line, &sample) == nil && len(sample.Line) > 0 {
				line = sample.Line
			}
			f.Add(line)
		}
	}
	f.Add([]byte(`{"event_type":"x\\","event_type":"alert"}`))
	f.Add([]byte(`{"y":"event_type","event_type" :` + "\n" + `"alert"}`))
}

// reference says by encoding/json alone whether line is an object, and an alert.
func reference(line []byte) (object, is bool) {
	var members map[string]json.RawMessage
	if json.Unmarshal(line, &members) != nil || members == nil {
		return false, false
	}
	var kind any
	if json.Unmarshal(members["event_type"], &kind) != nil {
		return true, false
	}
	return true, kind == "alert"
}

// FuzzScan: of every JSON object, scan says nothing that encoding/json does not.
func FuzzScan(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, line []byte) {
		got := scan(line)
		object, is := reference(line)
		if !object || got == unsure {
			if object && bytes.IndexByte(line, '\\') < 0 {
				t.Errorf("unsure of an object without a backslash")
			}
			return
		}
		if is != (got == alert) {
			t.Errorf("scan = %d, encoding/json: alert %v", got, is)
		}
	})
}

// FuzzParse: Parse and encoding/json agree on which objects are alerts, raw is the
// line, and what comes out can travel.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, line []byte) {
		a, got, err := Parse("node", line)
		if got && err != nil {
			t.Fatalf("an alert and an error: %v", err)
		}
		object, is := reference(line)
		if object && got != is && err == nil {
			t.Errorf("Parse = %v, encoding/json: alert %v", got, is)
		}
		if object && !is && err != nil {
			t.Errorf("an object that is no alert: %v", err)
		}
		if !got {
			return
		}
		again, _, _ := Parse("node", line)
		sourcetest.Sound(t, a, again, line)
	})
}
