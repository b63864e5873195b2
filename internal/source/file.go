package source

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"github.com/socme-project/socme/soc"
)

// File follows one file of a sensor through its rotations. Nothing that is written
// to it is lost or read twice while it is renamed and made anew, also where that
// happens while nobody follows, as long as the rotated file still lies beside it.
type File struct {
	Name  string     // the source, as the node names it
	Path  string     // may not exist yet
	Node  soc.NodeID // whose alerts they are
	Parse Parse
	Log   *slog.Logger // nil is slog.Default
	// Rotated are patterns of filepath.Glob for rotated files that lie elsewhere than
	// at Path with something appended, which is always looked at.
	Rotated []string

	// For tests. Zero means time.Now, a second and a minute.
	now  func() time.Time
	poll time.Duration // how often to look without being woken
	late time.Duration // how long a rotated file must be quiet to be given up

	waiting atomic.Bool
}

// State tells how the file is read: it waits while the file is missing.
func (f *File) State() State { return State{Waiting: f.waiting.Load()} }

// Run reads the file and calls emit with what it finds, one batch at a time, until
// ctx ends; it then returns ctx's error. Resume holds the cursors last emitted and
// committed, those of finished files left out; without any, the file is read from
// its beginning. A file that cannot be read ends Run with an error, and Run may be
// called again with the cursors of then.
func (f *File) Run(ctx context.Context, resume []Cursor, emit Emit) error {
	r := f.begin(emit)
	defer r.close()
	if err := r.resume(resume); err != nil {
		return fmt.Errorf("resume %s: %w", f.Path, err)
	}
	w := newWatch(ctx, f.Path, r.log)
	defer w.close()
	poll := r.poll
	if !w.works() {
		poll = min(poll, noiseEvery) // without news from the kernel we look often
	}
	tick := time.NewTicker(poll)
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
			if err := r.flush(ctx, r.live()); err != nil {
				return err
			}
		}
	}
}

func (f *File) begin(emit Emit) *run {
	r := &run{File: f, emit: emit, log: f.Log, clock: f.now, poll: f.poll, late: f.late}
	if r.log == nil {
		r.log = slog.Default()
	}
	r.log = r.log.With("source", f.Name, "path", f.Path)
	if r.clock == nil {
		r.clock = time.Now
	}
	if r.poll == 0 {
		r.poll = time.Second
	}
	if r.late == 0 {
		r.late = time.Minute
	}
	return r
}

// run is one Run of a File.
type run struct {
	*File
	emit  Emit
	log   *slog.Logger
	clock func() time.Time
	poll  time.Duration
	late  time.Duration

	// chain are the files that may still grow, the oldest first; the last is the one
	// at Path, or was until it was renamed a moment ago.
	chain   []*place
	looked  time.Time // when rotated files were looked for last
	glanced time.Time // when Path was looked at last amid a backlog

	batch   Batch // what waits to be emitted; its cursor is set then
	emitted time.Time
	noise   int64 // bytes read since
	likely  int   // how many alerts the last batch held
}

func (r *run) close() {
	for _, p := range r.chain {
		_ = p.file.Close() // nothing was written
	}
	r.chain = nil
}

// live is the newest file, or nil.
func (r *run) live() *place {
	if len(r.chain) == 0 {
		return nil
	}
	return r.chain[len(r.chain)-1]
}

// pass reads all that is there now, the oldest file first.
func (r *run) pass(ctx context.Context) error {
	if err := r.look(); err != nil {
		return err
	}
	for i := 0; i < len(r.chain); i++ {
		p := r.chain[i]
		truncated, err := r.drain(ctx, p)
		if errors.As(err, new(unreadableError)) && p != r.live() {
			// An old file must not keep us from the new one for ever.
			r.log.ErrorContext(ctx, "rotated file cannot be read to its end", "file", p.Path, "offset", p.offset, "err", err)
			r.drop(p)
			i--
			continue
		}
		if err != nil {
			return err
		}
		if truncated {
			if err := r.restart(ctx, i); err != nil {
				return err
			}
			i-- // what was put in its place comes first
			continue
		}
		if p != r.live() && p.moved() {
			if err := r.flush(ctx, p); err != nil {
				return err
			}
		}
		if i < len(r.chain)-1 {
			continue
		}
		if err := r.look(); err != nil {
			return err
		}
		if p != r.live() {
			i = -1 // it was renamed while we read: all is read to its end before the next begins
		}
	}
	return r.retire(ctx)
}

// unreadableError is an error of the file, and not of whoever we emit to.
type unreadableError struct{ error }

func (e unreadableError) Unwrap() error { return e.error }

// drain reads p to its end and emits what it finds. It says whether the file was
// truncated and holds something else now.
func (r *run) drain(ctx context.Context, p *place) (truncated bool, err error) {
	for {
		n, truncated, err := p.more()
		if err != nil {
			return false, unreadableError{err}
		}
		if truncated || n == 0 {
			return truncated, nil
		}
		p.quiet = r.clock()
		if err := r.block(ctx, p); err != nil {
			return false, err
		}
		if err := ctx.Err(); err != nil {
			return false, err
		}
		// In a long backlog, rotated files would be deleted before we get to them.
		if p.quiet.Sub(r.glanced) >= r.poll {
			r.glanced = p.quiet
			if err := r.look(); err != nil {
				return false, err
			}
		}
	}
}

// open opens a regular file. Anything else would block, or never end.
func open(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("open %s: it is a %s and no regular file", path, info.Mode().Type())
	}
	return os.Open(path) //nolint:gosec // the node's configuration names it
}
