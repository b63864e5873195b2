// Package indexer owns the reading of alerts from Wazuh's indexer: which documents
// are asked for, in which order, and how it is known that none was missed. What a
// document says is read by package wazuh. It is the one source that speaks HTTP; it
// knows nothing of the outbox or of the core.
package indexer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/socme-project/socme/internal/source"
	"github.com/socme-project/socme/soc"
)

// Patterns are what is read where the configuration names no index: the alerts of
// Wazuh 4 and the findings of Wazuh 5. During a migration both are there.
var patterns = [...]string{"wazuh-alerts-*", "wazuh-findings-v5-*"}

const (
	// Overlap is how late a document may come and is still found: its time may lie
	// this far before the newest document's.
	Overlap = 75 * time.Minute

	pageSize   = 1000             // documents a page
	pollEvery  = time.Second      // how often to ask for the newest
	nearEvery  = 2 * time.Second  // how often to look for late ones of the last minutes
	sweepEvery = time.Minute      // how often to look for late ones of the whole overlap
	skew       = time.Minute      // how far ahead of ours a manager's clock may be, and still be read at once
	maxBody    = 64 << 20         // bytes of one answer
	maxKnown   = 2_000_000        // documents remembered, about 25 bytes each
	timeout    = 60 * time.Second // of one request, with its body
)

// firstYear is when a clock is surely wrong: a small machine boots in 1970.
const firstYear = 2025

// Source reads the indexer of Wazuh 4 or 5. The exported fields are as in node.toml.
type Source struct {
	Name         string // as the node names it
	URL          string // https://host:9200, or http:// on the loopback
	Index        string // a pattern; empty reads Wazuh 4's and Wazuh 5's
	Username     string // empty sends no credentials
	PasswordFile string // read anew for each request, so that a new password needs no restart
	CAFile       string // PEM; the system's authorities if empty
	Fingerprint  string // sha256 of the server's certificate, 64 hexadecimal digits
	Node         soc.NodeID
	Log          *slog.Logger // nil is slog.Default

	// For tests. Zero means the constants above, time.Now and a timer.
	now      func() time.Time
	pause    func(ctx context.Context, d time.Duration) error
	page     int
	maxBody  int64
	maxKnown int
	timeout  time.Duration
	overlap  time.Duration

	mu    sync.Mutex
	state source.State
}

// State tells how reading goes: it waits while no index of the pattern is there.
func (s *Source) State() source.State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// Run reads the indexer and calls emit with what it finds until ctx ends; it then
// returns ctx's error. Resume holds the mark that was committed last; without one it
// begins Overlap before now. What the indexer refuses is tried again for ever and
// told by State; Run fails only on what the configuration names and is not there.
func (s *Source) Run(ctx context.Context, resume []source.Cursor, emit source.Emit) error {
	r, err := s.begin(emit)
	if err != nil {
		return err
	}
	defer r.client.http.CloseIdleConnections()
	for r.clock().Year() < firstYear {
		s.tell(source.State{Err: fmt.Errorf("this machine's clock says %s; waiting until it is set", r.clock().Format(time.DateOnly))})
		if err := r.pause(ctx, time.Second); err != nil {
			return err
		}
	}
	if err := r.resume(ctx, resume); err != nil {
		return err
	}
	for {
		due, err := r.turn(ctx)
		if err != nil {
			return err
		}
		if err := r.pause(ctx, due); err != nil {
			return err
		}
	}
}

func (s *Source) tell(state source.State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state = state
}

// run is one Run of a Source.
type run struct {
	*Source
	client  *client
	emit    source.Emit
	log     *slog.Logger
	clock   func() time.Time
	pause   func(ctx context.Context, d time.Duration) error
	page    int
	streams []*stream
}

func (s *Source) begin(emit source.Emit) (*run, error) {
	r := &run{Source: s, emit: emit, log: s.Log, clock: s.now, pause: s.pause, page: s.page}
	if r.log == nil {
		r.log = slog.Default()
	}
	r.log = r.log.With("source", s.Name)
	if r.clock == nil {
		r.clock = time.Now
	}
	if r.pause == nil {
		r.pause = pause
	}
	if r.page == 0 {
		r.page = pageSize
	}
	var err error
	r.client, err = newClient(s, r.log)
	return r, err
}

// resume makes the streams and puts them where they were.
func (r *run) resume(ctx context.Context, cursors []source.Cursor) error {
	names := patterns[:]
	if r.Index != "" {
		names = []string{r.Index}
	}
	known, err := readMark(cursors)
	if err != nil {
		return err
	}
	fresh := false
	for _, name := range names {
		t := newStream(r, name, len(names))
		if place, ok := known[name]; ok {
			t.restore(place)
		} else {
			fresh = true
		}
		r.streams = append(r.streams, t)
	}
	if fresh { // or a restart before the first alert would begin later than this start
		return r.hand(ctx, source.Batch{})
	}
	return nil
}

// turn lets each stream that is due read, and says how long none of them is.
func (r *run) turn(ctx context.Context) (time.Duration, error) {
	for _, t := range r.streams {
		if r.clock().Before(t.due) {
			continue
		}
		err := t.round(ctx)
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		if failed := new(emitError); errors.As(err, failed) {
			return 0, failed.error
		}
		t.settle(ctx, err)
	}
	r.report()
	next := r.streams[0].due
	for _, t := range r.streams {
		if t.due.Before(next) {
			next = t.due
		}
	}
	return max(0, next.Sub(r.clock())), nil
}

// report tells the state: one stream is enough for an error or a lag, and all of them
// must wait to call it waiting.
func (r *run) report() {
	state := source.State{Waiting: true}
	for _, t := range r.streams {
		state.Waiting = state.Waiting && t.waiting
		if state.Err == nil {
			state.Err = t.err
		}
		if !t.lag.IsZero() && (state.LagTime.IsZero() || t.lag.Before(state.LagTime)) {
			state.LagTime = t.lag
		}
	}
	r.tell(state)
}

// emitError is an error of whoever we emit to, and not of the indexer.
type emitError struct{ error }

func (e emitError) Unwrap() error { return e.error }

// hand emits a batch with the place that was reached with it.
func (r *run) hand(ctx context.Context, batch source.Batch) error {
	batch.Cursor.Mark = writeMark(r.streams)
	if err := r.emit(ctx, batch); err != nil {
		return emitError{err}
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
