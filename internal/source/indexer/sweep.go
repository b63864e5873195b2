package indexer

import (
	"context"
	"errors"
)

// sweep finds the documents of a span that came late: where the indexer counts another
// number than we know, it reads that time anew. Only ids travel until a document is
// found that was not seen, and over an hour and a quarter in which nothing came late,
// only some numbers do.
func (t *stream) sweep(ctx context.Context, w *window, in span) error {
	if in.from >= in.before {
		return nil
	}
	counts, err := t.client.counts(ctx, t.pattern, in, "1m")
	if err != nil {
		return err
	}
	for _, at := range newestFirst(w.minutes(in), counts) {
		if counts[at] == w.count(at) {
			continue
		}
		if err := t.repair(ctx, w, span{at, min(at+minute, in.before)}); err != nil {
			return err
		}
		// What is new must not wait until all that is old is repaired.
		if t.clock().Sub(t.polled) >= pollEvery {
			if err := t.catchUp(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// repair reads the seconds of a minute whose counts differ, or all of it if the counts
// are from before a restart: then nothing is known of its seconds.
func (t *stream) repair(ctx context.Context, w *window, in span) error {
	if _, ok := w.marked[in.from]; ok {
		delete(w.marked, in.from) // before anything is counted, so that no mark counts it twice
		return t.scan(ctx, w, in)
	}
	counts, err := t.client.counts(ctx, t.pattern, in, "1s")
	if err != nil {
		return err
	}
	from := int64(-1)
	for at := in.from; at < in.before; at += second {
		differs := counts[at] != w.second(at)
		if differs && from < 0 {
			from = at
		}
		if from >= 0 && !differs {
			if err := t.scan(ctx, w, span{from, at}); err != nil {
				return err
			}
			from = -1
		}
	}
	if from < 0 {
		return nil
	}
	return t.scan(ctx, w, span{from, in.before})
}

// scan reads a span of whole seconds by ids, hands on what is not known, and counts
// anew. A second's count is set when all of it was handed on, and not before: a mark
// must never claim more than was committed with it.
func (t *stream) scan(ctx context.Context, w *window, in span) error {
	read := edge{at: position{ms: in.from}}
	found := map[int64]int{}
	set := in.from // the first second whose count is not set yet
	for {
		size := t.page + len(read.keys)
		a, err := t.client.documents(ctx, t.pattern, in, read.at, size, false)
		if err != nil {
			return err
		}
		docs := read.pass(a.docs)
		for _, d := range docs {
			found[floorTo(d.at.ms, second)]++
		}
		done := len(a.docs) < size
		finish := func() {
			until := floorTo(read.at.ms, second)
			if done {
				until = in.before
			}
			for ; set < until; set += second {
				w.set(set, found[set])
			}
			// All up to here was read, also what lies behind the edge in its own second.
			if w == t.window && in.from <= t.edge.at.ms && t.edge.at.before(read.at) {
				t.edge = read.clone()
			}
		}
		fresh := t.unknown(docs)
		err = t.fetch(ctx, fresh, func(p part) error {
			for _, d := range p.docs {
				found[floorTo(d.at.ms, second)]--
			}
			for _, d := range p.there {
				found[floorTo(d.at.ms, second)]++
				w.remember(d)
			}
			if p.last {
				finish()
			}
			return t.hand(ctx, t.take(p.there))
		})
		if err != nil {
			return err
		}
		if len(fresh) == 0 {
			finish()
		}
		if done {
			return nil
		}
	}
}

// part is documents of which it is known what they say.
type part struct {
	docs  []document // that were asked for
	there []document // those of them that are there still
	last  bool
}

// fetch asks what documents say and hands them on in their order. Where an answer
// would be too large it asks for fewer at once; a document that is too large alone is
// handed on without its source.
func (t *stream) fetch(ctx context.Context, docs []document, hand func(part) error) error {
	for len(docs) > 0 {
		p := part{docs: docs[:min(len(docs), t.part)]}
		sources, err := t.client.sources(ctx, t.pattern, p.docs)
		switch {
		case errors.Is(err, errTooLarge) && len(p.docs) > 1:
			t.part = len(p.docs) / 2
			continue
		case errors.Is(err, errTooLarge):
			sources = map[key][]byte{p.docs[0].key: nil}
		case err != nil:
			return err
		}
		t.part = min(t.page, 2*t.part)
		for _, d := range p.docs {
			if text, ok := sources[d.key]; ok {
				d.source = text
				p.there = append(p.there, d)
			}
		}
		docs = docs[len(p.docs):]
		p.last = len(docs) == 0
		if err := hand(p); err != nil {
			return err
		}
	}
	return nil
}
