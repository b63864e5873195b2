// Command retention measures how long queries and commits take while old alerts are being
// deleted, beside the same before and after, in the same run. It exits with 1 if what is
// left is not what should be.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"sync/atomic"
	"time"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

const (
	quiet = 15 * time.Second // of measuring before and after
	every = 20 * time.Millisecond
	batch = 100 // alerts of a commit while measuring
)

var system = soc.System("bench")

func main() {
	alerts := flag.Int("alerts", 200_000, "alerts in the database; half of them are old")
	flag.Parse()
	if err := bench(context.Background(), *alerts); err != nil {
		fmt.Fprintln(os.Stderr, "bench/retention: "+err.Error())
		os.Exit(1)
	}
}

// figures are what one phase took.
type figures struct{ queries, commits []time.Duration }

func (f figures) p(of []time.Duration, percent int) time.Duration {
	if len(of) == 0 {
		return 0
	}
	slices.Sort(of)
	return of[(len(of)-1)*percent/100]
}

func bench(ctx context.Context, n int) (err error) {
	dir, err := os.MkdirTemp("", "socme-retention-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	w, err := fill(ctx, dir, n)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	before, err := w.measure(ctx, quiet, nil)
	if err != nil {
		return err
	}
	if err := w.SetRetention(ctx, system, []soc.RetentionPolicy{{Severity: soc.SeverityCritical, Days: 30}}); err != nil {
		return err
	}
	// Ctrl-C ends the deleting, and what was measured until then is printed.
	enough, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	deleted, began := int64(0), time.Now()
	ended := make(chan error, 1)
	go func() {
		var err error
		deleted, _, err = w.Expire(enough, system, 0)
		if enough.Err() != nil {
			err = nil
		}
		ended <- err
	}()
	during, err := w.measure(ctx, 0, ended)
	if err != nil {
		return err
	}
	took := time.Since(began)
	after, err := w.measure(ctx, quiet, nil)
	if err != nil {
		return err
	}
	if deleted != int64(n/2) && enough.Err() == nil {
		return fmt.Errorf("%d alerts were deleted, want %d", deleted, n/2)
	}
	fmt.Printf("%d of %d alerts deleted in %s: %.0f/s\n\n", deleted, n, took.Round(time.Millisecond), float64(deleted)/took.Seconds())
	fmt.Printf("%-38s %10s %10s %10s\n", "", "before", "meanwhile", "after")
	row := func(name string, of func(figures) []time.Duration) (up float64) {
		for _, percent := range []int{50, 95, 99} {
			var ms [3]float64
			for i, f := range []figures{before, during, after} {
				ms[i] = float64(f.p(of(f), percent).Microseconds()) / 1000
			}
			fmt.Printf("%-38s %7.2f ms %7.2f ms %7.2f ms\n", fmt.Sprintf("%s, p%d", name, percent), ms[0], ms[1], ms[2])
			if percent == 95 {
				up = 100 * (ms[1]/max(ms[0], ms[2]) - 1)
			}
		}
		return up
	}
	up := row("queries", func(f figures) []time.Duration { return f.queries })
	row(fmt.Sprintf("commits of %d alerts", batch), func(f figures) []time.Duration { return f.commits })
	fmt.Printf("\nqueries, p95 against the worse of before and after: %+.0f %% (goal: +20 %% at most)\n", up)
	return nil
}

// measure asks and commits in turns until the time is over, 0 is never, or ended tells.
func (w *world) measure(ctx context.Context, limit time.Duration, ended <-chan error) (figures, error) {
	var f figures
	var queries []query.Query
	for _, text := range []string{"", "severity>=high", "client:acme rule:9000017", "src:192.0.2.77", `"123"`, "after:-24h", "is:open"} {
		q, err := query.Parse(text, query.Asker{Now: time.Now()})
		if err != nil {
			return f, err
		}
		queries = append(queries, q)
	}
	inbox := queries[len(queries)-1]
	queries = queries[:len(queries)-1]
	var until <-chan time.Time
	if limit > 0 {
		until = time.After(limit)
	}
	turn := time.NewTicker(every)
	defer turn.Stop()
	var stop atomic.Bool
	commits := make(chan error, 1)
	go func() { // ingest beside the queries
		tick := time.NewTicker(10 * every)
		defer tick.Stop()
		for !stop.Load() {
			began := time.Now()
			if err := w.deliver(ctx, batch, time.Now()); err != nil {
				commits <- err
				return
			}
			f.commits = append(f.commits, time.Since(began))
			<-tick.C
		}
		commits <- nil
	}()
	done := func(err error) (figures, error) {
		stop.Store(true)
		err = errors.Join(err, <-commits)
		return f, err
	}
	for i := 0; ; i++ {
		select {
		case <-until:
			return done(nil)
		case err := <-ended:
			return done(err)
		case <-turn.C:
		}
		began := time.Now()
		var err error
		if n := len(queries); i%(n+1) == n {
			_, err = w.Groups(ctx, system, store.GroupFilter{Query: inbox})
		} else {
			_, err = w.Alerts(ctx, system, store.AlertFilter{Query: queries[i%(n+1)]})
		}
		if err != nil {
			return done(err)
		}
		f.queries = append(f.queries, time.Since(began))
	}
}

// world is a database with one node that delivers to it.
type world struct {
	*store.Store
	clock atomic.Int64 // how far the store's clock is behind, in ns
	node  soc.NodeID
	chain soc.Chain
	head  soc.Head
	made  int
}

func fill(ctx context.Context, dir string, n int) (*world, error) {
	w := &world{}
	now := func() time.Time { return time.Now().Add(-time.Duration(w.clock.Load())) }
	var err error
	if w.Store, err = store.Open(ctx, store.Options{Dir: dir, Now: now}); err != nil {
		return nil, err
	}
	if err := w.enrol(ctx); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	for w.made < n {
		// The first half in the days before the last hundred, the other in the last day.
		half, day := time.Duration(n/2), 24*time.Hour
		back := day / half * time.Duration(n-w.made)
		if w.made < n/2 {
			back = 100*day + 5*day/half*time.Duration(n/2-w.made)
		}
		w.clock.Store(int64(back))
		if err := w.deliver(ctx, 1000, now()); err != nil {
			return nil, errors.Join(err, w.Close())
		}
	}
	w.clock.Store(0)
	fmt.Printf("%d alerts are there\n", n)
	return w, nil
}
