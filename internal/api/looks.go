package api

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

const (
	// looksWait is how long a look may be in memory alone.
	looksWait = 500 * time.Millisecond
	// looksMost bounds what waits while the database cannot be written.
	looksMost = 100_000
)

// fold is what is written once a minute, however often it happens.
type fold struct {
	actor, address, verb, target string
	client                       soc.ClientID
	what                         string
}

// looks folds what happens often, and changes nothing, into one record for each person,
// client and minute: that somebody saw data of a client, that somebody failed to sign in.
// The first of a minute is in the audit within a second, with all that came meanwhile;
// what it does not name yet, such as raw lines after alerts, makes another record.
type looks struct {
	store *store.Store
	log   *slog.Logger
	now   func() time.Time

	mu      sync.Mutex
	minute  time.Time
	told    map[fold]bool // in this minute
	waiting []waiting
	lost    int
}

// waiting is a note with the kinds of data that it names.
type waiting struct {
	key  fold // without what
	note store.Note
	what []string
}

func newLooks(a *API) *looks {
	return &looks{store: a.Store, log: a.Log, now: a.Now, told: map[fold]bool{}}
}

// see notes that the scope saw data of a client.
func (l *looks) see(scope soc.Scope, client soc.NamedClient, what string) {
	l.fold(store.Note{
		Scope: scope, Verb: "see", Noun: "client", Client: client,
		Target: soc.AuditTarget{ID: string(client.ID), Name: client.Name},
	}, what)
}

// counts notes that the scope saw what is counted over all its clients: one record for
// the person and minute, or hundreds of clients would be one each.
func (l *looks) counts(scope soc.Scope, what string) {
	l.fold(store.Note{Scope: scope, Verb: "see", Noun: "counts"}, what)
}

// fail notes that somebody could not sign in as a user.
func (l *looks) fail(user soc.User, address, what string) {
	l.fold(store.Note{
		Scope: system.As(soc.Actor{Kind: soc.ActorSystem, Name: "somebody", Address: address}),
		Verb:  "refuse", Noun: "sign-in", Target: soc.AuditTarget{ID: user.ID, Name: user.Name},
	}, what)
}

func (l *looks) fold(note store.Note, what string) {
	actor := note.Scope.Actor()
	key := fold{actor: string(actor.Kind) + actor.ID, address: actor.Address, verb: note.Verb, target: note.Target.ID, client: note.Client.ID}
	l.mu.Lock()
	defer l.mu.Unlock()
	if minute := l.now().UTC().Truncate(time.Minute); minute != l.minute {
		l.minute = minute
		clear(l.told)
	}
	full := key
	full.what = what
	if l.told[full] {
		return
	}
	l.told[full] = true
	for i := range l.waiting {
		if w := &l.waiting[i]; w.key == key {
			if !slices.Contains(w.what, what) {
				w.what = append(w.what, what)
			}
			return
		}
	}
	if len(l.waiting) >= looksMost {
		l.lost++
		return
	}
	l.waiting = append(l.waiting, waiting{key, note, []string{what}})
}

// flush writes what waits. What cannot be written waits on.
func (l *looks) flush(ctx context.Context) {
	l.mu.Lock()
	batch, lost := l.waiting, l.lost
	l.waiting, l.lost = nil, 0
	l.mu.Unlock()
	notes := make([]store.Note, len(batch))
	for i, w := range batch {
		w.note.After = map[string]any{"what": w.what}
		notes[i] = w.note
	}
	err := l.store.AddNotes(ctx, system, notes)
	if err != nil {
		l.mu.Lock()
		l.waiting = append(batch, l.waiting...)
		l.mu.Unlock()
		l.log.ErrorContext(ctx, "the audit cannot be written, trying again", "waiting", len(batch), "err", err)
	}
	if lost > 0 {
		l.log.ErrorContext(ctx, "looks are not in the audit: it could not be written for too long", "lost", lost)
	}
}

// RunAudit writes down who saw what, within a second, until ctx ends; then what is left.
func (a *API) RunAudit(ctx context.Context) error {
	ticker := time.NewTicker(looksWait)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			a.looks.flush(context.WithoutCancel(ctx))
			return nil
		case <-ticker.C:
			a.looks.flush(ctx)
		}
	}
}

// sawAlerts notes whose alerts the caller has been given.
func (a *API) sawAlerts(scope soc.Scope, what string, alerts ...soc.StoredAlert) {
	for i := range alerts {
		a.looks.see(scope, soc.NamedClient{ID: alerts[i].ClientID, Name: alerts[i].Client}, what)
	}
}
