package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/soc"
)

func TestThePlanIsWhatDiffers(t *testing.T) {
	now := time.Now()
	is := present{
		clients: []soc.Client{{Name: "Acme"}},
		nodes: []soc.Node{
			{Name: "gate", Client: "Acme", State: soc.NodeOffline},
			{Name: "old", Client: "Acme", State: soc.NodeRevoked},
		},
		retention: soc.Retention{Policies: []soc.RetentionPolicy{{Severity: soc.SeverityLow, Days: 30}, {Client: "Acme", Severity: soc.SeverityHigh, Days: 0}}},
	}
	tokens := t.TempDir()
	if err := os.WriteFile(filepath.Join(tokens, "Acme-waiting.token"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, file, tokens string
		want               []string
	}{
		{"what is there already", "clients: [{name: acme, nodes: [GATE]}]", tokens, nil},
		{"a new client with a node", "clients: [{name: Harbour, nodes: [quay]}]", tokens, []string{"+ client Harbour", "+ token for node quay of Harbour, in " + filepath.Join(tokens, "Harbour-quay.token")}},
		{"a node that was revoked", "clients: [{name: Acme, nodes: [old]}]", tokens, []string{"+ token for node old of Acme, in " + filepath.Join(tokens, "Acme-old.token")}},
		{"a node whose token waits", "clients: [{name: Acme, nodes: [waiting]}]", tokens, nil},
		{"a node without a place for its token", "clients: [{name: Acme, nodes: [new]}]", "", []string{"  node new of Acme is not enrolled; --tokens DIR makes a token for it"}},
		{"a name that would lead elsewhere", "clients: [{name: Acme, nodes: [../x]}]", tokens, []string{"+ token for node ../x of Acme, in " + filepath.Join(tokens, "Acme-.._x.token")}},
		{"the same policies", "retention: [{client: ACME, severity: high, days: forever}, {severity: low, days: 30}]", "", nil},
		{
			"other policies", "retention: [{severity: low, days: 31}, {client: Acme, severity: high, days: forever}]", "",
			[]string{"- retention of all clients, low or lower: 30 days", "+ retention of all clients, low or lower: 31 days"},
		},
		{"no policies", "retention: []", "", []string{"- retention of all clients, low or lower: 30 days", "- retention of Acme, high or lower: for ever"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want, err := readWanted(strings.NewReader(tt.file))
			if err != nil {
				t.Fatal(err)
			}
			changes, err := plan(is, want, tt.tokens, now)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range changes {
				got = append(got, c.says)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAFileThatCannotBeMeantIsRefused(t *testing.T) {
	for name, file := range map[string]string{
		"a word that is not known":    "clients: [{name: x, node: [y]}]",
		"nothing":                     "",
		"a client twice":              "clients: [{name: x}, {name: X}]",
		"a node twice":                "clients: [{name: x, nodes: [a, A]}]",
		"a client without a name":     "clients: [{nodes: [a]}]",
		"no severity":                 "retention: [{severity: bad, days: 3}]",
		"days that are none":          "retention: [{severity: low, days: soon}]",
		"days that nobody wrote":      "retention: [{severity: low}]",
		"zero days, which could mean": "retention: [{severity: low, days: 0}]",
		"two documents":               "clients: []\n---\nclients: []",
	} {
		if got, err := readWanted(strings.NewReader(file)); err == nil {
			t.Errorf("%s: %+v, want an error", name, got)
		}
	}
}

func TestUsersAndViewsAreMadeAsTheFileSaysAndOnlyOnce(t *testing.T) {
	w, err := readWanted(strings.NewReader("users:\n  - {name: ada, role: analyst, clients: [all]}\n  - {name: Acme IT, role: viewer, clients: [Acme]}\nviews:\n  - {name: Urgent, query: 'severity>=high', shared: true, first: true}\n"))
	if err != nil {
		t.Fatal(err)
	}
	says := func(is present) (lines []string) {
		changes, err := plan(is, w, "", time.Now())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			lines = append(lines, c.says)
		}
		return lines
	}
	if got := says(present{}); len(got) != 3 || !strings.HasPrefix(got[0], "+ user ada") || got[2] != "+ view Urgent: severity>=high" {
		t.Errorf("an empty core is to get %q", got)
	}
	acme := []soc.NamedClient{{ID: "c1", Name: "acme"}}
	is := present{
		users: []soc.User{
			{ID: "u1", Name: "Ada", Grant: soc.Grant{Role: soc.RoleAnalyst, AllClients: true}},
			{ID: "u2", Name: "acme it", Grant: soc.Grant{Role: soc.RoleViewer, Clients: acme}},
		},
		views: []soc.View{{ID: "v1", Name: "urgent", Query: "severity>=high", Own: true, Shared: true, Standard: true}},
	}
	if got := says(is); len(got) != 0 {
		t.Errorf("a core that has it all is to get %q", got)
	}
	is.users[1].Role, is.views[0].Own = soc.RoleAnalyst, false
	if got := says(is); len(got) != 3 || !strings.HasPrefix(got[0], "- user acme it: analyst") || !strings.HasPrefix(got[1], "+ user Acme IT: viewer") || !strings.HasPrefix(got[2], "+ view Urgent") {
		t.Errorf("a core that differs is to get %q", got)
	}
	for _, bad := range []string{"users:\n  - {name: ada, role: boss, clients: [all]}", "users:\n  - {name: ada, role: viewer}", "views:\n  - {name: x}", "views:\n  - {name: x, query: y}\n  - {name: X, query: z}"} {
		if _, err := readWanted(strings.NewReader(bad)); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
