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
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
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
	s, err := setUp(ctx, binary, filepath.Join(dir, "load"))
	if err != nil {
		return err
	}
	defer s.stop()
	if err := s.throughput(ctx, alerts, row); err != nil {
		return err
	}
	return s.latency(ctx, seconds, row)
}

// idle starts `socme up` in new folders and takes the medians of five starts.
func idle(ctx context.Context, binary, dir string, row func(what, here, goal string)) error {
	var starts []time.Duration
	var sizes []int
	for i := range 5 {
		listen, err := freePort(ctx)
		if err != nil {
			return err
		}
		began := time.Now()
		p, err := launch(ctx, binary, "up", "--data", fmt.Sprintf("%s-%d", dir, i), "--listen", listen)
		if err != nil {
			return err
		}
		for {
			body, err := get(ctx, "http://"+listen+"/sign-in")
			if err == nil && strings.Contains(strings.ToLower(body), "<!doctype html") {
				break
			}
			if time.Since(began) > time.Minute {
				p.stop()
				return errors.New("socme up answers no page")
			}
			pause(5 * time.Millisecond)
		}
		starts = append(starts, time.Since(began))
		pause(3 * time.Second)
		size, err := p.rss()
		p.stop()
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

// setting is a core and a node as two processes.
type setting struct {
	core, node *process
	api        *sdk.Caller
	eve        string
	written    int
}

func setUp(ctx context.Context, binary, dir string) (*setting, error) {
	listen, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	core, nodeDir := filepath.Join(dir, "core"), filepath.Join(dir, "node")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	s := &setting{eve: filepath.Join(dir, "eve.json")}
	if s.core, err = launch(ctx, binary, "up", "--data", core, "--listen", listen); err != nil {
		return nil, err
	}
	for began := time.Now(); ; pause(10 * time.Millisecond) {
		if _, err := get(ctx, "http://"+listen+"/healthz"); err == nil {
			break
		}
		if time.Since(began) > time.Minute {
			return nil, errors.New("socme up does not start")
		}
	}
	token, err := output(ctx, binary, "token", "create", "--data", core, "--name", "bench", "--role", "admin")
	if err != nil {
		return nil, err
	}
	s.api = &sdk.Caller{URL: "http://" + listen, Token: soc.Secret(token)}
	if _, err := s.api.AddClient(ctx, "acme"); err != nil {
		return nil, err
	}
	enrolment, _, err := s.api.AddNodeToken(ctx, "acme", "bench")
	if err != nil {
		return nil, err
	}
	if _, err := output(ctx, binary, "node", "enrol", enrolment, "--data", nodeDir); err != nil {
		return nil, err
	}
	config := fmt.Sprintf("[[source]]\nkind = \"suricata\"\npath = %q\n", s.eve)
	if err := os.WriteFile(filepath.Join(nodeDir, "node.toml"), []byte(config), 0o600); err != nil {
		return nil, err
	}
	s.node, err = launch(ctx, binary, "node", "run", "--data", nodeDir)
	return s, err
}

func (s *setting) stop() {
	s.node.stop()
	s.core.stop()
}

// write appends n alerts at once, of 1.1 KB each.
func (s *setting) write(n int) error {
	file, err := os.OpenFile(s.eve, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	var b strings.Builder
	for range n {
		b.WriteString(alertLine(s.written, time.Now()))
		b.WriteByte('\n')
		s.written++
	}
	_, err = io.WriteString(file, b.String())
	return errors.Join(err, file.Close())
}

func (s *setting) delivered(ctx context.Context) (uint64, error) {
	nodes, err := s.api.Nodes(ctx)
	for _, n := range nodes {
		if n.Client == "acme" {
			return n.Alerts, err
		}
	}
	return 0, err
}

func (s *setting) throughput(ctx context.Context, alerts int, row func(what, here, goal string)) error {
	if err := s.write(1000); err != nil { // the path is warm when the clock starts
		return err
	}
	wait := func(n int) error {
		for began := time.Now(); ; pause(50 * time.Millisecond) {
			got, err := s.delivered(ctx)
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
	if err := s.write(alerts); err != nil {
		return err
	}
	if err := wait(1000 + alerts); err != nil {
		return err
	}
	took := time.Since(began)
	row("file to committed in the core, every fsync on", fmt.Sprintf("%.0f/s", float64(alerts)/took.Seconds()), "8,000/s")
	for name, p := range map[string]*process{"core": s.core, "node": s.node} {
		size, err := p.peak()
		if err != nil {
			return err
		}
		row("  peak resident memory of the "+name, fmt.Sprintf("%d MB", size>>20), "")
	}
	return nil
}

// latency writes 100 alerts a second and takes the time until a listener has each.
func (s *setting) latency(ctx context.Context, seconds int, row func(what, here, goal string)) error {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(seconds+30)*time.Second)
	defer cancel()
	total := seconds * 100
	arrived := make(chan time.Duration, total)
	listening := make(chan struct{})
	go func() {
		_ = s.api.Stream(ctx, "client:acme", "", func(e sdk.Event) error {
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
		if err := s.write(1); err != nil {
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

func get(ctx context.Context, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	request.Header.Set("Accept", "text/html")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	body, err := io.ReadAll(answer.Body)
	return string(body), errors.Join(err, answer.Body.Close())
}
