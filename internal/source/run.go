package source

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"
)

// turnBytes is how much is read of one file at a path that is followed before another
// one's turn comes.
const turnBytes = 16 << 20

// run is one Run of a File.
type run struct {
	*File
	emit  Emit
	log   *slog.Logger
	poll  time.Duration
	every time.Duration // how often to look for files unasked
	late  time.Duration
	names family

	// known are all files that are known, open or not, also those that are gone. A file
	// that is read to its end stays known as long as it exists: so it is never taken for
	// a new one. byIdent has those whose file has its number still.
	known   []*place
	byIdent map[ident]*place
	// chain are those that are open, in the order in which they are read: rotated files
	// first, and last what stands at Path.
	chain      []*place
	generation int // counts the changes of the chain

	first    bool             // there are no cursors yet: rotated files were there before us
	surveyed time.Time        // when files were looked for last
	again    bool             // something was overlooked, or is to be looked at again soon
	stirred  atomic.Bool      // the kernel tells that names have changed
	glance   []found          // closed files that are looked at each time
	copies   map[ident]*place // files that hold what the place holds whose own file is there
	doubts   map[ident]doubt
	refused  map[string]bool // paths of files that may not be read; told once

	batch   Batch    // what waits to be emitted
	tell    []Cursor // of closed files, to be emitted with it
	emitted time.Time
	noise   int64 // bytes read since
	likely  int   // how many alerts the last batch held
}

// resume knows again what the cursors tell of.
func (r *run) resume(cursors []Cursor) {
	r.first = true
	for _, c := range cursors {
		if c.Source != r.Name {
			continue
		}
		r.first = false
		p := &place{Cursor: c, told: true}
		r.known = append(r.known, p)
		r.byIdent[c.ident()] = p
	}
}

func (r *run) close() {
	for _, p := range r.chain {
		p.detach()
	}
	r.chain = nil
	r.lag.follow(nil)
}

// live is the file at Path, or the newest of several, or nil.
func (r *run) live() *place {
	if n := len(r.chain); n > 0 && r.chain[n-1].live {
		return r.chain[n-1]
	}
	return nil
}

// pass reads all that is there now, the oldest file first.
func (r *run) pass(ctx context.Context) error {
	if _, err := r.look(); err != nil {
		return err
	}
	for again := true; again; {
		again = false
		for i := 0; i < len(r.chain); i++ {
			before := r.generation
			left, err := r.read(ctx, r.chain[i])
			if err != nil {
				return err
			}
			again = again || left
			if r.generation != before {
				i = -1 // others came, which may be older
			}
		}
		// If it was renamed while we read, all is read to its end before the next begins.
		changed, err := r.look()
		if err != nil {
			return err
		}
		again = again || changed
	}
	r.lag.clear()
	return r.retire(ctx)
}

// read reads a file to its end, or, of one that others wait for, a good part of it.
func (r *run) read(ctx context.Context, p *place) (left bool, err error) {
	left, truncated, err := r.drain(ctx, p)
	if errors.As(err, new(unreadableError)) && !p.live {
		// An old file must not keep us from the new one for ever.
		r.log.ErrorContext(ctx, "rotated file cannot be read to its end", "file", p.Path, "offset", p.offset, "err", err)
		r.detach(p)
		return false, nil
	}
	if err != nil || !truncated {
		return left, err
	}
	return false, r.survey() // which begins it anew
}

// unreadableError is an error of the file, and not of whoever we emit to.
type unreadableError struct{ error }

func (e unreadableError) Unwrap() error { return e.error }

// drain reads p and emits what it finds. It says whether something is left, and
// whether the file was truncated and holds something else now.
func (r *run) drain(ctx context.Context, p *place) (left, truncated bool, err error) {
	begin := p.read
	for {
		n, truncated, err := p.more()
		if err != nil {
			return false, false, unreadableError{err}
		}
		if truncated || n == 0 {
			return false, truncated, nil
		}
		p.quiet = r.clock()
		if err := r.block(ctx, p); err != nil {
			return false, false, err
		}
		if err := ctx.Err(); err != nil {
			return false, false, err
		}
		// In a long backlog, rotated files would be deleted before we get to them.
		if p.quiet.Sub(r.surveyed) >= r.poll {
			if _, err := r.look(); err != nil || !p.open() {
				return false, false, err // not open: it was truncated
			}
		}
		if p.live && r.names.many && p.read-begin >= turnBytes {
			return true, false, nil
		}
	}
}

// attach opens the place's file for reading.
func (r *run) attach(p *place, s *sight) {
	p.attach(s.file, s.head, r.clock())
	r.chain = append(r.chain, p)
	r.changed()
}

// detach closes the place's file.
func (r *run) detach(p *place) {
	r.chain = slices.DeleteFunc(r.chain, func(o *place) bool { return o == p })
	p.detach()
	if !p.told {
		r.tell = append(r.tell, p.Cursor)
		p.told = true
	}
	r.changed()
}

// sort puts the chain in the order of reading.
func (r *run) sort() {
	slices.SortStableFunc(r.chain, func(a, b *place) int { return a.asFound().compare(b.asFound()) })
	r.changed()
}

func (p *place) asFound() found {
	return found{path: p.Path, time: p.time, live: p.live, order: p.order}
}

// changed notes that the chain is another.
func (r *run) changed() {
	r.generation++
	r.lag.follow(r.chain)
}
