package main

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/socme-project/socme/soc"
)

// What happens at a client happens again: so many different things at each, the last of
// which are still open. They are what groups are made of.
const (
	habitsOpen = 40
	habitsAll  = 400
)

// habit is what alerts of a group have in common.
type habit struct {
	rule   soc.Rule
	source netip.Addr
	dest   netip.Addr
	port   uint16
}

// maker makes alerts: for each field one value in about a third of them, one in twenty of
// them all, and many between.
type maker struct {
	*rand.Rand
	which, pool *rand.Zipf
	chains      []chain
	total       int
	habits      map[[2]int]habit
}

// at is when the alert with the number happens.
func (m *maker) at(n int) time.Time {
	return now.Add(-span + span/time.Duration(m.total)*time.Duration(n))
}

// one gives the frequent value, the rare one, or one of a pool.
func (m *maker) one(rare bool, frequent, seldom, pool string) string {
	switch {
	case rare:
		return seldom
	case m.IntN(3) == 0:
		return frequent
	}
	return fmt.Sprintf(pool, m.pool.Uint64())
}

func (m *maker) habit(client, which int) habit {
	if h, ok := m.habits[[2]int{client, which}]; ok {
		return h
	}
	r := rand.New(rand.NewPCG(uint64(client), uint64(which))) //nolint:gosec // the same at each run
	h := habit{
		rule:   soc.Rule{Engine: soc.EngineSuricata, ID: fmt.Sprint(2000001 + r.IntN(900))},
		source: netip.AddrFrom4([4]byte{10, byte(r.IntN(4) * 60), byte(r.IntN(64)), byte(r.IntN(256))}),
		dest:   netip.AddrFrom4([4]byte{198, 51, byte(r.IntN(256)), byte(r.IntN(256))}),
		port:   uint16(100 + r.IntN(9999)),
	}
	h.rule.Name = fmt.Sprintf("RULE %s of the bench", h.rule.ID)
	if r.IntN(3) == 0 {
		h.source = netip.MustParseAddr("10.0.0.1")
		h.rule = soc.Rule{Engine: soc.EngineSuricata, ID: "2000000", Name: "RULE with a frequent scan"}
	}
	if r.IntN(3) == 0 {
		h.dest, h.port = netip.MustParseAddr("198.51.100.1"), 443
	}
	m.habits[[2]int{client, which}] = h
	return h
}

func (m *maker) alert(client, n int) soc.Alert {
	at, rare := m.at(n), n%(m.total/20) == 7
	habits := habitsAll
	if n >= m.total-m.total/10 {
		habits = habitsOpen
	}
	h := m.habit(client, m.IntN(habits))
	a := soc.Alert{
		Severity: soc.Severity(1 + min(m.IntN(5), m.IntN(5), m.IntN(5))), EventTime: at, SeenTime: at, Rule: h.rule,
		Category: m.one(rare, "common", "seldom", "category %d"), Action: "allowed", Protocol: "TCP", Application: "http",
		Source:      soc.Endpoint{Address: h.source, Port: uint16(1025 + m.IntN(60000))},
		Destination: soc.Endpoint{Address: h.dest, Port: h.port},
		Raw: fmt.Appendf(nil, `{"timestamp":"%s","flow_id":%d,"in_iface":"eth1","event_type":"alert","src_ip":"%s","src_port":%d,"dest_ip":"%s","dest_port":%d,"proto":"TCP","community_id":"1:%016x=","tx_id":0,`+
			`"alert":{"action":"allowed","gid":1,"signature_id":%s,"rev":3,"signature":"%s","category":"Attempted Information Leak","severity":2},`+
			`"http":{"hostname":"shop.example","url":"/search?q=%d","http_user_agent":"Mozilla/5.0 (X11; Linux x86_64)","http_method":"GET","protocol":"HTTP/1.1","status":200,"length":512},"app_proto":"http","payload":"%016x"}`,
			at.Format(time.RFC3339Nano), 1<<40+n, h.source, 1025+n%60000, h.dest, h.port, m.Uint64(), h.rule.ID, h.rule.Name, n, m.Uint64()),
	}
	a.Source.Host = m.one(rare, "web-1", "seldom", "web-%d")
	a.Source.User = m.one(rare, "root", "mallory", "user%d")
	a.Tags = []string{m.one(rare, "common", "seldom", "tag-%d"), "recon"}
	a.Details = []soc.Detail{
		{Name: "http host", Value: m.one(rare, "common.example.com", "seldom.example.com", "host%d.example.net")},
		{Name: "url", Value: m.one(rare, "/common", "/seldom", "/q/%d")},
		{Name: "user agent", Value: "Mozilla/5.0 (X11; Linux x86_64)"},
	}
	if m.IntN(2) == 0 {
		m.fromWazuh(&a, rare)
	}
	if rare {
		seldom(&a)
	}
	a.ID = soc.NewAlertID(at, m.chains[client].Node, a.Raw)
	return a
}

// fromWazuh adds what Wazuh's alerts have beside. One in fifty of them tells of no user.
func (m *maker) fromWazuh(a *soc.Alert, rare bool) {
	if m.IntN(25) == 0 {
		a.Source.User = ""
	}
	a.Agent = &soc.Agent{ID: fmt.Sprint(m.IntN(100)), Name: a.Source.Host}
	a.File = &soc.File{Path: "/srv/www/" + m.one(rare, "common.php", "seldom.php", "f%d.php"), MD5: m.one(rare, "00000000000000000000000000000001", "000000000000000000000000000000ff", "%032x")}
	a.Process = &soc.Process{Path: `C:\Windows\` + m.one(rare, "common.exe", "seldom.exe", "p%d.exe")}
	a.MITRE = &soc.MITRE{Tactics: []string{"impact"}, Techniques: []soc.Technique{{ID: "T1110.001", Name: "Password Guessing"}}}
	a.Details = append(a.Details, soc.Detail{Name: "mail from", Value: m.one(rare, "all@example.com", "eve@example.com", "m%d@example.org")})
	a.Via = "wazuh"
}

// seldom gives an alert what only twenty of all have.
func seldom(a *soc.Alert) {
	a.Rule = soc.Rule{Engine: soc.EngineSuricata, ID: "2000999", Name: "RULE of a rare thing, rareword"}
	a.Severity, a.Action, a.Protocol, a.Application = soc.SeverityUnknown, "blocked", "ICMP", "ssh"
	a.Source.Address, a.Destination.Address, a.Destination.Port = netip.MustParseAddr("203.0.113.9"), netip.MustParseAddr("2001:db8::9"), 31337
	a.Source.User = "mallory"
	a.Agent, a.CommunityID = &soc.Agent{ID: "seldom", Name: "seldom"}, "1:seldom"
	a.File, a.Process = &soc.File{Path: "/tmp/seldom.php", MD5: "000000000000000000000000000000ff"}, &soc.Process{Path: "seldom.exe"}
	a.MITRE = &soc.MITRE{Tactics: []string{"discovery"}, Techniques: []soc.Technique{{ID: "T1059"}}}
	a.Details = append(a.Details, soc.Detail{Name: "mail from", Value: "eve@example.com"})
}
