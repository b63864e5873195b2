package indexer

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"time"
)

const (
	roundPages = 20              // pages of a backlog, before another stream or the late ones have their turn
	waitEvery  = 5 * time.Second // how often to look for an index that is not there
	mostWait   = time.Minute     // between two tries after failures
	firstWait  = time.Second     // after the first of them
	spareNames = maxKnown / 10   // of documents that are ahead of our clock
	near       = time.Minute     // how far back the frequent look for late documents goes, beyond the minute of the newest
	maxSpan    = 6 * time.Hour   // how far the edge may run ahead of the last look for all late ones
)

// stream reads one pattern of indices. It knows every document up to its edge that it
// has read (window), asks for what comes after the edge (poll), and compares by
// counting whether documents came in before it (sweep): each shard shows its documents
// some seconds after it took them, so that is the rule and not the exception.
type stream struct {
	*run
	pattern string
	edge    edge
	// low is where the time begins of which every document must be known, in ms. It
	// moves on only after a look for all late ones, and is part of the mark: what came
	// late while nobody read must be found before the edge leaves it behind.
	low    int64
	window *window
	ahead  *window // of documents that bear a time of the future

	due     time.Time // of the next round
	nearAt  time.Time // of the next look for late documents of the last minutes
	sweepAt time.Time // of the next look for all late documents
	polled  time.Time
	part    int // how many documents to fetch at once; fewer where they are large

	waiting  bool
	more     bool      // the last page was full
	lag      time.Time // since when it is
	failures int       // in a row
	answered uint64    // the client's count when the round began
	err      error
}

func newStream(r *run, pattern string, of int) *stream {
	limit := r.maxKnown
	if limit == 0 {
		limit = maxKnown
	}
	t := &stream{run: r, pattern: pattern, window: newWindow(limit / of), ahead: newWindow(spareNames), part: r.page}
	t.low = floorTo(r.clock().Add(-t.late()).UnixMilli(), minute)
	t.edge.at.ms = t.low
	return t
}

// late is how late a document may come.
func (t *stream) late() time.Duration {
	if t.overlap > 0 {
		return t.overlap
	}
	return Overlap
}

// top is where the time begins that is ahead of our clock. The edge never goes there:
// one document of the year 2099 would make all others late.
func (t *stream) top() int64 {
	return floorTo(t.clock().Add(skew).UnixMilli(), minute) + minute
}

// place is the stream's part of the mark.
func (t *stream) place() place {
	p := place{MS: t.edge.at.ms, Seq: t.edge.at.seq, Edge: t.edge.names(), From: t.low}
	if t.edge.at.ms-t.low > 2*maxSpan.Milliseconds() {
		return p // in a backlog of days the counts have no room
	}
	for at := p.From; at <= t.edge.at.ms; at += minute {
		p.Counts = append(p.Counts, t.window.count(at))
	}
	return p
}

// restore goes back to a place.
func (t *stream) restore(p place) {
	t.low = p.From
	t.edge = edge{at: position{ms: p.MS, seq: p.Seq}, keys: map[key]struct{}{}}
	for _, name := range p.Edge {
		if k, ok := parseKey(name); ok {
			t.edge.keys[k] = struct{}{}
		}
	}
	for i, n := range p.Counts {
		if n > 0 {
			t.window.marked[p.From+int64(i)*minute] = n
		}
	}
}

// round reads what is new, and what came late if it is time to look for that.
func (t *stream) round(ctx context.Context) error {
	t.answered = t.client.answered
	if !t.clock().Before(t.sweepAt) {
		if err := t.sweepAll(ctx); err != nil {
			return err
		}
	}
	if err := t.catchUp(ctx); err != nil {
		return err
	}
	if t.clock().Before(t.nearAt) {
		return nil
	}
	from := floorTo(t.edge.at.ms, minute) - near.Milliseconds()
	if err := t.sweep(ctx, t.window, span{max(t.low, from), t.end()}); err != nil {
		return err
	}
	t.nearAt = t.clock().Add(nearEvery)
	return nil
}

// end is where the second of the edge ends.
func (t *stream) end() int64 { return floorTo(t.edge.at.ms, second) + second }

// sweepAll looks for all late documents, and forgets the time that is too far back for
// more of them.
func (t *stream) sweepAll(ctx context.Context) error {
	edge := t.edge.at.ms // it may move on meanwhile
	if err := t.sweep(ctx, t.window, span{t.low, t.end()}); err != nil {
		return err
	}
	if err := t.sweep(ctx, t.ahead, span{max(t.top(), floorTo(edge, minute)+minute), farFuture}); err != nil {
		return err
	}
	t.low = max(t.low, floorTo(edge-t.late().Milliseconds(), minute))
	t.window.drop(t.low)
	t.ahead.drop(t.low)
	t.sweepAt = t.clock().Add(sweepEvery)
	return nil
}

// catchUp reads from the edge on, until nothing is left or it was long enough.
func (t *stream) catchUp(ctx context.Context) error {
	t.polled = t.clock()
	for range roundPages {
		if err := t.poll(ctx); err != nil || !t.more {
			return err
		}
		if t.edge.at.ms-t.low > maxSpan.Milliseconds() {
			t.sweepAt = time.Time{}
			return nil
		}
	}
	return nil
}

// poll reads one page from the edge on.
func (t *stream) poll(ctx context.Context) error {
	size := t.page + len(t.edge.keys)
	in := span{t.edge.at.ms, max(t.top(), t.edge.at.ms+1)}
	a, err := t.client.documents(ctx, t.pattern, in, t.edge.at, size, true)
	whole := !errors.Is(err, errTooLarge)
	if !whole {
		a, err = t.client.documents(ctx, t.pattern, in, t.edge.at, size, false)
	}
	if err != nil {
		return err
	}
	t.waiting = a.shards == 0
	if t.more = len(a.docs) >= size; !t.more {
		t.lag = time.Time{}
	} else if t.lag.IsZero() {
		t.lag = t.clock()
		t.report()
	}
	rest := a.docs
	pass := func(docs []document, until int) error {
		for _, d := range t.edge.pass(rest[:until]) {
			if t.ahead.has(d) {
				t.window.add(d) // it was handed on when it was ahead
			}
		}
		rest = rest[until:]
		for _, d := range docs {
			t.window.add(d)
		}
		return t.hand(ctx, t.take(docs))
	}
	fresh := t.unknown(a.docs)
	switch {
	case len(fresh) == 0:
	case whole && len(fresh) > t.page: // what stood at the edge was deleted
		t.more = true
		return pass(fresh[:t.page], upTo(rest, fresh[t.page-1]))
	case whole:
		return pass(fresh, len(rest))
	default:
		err := t.fetch(ctx, fresh, func(p part) error {
			return pass(p.there, upTo(rest, p.docs[len(p.docs)-1]))
		})
		if err != nil {
			return err
		}
	}
	for _, d := range t.edge.pass(rest) {
		if t.ahead.has(d) {
			t.window.add(d)
		}
	}
	return nil
}

// upTo is how many documents there are until one, with it.
func upTo(docs []document, last document) int {
	return 1 + slices.IndexFunc(docs, func(d document) bool { return d.key == last.key })
}

// unknown are the documents that were not handed on, as far as their names are known.
func (t *stream) unknown(docs []document) []document {
	fresh := docs[:0:0]
	for _, d := range docs {
		if d.at == t.edge.at {
			if _, ok := t.edge.keys[d.key]; ok {
				continue
			}
		}
		if !t.window.has(d) && !t.ahead.has(d) {
			fresh = append(fresh, d)
		}
	}
	return fresh
}

// settle notes how a round went and says when the next one is due.
func (t *stream) settle(ctx context.Context, err error) {
	now := t.clock()
	if errors.Is(err, errNoIndex) {
		t.waiting, err = true, nil
	}
	if err == nil {
		if t.err != nil {
			t.log.InfoContext(ctx, "the indexer can be read again", "index", t.pattern)
		}
		t.err, t.failures = nil, 0
		switch {
		case t.waiting:
			t.lag, t.due = time.Time{}, now.Add(waitEvery)
		case t.more:
			t.due = now
		default:
			t.due = now.Add(pollEvery)
		}
		return
	}
	if t.err == nil || t.err.Error() != err.Error() {
		t.log.WarnContext(ctx, "the indexer cannot be read, trying again", "index", t.pattern, "err", err)
	}
	t.err = err
	if t.client.answered > t.answered { // the round got somewhere
		t.failures = 0
	}
	wait := mostWait
	if t.failures < 6 {
		wait = min(firstWait<<t.failures, mostWait)
	}
	t.failures++
	wait = wait/2 + rand.N(wait/2+1) //nolint:gosec // nobody gains from guessing a pause
	if later := new(laterError); errors.As(err, later) {
		wait = max(wait, later.wait)
	}
	t.due = now.Add(wait)
}

// newestFirst are the keys of both maps.
func newestFirst(a map[int64]struct{}, b map[int64]int) []int64 {
	for at := range b {
		a[at] = struct{}{}
	}
	sorted := slices.Sorted(maps.Keys(a))
	slices.Reverse(sorted)
	return sorted
}
