// Command outbox measures how fast the outbox commits alerts, every fsync on, beside bare
// inserts of the same bytes into a plain SQLite table with the same settings, in the same
// run and in turns. It exits with 1 if a record is missing.
package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"time"

	"github.com/socme-project/socme/bench/rig"
	"github.com/socme-project/socme/internal/node"
	"github.com/socme-project/socme/internal/source"
	"github.com/socme-project/socme/internal/source/suricata"
	"github.com/socme-project/socme/soc"
)

const (
	runs    = 3
	atOnce  = 1000 // alerts a commit
	singles = 200  // commits of one alert
)

func main() {
	alerts := flag.Int("alerts", 60_000, "alerts of each run")
	flag.Parse()
	if err := bench(context.Background(), *alerts); err != nil {
		fmt.Fprintln(os.Stderr, "bench/outbox: "+err.Error())
		os.Exit(1)
	}
}

// figures are one run's.
type figures struct {
	rate   float64       // alerts a second, atOnce a commit
	single time.Duration // one commit of one alert, the median
}

func bench(ctx context.Context, n int) error {
	batches, err := parse(n)
	if err != nil {
		return err
	}
	var ours, bare []figures
	for range runs {
		f, err := outbox(ctx, batches)
		if err != nil {
			return err
		}
		ours = append(ours, f)
		if f, err = plain(ctx, batches); err != nil {
			return err
		}
		bare = append(bare, f)
	}
	o, b := median(ours), median(bare)
	fmt.Printf("%-58s %-14s %s\n", "what (median of 3)", "here", "goal")
	fmt.Printf("%-58s %-14s\n", "outbox: ledger, normal form, cursor; 1,000 alerts a commit", fmt.Sprintf("%.0f/s", o.rate))
	fmt.Printf("%-58s %-14s\n", "bare SQLite inserts of the same bytes, 1,000 a commit", fmt.Sprintf("%.0f/s", b.rate))
	fmt.Printf("%-58s %-14s %s\n", "  bare ÷ outbox", fmt.Sprintf("%.2f", b.rate/o.rate), "1.5 at most")
	fmt.Printf("%-58s %-14s\n", "outbox: one alert, written to known to be on the disk", fmt.Sprintf("%.2f ms", ms(o.single)))
	fmt.Printf("%-58s %-14s\n", "bare SQLite: one alert committed", fmt.Sprintf("%.2f ms", ms(b.single)))
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func median(all []figures) figures {
	slices.SortFunc(all, func(a, b figures) int { return int(a.rate - b.rate) })
	return all[len(all)/2]
}

// parse makes the alerts beforehand: what is measured is the outbox.
func parse(n int) ([][]soc.Alert, error) {
	var batches [][]soc.Alert
	for first := 0; first < n; first += atOnce {
		batch := make([]soc.Alert, 0, atOnce)
		for i := first; i < min(first+atOnce, n); i++ {
			alert, is, err := suricata.Parse("bench", []byte(rig.AlertLine(i, time.Unix(1_770_000_000+int64(i), 0))))
			if err != nil || !is {
				return nil, fmt.Errorf("alert %d: %w", i, errors.Join(err, soc.ErrInvalid))
			}
			batch = append(batch, alert)
		}
		batches = append(batches, batch)
	}
	return batches, nil
}

func outbox(ctx context.Context, batches [][]soc.Alert) (figures, error) {
	var f figures
	dir, err := os.MkdirTemp("", "socme-bench-outbox-")
	if err != nil {
		return f, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		return f, err
	}
	o, err := node.OpenOutbox(ctx, node.OutboxOptions{Dir: dir, Node: "bench", Key: key, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		return f, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- o.Run(ctx) }()
	emit := func(alerts []soc.Alert, offset int) error {
		return o.Emit(ctx, source.Batch{Alerts: alerts, Cursor: source.Cursor{Source: "bench", Path: "/eve.json", Inode: 1, Offset: int64(offset)}}, nil)
	}
	n := 0
	began := time.Now()
	for _, batch := range batches {
		if err := emit(batch, n); err != nil {
			return f, err
		}
		n += len(batch)
	}
	if err := o.Flush(ctx); err != nil {
		return f, err
	}
	f.rate = float64(n) / time.Since(began).Seconds()
	var all []time.Duration
	for i := range singles {
		began := time.Now()
		if err := errors.Join(emit(batches[0][:1], n+i), o.Flush(ctx)); err != nil {
			return f, err
		}
		all = append(all, time.Since(began))
	}
	slices.Sort(all)
	f.single = all[len(all)/2]
	committed := uint64(0)
	_, latest := o.Latest()
	for _, seq := range latest {
		committed += seq
	}
	if committed != uint64(n+singles) {
		return f, fmt.Errorf("the outbox has %v records, want %d", latest, n+singles)
	}
	cancel()
	return f, errors.Join(<-ended, o.Close())
}

// plain inserts the same raw lines and normal forms, made beforehand, into a plain table.
func plain(ctx context.Context, batches [][]soc.Alert) (figures, error) {
	var f figures
	dir, err := os.MkdirTemp("", "socme-bench-plain-")
	if err != nil {
		return f, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	table, err := rig.OpenPlain(ctx, dir)
	if err != nil {
		return f, err
	}
	defer func() { _ = table.Close() }()
	row := func(alert *soc.Alert) []any { return table.Row(alert, alert.AppendJSON(nil)) }
	var commits [][][]any
	n := 0
	for _, batch := range batches {
		rows := make([][]any, len(batch))
		for i := range batch {
			rows[i] = row(&batch[i])
		}
		commits = append(commits, rows)
		n += len(batch)
	}
	began := time.Now()
	for _, rows := range commits {
		if err := table.Commit(ctx, rows...); err != nil {
			return f, err
		}
	}
	f.rate = float64(n) / time.Since(began).Seconds()
	var all []time.Duration
	for range singles {
		one := row(&batches[0][0])
		began := time.Now()
		if err := table.Commit(ctx, one); err != nil {
			return f, err
		}
		all = append(all, time.Since(began))
	}
	slices.Sort(all)
	f.single = all[len(all)/2]
	return f, nil
}
