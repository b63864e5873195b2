package query_test

import (
	"strings"
	"testing"

	"github.com/socme-project/socme/internal/query"
)

func TestWhatMayStandAtTheCursor(t *testing.T) {
	tests := []struct {
		query string // | is the cursor
		start int
		end   int
		want  string // the first choices
	}{
		{"|", 0, 0, "client: node: severity>="},
		{"sev|", 0, 3, "severity>="},
		{"brute sev|", 6, 9, "severity>="},
		{"-ta|", 1, 3, "tag: tactic:"},
		{"(ho|", 1, 3, "host:"},
		{"sourc|", 0, 5, "src:"},
		{"severity|", 0, 8, "severity: severity= severity!= severity> severity>="},
		{"severity>=|", 10, 10, "critical high medium"},
		{"severity>=h|", 10, 11, "high"},
		{"severity>=h|igh host:a", 10, 14, "high"},
		{"is:|", 3, 3, "open acknowledged escalated resolved mine unclaimed demo"},
		{"state:un|", 6, 8, "unclaimed"},
		{"a is:o|", 5, 6, "open"},
		{"has:us|", 4, 6, "user"},
		{"after:|", 6, 6, "-15m -1h -24h"},
		{"engine:s|", 7, 8, "suricata socme"},
		{"verdict:f|", 8, 9, "false-positive"},
		{"a O|", 2, 3, "owner: OR"},
		{`client:"Clin|`, 7, 12, ""},
		{`client:"Clinic Sai|nt" x`, 7, 21, ""},
		{`"a phrase se|`, 0, 12, ""},
		{"naïve 𝕏 sev|", 8, 11, "severity>="},
		{"10.0.0.0/8 zz|", 11, 13, ""},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			before, after, _ := strings.Cut(tt.query, "|")
			spot := query.SpotAt(before+after, len([]rune(before)))
			if spot.Start != tt.start || spot.End != tt.end {
				t.Errorf("it replaces %d to %d, want %d to %d", spot.Start, spot.End, tt.start, tt.end)
			}
			var got []string
			for _, c := range spot.Choices() {
				got = append(got, c.Text)
			}
			if list := strings.Join(got, " "); !strings.HasPrefix(list, tt.want) || tt.want == "" && list != "" {
				t.Errorf("it offers %q, want %q", list, tt.want)
			}
			if len(got) > query.MaxChoices {
				t.Errorf("it offers %d choices", len(got))
			}
		})
	}
}

func TestNamesAreQuotedWhereTheyMustBe(t *testing.T) {
	spot := query.SpotAt(`client:sa`, 9)
	got := spot.Narrow([]query.Choice{{Text: "Saint Luc"}, {Text: "Clinic Saint-Luc"}, {Text: "Acme"}, {Text: "Sable"}, {Text: "Sa*x"}})
	want := []string{`"Saint Luc"`, "Sable", `"Sa*x"`, `"Clinic Saint-Luc"`}
	if len(got) != len(want) {
		t.Fatalf("Narrow gives %v, want %v", got, want)
	}
	for i := range want {
		if got[i].Text != want[i] {
			t.Errorf("choice %d is %s, want %s", i, got[i].Text, want[i])
		}
	}
}
