package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/socme-project/socme/bench/rig"
	"github.com/socme-project/socme/soc"
)

// listening opens streams and brings 100 alerts a second, from ten nodes that do not wait
// for each other. What a stream hears of an alert after its node was told that it is
// committed is late by so much.
func (f *fleet) listening(ctx context.Context, dir string) error {
	s, err := f.start(ctx, dir)
	if err != nil {
		return err
	}
	defer s.Stop()
	const pace, nodes = 100, 10
	members, err := s.Fleet(ctx, nodes, nodes)
	if err != nil {
		return err
	}
	ears := make([]ear, f.streams)
	heard, end := context.WithCancel(ctx)
	defer end()
	var ready sync.WaitGroup
	all, heard := errgroup.WithContext(heard)
	for i := range ears {
		ready.Add(1)
		all.Go(func() error { return ears[i].listen(heard, s, ready.Done) })
	}
	ready.Wait()
	worked, err := s.Core.Worked()
	if err != nil {
		return err
	}
	committed := make([]map[soc.AlertID]time.Time, nodes)
	began := time.Now()
	bringing, turns := errgroup.WithContext(ctx)
	for i, m := range members {
		committed[i] = map[soc.AlertID]time.Time{}
		bringing.Go(func() error {
			return bring(turns, m, i, time.Second*nodes/pace, began.Add(f.steady), committed[i])
		})
	}
	if err := bringing.Wait(); err != nil {
		return err
	}
	took := time.Since(began)
	after, err := s.Core.Worked()
	if err != nil {
		return err
	}
	rig.Pause(2 * time.Second) // for the last to be heard
	end()
	if err := all.Wait(); err != nil {
		return err
	}
	at := map[soc.AlertID]time.Time{}
	for _, of := range committed {
		maps.Copy(at, of)
	}
	var late []time.Duration
	for i := range ears {
		if len(ears[i].heard) != len(at) {
			return fmt.Errorf("stream %d heard of %d alerts, %d were brought", i, len(ears[i].heard), len(at))
		}
		for id, when := range ears[i].heard {
			late = append(late, when.Sub(at[id]))
		}
	}
	slices.Sort(late)
	row(fmt.Sprintf("commit to event in %d streams, %.0f alerts/s: p50, p95, p99", f.streams, float64(len(at))/took.Seconds()),
		fmt.Sprintf("%d, %d, %d ms", late[len(late)/2].Milliseconds(), late[len(late)*95/100].Milliseconds(), late[len(late)*99/100].Milliseconds()), "p95 300 ms")
	row("the core meanwhile", fmt.Sprintf("%.2f cores", (after-worked).Seconds()/took.Seconds()), "")
	return nil
}

// bring brings an alert of a node at every tick, and notes when each was committed.
func bring(ctx context.Context, m *rig.Member, node int, every time.Duration, until time.Time, committed map[soc.AlertID]time.Time) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for n := node << 20; time.Now().Before(until); n++ {
		b, err := m.Batch(n, 1)
		if err != nil {
			return err
		}
		if err := m.Send(ctx, b); err != nil {
			return err
		}
		committed[b.Last] = time.Now()
		<-tick.C
	}
	return nil
}

// idBegins is how the data of an alert begins.
var idBegins = []byte(`data: {"id":"`)

// ear is a stream, and when it heard of each alert.
type ear struct{ heard map[soc.AlertID]time.Time }

func (e *ear) listen(ctx context.Context, s *rig.Setting, ready func()) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.API.URL+"/api/v1/stream", nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+string(s.API.Token))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }() // it ends with us
	if answer.StatusCode != http.StatusOK {
		return errors.New("stream: " + answer.Status)
	}
	e.heard = map[soc.AlertID]time.Time{}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		switch line := lines.Bytes(); {
		case bytes.Equal(line, []byte("event: hello")):
			ready()
		case bytes.HasPrefix(line, idBegins):
			text, _, _ := bytes.Cut(line[len(idBegins):], []byte(`"`))
			id, err := soc.ParseAlertID(string(text))
			if err != nil {
				return err
			}
			e.heard[id] = time.Now()
		case bytes.Equal(line, []byte("event: reset")):
			return errors.New("a stream missed something")
		}
	}
	if ctx.Err() != nil {
		return nil
	}
	return errors.Join(errors.New("a stream ended"), lines.Err())
}
