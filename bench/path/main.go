// Command path measures the way of an alert through the real program: how many a
// second from a sensor's file to the core's disk, how long one takes to a listener,
// and what an idle SOCme costs. The machine's own limits stand beside, measured in
// the same run. It needs bin/socme (make build); run it with go run ./bench/path.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/socme-project/socme/bench/rig"
	"github.com/socme-project/socme/sdk"
)

func main() {
	alerts := flag.Int("alerts", 100_000, "alerts of the throughput run")
	seconds := flag.Int("seconds", 20, "length of the latency run")
	binary := flag.String("bin", "bin/socme", "the program")
	flag.Parse()
	if err := bench(context.Background(), *binary, *alerts, *seconds); err != nil {
		fmt.Fprintln(os.Stderr, "bench/path: "+err.Error())
		os.Exit(1)
	}
}

func bench(ctx context.Context, binary string, alerts, seconds int) error {
	dir, err := os.MkdirTemp("", "socme-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()

	fmt.Println("what                                          here          goal")
	row := func(what, here, goal string) { fmt.Printf("%-45s %-13s %s\n", what, here, goal) }
	if err := limits(ctx, dir, row); err != nil {
		return err
	}
	if err := idle(ctx, binary, filepath.Join(dir, "idle"), row); err != nil {
		return err
	}
	s, err := rig.SetUp(ctx, binary, filepath.Join(dir, "load"), "")
	if err != nil {
		return err
	}
	defer s.Stop()
	if err := throughput(ctx, s, alerts, row); err != nil {
		return err
	}
	return latency(ctx, s, seconds, row)
}

// idle starts `socme up` in new folders and takes the medians of five starts.
func idle(ctx context.Context, binary, dir string, row func(what, here, goal string)) error {
	var starts []time.Duration
	var sizes []int
	for i := range 5 {
		listen, err := rig.FreePort(ctx)
		if err != nil {
			return err
		}
		began := time.Now()
		p, err := rig.Launch(ctx, binary, "up", "--data", fmt.Sprintf("%s-%d", dir, i), "--listen", listen)
		if err != nil {
			return err
		}
		for {
			body, err := rig.Get(ctx, "http://"+listen+"/sign-in")
			if err == nil && strings.Contains(strings.ToLower(body), "<!doctype html") {
				break
			}
			if time.Since(began) > time.Minute {
				p.Stop()
				return errors.New("socme up answers no page")
			}
			rig.Pause(5 * time.Millisecond)
		}
		starts = append(starts, time.Since(began))
		rig.Pause(3 * time.Second)
		size, err := p.RSS()
		p.Stop()
		if err != nil {
			return err
		}
		sizes = append(sizes, size)
	}
	slices.Sort(starts)
	slices.Sort(sizes)
	row("start in a new folder to first page, median", fmt.Sprintf("%.2f s", starts[2].Seconds()), "2 s")
	row("resident memory of idle socme up, median", fmt.Sprintf("%d MB", sizes[2]>>20), "120 MB")
	return nil
}

func throughput(ctx context.Context, s *rig.Setting, alerts int, row func(what, here, goal string)) error {
	if err := s.Write(1000); err != nil { // the path is warm when the clock starts
		return err
	}
	wait := func(n int) error {
		for began := time.Now(); ; rig.Pause(50 * time.Millisecond) {
			got, err := s.Delivered(ctx)
			if err != nil || got >= uint64(n) {
				return err
			}
			if time.Since(began) > 10*time.Minute {
				return fmt.Errorf("after 10 minutes %d of %d alerts are there", got, n)
			}
		}
	}
	if err := wait(1000); err != nil {
		return err
	}
	began := time.Now()
	if err := s.Write(alerts); err != nil {
		return err
	}
	if err := wait(1000 + alerts); err != nil {
		return err
	}
	took := time.Since(began)
	row("file to committed in the core, every fsync on", fmt.Sprintf("%.0f/s", float64(alerts)/took.Seconds()), "8,000/s")
	for name, p := range s.Both() {
		size, err := p.Peak()
		if err != nil {
			return err
		}
		row("  peak resident memory of the "+name, fmt.Sprintf("%d MB", size>>20), "")
	}
	return nil
}

// latency writes 100 alerts a second and takes the time until a listener has each.
func latency(ctx context.Context, s *rig.Setting, seconds int, row func(what, here, goal string)) error {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(seconds+30)*time.Second)
	defer cancel()
	total := seconds * 100
	arrived := make(chan time.Duration, total)
	listening := make(chan struct{})
	go func() {
		_ = s.API.Stream(ctx, "client:acme", "", func(e sdk.Event) error {
			switch e.Name {
			case "hello":
				close(listening)
			case "alert":
				arrived <- time.Since(e.Alert.EventTime)
			}
			return nil
		})
	}()
	<-listening
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range total {
		<-tick.C
		if err := s.Write(1); err != nil {
			return err
		}
	}
	all := make([]time.Duration, 0, total)
	for len(all) < total {
		select {
		case d := <-arrived:
			all = append(all, d)
		case <-ctx.Done():
			return fmt.Errorf("%d of %d alerts arrived", len(all), total)
		}
	}
	slices.Sort(all)
	row("line written to SSE received, p50 at 100/s", fmt.Sprintf("%.1f ms", ms(all[total/2])), "")
	row("line written to SSE received, p99 at 100/s", fmt.Sprintf("%.1f ms", ms(all[total*99/100])), "150 ms")
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
