package wazuh_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/socme-project/socme/internal/source/wazuh"
	"github.com/socme-project/socme/soc"
)

func TestSeverityFollowsTheLevel(t *testing.T) {
	tests := []struct {
		level string
		want  soc.Severity
	}{
		{`0`, soc.SeverityLow},
		{`6`, soc.SeverityLow},
		{`7`, soc.SeverityMedium},
		{`11`, soc.SeverityMedium},
		{`12`, soc.SeverityHigh},
		{`14`, soc.SeverityHigh},
		{`15`, soc.SeverityCritical},
		{`"16"`, soc.SeverityCritical},
		{`null`, soc.SeverityUnknown},
	}
	for _, tt := range tests {
		got, is, err := wazuh.Parse("node", []byte(`{"rule":{"level":`+tt.level+`}}`))
		if err != nil || !is || got.Severity != tt.want {
			t.Errorf("level %s: %v, %v, %v; want %v", tt.level, got.Severity, is, err, tt.want)
		}
	}
}

func TestTheIDIsWazuhsOwn(t *testing.T) {
	parse := func(line string) soc.AlertID {
		t.Helper()
		a, is, err := wazuh.Parse("node", []byte(line))
		if err != nil || !is {
			t.Fatal(is, err)
		}
		return a.ID
	}
	first := parse(`{"timestamp":"2026-11-23T13:44:21.342+0000","rule":{},"manager":{"name":"m"},"cluster":{"node":"n"},"id":"1.2"}`)
	tests := []struct {
		name, line string
		same       bool
	}{
		{"the same event in other bytes, as the indexer has it", `{"id":"1.2","cluster":{"node":"n"},"manager":{"name":"m"},"rule":{},"timestamp":"2026-11-23T13:44:21.342Z","@version":"1"}`, true},
		{"another id", `{"timestamp":"2026-11-23T13:44:21.342+0000","rule":{},"manager":{"name":"m"},"cluster":{"node":"n"},"id":"1.3"}`, false},
		{"another manager", `{"timestamp":"2026-11-23T13:44:21.342+0000","rule":{},"manager":{"name":"o"},"cluster":{"node":"n"},"id":"1.2"}`, false},
		{"another node of the cluster", `{"timestamp":"2026-11-23T13:44:21.342+0000","rule":{},"manager":{"name":"m"},"cluster":{"node":"o"},"id":"1.2"}`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := parse(tt.line); (got == first) != tt.same {
				t.Errorf("ids %v and %v, want same %v", got, first, tt.same)
			}
		})
	}
	if parse(`{"rule":{},"a":1}`) == parse(`{"rule":{},"a":2}`) {
		t.Error("without an id, two lines have the same")
	}
}

func TestAnAlertStaysSmallHoweverLongItsLine(t *testing.T) {
	long := strings.Repeat("B", 900_000)
	line := []byte(`{"rule":{"level":3,"id":"` + long + `","description":"` + long + `","groups":["` + long + `"]},"id":"1.1","full_log":"` + long + `","data":{"url":"` + long + `"}}`)
	a, is, err := wazuh.Parse("node", line)
	if err != nil || !is {
		t.Fatal(is, err)
	}
	normal, err := json.Marshal(a)
	if err != nil || len(normal) > 32<<10 || !bytes.Equal(a.Raw, line) {
		t.Errorf("%d bytes, %v", len(normal), err)
	}
}
