package source

import (
	"context"
	"slices"
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
			if err := r.flush(ctx); err != nil {
				return err
			}
			p.publish(p.offset)
		}
		r.line(p, p.offset, line, p.quiet)
		return nil
	})
	if err != nil {
		return err
	}
	r.batch.Counts.TooLong += tooLong
	r.batch.Counts.Lines += tooLong
	r.batch.Counts.Bytes += uint64(p.offset - from)
	r.noise += p.offset - from
	p.publish(p.offset)
	if p.offset > from {
		r.batch.LastLine = p.quiet
	}
	if len(r.batch.Alerts) > 0 || r.noise >= noiseBytes || p.moved() && p.quiet.Sub(r.emitted) >= noiseEvery {
		return r.flush(ctx)
	}
	return nil
}

// line parses the line at offset into the batch.
func (r *run) line(p *place, offset int64, line []byte, now time.Time) {
	if r.batch.Alerts == nil && r.likely > 0 {
		r.batch.Alerts = make([]soc.Alert, 0, min(r.likely+1, maxAlerts))
	}
	if alert := r.batch.parse(r.Parse, r.Node, line); alert != nil {
		alert.SeenTime = now.UTC()
		alert.Place = &soc.Place{Path: p.Path, Offset: offset}
	}
}

// parse counts a line, and adds the alert to the batch that it holds, if it does. The
// rest of the alert is up to the caller.
func (b *Batch) parse(parse Parse, node soc.NodeID, line []byte) *soc.Alert {
	b.Counts.Lines++
	if blank(line) {
		return nil
	}
	alert, is, err := parse(node, line)
	if err != nil {
		b.Counts.Malformed++
		return nil
	}
	if !is {
		return nil
	}
	if !utf8.Valid(line) {
		b.Counts.InvalidUTF8++
	}
	b.Counts.Alerts++
	b.Alerts = append(b.Alerts, alert)
	return &b.Alerts[len(b.Alerts)-1]
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

// dirty says whether there are places that no batch has told of yet.
func (r *run) dirty() bool {
	return len(r.tell) > 0 || len(r.batch.Done) > 0 || slices.ContainsFunc(r.chain, (*place).moved)
}

// flush emits the batch with every place that has changed, as they are in this moment;
// of the lines after them none is in the batch.
func (r *run) flush(ctx context.Context) error {
	batch := r.batch
	batch.Also = r.tell
	for _, p := range r.chain {
		if p.moved() {
			batch.Also = append(batch.Also, p.tell())
		}
	}
	if n := len(batch.Also); n > 0 {
		batch.Cursor, batch.Also = batch.Also[n-1], batch.Also[:n-1]
	}
	r.batch, r.tell, r.noise, r.emitted = Batch{}, nil, 0, r.clock()
	r.likely = len(batch.Alerts)
	return r.emit(ctx, batch)
}
