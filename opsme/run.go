package opsme

import (
	"context"
	"errors"
	"iter"
	"sync"
	"time"
)

// Task is what to do at a host: Command, Script, Upload or Download.
type Task interface {
	// String says it in one line, as a dry run shows it.
	String() string
	// prepare does what is done once for all hosts.
	prepare() (work, error)
}

// work does a task at one host.
type work func(ctx context.Context, t *turn) error

// Job is a task with how to spread it over hosts.
type Job struct {
	Task Task
	// Parallel is at most how many hosts are at work at a time; 0 means 64.
	Parallel int
	// Timeout bounds each host's turn, from its beginning; it overrides that of the
	// hosts. 0 is none.
	Timeout time.Duration
	// FailFast stops all others as soon as one host fails; otherwise they carry on.
	FailFast bool
	// DryRun connects to nothing and tells what would be done.
	DryRun bool
}

// turn is a host's part of a job.
type turn struct {
	fleet  *Fleet
	host   Host
	tell   func(Event)
	result *Result
	sudo   *string // the password that was given at this host
}

// Do runs a job on hosts and yields what happens, as it happens. Each host's last event
// is its Result; when all have one, the sequence ends. To break off the loop, or to end
// ctx, stops what runs: commands get a SIGTERM, then their connection is closed.
//
// Output waits for the reader: a slow loop slows the commands down, and nothing piles up.
func (f *Fleet) Do(ctx context.Context, hosts []Host, job Job) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		r := &run{fleet: f, job: job, events: make(chan Event), gone: make(chan struct{}), cancel: cancel}
		over := make(chan struct{})
		go func() {
			r.all(ctx, hosts)
			close(over)
		}()
		for {
			select {
			case event := <-r.events:
				if !yield(event) {
					cancel(Cancelled)
					close(r.gone)
					<-over
					return
				}
			case <-over:
				return
			}
		}
	}
}

// run is a job under way.
type run struct {
	fleet  *Fleet
	job    Job
	events chan Event
	gone   chan struct{} // closed when nobody reads events any more
	cancel context.CancelCauseFunc
}

func (r *run) send(event Event) {
	select {
	case r.events <- event:
	case <-r.gone:
	}
}

func (r *run) all(ctx context.Context, hosts []Host) {
	var work work
	var failed error
	if !r.job.DryRun {
		if work, failed = r.job.Task.prepare(); failed != nil {
			failed = &Error{Kind: Local, Phase: Preparing, Err: failed}
		}
	}
	parallel := r.job.Parallel
	if parallel <= 0 {
		parallel = 64
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	slots := make(chan struct{}, parallel)
	for _, h := range hosts {
		h = r.fleet.named(h)
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
		}
		if err := ended(ctx, Preparing); err != nil {
			r.send(Result{Host: h.Name, Code: -1, Err: err})
			continue
		}
		wg.Go(func() {
			defer func() { <-slots }()
			if r.job.DryRun {
				r.plan(h)
				return
			}
			result := Result{Host: h.Name, Code: -1, Err: failed}
			if failed == nil {
				result = r.one(ctx, h, work)
			}
			if result.Err != nil && r.job.FailFast {
				r.cancel(Skipped) // before the result is told: none may begin after it
			}
			r.send(result)
		})
	}
}

func (r *run) plan(h Host) {
	r.send(Planned{Host: h.Name, Address: h.Target(), User: h.User, Jump: h.Jump, Task: r.job.Task.String()})
	r.send(Result{Host: h.Name})
}

// one is a host's turn.
func (r *run) one(ctx context.Context, h Host, work work) Result {
	began := time.Now()
	timeout := r.job.Timeout
	if timeout <= 0 {
		timeout = h.Timeout
	}
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, timeout, errLate{timeout})
		defer cancel()
	}
	result := Result{Host: h.Name, Code: -1}
	mouth := &mouth{run: r, shut: make(chan struct{})}
	mouth.tell(Started{Host: h.Name})
	err := work(ctx, &turn{fleet: r.fleet, host: h, tell: mouth.tell, result: &result})
	mouth.close()
	var known *Error
	if err != nil && !errors.As(err, &known) {
		err = &Error{Kind: Local, Phase: Running, Err: err}
	}
	result.Err, result.Took = err, time.Since(began)
	return result
}

// mouth tells a host's events until it is shut: what a host that hangs still says after
// its result is not told.
type mouth struct {
	run  *run
	mu   sync.Mutex
	shut chan struct{}
	done bool
}

func (m *mouth) tell(event Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.done {
		return
	}
	select {
	case m.run.events <- event:
	case <-m.run.gone:
	case <-m.shut:
	}
}

func (m *mouth) close() {
	close(m.shut)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.done = true
}
