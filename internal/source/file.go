package source

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/socme-project/socme/soc"
)

// File follows a sensor's file through its rotations. Nothing that is written to it is
// lost or read twice while it is renamed and made anew, copied and truncated, linked
// anew, or compressed with gzip, also where that happens while nobody follows, as long
// as what was rotated away still lies about. Of a file that is truncated, what stood
// there for less than 100 ms and is in no copy may be missing.
//
// Without cursors, the file is read from its beginning. Rotated files that were there
// before us are not read, neither then nor later; one that has changed since Run began
// is.
type File struct {
	Name string // the source, as the node names it
	// Path may not exist yet. It may be a link, or a pattern of filepath.Glob: then every
	// file that matches is followed, and new ones as they appear.
	Path  string
	Node  soc.NodeID // whose alerts they are
	Parse Parse
	Log   *slog.Logger // nil is slog.Default
	// Rotated are patterns of filepath.Glob for rotated files that are neither called as
	// Path with something appended, or with a date before its extension, nor as what Path
	// is a link to with other digits; those are always looked at.
	Rotated []string
	// Order gives what rotated files are sorted by to be read, where their names tell it
	// better than the times of their last change. "" is one whose name tells nothing. It
	// may be nil.
	Order func(path string) string

	// For tests. Zero means time.Now, a second and a minute.
	now  func() time.Time
	poll time.Duration // how often to look without being woken
	late time.Duration // how long a rotated file must be quiet to be closed

	begun   time.Time // when Run was called first
	waiting atomic.Bool
	lag     lag
}

// State tells how the file is read: it waits while the file is missing. The lag is
// counted in the bytes of the files, also where they are compressed.
func (f *File) State() State {
	state := State{Waiting: f.waiting.Load()}
	state.LagBytes, state.LagTime = f.lag.look(f.clock())
	return state
}

func (f *File) clock() time.Time {
	if f.now != nil {
		return f.now()
	}
	return time.Now()
}

// Run reads the file and calls emit with what it finds, one batch at a time, until
// ctx ends; it then returns ctx's error. Resume holds the cursors last emitted and
// committed, those that are done left out. A file that cannot be read ends Run with an
// error, and Run may be called again with the cursors of then.
func (f *File) Run(ctx context.Context, resume []Cursor, emit Emit) error {
	r := f.begin(resume, emit)
	defer r.close()
	w := newWatch(ctx, r)
	defer w.close()
	r.every = 10 * r.poll
	if !w.works() {
		r.poll = min(r.poll, noiseEvery) // without news from the kernel we look often
		r.every = r.poll
	}
	tick := time.NewTicker(r.poll)
	defer tick.Stop()
	// It runs while a batch that only moves the cursor waits to be worth it.
	noise := time.NewTimer(time.Hour)
	noise.Stop()
	defer noise.Stop()
	running := false
	for {
		if err := r.pass(ctx); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("follow %s: %w", f.Path, err)
		}
		w.follow(r.live())
		if r.dirty() && !running {
			noise.Reset(noiseEvery)
			running = true
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.wake:
		case <-tick.C:
			w.add() // the directory may be there only now
		case <-noise.C:
			running = false
			if err := r.flush(ctx); err != nil {
				return err
			}
		}
	}
}

func (f *File) begin(resume []Cursor, emit Emit) *run {
	r := &run{
		File: f, emit: emit, log: f.Log, poll: f.poll, late: f.late, names: f.family(),
		byIdent: map[ident]*place{}, copies: map[ident]*place{}, doubts: map[ident]doubt{}, refused: map[string]bool{},
	}
	if r.log == nil {
		r.log = slog.Default()
	}
	r.log = r.log.With("source", f.Name, "path", f.Path)
	if r.poll == 0 {
		r.poll = time.Second
	}
	if r.late == 0 {
		r.late = time.Minute
	}
	if f.begun.IsZero() {
		f.begun = time.Now() // the clock that the times of files are from
	}
	r.resume(resume)
	return r
}
