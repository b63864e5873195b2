// Package advisories owns reading what publishers such as CERT-FR publish: it asks their
// servers now and then, with a bound on everything, and gives the store plain text.
package advisories

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/socme-project/socme/soc"
)

const (
	every = time.Hour       // between two readings of a publisher
	look  = 1 * time.Minute // between two looks at who is due
)

// Store is what Reader needs of the core's store.
type Store interface {
	Publishers(ctx context.Context, scope soc.Scope) ([]soc.Publisher, error)
	NotePublished(ctx context.Context, scope soc.Scope, p soc.Publisher, items []soc.Advisory) error
}

// Turn calls do unless another core is reading.
type Turn func(ctx context.Context, do func() error) error

// Reader reads publishers. Set the fields, then call Run.
type Reader struct {
	Store   Store
	Log     *slog.Logger
	Now     func() time.Time
	Version string // says who asks
	// Private allows addresses of this machine and of private networks, which a URL that
	// somebody enters must not reach otherwise.
	Private bool
	Turn    Turn // nil where there is one core
}

var system = soc.System("advisories")

// Run reads every publisher once an hour, one after another, until ctx ends. One that was
// just added is read within a minute.
func (r *Reader) Run(ctx context.Context) error {
	for timer := time.NewTimer(look / 4); ; timer.Reset(look) {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		turn := r.Turn
		if turn == nil {
			turn = func(_ context.Context, do func() error) error { return do() }
		}
		if err := turn(ctx, func() error { return r.readDue(ctx) }); err != nil && ctx.Err() == nil {
			r.Log.ErrorContext(ctx, "publishers of advisories not read, trying again", "err", err)
		}
	}
}

// readDue reads those whose hour has passed.
func (r *Reader) readDue(ctx context.Context) error {
	publishers, err := r.Store.Publishers(ctx, system)
	if err != nil {
		return err
	}
	for _, p := range publishers {
		if p.Demo || r.Now().Sub(p.TriedTime) < every {
			continue
		}
		if _, err := r.Read(ctx, p); err != nil && ctx.Err() == nil {
			r.Log.WarnContext(ctx, "advisories not read", "publisher", p.Name, "err", err)
		}
	}
	return nil
}

// Read reads one publisher now, keeps what it published, and returns its state. That its
// server gave nothing is told in Problem and is no error.
func (r *Reader) Read(ctx context.Context, p soc.Publisher) (soc.Publisher, error) {
	if p.Demo {
		return p, fmt.Errorf("%w: %s is an example", soc.ErrInvalid, p.Name)
	}
	got, err := r.get(ctx, p)
	if ctx.Err() != nil {
		return p, context.Cause(ctx) // says nothing about the publisher
	}
	p.TriedTime, p.Problem = r.Now().UTC(), ""
	var items []soc.Advisory
	if err == nil && !got.same {
		items, err = Parse(got.body, r.Now())
	}
	if err != nil {
		p.Problem = err.Error()
	} else {
		p.ReadTime = p.TriedTime
		if !got.same {
			p.ETag, p.Modified = got.etag, got.modified
		}
	}
	if noted := r.Store.NotePublished(ctx, system, p, items); noted != nil {
		return p, errors.Join(noted, err)
	}
	return p, nil
}
