package main

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

const (
	clients = 500
	span    = 90 * 24 * time.Hour
	batch   = 1000
)

var system = soc.System("bench")

// load stores the alerts of 90 days, unless there are any: client n has a node and, by
// Zipf's law, a share of them.
func load(ctx context.Context, s *store.Store, now time.Time, total int) error {
	there, err := s.Alerts(ctx, system, store.AlertFilter{Limit: 1})
	if err != nil || len(there) > 0 {
		return err
	}
	chains := make([]chain, clients)
	for i := range chains {
		if chains[i], err = enrol(ctx, s, i, now); err != nil {
			return err
		}
	}
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same alerts every time
	m := maker{Rand: r, which: rand.NewZipf(r, 1.1, 4, clients-1), pool: rand.NewZipf(r, 1.2, 8, 9999)}
	start, last := time.Now(), 0
	waiting := make([][]soc.Alert, clients)
	for n := range total {
		c := int(m.which.Uint64())
		at := now.Add(-span + span*time.Duration(n)/time.Duration(total))
		waiting[c] = append(waiting[c], m.alert(chains[c].Node, n, total, at))
		if len(waiting[c]) == batch || n == total-1 {
			for c := range chains {
				if len(waiting[c]) == 0 || len(waiting[c]) < batch && n < total-1 {
					continue
				}
				if _, err := s.Accept(ctx, system, chains[c].delivery(waiting[c])); err != nil {
					return err
				}
				waiting[c] = waiting[c][:0]
			}
		}
		if n-last == 100_000 {
			last = n
			fmt.Printf("%d alerts loaded, %.0f/s\n", n, float64(n)/time.Since(start).Seconds())
		}
	}
	_, err = s.AddLink(ctx, system)
	return err
}

// chain is a node's.
type chain struct {
	soc.Chain
	head soc.Head
}

func enrol(ctx context.Context, s *store.Store, n int, now time.Time) (chain, error) {
	client := fmt.Sprintf("client-%d", n)
	if _, err := s.AddClient(ctx, system, client, n == 300); err != nil {
		return chain{}, err
	}
	secret, _, err := s.AddEnrolment(ctx, system, client, "")
	if err != nil {
		return chain{}, err
	}
	public, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		return chain{}, err
	}
	node, err := s.Enrol(ctx, system, store.Enrolment{
		Secret: secret, LedgerKey: public, Name: fmt.Sprintf("node-%d", n),
		Sign: func(soc.NodeID) (time.Time, error) { return now.Add(90 * 24 * time.Hour), nil },
	})
	c := chain{Chain: soc.Chain{Node: node.ID, Epoch: "epoch-1", Lane: soc.LaneNormal}}
	c.head.Value = c.Genesis()
	return c, err
}

func (c *chain) delivery(alerts []soc.Alert) store.Delivery {
	d := store.Delivery{Chain: c.Chain}
	for _, a := range alerts {
		r := soc.Record{Seq: c.head.Seq + 1, AlertID: a.ID, RawHash: a.RawHash()}
		c.head = soc.Head{Seq: r.Seq, Value: r.Next(c.head.Value)}
		normal, err := json.Marshal(a)
		if err != nil { // our own type always marshals
			panic(err)
		}
		d.Entries = append(d.Entries, soc.Entry{Record: r, Value: c.head.Value, Alert: a, Normal: normal})
	}
	d.Latest, d.Signed = c.head.Seq, soc.Signed{Time: time.UnixMilli(1), Signature: []byte{1}}
	return d
}

// maker makes alerts: for each field one value in about a third of them, one in twenty of
// them all, and many between.
type maker struct {
	*rand.Rand
	which, pool *rand.Zipf
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

func (m *maker) alert(node soc.NodeID, n, total int, at time.Time) soc.Alert {
	rare := n%(total/20) == 7
	a := soc.Alert{
		Severity: soc.Severity(1 + min(m.IntN(5), m.IntN(5), m.IntN(5))), EventTime: at, SeenTime: at,
		Rule:     soc.Rule{Engine: soc.EngineSuricata, ID: fmt.Sprint(2000000 + m.pool.Uint64()%1000)},
		Category: m.one(rare, "common", "seldom", "category %d"), Action: "allowed", Protocol: "TCP", Application: "http",
		Source:      soc.Endpoint{Address: netip.AddrFrom4([4]byte{10, byte(m.IntN(4) * 60), byte(m.pool.Uint64()), byte(m.IntN(256))}), Port: uint16(1025 + m.IntN(60000))},
		Destination: soc.Endpoint{Address: netip.MustParseAddr("198.51.100.1"), Port: 443},
		Raw:         fmt.Appendf(nil, `{"timestamp":%q,"flow_id":%d,"event_type":"alert","payload":"R0VUIC8gSFRUUC8xLjE="}`, at, n),
	}
	a.Rule.Name = fmt.Sprintf("RULE %s of the bench", a.Rule.ID)
	if m.IntN(3) == 0 {
		a.Source.Address = netip.MustParseAddr("10.0.0.1")
		a.Rule = soc.Rule{Engine: soc.EngineSuricata, ID: "2000000", Name: "RULE with a frequent scan"}
	}
	if m.IntN(3) > 0 {
		a.Destination.Address = netip.AddrFrom4([4]byte{198, 51, byte(m.pool.Uint64()), byte(m.IntN(256))})
		a.Destination.Port = uint16(m.pool.Uint64() + 100)
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
		a.Agent = &soc.Agent{ID: fmt.Sprint(m.IntN(100)), Name: a.Source.Host}
		a.File = &soc.File{Path: "/srv/www/" + m.one(rare, "common.php", "seldom.php", "f%d.php"), MD5: m.one(rare, "00000000000000000000000000000001", "000000000000000000000000000000ff", "%032x")}
		a.Process = &soc.Process{Path: `C:\Windows\` + m.one(rare, "common.exe", "seldom.exe", "p%d.exe")}
		a.MITRE = &soc.MITRE{Tactics: []string{"impact"}, Techniques: []soc.Technique{{ID: "T1110.001", Name: "Password Guessing"}}}
		a.Details = append(a.Details, soc.Detail{Name: "mail from", Value: m.one(rare, "all@example.com", "eve@example.com", "m%d@example.org")})
		a.Via = "wazuh"
	}
	if rare {
		a.Rule = soc.Rule{Engine: soc.EngineSuricata, ID: "2000999", Name: "RULE of a rare thing, rareword"}
		a.Severity, a.Action, a.Protocol, a.Application = soc.SeverityUnknown, "blocked", "ICMP", "ssh"
		a.Source.Address, a.Destination.Address, a.Destination.Port = netip.MustParseAddr("203.0.113.9"), netip.MustParseAddr("2001:db8::9"), 31337
		a.Agent, a.CommunityID = &soc.Agent{ID: "seldom", Name: "seldom"}, "1:seldom"
		a.File, a.Process = &soc.File{Path: "/tmp/seldom.php", MD5: "000000000000000000000000000000ff"}, &soc.Process{Path: "seldom.exe"}
		a.MITRE = &soc.MITRE{Tactics: []string{"discovery"}, Techniques: []soc.Technique{{ID: "T1059"}}}
		a.Details = append(a.Details, soc.Detail{Name: "mail from", Value: "eve@example.com"})
	}
	a.ID = soc.NewAlertID(at, node, a.Raw)
	return a
}
