// Command node measures what a node costs the machine that it stands on, and how it comes
// out of a long outage: processor and memory when idle and at a steady stream of lines,
// then with a long backlog how fast it drains and how long a new critical alert takes. It
// needs bin/socme (make build).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/socme-project/socme/bench/rig"
	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

func main() {
	binary := flag.String("bin", "bin/socme", "the program")
	seconds := flag.Int("seconds", 20, "length of each steady run")
	backlog := flag.Int("backlog", 1_000_000, "alerts that wait when the core comes back; 0 leaves it out")
	flag.Parse()
	if err := bench(context.Background(), *binary, *seconds, *backlog); err != nil {
		fmt.Fprintln(os.Stderr, "bench/node: "+err.Error())
		os.Exit(1)
	}
}

func row(what, here, goal string) { fmt.Printf("%-52s %-24s %s\n", what, here, goal) }

func bench(ctx context.Context, binary string, seconds, backlog int) error {
	dir, err := os.MkdirTemp("", "socme-bench-node-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	row("what", "here", "goal")
	if err := steady(ctx, binary, filepath.Join(dir, "steady"), seconds); err != nil {
		return err
	}
	if backlog == 0 {
		return nil
	}
	return outage(ctx, binary, filepath.Join(dir, "outage"), backlog)
}

// steady writes lines at a steady pace, 3 % of them alerts, and takes what the node's
// process uses meanwhile. Beside it stands what the writing itself costs this machine.
func steady(ctx context.Context, binary, dir string, seconds int) error {
	s, err := rig.SetUp(ctx, binary, dir, "")
	if err != nil {
		return err
	}
	defer s.Stop()
	traffic := rig.NewTraffic()
	for _, load := range []struct {
		lines int
		goal  string
	}{{0, "0.5 % and 30 MB"}, {1000, ""}, {10_000, ""}, {20_000, "15 % and 60 MB"}, {50_000, ""}} {
		rig.Pause(3 * time.Second) // what came before is done with
		before, err := s.Node.Worked()
		if err != nil {
			return err
		}
		began := time.Now()
		if err := stream(s.Eve, traffic, load.lines, seconds); err != nil {
			return err
		}
		took := time.Since(began)
		after, err := s.Node.Worked()
		if err != nil {
			return err
		}
		size, err := s.Node.RSS()
		if err != nil {
			return err
		}
		what := "idle node: processor, resident memory"
		if load.lines > 0 {
			what = fmt.Sprintf("%d lines/s, 3 %% alerts: the same", load.lines)
		}
		row(what, fmt.Sprintf("%.1f %% of a core, %d MB", 100*(after-before).Seconds()/took.Seconds(), size>>20), load.goal)
	}
	return nil
}

// stream appends lines a second, in portions of 50 ms.
func stream(path string, traffic *rig.Traffic, lines, seconds int) error {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600) //nolint:gosec // our own temporary folder
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	const portion = 50 * time.Millisecond
	tick := time.NewTicker(portion)
	defer tick.Stop()
	var done rig.Generated
	var b []byte
	for range seconds * int(time.Second/portion) {
		b = b[:0]
		for range lines / int(time.Second/portion) {
			b = append(b, traffic.Line(&done)...)
		}
		if _, err := file.Write(b); err != nil {
			return err
		}
		<-tick.C
	}
	return nil
}

// outage lets the outbox fill while the core is gone, and takes how it comes back.
func outage(ctx context.Context, binary, dir string, backlog int) error {
	s, err := rig.SetUp(ctx, binary, dir, "[outbox]\nquota = \"16GiB\"\n")
	if err != nil {
		return err
	}
	defer s.Stop()
	if err := warm(ctx, s); err != nil {
		return err
	}
	s.Core.Stop()
	began := time.Now()
	for written := 0; written < backlog; written += 10_000 {
		if err := s.Write(min(10_000, backlog-written)); err != nil {
			return err
		}
	}
	// The node has taken all in when its file grows no more.
	outbox := filepath.Join(dir, "node", "outbox.db")
	for last, still := int64(-1), 0; still < 5; rig.Pause(time.Second) {
		info, err := os.Stat(outbox)
		if err != nil {
			return err
		}
		if still++; info.Size() != last {
			last, still = info.Size(), 0
		}
	}
	row(fmt.Sprintf("core gone: %d alerts taken into the outbox", backlog), fmt.Sprintf("%.0f/s", float64(backlog)/(time.Since(began)-5*time.Second).Seconds()), "")
	if err := s.StartCore(ctx); err != nil {
		return err
	}
	began = time.Now()
	var first uint64
	for {
		if first, err = s.Delivered(ctx); err == nil && first > 1000 {
			break
		}
		if time.Since(began) > 2*time.Minute {
			return errors.Join(errors.New("the backlog does not begin to drain"), err)
		}
		rig.Pause(20 * time.Millisecond)
	}
	draining := time.Now()
	worked := map[string]time.Duration{}
	for name, p := range s.Both() {
		if worked[name], err = p.Worked(); err != nil {
			return err
		}
	}
	committed, received, err := urgent(ctx, s)
	if err != nil {
		return err
	}
	row("  a new critical alert, written to committed", fmt.Sprintf("%.2f s", committed.Seconds()), "5 s")
	row("  and written to received by a listener", fmt.Sprintf("%.2f s", received.Seconds()), "")
	for last, at := first, time.Now(); ; rig.Pause(200 * time.Millisecond) {
		got, err := s.Delivered(ctx)
		if err != nil {
			return err
		}
		if got > uint64(backlog) { // and the critical one
			row("  the backlog drains at", fmt.Sprintf("%.0f/s", float64(got-first)/time.Since(draining).Seconds()), "10,000/s")
			break
		}
		if got != last {
			last, at = got, time.Now()
		} else if time.Since(at) > time.Minute {
			return fmt.Errorf("the backlog stands still at %d of %d", got, backlog)
		}
	}
	took := time.Since(draining)
	for name, p := range s.Both() {
		size, err := p.Peak()
		if err != nil {
			return err
		}
		after, err := p.Worked()
		if err != nil {
			return err
		}
		row("  meanwhile the "+name+": processor, peak memory", fmt.Sprintf("%.0f %% of a core, %d MB", 100*(after-worked[name]).Seconds()/took.Seconds(), size>>20), "")
	}
	return nil
}

// warm delivers one alert, so that the way stands.
func warm(ctx context.Context, s *rig.Setting) error {
	if err := s.Write(1); err != nil {
		return err
	}
	for began := time.Now(); ; rig.Pause(20 * time.Millisecond) {
		if n, err := s.Delivered(ctx); err != nil || n > 0 {
			return err
		}
		if time.Since(began) > time.Minute {
			return errors.New("nothing is delivered")
		}
	}
}

// urgent writes a critical alert and takes the time until the core has committed it, and
// until a listener has it.
func urgent(ctx context.Context, s *rig.Setting) (committed, received time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	const query = "severity:critical rule:4242"
	listening, arrived := make(chan struct{}), make(chan time.Time, 1)
	go func() {
		_ = s.API.Stream(ctx, query, "", func(e sdk.Event) error {
			if e.Name == "hello" {
				close(listening)
			}
			if e.Name == "alert" && e.Alert.Severity == soc.SeverityCritical {
				arrived <- time.Now()
				return errors.New("that is all")
			}
			return nil
		})
	}()
	select {
	case <-listening:
	case <-ctx.Done():
		return 0, 0, errors.New("the core has no stream")
	}
	line := strings.Replace(rig.AlertLine(0, time.Now()), `"signature_id":9000000`, `"signature_id":4242`, 1)
	line = strings.Replace(line, `"metadata":{`, `"metadata":{"signature_severity":["Critical"],`, 1)
	file, err := os.OpenFile(s.Eve, os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, 0, err
	}
	began := time.Now()
	if _, err := fmt.Fprintln(file, line); err != nil {
		return 0, 0, errors.Join(err, file.Close())
	}
	if err := file.Close(); err != nil {
		return 0, 0, err
	}
	for {
		page, err := s.API.Alerts(ctx, query, "", 1)
		if err != nil {
			return 0, 0, err
		}
		if len(page.Items) == 1 {
			committed = time.Since(began)
			break
		}
		rig.Pause(20 * time.Millisecond)
	}
	select {
	case at := <-arrived:
		return committed, at.Sub(began), nil
	case <-ctx.Done():
		return 0, 0, errors.New("the critical alert does not come over the stream")
	}
}
