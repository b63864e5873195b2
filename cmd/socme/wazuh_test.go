package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/socme-project/socme/wazuh/wazuhtest"
)

// wazuhRun runs `socme wazuh` and returns what it printed.
func wazuhRun(t *testing.T, in string, args ...string) (string, error) {
	t.Helper()
	cmd := root()
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetIn(strings.NewReader(in))
	cmd.SetArgs(append([]string{"wazuh"}, args...))
	err := cmd.ExecuteContext(context.Background())
	return out.String(), err
}

// manager starts one, and returns the flags that lead to it.
func manager(t *testing.T, s *wazuhtest.Server) []string {
	t.Helper()
	server := s.StartTLS()
	t.Cleanup(server.Close)
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("wazuh\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(server.Certificate().Raw)
	return []string{"--url", server.URL, "--user", "wazuh", "--password-file", password, "--fingerprint", hex.EncodeToString(sum[:])}
}

func TestWazuhPrints(t *testing.T) {
	s := wazuhtest.New()
	s.AddAgents(3)
	flags := manager(t, s)
	file := filepath.Join(t.TempDir(), "own_rules.xml")
	if err := os.WriteFile(file, []byte("<group name=\"own,\"></group>\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		args string
		in   string
		want []string // in this order
	}{
		{"info", "info", "", []string{"4.14.7", "/var/ossec", "agents    3: 3 active", "running   analysisd db execd modulesd remoted", "stopped   maild"}},
		{"agents", "agents", "", []string{"ID ", "NAME", "000", "always", "001", "agent-00001", "active", "v4.14.7"}},
		{"agents by id", "agents 2", "", []string{"002  agent-00002"}},
		{"agents as JSON", "agents --json --limit 2", "", []string{`{"id":"000"`, "\n", `{"id":"001"`}},
		{"more than the limit", "agents --limit 1", "", []string{"000", "there are more"}},
		{"no agents", "agents --status pending", "", []string{"Nothing fits."}},
		{"add an agent", "agents add web-1", "", []string{"004 MDA0IHdlYi0x"}},
		{"its key", "agents key 4", "", []string{"004 MDA0IHdlYi0x"}},
		{"restart agents", "agents restart 1 2", "", []string{"TOLD", "001", "002"}},
		{"delete an agent", "agents delete 3 --yes", "", []string{"DELETED", "003"}},
		{"groups", "groups", "", []string{"GROUP", "default", "2"}},
		{"assign", "groups assign default 4", "", []string{"ASSIGNED", "004"}},
		{"rules", "rules --id 5710", "", []string{"5710", "5", "sshd: Attempt", "syslog,sshd"}},
		{"a file of rules, to the byte", "rules show local_rules.xml", "", []string{"<group name=\"local,\">\n</group>\n"}},
		{"put a file and reload", "rules put " + file + " --reload", "", nil},
		{"replace it", "rules put " + file + " --overwrite", "", nil},
		{"files", "rules files", "", []string{"FILE", "local_rules.xml", "own_rules.xml", "etc/rules"}},
		{"delete it", "rules delete own_rules.xml --yes", "", nil},
		{"decoders", "decoders", "", []string{"sshd", `{"program_name":"^sshd"}`}},
		{"lists", "lists", "", []string{"bad-words", "etc/lists", "2"}},
		{"a list from the standard input", "lists put - --name ips", "203.0.113.7:bad\n", nil},
		{"a list", "lists show ips", "", []string{"203.0.113.7:bad\n"}},
		{
			"logtest", "logtest", "Failed password for invalid user x\nnothing\nFailed password for invalid user y\n",
			[]string{"rule      5710, level 5: sshd", "mitre     T1110.001", "alert     yes", "rule      none fits", "alert     no", "invalid user y"},
		},
		{"logtest as JSON", "logtest --json hello", "", []string{`"alert":false`}},
		{"logs", "logs --level warning", "", []string{"wazuh-authd", "(1103): Could not open file."}},
		{"reload", "reload", "", []string{"manager", "Ruleset reload request sent"}},
		{"validate", "validate", "", []string{"node01", "OK"}},
		{"inventory", "inventory 1 packages", "", []string{"openssl", "3.0.15", "deb"}},
		{"the system", "inventory 1 os", "", []string{`"hostname": "web1"`}},
		{"sca", "sca 1", "", []string{"cis_debian12", "39 %", "56", "87"}},
		{"fim", "fim 1", "", []string{"1800", "/etc/passwd"}},
		{"mitre", "mitre T1072", "", []string{"T1072 Software Deployment Tools"}},
		{"users", "users", "", []string{"1", "wazuh", "true"}},
		{"tasks", "tasks", "", []string{"upgrade", "In progress"}},
		{"anything", "get /agents?limit=1&select=id", "", []string{`"affected_items": [`, `"id": "000"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, err := wazuhRun(t, tt.in, append(flags, strings.Fields(tt.args)...)...)
			if err != nil {
				t.Fatal(err)
			}
			rest := out
			for _, want := range tt.want {
				_, after, found := strings.Cut(rest, want)
				if !found {
					t.Fatalf("%q is not where it should be in:\n%s", want, out)
				}
				rest = after
			}
		})
	}
}

func TestWazuhSaysWhatToDo(t *testing.T) {
	s := wazuhtest.New()
	flags := manager(t, s)
	wrong := filepath.Join(t.TempDir(), "wrong")
	if err := os.WriteFile(wrong, []byte("hunter2"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"no address", []string{"info"}, "--url https://wazuh.example.com:55000"},
		{"no user", []string{"info", "--url", "https://x"}, "--user"},
		{"no password", []string{"info", "--url", "https://x", "--user", "u"}, "--password-file"},
		{"a wrong password", append([]string{"info"}, append(flags, "--password-file", wrong)...), "check --user"},
		{"a certificate that nobody knows", append([]string{"info"}, append(flags[:6:6], "--url", flags[1])...), "openssl x509 -noout -fingerprint"},
		{"another certificate", append([]string{"info"}, append(flags[:6:6], "--fingerprint", strings.Repeat("ab", 32))...), "has the fingerprint " + flags[7]},
		{"an agent that is not there", append([]string{"agents", "key", "99"}, flags...), "099: Agent does not exist"},
		{"no cluster", append([]string{"cluster"}, flags...), "this manager stands alone"},
		{"a file that is there already", append([]string{"lists", "put", wrong, "--name", "bad-words"}, flags...), "Bad format"},
		{"not meant", append([]string{"agents", "delete", "1"}, flags...), "--yes"},
		{"no agent named", append([]string{"agents", "restart"}, flags...), "--all"},
		{"no indexer", append([]string{"alerts"}, flags...), "--indexer-url"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, err := wazuhRun(t, "", tt.args...)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v (%s), want something with %q", err, out, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Error("the error holds the password")
			}
		})
	}
}

func TestWazuhIsAskedWhereTheFileOrTheEnvironmentSays(t *testing.T) {
	flags := manager(t, wazuhtest.New())
	config := filepath.Join(t.TempDir(), "wazuh.toml")
	text := "url = \"" + flags[1] + "\"\nuser = \"wazuh\"\npassword_file = \"" + flags[5] + "\"\nfingerprint = \"" + flags[7] + "\"\n[indexer]\nurl = \"https://127.0.0.1:1\"\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := wazuhRun(t, "", "agents", "--config", config); err != nil || !strings.Contains(out, "000") {
		t.Errorf("by file: %v, %s", err, out)
	}
	if err := os.WriteFile(config, []byte(text+"password = \"x\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := wazuhRun(t, "", "agents", "--config", config); err == nil || !strings.Contains(err.Error(), "password_file") {
		t.Errorf("a password in the file: %v", err)
	}
	for i, name := range []string{"URL", "USER", "PASSWORD_FILE", "FINGERPRINT"} {
		t.Setenv("SOCME_WAZUH_"+name, flags[2*i+1])
	}
	if out, err := wazuhRun(t, "", "agents", "--json"); err != nil || !json.Valid([]byte(out)) {
		t.Errorf("by environment: %v, %s", err, out)
	}
}

func TestWazuhAsksTheIndexer(t *testing.T) {
	x := &wazuhtest.Indexer{Password: "s3cret"}
	x.Add("wazuh-alerts-4.x-2026.11.25", "a", `{"@timestamp":"2026-11-25T10:00:00Z","timestamp":"2026-11-25T10:00:00.000+0000","id":"1.1","rule":{"id":"5710","level":5,"description":"first"},"agent":{"id":"001","name":"web-1"}}`)
	x.Add("wazuh-alerts-4.x-2026.11.25", "b", `{"@timestamp":"2026-11-25T10:00:01Z","timestamp":"2026-11-25T10:00:01.000+0000","id":"1.2","rule":{"id":"5712","level":10,"description":"second"},"agent":{"id":"002","name":"web-2"}}`)
	x.Add("wazuh-findings-v5-security", "c", `{"@timestamp":"2026-11-25T10:00:00Z","wazuh":{"agent":{"id":"003","name":"db"},"rule":{"id":"r-1","title":"odd","level":"high"}}}`)
	x.Add("wazuh-states-vulnerabilities-vm", "d", `{"agent":{"id":"001","name":"web-1"},"package":{"name":"openssl","version":"3.0"},"vulnerability":{"id":"CVE-2026-1","severity":"High","score":{"base":7.5},"detected_at":"2026-11-25T10:00:00Z"}}`)
	server := httptest.NewTLSServer(x)
	t.Cleanup(server.Close)
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(server.Certificate().Raw)
	flags := []string{"--indexer-url", server.URL, "--indexer-user", "soc", "--indexer-password-file", password, "--indexer-fingerprint", hex.EncodeToString(sum[:])}
	tests := []struct {
		args string
		want []string
	}{
		{"alerts --since 0", []string{"TIME", "10 ", "5712", "002 web-2", "second", "5710", "first"}},
		{"alerts --since 0 --min-level 7 --json", []string{`{"@timestamp":"2026-11-25T10:00:01Z"`}},
		{"alerts --since 0 --limit 1", []string{"second", "there are more"}},
		{"alerts --since 1s", []string{"Nothing fits."}},
		{"findings --since 0", []string{"high", "003 db", "odd", "r-1"}},
		{"vulnerabilities --agent 1", []string{"CVE-2026-1", "High", "7.5", "001 web-1", "openssl 3.0"}},
		{"health", []string{"wazuh-cluster is green", "wazuh-alerts-4.x-2026.11.25", "4", "20 KiB"}},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			out, err := wazuhRun(t, "", append(strings.Fields(tt.args), flags...)...)
			if err != nil {
				t.Fatal(err)
			}
			rest := out
			for _, want := range tt.want {
				_, after, found := strings.Cut(rest, want)
				if !found {
					t.Fatalf("%q is not where it should be in:\n%s", want, out)
				}
				rest = after
			}
		})
	}
	if err := os.WriteFile(password, []byte("wrong"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := wazuhRun(t, "", append([]string{"health"}, flags...)...); err == nil || !strings.Contains(err.Error(), "check --indexer-user") {
		t.Errorf("a wrong password: %v", err)
	}
}

func TestATableFitsTheTerminal(t *testing.T) {
	g := grid{head: []string{"ID", "A", "B"}, rows: [][]string{
		{"001", strings.Repeat("é", 90), strings.Repeat("b", 30)}, {"002", "short", "x"},
	}}
	for _, width := range []int{0, 40, 80, 200, 10} {
		var out bytes.Buffer
		if err := g.write(&out, width); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); width >= 40 && n > width {
				t.Errorf("a line of %d at width %d: %q", n, width, line)
			}
		}
		if cut := strings.Contains(out.String(), "…"); cut != (width > 0 && width < 127) {
			t.Errorf("width %d: cut is %v", width, cut)
		}
	}
}
