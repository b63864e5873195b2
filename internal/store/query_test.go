package store_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// sampler draws values from few, so that random queries hit random alerts.
type sampler struct{ *rand.Rand }

func (r sampler) of(words ...string) string { return words[r.IntN(len(words))] }

func (r sampler) some(most int, of func() string) []string {
	var out []string
	for range r.IntN(most + 1) {
		out = append(out, of())
	}
	return out
}

func (r sampler) host() string {
	return r.of("", "web-1", "WEB-1", "Web-2", "web", "ward-pc-17", "gate.example", "évian", "ÉVIAN", "a b", "with \"quote\"", "ca^ret", "o'brien's", "10.0.0.1", "x*y", strings.Repeat("long-", 60)+r.of("a", "b"))
}

func (r sampler) user() string {
	return r.of("", "root", "Root", `DOM\alice`, "bob@example.com", "   ")
}
func (r sampler) domain() string { return r.of("evil.example.com", "EXAMPLE.com", "cdn.test.net") }
func (r sampler) tag() string    { return r.of("scanner", "Scanner", "web attack", "pci_dss_1.1", "") }

func (r sampler) path() string {
	return r.of("", "/srv/upload/shell.php", `C:\Windows\cmd.exe`, "cmd.exe", "/tmp/a b.PHP")
}

func (r sampler) hash() string {
	return strings.Repeat(r.of("0123456789abcdef", "fedcba9876543210"), 2)
}

func (r sampler) addr() netip.Addr {
	switch r.IntN(5) {
	case 0:
		return netip.Addr{}
	case 1:
		return netip.MustParseAddr(fmt.Sprintf("2001:db8:%x::%x", r.IntN(3), r.IntN(4)))
	}
	return netip.AddrFrom4([4]byte{byte(r.IntN(2)*162 + 10), byte(r.IntN(3) * 7), byte(r.IntN(2)), byte(r.IntN(4))})
}

func (r sampler) alert(w *world, node soc.NodeID, n int) soc.Alert {
	a := alertAt(node, w.clock.Add(-time.Duration(r.IntN(72*60))*time.Minute), n)
	a.Severity = soc.Severity(r.IntN(6))
	a.Rule = soc.Rule{
		Engine: r.of(soc.EngineSuricata, soc.EngineWazuh),
		ID:     r.of("9000001", "9000002", "86601", "3:19187", "Rule_%x"),
		Name:   r.of("SSH: Brute-force, many tries", "Éclair of a scanner", "WEB SQL injection", "", "100% of_it"),
	}
	a.Category = r.of("", "Attempted Recon", "attempted recon", "Misc activity")
	a.Action = r.of("", "allowed", "blocked")
	a.Protocol, a.Application = r.of("", "TCP", "UDP"), r.of("", "http", "tls")
	a.Source = soc.Endpoint{Address: r.addr(), Port: uint16(r.IntN(3) * 4000), Host: r.host(), User: r.user()}
	a.Destination = soc.Endpoint{Address: r.addr(), Port: []uint16{0, 22, 443, 8443, 65535}[r.IntN(5)], Host: r.host(), User: r.user()}
	if r.IntN(2) == 0 {
		a.Agent = &soc.Agent{ID: r.of("001", "017"), Name: r.host()}
	}
	if r.IntN(2) == 0 {
		a.MITRE = &soc.MITRE{Tactics: r.some(2, func() string { return r.of("Credential Access", "Impact") })}
		a.MITRE.Techniques = append(a.MITRE.Techniques, soc.Technique{ID: r.of("T1110", "T1110.001", "T1059"), Name: r.of("", "Brute Force")})
	}
	a.Tags = r.some(3, r.tag)
	if r.IntN(2) == 0 {
		a.File = &soc.File{Path: r.path(), MD5: r.hash()}
	}
	if r.IntN(2) == 0 {
		a.Process = &soc.Process{Path: r.path(), Command: "cmd /c whoami"}
	}
	if r.IntN(2) == 0 {
		a.Details = []soc.Detail{
			{Name: "http host", Value: r.domain()},
			{Name: "url", Value: r.of("/wp-login.php?x=1", "http://evil.example/x")},
			{Name: "mail from", Value: "Eve <EVE@example.com>"},
		}
	}
	a.CommunityID, a.Via = r.of("", "1:LQU9qZlK+B5F3KDmev6m5PMibrg="), r.of("", "wazuh")
	if r.IntN(12) == 0 {
		a.EventTime = time.Time{}
	}
	if r.IntN(6) == 0 { // a node whose clock is wrong, or is not
		skew := []int64{-600_000, 600_000, 90_000_000, 1500}[r.IntN(4)]
		a.SkewMS = &skew
	}
	a.ID = soc.NewAlertID(a.EventTime, node, a.Raw)
	return a
}

// term writes a random term.
func (r sampler) term(ids []soc.AlertID) string {
	fields := query.Fields()
	field := fields[r.IntN(len(fields))]
	if r.IntN(6) == 0 {
		return r.of("brute", "brut*", `"brute force"`, `"force brute"`, "éclair", "ward-pc*", "10.10.0.1", "2001:db8:1::2", "10.0.0.0/8", "whoami", "web", `"a b"`, "absent")
	}
	op := r.of(field.Ops()...)
	quoted := func(s string) string {
		wild := field.Kind == query.KindName && r.IntN(4) == 0
		switch {
		case strings.TrimSpace(s) == "":
			s = "x"
		case wild && len(s) < 20 && !strings.ContainsAny(s, ` "*`):
			return s[:1] + "*" + s[len(s)-1:]
		case r.IntN(4) == 0 && len(s) < 20:
			return `"` + strings.ReplaceAll(s[:1+r.IntN(len(s))], `"`, `""`) + `"*`
		case r.IntN(4) == 0 && field.Ends && len(s) < 20:
			return `*"` + strings.ReplaceAll(strings.ToUpper(s[r.IntN(len(s)):]), `"`, `""`) + `"`
		case r.IntN(4) == 0:
			s = strings.ToUpper(s)
		}
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	value := ""
	switch field.Name {
	case query.Client:
		value = quoted(r.of("Clinic Saint-Luc", "Acme", "nobody"))
	case query.Node:
		value = quoted(r.of("gate", "door", "nobody"))
	case query.Owner:
		value = quoted(r.of("admin", "alice", "nobody"))
	case query.Severity:
		value = r.of("unknown", "info", "low", "medium", "high", "critical")
	case query.RuleID:
		value = quoted(r.of("9000001", "86601", "3:19187", "Rule_%x", "900"))
	case query.RuleName:
		value = r.of(`"brute force"`, "scan*", "sql", `"SSH: Brute-force, many tries"`, `"100% of_it"`, "of")
	case query.Engine:
		value = r.of("suricata", "WAZUH", "socme")
	case query.Category:
		value = r.of(`"attempted recon"`, `"Attempted "*`, "misc*", `"Attempted Recon"`)
	case query.Action, query.Protocol, query.Application, query.Via:
		value = r.of("blocked", "tcp", "TCP", "http", "t*", "wazuh")
	case query.Source, query.Destination, query.Address:
		value = r.of("10.7.0.1", "10.0.0.0/8", "172.0.0.0/6", "10.8.0.0/13", "10.0.0.0/23", "0.0.0.0/0", "2001:db8::1", "2001:db8:1::/48", "2001:db8::/47", "2001:db8::/33", "2000::/3", "::/0", "*", "::ffff:10.0.0.0/104")
	case query.Port, query.SourcePort, query.DestPort:
		value = r.of("22", "443", "0", "65535", "4000", "4095", "8000", "*")
		if value == "*" {
			op = ":"
		}
	case query.Host, query.Agent:
		value = quoted(r.host())
	case query.User:
		value = quoted(r.user())
	case query.Email:
		value = r.of("eve@example.com", "*@example.com", "bob*", "EVE@example.com")
	case query.File, query.Process:
		value = quoted(r.path())
	case query.Hash:
		value = r.of(r.hash(), "0123*", strings.ToUpper(r.hash()))
	case query.URL:
		value = r.of("/wp-login.php*", "*x=1", "http://evil.example/x", "*/x")
	case query.Domain:
		value = quoted(r.domain())
	case query.Tag:
		value = quoted(r.tag())
	case query.Technique:
		value = r.of("T1110", "t1110", "T1110.*", `"brute force"`)
	case query.Tactic:
		value = r.of(`"credential access"`, "Impact", "impact")
	case query.Community:
		value = r.of(`"1:LQU9qZlK+B5F3KDmev6m5PMibrg="`, `"1:lqu9"*`, "x")
	case query.StateOf:
		value = r.of("open", "acknowledged", "escalated", "resolved", "mine", "unclaimed", "demo")
	case query.VerdictOf:
		value = r.of("true-positive", "benign")
	case query.After, query.Before:
		value = r.of("-24h", "-40h", "2026-03-01", "1960-01-01", "-1d6h", "now")
	case query.ID:
		value = ids[r.IntN(len(ids))].String()
	case query.Has:
		value = r.of("host", "user", "tag", "file", "src", "ip", "port", "dport", "owner", "verdict", "process", "via", "url")
	}
	return string(field.Name) + op + value
}

func (r sampler) expr(ids []soc.AlertID, depth int) string {
	if depth == 0 || r.IntN(3) == 0 {
		return r.of("", "", "", "-") + r.term(ids)
	}
	var parts []string
	for range 2 + r.IntN(2) {
		parts = append(parts, r.expr(ids, depth-1))
	}
	return r.of("", "", "-", "NOT ") + "(" + strings.Join(parts, r.of(" ", " AND ", " OR ")) + ")"
}

// populate stores n random alerts of three nodes of two clients, one of them the demo, and
// does with some of them what people will do.
func populate(t *testing.T, w *world, r sampler, n int) {
	t.Helper()
	must(w.AddClient(t.Context(), system, "Acme", true))(t)
	other, _ := w.enrol(t, "Acme")
	for part, node := range []soc.NodeID{w.node.ID, other.ID} {
		c := newChain(node, soc.LaneNormal)
		var made []soc.Alert
		for i := range n / 2 {
			made = append(made, r.alert(w, node, part*n+i))
		}
		for chunk := range slices.Chunk(made, 250) {
			must(w.Accept(t.Context(), system, c.delivery(c.entries(t, chunk...))))(t)
		}
	}
	must(w.AddLink(t.Context(), system))(t) // makes the user admin
	for _, statement := range []string{
		`INSERT INTO users (id, name, role, created_ms) VALUES ('u2', 'Alice', 'analyst', 0)`,
		`UPDATE nodes SET name = 'door' WHERE id = '` + string(other.ID) + `'`,
		`UPDATE alerts SET owner_num = 1 WHERE num % 7 = 0`,
		`UPDATE alerts SET owner_num = 2 WHERE num % 11 = 0`,
		`UPDATE alerts SET state = 2 WHERE num % 5 = 0`,
		`UPDATE alerts SET state = 3 WHERE num % 50 = 0`,
		`UPDATE alerts SET state = 4, verdict = 1 + num % 4 WHERE num % 3 = 0`,
	} {
		if err := store.Exec(w.Store, statement); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheDatabaseAndMatchAgreeOnRandomQueries(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		r := sampler{rand.New(rand.NewPCG(3, 4))}
		populate(t, w, r, 400)
		all := everything(t, w, query.Query{})
		if len(all) != 400 {
			t.Fatalf("%d alerts are stored, want 400", len(all))
		}
		ids := make([]soc.AlertID, len(all))
		for i := range all {
			ids[i] = all[i].ID
		}
		hits := 0
		for range 150 {
			text := r.expr(ids, r.IntN(4))
			q, err := query.Parse(text, query.Asker{Now: w.clock, User: "admin"})
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			var want []soc.AlertID
			for i := range all {
				if q.Match(&all[i]) {
					want = append(want, all[i].ID)
				}
			}
			var got []soc.AlertID
			for _, a := range inPages(t, w, q, 60+r.IntN(440)) {
				got = append(got, a.ID)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: the database finds %d alerts, Match %d", text, len(got), len(want))
			}
			if 0 < len(want) && len(want) < len(all) {
				hits++
			}
		}
		if hits < 60 {
			t.Errorf("only %d of 150 queries find some alerts and not others: they prove little", hits)
		}
	})
}

func TestAnIndexThatIsGoneIsBuiltAnew(t *testing.T) {
	dir := t.TempDir()
	w := &world{clock: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)}
	open := func() {
		w.Store = must(store.Open(t.Context(), store.Options{Dir: dir, Now: func() time.Time { return w.clock }}))(t)
	}
	open()
	w.client = must(w.AddClient(t.Context(), system, "Clinic Saint-Luc", false))(t)
	w.node, w.key = w.enrol(t, w.client.Name)
	populate(t, w, sampler{rand.New(rand.NewPCG(5, 6))}, 300)
	queries := []string{"host:web-1", "brute", "severity>=high", "client:acme", "rule:900*", "name:brute", "-tag:scanner"}
	found := func() (got []int) {
		for _, text := range queries {
			q := must(query.Parse(text, query.Asker{Now: w.clock}))(t)
			got = append(got, len(inPages(t, w, q, 500)))
		}
		return got
	}
	want := found()
	for _, statement := range []string{
		`INSERT INTO alert_text (alert_text) VALUES ('delete-all')`,
		`UPDATE alerts SET place = NULL`,
		`UPDATE rules SET id_key = NULL, name_key = NULL`,
	} {
		if err := store.Exec(w.Store, statement); err != nil {
			t.Fatal(err)
		}
	}
	if got := found(); slices.Equal(got, want) {
		t.Fatal("without an index everything is found")
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	open()
	defer func() { _ = w.Close() }()
	if got := found(); !slices.Equal(got, want) {
		t.Errorf("afterwards %v are found, want %v", got, want)
	}
}

// Alerts of one millisecond want places beside each other, and some the same.
func TestPagesAreWholeWhereManyAlertsHaveOneTime(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := newChain(w.node.ID, soc.LaneNormal)
		for part := range 6 {
			made := make([]soc.Alert, 1000)
			for i := range made {
				made[i] = alertAt(w.node.ID, w.clock, part*1000+i)
			}
			must(w.Accept(t.Context(), system, c.delivery(c.entries(t, made...))))(t)
		}
		q := must(query.Parse("severity:low", query.Asker{Now: w.clock}))(t)
		if got := len(inPages(t, w, q, 97)); got != 6000 {
			t.Errorf("%d alerts are found, want 6000", got)
		}
	})
}

func TestAWitnessThatTakesAnEventForWorseIsFoundByIt(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		key := soc.NewEventKey(w.clock, "one event")
		first, second := alertAt(w.node.ID, w.clock, 1), alertAt(w.node.ID, w.clock, 2)
		first.EventKey, second.EventKey, second.Via, second.Severity = key, key, "wazuh", soc.SeverityCritical
		c := newChain(w.node.ID, soc.LaneNormal)
		must(w.Accept(t.Context(), system, c.delivery(c.entries(t, first))))(t)
		must(w.Accept(t.Context(), system, c.delivery(c.entries(t, second))))(t)
		for text, want := range map[string]int{"severity:critical": 1, "severity:low": 0, "-severity:low": 1} {
			q := must(query.Parse(text, query.Asker{Now: w.clock}))(t)
			if got := len(inPages(t, w, q, 10)); got != want {
				t.Errorf("%s finds %d alerts, want %d", text, got, want)
			}
		}
	})
}

func TestNamesAreThoseThatTheScopeSees(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		other := must(w.AddClient(t.Context(), system, "Other", false))(t)
		node, _ := w.enrol(t, other.Name)
		theirs := alertAt(node.ID, w.clock, 2)
		theirs.Rule = soc.Rule{Engine: soc.EngineWazuh, ID: "777", Name: "their secret rule"}
		for id, a := range map[soc.NodeID]soc.Alert{w.node.ID: alertAt(w.node.ID, w.clock, 1), node.ID: theirs} {
			c := newChain(id, soc.LaneNormal)
			must(w.Accept(t.Context(), system, c.delivery(c.entries(t, a))))(t)
		}
		names := func(scope soc.Scope, field query.Field, written string) (got []string) {
			for _, n := range must(w.Names(t.Context(), scope, field, written))(t) {
				got = append(got, n.Text)
			}
			return got
		}
		mine := soc.ScopeOf("viewer", soc.RoleViewer, w.client.ID)
		for _, tt := range []struct {
			scope   soc.Scope
			field   query.Field
			written string
			want    []string
		}{
			{system, query.Client, "", []string{"Clinic Saint-Luc", "Other"}},
			{system, query.Client, "sai", []string{"Clinic Saint-Luc"}},
			{mine, query.Client, "", []string{"Clinic Saint-Luc"}},
			{mine, query.Client, "oth", nil},
			{system, query.Node, "GA", []string{"gate", "gate"}},
			{mine, query.Node, "", []string{"gate"}},
			{system, query.RuleID, "7", []string{"777"}},
			{system, query.RuleID, "secret", []string{"777"}},
			{mine, query.RuleID, "7", nil},
			{mine, query.RuleID, "", []string{"9000001"}},
			{mine, query.RuleName, "their", nil},
			{system, query.RuleName, "secr", []string{"their secret rule"}},
			{mine, query.Owner, "", nil},
			{system, query.Host, "", nil},
		} {
			if got := names(tt.scope, tt.field, tt.written); !slices.Equal(got, tt.want) {
				t.Errorf("%s:%s by %s offers %q, want %q", tt.field, tt.written, tt.scope.Who(), got, tt.want)
			}
		}
	})
}
