package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/socme-project/socme/bench/rig"
)

// listening opens streams and brings 100 alerts a second. A node's batch says when it was
// committed; what a stream hears after that is late by so much.
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
	// Position n is the n-th alert: nobody else brings any.
	var committed []time.Time
	tick := time.NewTicker(time.Second / pace)
	defer tick.Stop()
	began := time.Now()
	for n := 0; time.Since(began) < f.steady; n++ {
		<-tick.C
		m := members[n%nodes]
		b, err := m.Batch(n, 1)
		if err != nil {
			return err
		}
		if err := m.Send(ctx, b); err != nil {
			return err
		}
		committed = append(committed, time.Now())
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
	var late []time.Duration
	for i := range ears {
		if len(ears[i].at) != len(committed) {
			return fmt.Errorf("stream %d heard of %d alerts, %d were brought", i, len(ears[i].at), len(committed))
		}
		for n, at := range ears[i].at {
			late = append(late, at.Sub(committed[n]))
		}
	}
	slices.Sort(late)
	row(fmt.Sprintf("commit to event in %d streams, %.0f alerts/s: p50, p95, p99", f.streams, float64(len(committed))/took.Seconds()),
		fmt.Sprintf("%d, %d, %d ms", late[len(late)/2].Milliseconds(), late[len(late)*95/100].Milliseconds(), late[len(late)*99/100].Milliseconds()), "p95 300 ms")
	row("the core meanwhile", fmt.Sprintf("%.2f cores", (after-worked).Seconds()/took.Seconds()), "")
	return nil
}

// ear is a stream, and when each alert came.
type ear struct{ at []time.Time }

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
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		switch line := lines.Bytes(); {
		case bytes.Equal(line, []byte("event: hello")):
			ready()
		case bytes.Equal(line, []byte("event: alert")):
			e.at = append(e.at, time.Now())
		case bytes.Equal(line, []byte("event: reset")):
			return errors.New("a stream missed something")
		}
	}
	if ctx.Err() != nil {
		return nil
	}
	return errors.Join(errors.New("a stream ended"), lines.Err())
}
