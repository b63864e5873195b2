package source

import (
	"context"
	"sync"
	"time"
)

// maxPending is how many bytes of alerts wait in memory for the node, about. While the
// node commits, the socket must be read on: a sensor does not wait, it drops events.
const maxPending = 16 << 20

// pending is what several writers have brought and one has not emitted yet. Nobody who
// reads a socket waits for the disk until it is full.
type pending struct {
	mu    sync.Mutex
	now   func() time.Time
	queue []Batch // of all but the last each is full
	bytes int64
	since time.Time     // since when something has waited
	wake  chan struct{} // holds one token while alerts wait
	room  chan struct{} // closed, and made anew, when there is room again
}

func (w *pending) open(now func() time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now, w.queue, w.bytes, w.since = now, nil, 0, time.Time{}
	w.wake, w.room = make(chan struct{}, 1), make(chan struct{})
}

func (w *pending) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queue, w.bytes, w.since = nil, 0, time.Time{}
}

// put lets fill add what it has read to the newest batch, once there is room.
func (w *pending) put(ctx context.Context, fill func(*Batch) error) error {
	w.mu.Lock()
	for w.bytes >= maxPending {
		room := w.room
		w.mu.Unlock()
		select {
		case <-room:
		case <-ctx.Done():
			return ctx.Err()
		}
		w.mu.Lock()
	}
	defer w.mu.Unlock()
	var b Batch
	if err := fill(&b); err != nil {
		return err
	}
	for i := range b.Alerts {
		w.bytes += int64(len(b.Alerts[i].Raw))
	}
	w.add(b)
	if len(b.Alerts) > 0 {
		if w.since.IsZero() {
			w.since = w.now().UTC()
		}
		select {
		case w.wake <- struct{}{}:
		default:
		}
	}
	return nil
}

// add appends a batch, which may hold more alerts than one may, to the queue.
func (w *pending) add(b Batch) {
	alerts := b.Alerts
	b.Alerts = nil
	if len(w.queue) == 0 {
		w.queue = append(w.queue, Batch{})
	}
	last := &w.queue[len(w.queue)-1]
	last.Counts.Add(b.Counts)
	last.LastLine = b.LastLine
	for len(alerts) > 0 {
		n := min(len(alerts), maxAlerts-len(last.Alerts))
		last.Alerts = append(last.Alerts, alerts[:n]...)
		if alerts = alerts[n:]; len(alerts) > 0 {
			w.queue = append(w.queue, Batch{LastLine: b.LastLine})
			last = &w.queue[len(w.queue)-1]
		}
	}
}

// emit hands on what waits: alerts at once, and the counts of other events now and then.
func (w *pending) emit(ctx context.Context, emit Emit) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.wake:
		case <-tick.C:
		}
		for b, ok := w.take(); ok; b, ok = w.take() {
			if err := emit(ctx, b); err != nil {
				return err
			}
		}
	}
}

// take takes the oldest batch.
func (w *pending) take() (b Batch, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.queue) == 0 {
		return Batch{}, false
	}
	b = w.queue[0]
	w.queue = w.queue[1:]
	for i := range b.Alerts {
		w.bytes -= int64(len(b.Alerts[i].Raw))
	}
	if w.bytes == 0 {
		w.since = time.Time{}
	}
	close(w.room)
	w.room = make(chan struct{})
	return b, true
}

// lag is how much waits, and since when.
func (w *pending) lag() (bytes int64, since time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.bytes, w.since
}
