package main

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/socme-project/socme/bench/rig"
	"github.com/socme-project/socme/internal/source/suricata"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

func (w *world) enrol(ctx context.Context) error {
	if _, err := w.AddClient(ctx, system, "acme", false); err != nil {
		return err
	}
	secret, _, err := w.AddEnrolment(ctx, system, "acme", "bench")
	if err != nil {
		return err
	}
	public, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		return err
	}
	node, err := w.Enrol(ctx, system, store.Enrolment{
		Secret: secret, LedgerKey: public, Name: "bench",
		Sign: func(soc.NodeID) (time.Time, error) { return time.Now().Add(time.Hour), nil },
	})
	w.node = node.ID
	w.chain = soc.Chain{Node: node.ID, Epoch: "epoch-1", Lane: soc.LaneNormal}
	w.head.Value = w.chain.Genesis()
	return err
}

// deliver takes n alerts of 1.1 KB as ingest does, whose signature was checked.
func (w *world) deliver(ctx context.Context, n int, at time.Time) error {
	entries := make([]soc.Entry, n)
	for i := range entries {
		alert, is, err := suricata.Parse(w.node, []byte(rig.AlertLine(w.made, at.Add(time.Duration(i)*time.Millisecond))))
		if err != nil || !is {
			return fmt.Errorf("alert %d: %w", w.made, errors.Join(err, soc.ErrInvalid))
		}
		alert.SeenTime = at.UTC()
		w.made++
		normal, err := json.Marshal(alert)
		if err != nil {
			return err
		}
		r := soc.Record{Seq: w.head.Seq + 1, AlertID: alert.ID, RawHash: alert.RawHash()}
		w.head = soc.Head{Seq: r.Seq, Value: r.Next(w.head.Value)}
		entries[i] = soc.Entry{Record: r, Value: w.head.Value, Alert: alert, Normal: normal}
	}
	_, err := w.Accept(ctx, system, store.Delivery{
		Chain: w.chain, Latest: w.head.Seq, Entries: entries,
		Signed: soc.Signed{Time: time.Now(), Signature: []byte{1}},
	})
	return err
}
