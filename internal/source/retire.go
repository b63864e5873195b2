package source

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// crowd is how many files may be open before quiet ones are closed sooner.
const crowd = 16

// retire closes files that nobody writes to any more. They stay known, and are opened
// again should they grow.
func (r *run) retire(ctx context.Context) error {
	closed := false
	for i, p := range slices.Backward(r.chain) {
		over, err := r.over(i)
		if err != nil {
			return err
		}
		if !over {
			continue
		}
		if !p.live {
			if rest := p.last(); !blank(rest) {
				r.line(p, p.offset-int64(len(rest)), rest, r.clock())
			}
		}
		r.detach(p)
		if p.live {
			r.glance = append(r.glance, found{path: p.Path, size: p.size})
		}
		closed = true
		r.log.InfoContext(ctx, "file finished", "file", p.Path, "inode", p.Inode)
	}
	if !closed {
		return nil
	}
	return r.flush(ctx)
}

// over says whether the file at i is finished: it was quiet for long, and a file after
// it has got something. Until then its writer may not have noticed the rotation. One
// of several that are followed may only have nothing to say, and gets more time; that
// at the only path is never finished.
func (r *run) over(i int) (bool, error) {
	p := r.chain[i]
	if p.zip != nil {
		return p.zip.whole && r.clock().Sub(p.quiet) >= settled, nil // another stream may follow
	}
	if p.live && !r.names.many {
		return false, nil
	}
	info, err := p.file.Stat()
	if err != nil {
		return false, fmt.Errorf("look at %s: %w", p.Path, err)
	}
	late, now := r.late, r.clock()
	if p.live {
		late *= 10
	}
	if len(r.chain) > crowd {
		late = min(late, 2*time.Second)
	}
	quiet, age := now.Sub(p.quiet), now.Sub(info.ModTime())
	if age < 0 {
		age = quiet // its time lies
	}
	// One that lies about is found again if it grows after all.
	if age < late || quiet < late && (p.live || !p.missing.IsZero()) {
		return false, nil
	}
	p.size, p.time = info.Size(), info.ModTime()
	newer := func(o *place) bool {
		other, err := o.file.Stat()
		return err == nil && other.Size() > 0 && (!p.live || other.ModTime().After(p.time))
	}
	if p.live {
		return slices.ContainsFunc(r.chain, newer), nil
	}
	return slices.ContainsFunc(r.chain[i+1:], newer), nil
}
