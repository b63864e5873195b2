package source

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/socme-project/socme/soc"
)

// Limits of a batch, and how often one that only moves the cursor is worth its way.
const (
	maxAlerts  = 1000
	noiseBytes = 4 << 20
	noiseEvery = 200 * time.Millisecond
)

// block parses what fill has read.
func (r *run) block(ctx context.Context, p *place) error {
	from := p.offset
	tooLong, err := p.cut(func(line []byte) error {
		if len(r.batch.Alerts) == maxAlerts {
			if err := r.flush(ctx, p); err != nil {
				return err
			}
		}
		r.line(line, p.quiet)
		return nil
	})
	if err != nil {
		return err
	}
	r.batch.Counts.TooLong += tooLong
	r.batch.Counts.Lines += tooLong
	r.batch.Counts.Bytes += uint64(p.offset - from)
	r.noise += p.offset - from
	if p.offset > from {
		r.batch.LastLine = p.quiet
	}
	if len(r.batch.Alerts) > 0 || r.noise >= noiseBytes || p.moved() && p.quiet.Sub(r.emitted) >= noiseEvery {
		return r.flush(ctx, p)
	}
	return nil
}

// line parses one line into the batch.
func (r *run) line(line []byte, now time.Time) {
	r.batch.Counts.Lines++
	if blank(line) {
		return
	}
	alert, is, err := r.Parse(r.Node, line)
	if err != nil {
		r.batch.Counts.Malformed++
		return
	}
	if !is {
		return
	}
	if !utf8.Valid(line) {
		r.batch.Counts.InvalidUTF8++
	}
	if r.batch.Alerts == nil {
		r.batch.Alerts = make([]soc.Alert, 0, min(r.likely+1, maxAlerts))
	}
	alert.SeenTime = now.UTC()
	r.batch.Counts.Alerts++
	r.batch.Alerts = append(r.batch.Alerts, alert)
}

// blank says whether a line holds nothing but space.
func blank(line []byte) bool {
	for _, c := range line {
		if c != ' ' && c != '\t' && c != '\r' {
			return false
		}
	}
	return true
}

// dirty says whether something was read that no batch has told of yet.
func (r *run) dirty() bool {
	p := r.live()
	return p != nil && p.moved()
}

// flush emits the batch with p's place; of the lines after it none is in the batch.
func (r *run) flush(ctx context.Context, p *place) error {
	if p == nil {
		return nil
	}
	p.Offset = p.offset
	p.told = true
	r.batch.Cursor = p.Cursor
	batch := r.batch
	r.batch, r.noise, r.emitted = Batch{}, 0, r.clock()
	r.likely = len(batch.Alerts)
	return r.emit(ctx, batch)
}
