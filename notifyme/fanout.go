package notifyme

import (
	"context"
	"sync"
)

// Fanout sends one message by several ways at the same time. The names are the caller's own.
type Fanout map[string]Notifier

// Delivery is what became of the message by one of the ways.
type Delivery struct {
	Name    string
	Outcome Outcome
	Receipt Receipt // if Outcome is Sent
	Err     error   // an *Error otherwise
}

// Send returns when every way has ended, one delivery for each, in the order in which they ended. A way that
// panics counts as a permanent failure of its own and harms no other.
func (f Fanout) Send(ctx context.Context, m Message) []Delivery {
	var (
		group sync.WaitGroup
		mu    sync.Mutex
		all   = make([]Delivery, 0, len(f))
	)
	for name, notifier := range f {
		group.Go(func() {
			d := deliver(ctx, name, notifier, m)
			mu.Lock()
			defer mu.Unlock()
			all = append(all, d)
		})
	}
	group.Wait()
	return all
}

func deliver(ctx context.Context, name string, notifier Notifier, m Message) (d Delivery) {
	d.Name = name
	defer func() {
		if recover() != nil { // what it says may hold anything
			d.Err = Fail(name, Permanent, "the channel panicked")
		}
		d.Outcome = OutcomeOf(d.Err)
	}()
	d.Receipt, d.Err = notifier.Notify(ctx, m)
	return d
}

// AnySent says that the message reached at least one.
func AnySent(deliveries []Delivery) bool {
	for _, d := range deliveries {
		if d.Outcome == Sent {
			return true
		}
	}
	return false
}
