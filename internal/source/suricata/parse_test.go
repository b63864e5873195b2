package suricata_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/socme-project/socme/internal/source/suricata"
	"github.com/socme-project/socme/soc"
)

func TestSeverityCountsTheOtherWay(t *testing.T) {
	tests := []struct {
		name, alert string
		want        soc.Severity
	}{
		{"1 is the worst", `{"severity":1}`, soc.SeverityHigh},
		{"2", `{"severity":2}`, soc.SeverityMedium},
		{"3", `{"severity":3}`, soc.SeverityLow},
		{"4", `{"severity":4}`, soc.SeverityInformational},
		{"priorities are not clamped", `{"severity":255}`, soc.SeverityInformational},
		{"0 is no less than 1", `{"severity":0}`, soc.SeverityHigh},
		{"as text", `{"severity":"2"}`, soc.SeverityMedium},
		{"none", `{}`, soc.SeverityUnknown},
		{"the rule's author calls it critical", `{"severity":3,"metadata":{"signature_severity":["Critical"]}}`, soc.SeverityCritical},
		{"other words of the author change nothing", `{"severity":1,"metadata":{"signature_severity":["Minor"]}}`, soc.SeverityHigh},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, is, err := suricata.Parse("node", []byte(`{"event_type":"alert","alert":`+tt.alert+`}`))
			if err != nil || !is || got.Severity != tt.want {
				t.Errorf("Severity = %v, %v, %v; want %v", got.Severity, is, err, tt.want)
			}
		})
	}
}

func TestTheSameEventHasTheSameID(t *testing.T) {
	line := []byte(`{"timestamp":"2026-02-16T18:48:45.783993+0000","event_type":"alert","alert":{"signature_id":1}}`)
	a, _, _ := suricata.Parse("node", line)
	b, _, _ := suricata.Parse("node", bytes.Clone(line))
	other, _, _ := suricata.Parse("other", line)
	changed, _, _ := suricata.Parse("node", bytes.Replace(line, []byte(":1}"), []byte(":2}"), 1))
	if a.ID != b.ID || a.ID == other.ID || a.ID == changed.ID {
		t.Errorf("ids: %v twice %v, another node's %v, another event's %v", a.ID, b.ID, other.ID, changed.ID)
	}
}

func TestRawIsACopy(t *testing.T) {
	line := []byte("{\"event_type\":\"alert\",\"alert\":{\"signature\":\"before\"}}\r")
	want := bytes.Clone(line)
	a, _, err := suricata.Parse("node", line)
	if err != nil {
		t.Fatal(err)
	}
	for i := range line {
		line[i] = 'x' // the reader's next block
	}
	if !bytes.Equal(a.Raw, want) || a.Rule.Name != "before" {
		t.Errorf("Raw = %q, name = %q", a.Raw, a.Rule.Name)
	}
}

func TestAnAlertStaysSmallHoweverLongItsLine(t *testing.T) {
	long := strings.Repeat("A", 900_000)
	line := []byte(`{"event_type":"alert","alert":{"signature_id":"` + long + `","signature":"` + long + `","metadata":{"` + long + `":["` + long + `"]}},"http":{"url":"` + long + `"},"payload_printable":"` + long + `"}`)
	a, is, err := suricata.Parse("node", line)
	if err != nil || !is {
		t.Fatal(is, err)
	}
	normal, err := json.Marshal(a)
	if err != nil || len(normal) > 32<<10 {
		t.Errorf("%d bytes, %v", len(normal), err)
	}
	if len(a.Raw) != len(line) {
		t.Errorf("raw has %d bytes of %d", len(a.Raw), len(line))
	}
}

func TestInvalidUTF8IsMendedInTextAndKeptInRaw(t *testing.T) {
	line := []byte("{\"event_type\":\"alert\",\"alert\":{\"signature\":\"a\xffb\"}}")
	a, is, err := suricata.Parse("node", line)
	if err != nil || !is || a.Rule.Name != "a\uFFFDb" || !bytes.Equal(a.Raw, line) {
		t.Errorf("name %q, raw %q, %v, %v", a.Rule.Name, a.Raw, is, err)
	}
}
