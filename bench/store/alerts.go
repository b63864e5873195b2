package main

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// perBatch is how many alerts a delivery has.
const perBatch = 1000

var system = soc.System("bench")

// accept lets a store take batches of one node's, and tells how long that took.
func accept(ctx context.Context, o store.Options, batches int) (time.Duration, error) {
	s, err := store.Open(ctx, o)
	if err != nil {
		return 0, err
	}
	defer func() { _ = s.Close() }() // everything is committed by then
	node, err := enrol(ctx, s)
	if err != nil {
		return 0, err
	}
	chain := soc.Chain{Node: node, Epoch: "0123456789abcdef", Lane: soc.LaneNormal}
	head := soc.Head{Value: chain.Genesis()}
	var took time.Duration
	for batch := range batches {
		entries := make([]soc.Entry, perBatch)
		for i := range entries {
			a := alert(node, batch*perBatch+i)
			normal, err := json.Marshal(a)
			if err != nil {
				return 0, err
			}
			r := soc.Record{Seq: head.Seq + 1, AlertID: a.ID, RawHash: a.RawHash()}
			head = soc.Head{Seq: r.Seq, Value: r.Next(head.Value)}
			entries[i] = soc.Entry{Record: r, Value: head.Value, Alert: a, Normal: normal}
		}
		d := store.Delivery{Chain: chain, Latest: head.Seq, Entries: entries, Signed: soc.Signed{Time: time.Now(), Signature: []byte{1}}}
		began := time.Now()
		s.Prepare(&d)
		if _, err := s.Accept(ctx, system, d); err != nil {
			return 0, err
		}
		took += time.Since(began)
	}
	return took, nil
}

func enrol(ctx context.Context, s *store.Store) (soc.NodeID, error) {
	client, err := s.AddClient(ctx, system, "acme", false)
	if err != nil {
		return "", err
	}
	secret, _, err := s.AddEnrolment(ctx, system, client.Name, "gate")
	if err != nil {
		return "", err
	}
	public, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		return "", err
	}
	node, err := s.Enrol(ctx, system, store.Enrolment{
		Secret: secret, LedgerKey: public, Name: "gate",
		Sign: func(soc.NodeID) (time.Time, error) { return time.Now().Add(time.Hour), nil },
	})
	return node.ID, err
}

// alert is one of about 1.1 KB, as Suricata writes them of web traffic.
func alert(node soc.NodeID, n int) soc.Alert {
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Millisecond)
	a := soc.Alert{
		Severity: soc.Severity(1 + n%4), Category: "Web Application Attack", Application: "http",
		Rule:        soc.Rule{Engine: soc.EngineSuricata, ID: fmt.Sprint(9000000 + n%97), Name: fmt.Sprintf("WEB attempt number %d against a shop", n%97)},
		Source:      soc.Endpoint{Address: netip.AddrFrom4([4]byte{192, 0, 2, byte(n * 7)}), Port: 40000},
		Destination: soc.Endpoint{Address: netip.AddrFrom4([4]byte{198, 51, byte(n >> 8), byte(n)}), Port: 443},
		Details: []soc.Detail{
			{Name: "http host", Value: "shop.example"}, {Name: "url", Value: fmt.Sprintf("/search?q=%d", n)}, {Name: "user agent", Value: "Mozilla/5.0 (X11; Linux x86_64)"},
		},
		EventTime: at, SeenTime: at,
		Raw: fmt.Appendf(nil, `{"event_type":"alert","n":%d,"payload":"%s","m":%d}`, n, strings.Repeat("GET /search HTTP/1.1..", 45), n*31),
	}
	a.ID = soc.NewAlertID(a.EventTime, node, a.Raw)
	return a
}
