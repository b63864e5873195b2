package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/socme-project/socme/soc"
)

// Accepted is what a delivery did.
type Accepted struct {
	Head soc.Head
	// Fed are the alerts that are new, with their places in the feed, in order.
	Fed []soc.Fed
	// Before is the node's newest epoch until now, when the delivery opened one that
	// names none before it: the outbox was made anew, and what waited in it is gone.
	Before soc.Epoch
}

// Outcome is what became of one delivery of several.
type Outcome struct {
	Accepted
	Err error
}

// Accept takes a delivery whole or not at all, in one transaction: alerts, ledger,
// head, tape and feed. What it holds already is compared and not taken again. A
// *soc.LedgerError says which record does not fit.
func (s *Store) Accept(ctx context.Context, scope soc.Scope, d Delivery) (Accepted, error) {
	done := s.AcceptAll(ctx, scope, []Delivery{d})[0]
	return done.Accepted, done.Err
}

// AcceptAll takes deliveries in one transaction, so that they share what it costs: each
// of another node, and together of at most 1,000 records. Each is taken as by Accept,
// whatever becomes of the others.
func (s *Store) AcceptAll(ctx context.Context, scope soc.Scope, ds []Delivery) []Outcome {
	done := make([]Outcome, len(ds))
	err := s.acceptAll(ctx, scope, ds, done)
	if err != nil && len(ds) > 1 { // one may be what the database does not take
		for i := range ds {
			done[i] = s.AcceptAll(ctx, scope, ds[i:i+1])[0]
		}
		return done
	}
	for i, d := range ds {
		if err := cmp.Or(err, done[i].Err); err != nil {
			done[i] = Outcome{Err: fmt.Errorf("accept %d records of node %s, %s lane: %w", len(d.Entries), d.Chain.Node, d.Chain.Lane, err)}
		}
	}
	return done
}

func (s *Store) acceptAll(ctx context.Context, scope soc.Scope, ds []Delivery, done []Outcome) error {
	if err := mustAll(scope); err != nil {
		return err
	}
	sum := 0
	for i := range ds {
		n := len(ds[i].Entries)
		if sum += n; n == 0 || sum > maxDelivery {
			return fmt.Errorf("%w: a delivery of %d records, it may have 1 to %d", soc.ErrInvalid, n, maxDelivery)
		}
		if ds[i].ready == nil {
			s.Prepare(&ds[i])
		}
	}
	return s.tx(ctx, func(_ *gorm.DB, tx *sql.Tx) error {
		clear(done)
		t := taking{Store: s, ctx: ctx, tx: tx, now: s.now().UTC()}
		taken, err := t.take(ds, done)
		if err != nil {
			return err
		}
		return t.share(taken)
	})
}

// taking is what happens to deliveries inside one transaction.
type taking struct {
	*Store
	ctx context.Context //nolint:containedctx // lives no longer than the call that made it
	tx  *sql.Tx
	now time.Time
	// counts is what they add to the rollups, texts to the text index.
	counts tally
	texts  []placedText
	// loading is for Load.
	loading bool
	closed  bool // the alerts are resolved already
}

// accept is one delivery of them.
type accept struct {
	*taking
	Delivery
	node nodeRow
	head headRow
	done *Outcome
	// rest are the entries that are new; cells what they add to the tape.
	rest      []soc.Entry
	cells     map[int64]*tapeRow
	witnesses []testimony
	// fresh is what streams will be told, once everything else is done.
	fresh []news
	// dropped counts the tombstones of the delivery by rule.
	dropped map[soc.Rule]*soc.Withheld
}

// take writes everything but what all writers share: see share.
func (t *taking) take(ds []Delivery, done []Outcome) ([]*accept, error) {
	taken := make([]*accept, 0, len(ds))
	for i := range ds {
		taken = append(taken, &accept{taking: t, Delivery: ds[i], done: &done[i]})
	}
	// Everybody locks nodes in the same order: nobody waits for who waits for them.
	slices.SortFunc(taken, func(a, b *accept) int { return cmp.Compare(a.Chain.Node, b.Chain.Node) })
	var err error
	taken = slices.DeleteFunc(taken, func(a *accept) bool {
		if err == nil {
			a.done.Err = a.open()
			if !refuses(a.done.Err) {
				err, a.done.Err = a.done.Err, nil
			}
		}
		return a.done.Err != nil
	})
	if err != nil {
		return nil, err
	}
	if err := t.insert(taken); err != nil {
		return nil, err
	}
	for _, a := range taken {
		if err := a.close(); err != nil {
			return nil, err
		}
	}
	return taken, nil
}

// refuses says that the error is about this delivery alone, and not the database's.
func refuses(err error) bool {
	var ledger *soc.LedgerError
	return errors.As(err, &ledger) || errors.Is(err, soc.ErrNotFound) || errors.Is(err, soc.ErrForbidden)
}

// open reads where the chain stands and what of the delivery is new. It writes nothing
// that a refusal would have to take back.
func (a *accept) open() error {
	if err := a.openHead(a.Entries[0].Seq == 1); err != nil {
		return err
	}
	var err error
	if a.rest, err = a.check(); err != nil {
		return err
	}
	return a.makeHead()
}

// close moves the head.
func (a *accept) close() error {
	if err := a.addWitnesses(a.witnesses); err != nil {
		return err
	}
	if err := a.saveDropped(); err != nil {
		return err
	}
	if err := a.addTape(a.cells); err != nil {
		return err
	}
	last := a.Entries[len(a.Entries)-1]
	a.head.Latest = max(a.head.Latest, a.head.Seq, a.Latest)
	if err := a.saveHead(); err != nil {
		return err
	}
	a.done.Head.Seq = a.head.Seq
	copy(a.done.Head.Value[:], a.head.Value)
	return a.saveSigned(soc.Head{Seq: last.Seq, Value: last.Value})
}

// share writes what other transactions write as well. It comes last: they wait for it
// until the commit.
func (t *taking) share(taken []*accept) error {
	if err := t.saveTally(t.ctx, t.tx, &t.counts); err != nil {
		return err
	}
	var told []news
	for _, a := range taken {
		told = append(told, a.fresh...)
	}
	fed, err := t.feed(t.ctx, t.tx, told, t.now)
	for _, a := range taken {
		if err == nil {
			a.done.Fed, fed = fed[:len(a.fresh):len(a.fresh)], fed[len(a.fresh):]
		}
	}
	return err
}
