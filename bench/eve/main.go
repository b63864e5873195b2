// Command eve measures how fast a node picks the alerts out of Suricata's eve.json:
// it reads, filters and parses a file of its own making through the very code that a
// node follows a file with, on one core, and then takes it the whole way into the outbox,
// beside tools that do part of it and beside
// the mere counting of lines, which is the machine's limit.
//
// It exits with 1 if an alert is missed or made up.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/socme-project/socme/bench/rig"
)

const runs = 3 // of ours and of the limit; the median is shown

func main() {
	size := flag.Int64("size", 1_000_000_000, "bytes of eve.json to make")
	keep := flag.Bool("keep", false, "leave the file where it is made")
	measure := flag.String("measure", "", "measure one way and exit: socme, node, bare or lines (what this command starts itself with)")
	path := flag.String("path", "", "the file to measure over")
	profile := flag.String("profile", "", "with -measure: write a CPU profile there")
	flag.Parse()
	if *measure != "" {
		if *profile != "" {
			file, err := os.Create(*profile)
			if err == nil {
				err = pprof.StartCPUProfile(file)
			}
			if err != nil {
				fail(err)
			}
			defer pprof.StopCPUProfile()
		}
		if err := measureHere(*measure, *path); err != nil {
			fail(err)
		}
		return
	}
	// An interrupt still takes the file away.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := bench(ctx, *size, *keep)
	stop()
	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "bench/eve:", err)
	os.Exit(1)
}

func bench(ctx context.Context, size int64, keep bool) error {
	dir, err := os.MkdirTemp("", "socme-bench-eve-")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "eve.json")
	if keep {
		defer fmt.Println("kept:", path)
	} else {
		defer os.RemoveAll(dir)
	}
	file, err := rig.Generate(path, size)
	if err != nil {
		return err
	}
	fmt.Printf("eve.json of %.2f GB: %d lines, %d alerts (%.1f %%), %d of them written oddly; %d lines that only quote an alert\n\n",
		float64(file.Bytes)/1e9, file.Lines, file.Alerts, 100*float64(file.Alerts)/float64(file.Lines), file.Odd, file.Decoys)

	limit, err := ours(ctx, "lines", path)
	if err != nil {
		return err
	}
	socme, err := ours(ctx, "socme", path)
	if err != nil {
		return err
	}
	whole, err := ours(ctx, "node", path)
	if err != nil {
		return err
	}
	bare, err := ours(ctx, "bare", path)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\tMB/s a core\tthousand lines/s a core\tcore seconds\tseconds by the clock\tpeak RSS MB\talerts\tmissed\tmade up\t")
	row := func(name string, r result, counts bool) {
		seconds := r.Worked.Seconds()
		fmt.Fprintf(table, "%s\t%.0f\t%.0f\t%.2f\t%.2f\t%.0f\t", name,
			float64(file.Bytes)/1e6/seconds, float64(file.Lines)/1e3/seconds, seconds, r.Took.Seconds(), float64(r.RSS)/1e6)
		if counts {
			fmt.Fprintf(table, "%d\t%d\t%d\t\n", r.Alerts, max(0, file.Alerts-r.Alerts+r.Wrong), r.Wrong)
		} else {
			fmt.Fprint(table, "–\t–\t–\t\n")
		}
	}
	row(fmt.Sprintf("socme: read, filter, parse (median of %d)", runs), socme, true)
	row(fmt.Sprintf("socme: the same and committed in the outbox (median of %d)", runs), whole, true)
	row(fmt.Sprintf("limit: read, filter, parse, and bare SQLite inserts (median of %d)", runs), bare, true)
	row(fmt.Sprintf("limit: Go counts lines (median of %d)", runs), limit, false)
	var notes []string
	for _, p := range peers(path) {
		r, err := p.run(ctx)
		if err != nil {
			notes = append(notes, fmt.Sprintf("%s: left out: %v", p.name, err))
			continue
		}
		if p.text { // it finds text, and what it finds in decoys is wrong
			r.Wrong = file.Decoys
		}
		row(p.name, r, true)
	}
	if r, err := fever(ctx, path, file.Alerts); err != nil {
		notes = append(notes, fmt.Sprintf("fever: left out: %v", err))
	} else {
		row("fever, from socket to socket", r, true)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, note := range notes {
		fmt.Println(note)
	}
	mbs, lines := float64(file.Bytes)/1e6/socme.Worked.Seconds(), float64(file.Lines)/socme.Worked.Seconds()
	committed := float64(file.Bytes) / 1e6 / whole.Worked.Seconds()
	fmt.Printf("\ngoals: 1,000 MB/s: %s; 2,000,000 lines/s: %s; 400 MB/s to the outbox: %s; every alert: %s\n",
		verdict(mbs >= 1000), verdict(lines >= 2e6), verdict(committed >= 400), verdict(socme.Alerts == file.Alerts && whole.Alerts == file.Alerts))
	if socme.Alerts != file.Alerts || socme.Lines != file.Lines {
		return fmt.Errorf("found %d alerts in %d lines, the file holds %d in %d", socme.Alerts, socme.Lines, file.Alerts, file.Lines)
	}
	return nil
}

func verdict(ok bool) string {
	if ok {
		return "met"
	}
	return "MISSED"
}

// result is one measurement.
type result struct {
	Took                 time.Duration
	Worked               time.Duration // of the processor, also in the kernel for us: what others do meanwhile is not in it
	RSS                  int64         // bytes, at its peak
	Lines, Alerts, Wrong int64
}

// ours measures one of our ways in processes of their own on one core, so that the
// peak of memory is its own, and returns the run that
// took the median of the processor's time.
func ours(ctx context.Context, way, path string) (result, error) {
	self, err := os.Executable()
	if err != nil {
		return result{}, err
	}
	var results []result
	for range runs {
		command := exec.CommandContext(ctx, self, "-measure", way, "-path", path) //nolint:gosec // it is ourselves
		command.Env = append(os.Environ(), "GOMAXPROCS=1")
		command.Stderr = os.Stderr
		out, err := command.Output()
		if err != nil {
			return result{}, fmt.Errorf("measure %s: %w", way, err)
		}
		var r result
		if err := json.Unmarshal(out, &r); err != nil {
			return r, fmt.Errorf("read the measurement of %s: %w", way, err)
		}
		r.RSS = peak(command)
		results = append(results, r)
	}
	slices.SortFunc(results, func(a, b result) int { return cmp.Compare(a.Worked, b.Worked) })
	return results[runs/2], nil
}

// peak is the most memory that a finished process held, in bytes.
func peak(command *exec.Cmd) int64 {
	usage, ok := command.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return usage.Maxrss * 1024
}
