package demo

import (
	"testing"
	"time"

	"github.com/socme-project/socme/soc"
)

func TestAgentsRunOnWhatTheirRecordsTell(t *testing.T) {
	want := map[string]string{"portal01": linux, "ws-lab": windows, "dc01": otherWindows["dc01"], "panel2": otherWindows["panel2"]}
	for _, client := range Clients() {
		agents, err := client.Agents(time.Now())
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range agents {
			if system, told := want[a.Name]; told && a.OS != system {
				t.Errorf("%s runs on %q, want %q", a.Name, a.OS, system)
			}
			delete(want, a.Name)
		}
	}
	if len(want) > 0 {
		t.Errorf("no client has the agents %v", want)
	}
}

func TestEveryExampleClientHasTheAgentsOfItsAlerts(t *testing.T) {
	for _, client := range Clients() {
		agents, err := client.Agents(time.Now())
		if err != nil || len(agents) < 5 {
			t.Fatalf("%s: %d agents, %v; want those of its recording", client.Name, len(agents), err)
		}
		away := 0
		for _, a := range agents {
			if a.ID == "000" || !a.Bound() {
				t.Errorf("%s: %+v is no agent", client.Name, a)
			}
			if a.Status != soc.AgentActive {
				away++
			}
		}
		if away != 1 {
			t.Errorf("%s: %d agents are away, want one to see", client.Name, away)
		}
	}
}
