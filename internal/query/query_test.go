package query_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

var (
	now   = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	asker = query.Asker{Now: now, User: "alice"}
)

func alert() *soc.StoredAlert {
	return &soc.StoredAlert{
		Client: "Clinic Saint-Luc", Node: "gate", State: soc.AlertEscalated, Owner: "Alice", Verdict: soc.VerdictBenign,
		Alert: soc.Alert{
			Severity: soc.SeverityHigh, Category: "Attempted Recon", Action: "blocked", Protocol: "TCP", Application: "http",
			Rule:        soc.Rule{Engine: soc.EngineSuricata, ID: "9000001", Name: "SSH: Brute-force, then Éclair"},
			Source:      soc.Endpoint{Address: netip.MustParseAddr("10.1.2.3"), Port: 50001, Host: "ward-pc-17", User: `DOM\Alice`},
			Destination: soc.Endpoint{Address: netip.MustParseAddr("2001:db8::7"), Port: 443},
			Agent:       &soc.Agent{ID: "017", Name: "Web-1"},
			MITRE:       &soc.MITRE{Tactics: []string{"Credential Access"}, Techniques: []soc.Technique{{ID: "T1110.001", Name: "Password Guessing"}}},
			Tags:        []string{"scanner", "web attack"},
			Details: []soc.Detail{
				{Name: "url", Value: "/index.php?id=1%20OR"},
				{Name: "tls name", Value: "cdn.evil.example"},
				{Name: "mail from", Value: "Eve <eve@example.com>"},
			},
			File:        &soc.File{Path: "/srv/upload/shell.php", MD5: "0123456789abcdef0123456789abcdef"},
			Process:     &soc.Process{Path: `C:\Windows\notepad.exe`, ID: "4711", Command: "notepad -x secret", Parent: "/bin/parent"},
			CommunityID: "1:LQU9qZlK+B5F3KDmev6m5PMibrg=", Via: "wazuh",
			EventTime: now.Add(-time.Hour), ID: soc.AlertID{1, 2, 3},
		},
	}
}

func TestMatch(t *testing.T) {
	tests := []struct {
		query string
		want  bool
	}{
		{"", true},
		{"  ", true},
		{`client:"clinic saint-luc"`, true},
		{"client:acme", false},
		{`client="clinic saint-luc"`, false},
		{`client="Clinic Saint-Luc"`, true},
		{"client:c*-luc", true},
		{"client!=acme", true},
		{"node:GATE", true},
		{"severity>=high", true},
		{"severity>high", false},
		{"severity:high", true},
		{"severity!=high", false},
		{"severity<=medium", false},
		{"level>=medium", true},
		{"rule:9000001", true},
		{"rule:900000", false},
		{"rule:900*", true},
		{"rule:*1", true},
		{"rule:9*0*1", true},
		{"rule:(1 OR 9000001)", true},
		{"rule!=(1 OR 9000001)", false},
		{"rule!=(1 OR 2)", true},
		{"name:brute", true},
		{`name:"then éclair"`, true},
		{"name:recon", false},
		{`name="SSH: Brute-force, then Éclair"`, true},
		{`name="ssh: brute-force, then éclair"`, false},
		{"engine:Suricata", true},
		{"engine:wazuh", false},
		{`category:"attempted recon"`, true},
		{`category:"attempted "*`, true},
		{`category="attempted recon"`, false},
		{"action:blocked", true},
		{"src:10.1.2.3", true},
		{"src:10.0.0.0/8", true},
		{"src:10.2.0.0/16", false},
		{"src!=10.2.0.0/16", true},
		{"src:::ffff:10.0.0.0/104", true},
		{"dst:2001:db8::/32", true},
		{"dst:10.0.0.0/8", false},
		{"ip:2001:db8::7 ip:10.1.2.3", true},
		{"10.0.0.0/8", true},
		{"10.2.0.0/16", false},
		{"port:443 port:50001", true},
		{"sport>1024", true},
		{"dport<443", false},
		{"dport>=443 dport<=443", true},
		{"proto:tcp", true},
		{"proto=tcp", false},
		{"app:http", true},
		{"host:ward-*", true},
		{"host:web-1", true},
		{"host=web-1", false},
		{"host=Web-1", true},
		{"host:*-17", true},
		{"agent:017", true},
		{"user:*alice", true},
		{`user:dom\alice`, true},
		{"email:eve@example.com", true},
		{"file:shell.php", true},
		{"file:/srv/upload/shell.php", true},
		{"file:*.php", true},
		{"file:/srv/*", true},
		{"hash:0123456789ABCDEF0123456789abcdef", true},
		{"md5:0123*", true},
		{"url:/index.php*", true},
		{"domain:*.evil.example", true},
		{"domain:evil.example", false},
		{"process:notepad.exe", true},
		{"tag:Scanner", true},
		{`group:"web attack"`, true},
		{"-tag:scanner", false},
		{"NOT tag:other", true},
		{"technique:T1110", true},
		{"technique:t1110.001", true},
		{`technique:"password guessing"`, true},
		{`tactic:"credential access"`, true},
		{`community:1:lqu9*`, true},
		{"via:wazuh", true},
		{"is:escalated", true},
		{"is:open", false},
		{"is:mine", true},
		{"is:unclaimed", false},
		{"is:demo", false},
		{"owner:alice", true},
		{"verdict:benign", true},
		{"verdict:false-positive", false},
		{"has:email", true},
		{"user:*", true},
		{"-has:owner", false},
		{"id:01020300000000000000000000000000", true},
		{"after:-2h", true},
		{"after:-30m", false},
		{"after:-1h30m", true},
		{"after:-1w before:now", true},
		{"before:2026-03-02", false},
		{"before:2026-03-02T11:30:00Z after:2026-03-02", true},
		{"brute", true},
		{"BRUT", false},
		{"BRUT*", true},
		{"rute", false},
		{`"brute force"`, true},
		{`"brute forc"`, false},
		{`"brute forc"*`, true},
		{"brute-force", true},
		{`"force brute"`, false},
		{"éclair", true},
		{"ward-pc", true},
		{"10.1.2.3", true},
		{"2001:DB8:0::7", true},
		{"index.php", true},
		{"notepad.exe", true},
		{"secret", true},
		{"parent", true},
		{"4711", false},
		{"acme OR brute", true},
		{"acme OR zebra", false},
		{"acme OR brute zebra", false},
		{"(acme OR brute) zebra", false},
		{"(acme OR brute) AND -zebra", true},
		{"-(acme OR brute)", false},
		{"--brute", true},
		{"NOT NOT brute", true},
		{`"OR" brute`, false},
		{`"or" OR brute`, true},
		{`""""`, false},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			q, err := query.Parse(tt.query, asker)
			if err != nil {
				if tt.query == `""""` {
					return
				}
				t.Fatal(err)
			}
			if got := q.Match(alert()); got != tt.want {
				t.Errorf("Match = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestAnAlertWithoutTimeIsOlderThanEverything(t *testing.T) {
	a := alert()
	a.EventTime = time.Time{}
	for text, want := range map[string]bool{"after:1971-01-01": false, "before:1971-01-01": true, "after:1960-01-01": false, "before:1960-01-01": true} {
		q, err := query.Parse(text, asker)
		if err != nil {
			t.Fatal(err)
		}
		if got := q.Match(a); got != want {
			t.Errorf("%s: Match = %v, want %v", text, got, want)
		}
	}
}

func TestNobodyIsMine(t *testing.T) {
	a := alert()
	a.Owner = ""
	q, err := query.Parse("is:mine", asker)
	if err != nil {
		t.Fatal(err)
	}
	if q.Match(a) {
		t.Error("an alert without an owner is mine")
	}
}

func TestEveryFieldIsFoundByItsExample(t *testing.T) {
	for _, info := range query.Fields() {
		if _, err := query.Parse(info.Example, asker); err != nil {
			t.Errorf("the example of %s: %v", info.Name, err)
		}
		for _, name := range append(info.Also, info.Name) {
			if got, ok := query.Named(name); !ok || got.Name != info.Name {
				t.Errorf("%s is %s, want %s", name, got.Name, info.Name)
			}
		}
	}
}

func TestTheBounds(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("(", n) + "a" + strings.Repeat(")", n) }
	for text, want := range map[string]bool{
		strings.Repeat("a ", query.MaxTerms):        true,
		strings.Repeat("a ", query.MaxTerms+1):      false,
		deep(query.MaxDepth):                        true,
		deep(query.MaxDepth + 1):                    false,
		strings.Repeat("-", query.MaxDepth+1) + "a": false,
		strings.Repeat("a", query.MaxLength):        true,
		strings.Repeat("a", query.MaxLength+1):      false,
		strings.Repeat("(", query.MaxLength):        false,
	} {
		if _, err := query.Parse(text, asker); (err == nil) != want {
			t.Errorf("%.40s…: %v, want good: %v", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, info := range query.Fields() {
		f.Add(info.Example)
	}
	for _, seed := range []string{
		`client:acme severity>=high "brute force" after:-24h`, `"`, "a:b:c", "http://x", "-7d", "-(a OR b) -c", `host!=(a OR "b ""c""" OR *"d e"*)`,
		`client:*"a b"*`, `client:a*b*c`, `name="x*"`, "((a))", "a OR OR", "fe80::1%eth0", "dport>65535", `**`, `rule:**`, "NOT NOT a", "a AND", "İstanbul ΣΑΣ", `client:**"x`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := query.Parse(text, asker)
		if err != nil {
			checkError(t, text, err)
			return
		}
		q.Match(alert())
		written := q.String()
		if len(written) > query.MaxLength {
			return
		}
		again, err := query.Parse(written, asker)
		if err != nil {
			t.Fatalf("%q is written as %q: %v", text, written, err)
		}
		if diff := cmp.Diff(q, again, cmpopts.EquateComparable(netip.Prefix{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%q is written as %q, which is not the same:\n%s", text, written, diff)
		}
	})
}
