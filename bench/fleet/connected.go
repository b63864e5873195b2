package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/socme-project/socme/bench/rig"
)

// every is how often a node beats; with it, it brings what has happened since.
const every = 10 * time.Second

// connected watches a core with many nodes that beat and bring 1,000 alerts a second
// between them.
func (f *fleet) connected(ctx context.Context, dir string) error {
	s, err := f.start(ctx, dir)
	if err != nil {
		return err
	}
	defer s.Stop()
	members, err := s.Fleet(ctx, f.nodes, min(f.nodes, 500))
	if err != nil {
		return err
	}
	each := 1000 * int(every/time.Second) / f.nodes
	var sent atomic.Int64
	turns, end := context.WithCancel(ctx)
	defer end()
	all, turns := errgroup.WithContext(turns)
	for i, m := range members {
		all.Go(func() error { return turn(turns, m, i, each, every*time.Duration(i)/time.Duration(f.nodes), &sent) })
	}
	rig.Pause(every + every/2) // all are connected, and have beaten once
	worked, err := s.Core.Worked()
	if err != nil {
		return err
	}
	before, began := sent.Load(), time.Now()
	rig.Pause(f.steady)
	after, err := s.Core.Worked()
	if err != nil {
		return err
	}
	took, brought := time.Since(began), sent.Load()-before
	end()
	if err := all.Wait(); err != nil && ctx.Err() == nil && turns.Err() == nil {
		return err
	}
	peak, err := s.Core.Peak()
	if err != nil {
		return err
	}
	row(fmt.Sprintf("%d nodes, a beat each %s, %.0f alerts/s: core", f.nodes, every, float64(brought)/took.Seconds()),
		fmt.Sprintf("%.2f cores, %d MB", (after-worked).Seconds()/took.Seconds(), peak>>20), "1 core, 400 MB")
	return nil
}

// turn beats and brings alerts at its own moment of every ten seconds, until ctx ends.
func turn(ctx context.Context, m *rig.Member, i, each int, offset time.Duration, sent *atomic.Int64) error {
	timer := time.NewTimer(offset)
	defer timer.Stop()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	select {
	case <-ctx.Done():
		return nil
	case <-timer.C:
		ticker.Reset(every)
	}
	for n := 0; ; n++ {
		err := m.Beat(ctx)
		if err == nil {
			var b rig.Batch
			if b, err = m.Batch((i<<12|n)*each, each); err == nil {
				err = m.Send(ctx, b)
			}
		}
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		sent.Add(int64(each))
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}
