package main

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

const (
	clients = 500
	span    = 90 * 24 * time.Hour
	window  = 50_000 // alerts of all nodes that are written at once
)

var system = soc.System("bench")

// load stores the alerts of 90 days: client n has a node and, by Zipf's law, a share of
// them. The last tenth is open, all before is resolved.
func load(ctx context.Context, s *store.Store, total int) error {
	chains := make([]chain, clients)
	for i := range chains {
		var err error
		if chains[i], err = enrol(ctx, s, i); err != nil {
			return err
		}
	}
	if _, err := s.AddLink(ctx, system); err != nil { // makes the user admin
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	made := make(chan part, 1)
	go func() {
		defer close(made)
		m := newMaker(chains, total)
		for n := 0; n < total; {
			p := m.part(s, &n)
			select {
			case made <- p:
			case <-ctx.Done():
				return
			}
		}
	}()
	start, written := time.Now(), 0
	return s.Load(ctx, system, func(add func([]store.Delivery, bool) error) error {
		for p := range made {
			if err := add(p.deliveries, p.closed); err != nil {
				return err
			}
			if written += p.alerts; written%(10*window) == 0 || written == total {
				fmt.Printf("%d alerts loaded, %.0f/s\n", written, float64(written)/time.Since(start).Seconds())
			}
		}
		fmt.Printf("all are written after %.0f s; now their indexes\n", time.Since(start).Seconds())
		return nil
	})
}

// part is what is written at once.
type part struct {
	deliveries []store.Delivery
	alerts     int
	closed     bool
}

// part makes alerts from number n on.
func (m *maker) part(s *store.Store, n *int) part {
	p := part{closed: *n < m.total-m.total/10}
	end := min(*n+window, m.total)
	if p.closed {
		end = min(end, m.total-m.total/10)
	}
	p.alerts = end - *n
	waiting := make([][]soc.Alert, clients)
	for ; *n < end; *n++ {
		c := int(m.which.Uint64())
		waiting[c] = append(waiting[c], m.alert(c, *n))
	}
	for c := range waiting {
		if len(waiting[c]) == 0 {
			continue
		}
		d := m.chains[c].delivery(waiting[c], m.at(end-1))
		s.Prepare(&d)
		p.deliveries = append(p.deliveries, d)
	}
	return p
}

// chain is a node's.
type chain struct {
	soc.Chain
	head soc.Head
}

func enrol(ctx context.Context, s *store.Store, n int) (chain, error) {
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

func (c *chain) delivery(alerts []soc.Alert, at time.Time) store.Delivery {
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
	d.Latest, d.Signed = c.head.Seq, soc.Signed{Time: at, Signature: []byte{1}}
	return d
}

// newMaker makes the same alerts at each run, but for the nodes' ids.
func newMaker(chains []chain, total int) *maker {
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same alerts at each run
	return &maker{Rand: r, which: rand.NewZipf(r, 1.1, 4, clients-1), pool: rand.NewZipf(r, 1.2, 8, 9999), chains: chains, total: total, habits: map[[2]int]habit{}}
}
