// Command loss measures what becomes of a sensor's lines while its file is rotated in
// every way that is met in the field: how many are lost and how many come twice, with
// the code that a node follows a file with, with tail -F, and with rsyslog's imfile.
// All follow the same files at the same time.
//
// It exits with 1 if ours loses or doubles a line. A peer that is not installed is left
// out; the others go on.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"
)

const (
	patience = 10 * time.Second       // for a follower to begin
	calm     = 3 * time.Second        // without a line, after which none is waited for
	between  = 150 * time.Millisecond // rotations; in the field it is an hour or a day
)

func main() {
	lines := flag.Int("lines", 3000, "lines for each way of rotation")
	only := flag.String("only", "", "only the ways whose names contain this")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := bench(ctx, *lines, *only)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/loss:", err)
		os.Exit(1)
	}
}

func bench(ctx context.Context, lines int, only string) error {
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "%d lines a way, lost / doubled\tsocme\ttail -F\trsyslog imfile\t\n", lines)
	failed := false
	left := map[string]error{}
	for _, w := range ways {
		if !strings.Contains(w.name, only) {
			continue
		}
		row, err := one(ctx, w, lines, left)
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		fmt.Fprintf(table, "%s\t", w.name)
		for i, r := range row {
			if r.err != nil {
				fmt.Fprint(table, "–\t")
				continue
			}
			fmt.Fprintf(table, "%d / %d\t", r.lost, r.doubled)
			failed = failed || i == 0 && (r.lost > 0 || r.doubled > 0)
		}
		fmt.Fprintln(table)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for name, err := range left {
		fmt.Printf("%s: left out: %v\n", name, err)
	}
	if failed {
		return fmt.Errorf("socme lost or doubled lines")
	}
	fmt.Println("\ngoal: lost 0, doubled 0: met")
	return nil
}

// result is what became of the lines at one follower.
type result struct {
	lost, doubled int
	err           error // why it did not take part
}

// one lets all followers follow one sensor.
func one(ctx context.Context, w way, lines int, left map[string]error) ([]result, error) {
	dir, err := os.MkdirTemp("", "socme-bench-loss-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	s := &sensor{dir: filepath.Join(dir, "log"), path: filepath.Join(dir, "log", "eve.json")}
	if err := os.Mkdir(s.dir, 0o750); err != nil {
		return nil, err
	}
	if err := s.begin(w); err != nil {
		return nil, err
	}
	defer s.close()
	followers := []follower{&ours{path: s.path}, &tail{path: s.path}, &rsyslog{path: s.path, dir: dir}}
	results := make([]result, len(followers))
	for i, f := range followers {
		if results[i].err = f.start(ctx); results[i].err != nil {
			left[f.name()] = results[i].err
			continue
		}
		defer f.stop()
	}
	running := func(do func(f follower) error) error {
		for i, f := range followers {
			if results[i].err != nil {
				continue
			}
			if err := do(f); err != nil {
				return err
			}
		}
		return nil
	}
	if err := s.write(1); err != nil {
		return nil, err
	}
	err = running(func(f follower) error {
		return until(ctx, patience, f.name()+" to begin", func() bool { return len(f.seen()) > 0 })
	})
	if err != nil {
		return nil, err
	}
	const rotations = 10
	for i := range rotations {
		if err := s.write((lines - s.next) / (rotations - i)); err != nil {
			return nil, err
		}
		if w.down { // nobody follows while it is rotated
			_ = running(func(f follower) error { f.stop(); return nil })
			if err := s.write(20); err != nil {
				return nil, err
			}
		}
		if err := w.rotate(s); err != nil {
			return nil, err
		}
		pause(between)
		if w.down {
			if err := s.write(20); err != nil {
				return nil, err
			}
			if err := running(func(f follower) error { return f.start(ctx) }); err != nil {
				return nil, err
			}
		}
	}
	if err := s.write(max(1, lines-s.next)); err != nil {
		return nil, err
	}
	settle(ctx, followers, results)
	for i, f := range followers {
		if results[i].err != nil {
			continue
		}
		seen := f.seen()
		for n := range s.next {
			switch times := seen[n]; {
			case times == 0:
				results[i].lost++
			case times > 1:
				results[i].doubled++
			}
		}
	}
	return results, nil
}

// settle waits until nothing has come anywhere for a while.
func settle(ctx context.Context, followers []follower, results []result) {
	last, since := -1, time.Now()
	for ctx.Err() == nil && time.Since(since) < calm {
		sum := 0
		for i, f := range followers {
			if results[i].err != nil {
				continue
			}
			for _, times := range f.seen() {
				sum += times
			}
		}
		if sum != last {
			last, since = sum, time.Now()
		}
		pause(20 * time.Millisecond)
	}
}

func until(ctx context.Context, limit time.Duration, what string, done func() bool) error {
	for begin := time.Now(); !done(); pause(5 * time.Millisecond) {
		if time.Since(begin) > limit || ctx.Err() != nil {
			return cmp.Or(ctx.Err(), fmt.Errorf("waited in vain for %s", what))
		}
	}
	return nil
}

// pause lets time pass, as a sensor does.
func pause(d time.Duration) { <-time.After(d) }
