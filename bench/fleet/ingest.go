package main

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/socme-project/socme/bench/rig"
	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

// ingest brings alerts as fast as the core commits them: by the thousand from 8 nodes,
// and by 20 from 500.
func (f *fleet) ingest(ctx context.Context, dir, on, goal string) error {
	s, err := f.start(ctx, dir)
	if err != nil {
		return err
	}
	defer s.Stop()
	made := 0
	for i, way := range []struct {
		nodes, each int
		goal        string
	}{{8, 1000, goal}, {500, 20, ""}} {
		took, n, err := f.bring(ctx, s, way.nodes, way.each, &made)
		if err != nil {
			return err
		}
		row(fmt.Sprintf("%s: alerts over mutual TLS, %d nodes, batches of %d", on, way.nodes, way.each), fmt.Sprintf("%.0f/s", float64(n)/took.Seconds()), way.goal)
		if i == 0 { // of both ways there are more than one step may change
			if err := f.bulk(ctx, s, on); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *fleet) bring(ctx context.Context, s *rig.Setting, nodes, each int, made *int) (time.Duration, int, error) {
	members, err := s.Fleet(ctx, nodes, min(nodes, 100))
	if err != nil {
		return 0, 0, err
	}
	batches := make([][]rig.Batch, nodes)
	total := 0
	for ; total < f.alerts; total += nodes * each {
		for i, m := range members {
			b, err := m.Batch(*made, each)
			if err != nil {
				return 0, 0, err
			}
			batches[i] = append(batches[i], b)
			*made += each
		}
	}
	began := time.Now()
	all, ctx := errgroup.WithContext(ctx)
	for i, m := range members {
		all.Go(func() error {
			for _, b := range batches[i] {
				if err := m.Send(ctx, b); err != nil {
					return err
				}
			}
			return nil
		})
	}
	err = all.Wait()
	return time.Since(began), total, err
}

// bulk takes a step to 50,000 alerts, and takes it back.
func (f *fleet) bulk(ctx context.Context, s *rig.Setting, on string) error {
	seen, err := s.API.Preview(ctx, sdk.Filter{Query: "is:open"}, sdk.Doing{Verb: soc.VerbResolve})
	if err != nil {
		return err
	}
	began := time.Now()
	action, err := s.API.ActOnFilter(ctx, sdk.Filter{Query: "is:open"}, sdk.Doing{Verb: soc.VerbResolve, Verdict: soc.VerdictBenign})
	if err != nil {
		return err
	}
	took := time.Since(began)
	row(fmt.Sprintf("%s: %d of %d alerts resolved at once", on, action.Alerts, seen.Alerts), fmt.Sprintf("%.1f s", took.Seconds()), "50,000 in 5 s")
	began = time.Now()
	if _, err := s.API.Undo(ctx, action.ID); err != nil {
		return err
	}
	row(on+": and that undone", fmt.Sprintf("%.1f s", time.Since(began).Seconds()), "")
	return nil
}
