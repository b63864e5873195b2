package opsme_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/opsme"
)

const fleetFile = `
[defaults]
user = "ops"
keys = ["~/.ssh/fleet"]
tags = ["linux"]

[groups.web]
user = "deploy"
hosts = ["web-1", "web-2", "web-10"]
tags = ["prod"]

[groups.paris]
jump = ["gate"]
port = 2222
groups = ["web"]
hosts = ["db-1"]

[hosts.gate]
address = "root@gate.example:22"
jump = []

[hosts.web-2]
address = "10.0.0.2"
timeout = "30s"
port = 2200
tags = ["canary", "prod"]

[hosts.old]
address = "[2001:db8::7]:2022"
groups = ["web"]
jump = []
`

func TestInventory(t *testing.T) {
	inventory, err := opsme.ParseInventory(fleetFile)
	must(t, err)
	keys := []string{"~/.ssh/fleet"}
	want := []opsme.Host{
		{Name: "web-1", Address: "web-1", Port: 2222, User: "deploy", Keys: keys, Jump: []string{"gate"}, Groups: []string{"paris", "web"}, Tags: []string{"linux", "prod"}},
		{Name: "web-2", Address: "10.0.0.2", Port: 2200, User: "deploy", Keys: keys, Jump: []string{"gate"}, Timeout: 30 * time.Second, Groups: []string{"paris", "web"}, Tags: []string{"canary", "linux", "prod"}},
		{Name: "old", Address: "2001:db8::7", Port: 2022, User: "deploy", Keys: keys, Jump: []string{}, Groups: []string{"paris", "web"}, Tags: []string{"linux", "prod"}},
		{Name: "gate", Address: "gate.example", Port: 22, User: "root", Keys: keys, Jump: []string{}, Groups: nil, Tags: []string{"linux"}},
	}
	for _, w := range want {
		got, err := inventory.Host(w.Name)
		must(t, err)
		if diff := cmp.Diff(w, got); diff != "" {
			t.Errorf("%s (- want, + got):\n%s", w.Name, diff)
		}
	}
	if h, _ := inventory.Host("old"); h.Target() != "[2001:db8::7]:2022" {
		t.Errorf("target %q", h.Target())
	}
}

func TestPick(t *testing.T) {
	inventory, err := opsme.ParseInventory(fleetFile)
	must(t, err)
	for _, tt := range []struct{ patterns, want string }{
		{"", "db-1 gate old web-1 web-2 web-10"},
		{"web-1", "web-1"},
		{"web-?", "web-1 web-2"},
		{"@web", "old web-1 web-2 web-10"},
		{"@paris&db-*", "db-1"},
		{"+canary", "web-2"},
		{"@web&+canary gate", "gate web-2"},
		{"@web ^+canary ^old", "web-1 web-10"},
		{"^@web", "db-1 gate"},
		{"^web-1 web-*", "web-2 web-10"},
		{"web-3", "error: matches \"web-3\""},
		{"@wbe", "error: matches \"@wbe\""},
		{"web-1 ^web-3", "error: matches \"web-3\""},
		{"[", "error: syntax"},
	} {
		t.Run(tt.patterns, func(t *testing.T) {
			hosts, err := inventory.Pick(strings.Fields(tt.patterns)...)
			if says, fails := strings.CutPrefix(tt.want, "error: "); fails {
				if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), "^", ""), says) {
					t.Errorf("error = %v, want %q", err, says)
				}
				return
			}
			must(t, err)
			var names []string
			for _, h := range hosts {
				names = append(names, h.Name)
			}
			if got := strings.Join(names, " "); got != tt.want {
				t.Errorf("picked %q, want %q", got, tt.want)
			}
		})
	}
}

func TestInventoriesThatAreRefused(t *testing.T) {
	for _, tt := range []struct{ name, text, says string }{
		{"no hosts", "[defaults]\nuser='x'", "names no hosts"},
		{"a key that is mistyped", "[hosts.a]\naddr='x'", "unknown key hosts.a.addr"},
		{"no TOML", "[hosts.a", "toml"},
		{"a group that is not there", "[hosts.a]\ngroups=['b']", "there is no group b"},
		{"a group in no group", "[groups.a]\nhosts=['x']\ngroups=['b']", "there is no group b"},
		{"a group that holds itself", "[groups.a]\nhosts=['x']\ngroups=['b']\n[groups.b]\ngroups=['a']", "holds itself"},
		{"groups that disagree", "[groups.a]\nuser='x'\nhosts=['h']\n[groups.b]\nuser='y'\nhosts=['h']", "groups a and b disagree over its user"},
		{"a jump host that leads back", "[hosts.a]\njump=['b']\n[hosts.b]\njump=['a']", "leads back to itself"},
		{"an address that is an option", "[hosts.a]\naddress='-oProxyCommand=x'", "not of the form"},
		{"a port that is none", "[hosts.a]\naddress='a:99999'", "1 to 65535"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := opsme.ParseInventory(tt.text); err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error = %v, want %q", err, tt.says)
			}
		})
	}
	for _, tt := range []struct{ name, text string }{
		{"a host that decides what its groups disagree over", "[groups.a]\nuser='x'\nhosts=['h']\n[groups.b]\nuser='y'\nhosts=['h']\n[hosts.h]\nuser='x'"},
		{"a near group before a far one", "[groups.a]\nuser='x'\nhosts=['h']\n[groups.b]\nuser='y'\ngroups=['a']"},
		{"groups that agree", "[groups.a]\nuser='x'\nhosts=['h']\n[groups.b]\nuser='x'\nhosts=['h']"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inventory, err := opsme.ParseInventory(tt.text)
			must(t, err)
			if h, err := inventory.Host("h"); err != nil || h.User != "x" {
				t.Errorf("host = %+v, %v", h, err)
			}
		})
	}
}
