package api

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

const (
	// looksWait is how long a look may be in memory alone.
	looksWait = 500 * time.Millisecond
	// looksMost bounds what waits while the database cannot be written.
	looksMost = 20_000
	// refusalsMost is of how many addresses refused sign-ins are told apart in a minute:
	// somebody who has many addresses must not push out who looks.
	refusalsMost = 1000
	// clientsMost is of how many clients somebody who sees all may look at the same kind
	// of thing in a minute and be told by client. More of them are all clients.
	clientsMost = 10
	// notesMost is how many records one transaction writes: others wait for it.
	notesMost = 100
)

// lookKey tells looks of the same minute apart.
type lookKey struct {
	kind                     soc.ActorKind
	actor, address           string
	verb, noun, target, name string
}

// look is what somebody did again and again in a minute that changes nothing: they saw
// data of a client, or failed to sign in.
type look struct {
	note   store.Note
	minute time.Time
	told   map[string]bool // what is in the audit already
	counts map[string]int  // how often what was done since it was written down
	fresh  bool            // some of it is not told at all
}

// lookers is who looked at what kind of thing.
type lookers struct {
	kind           soc.ActorKind
	actor, address string
	what           string
}

// looks folds looks into records. The first of its kind in a minute is in the audit
// within a second, with all that came meanwhile. How often the same came after that is
// told by one more record, when the minute is over.
type looks struct {
	store *store.Store
	log   *slog.Logger
	now   func() time.Time

	mu       sync.Mutex
	minute   time.Time
	known    map[lookKey]*look
	order    []*look // those of known, in the order in which they began
	past     []*look // of minutes that are over, with something to tell
	clients  map[lookers]map[soc.ClientID]bool
	refusals int // in this minute
	lost     int
}

func newLooks(a *API) *looks {
	return &looks{store: a.Store, log: a.Log, now: a.Now, known: map[lookKey]*look{}, clients: map[lookers]map[soc.ClientID]bool{}}
}

// see notes that the scope was given data of clients, all of them by one answer.
func (l *looks) see(scope soc.Scope, what string, clients ...soc.NamedClient) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn()
	own, all := l.apart(scope, what, clients)
	for _, client := range own {
		l.fold(store.Note{
			Scope: scope, Verb: "see", Noun: "client", Client: client,
			Target: soc.AuditTarget{ID: string(client.ID), Name: client.Name},
		}, what)
	}
	if all {
		l.fold(ofAllClients(scope), what)
	}
}

// counted notes that the scope was given what is counted over clients: those that are
// named, if there are such, or else all that it sees.
func (l *looks) counted(scope soc.Scope, what string, named []string) {
	var clients []soc.NamedClient
	switch {
	case len(named) > 0:
		for _, name := range named {
			clients = append(clients, soc.NamedClient{ID: soc.ClientID(name)})
		}
	case scope.All():
		l.mu.Lock()
		defer l.mu.Unlock()
		l.turn()
		l.fold(ofAllClients(scope), what)
		return
	default:
		for _, id := range scope.Clients() {
			clients = append(clients, soc.NamedClient{ID: id})
		}
	}
	l.see(scope, what, clients...)
}

// fail notes that somebody could not sign in as a user.
func (l *looks) fail(user soc.User, address, what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn()
	if l.refusals++; l.refusals > refusalsMost {
		address = ""
	}
	l.fold(store.Note{
		Scope: system.As(soc.Actor{Kind: soc.ActorSystem, Name: "somebody", Address: address}),
		Verb:  "refuse", Noun: "sign-in", Target: soc.AuditTarget{ID: user.ID, Name: user.Name},
	}, what)
}

func ofAllClients(scope soc.Scope) store.Note {
	return store.Note{Scope: scope, Verb: "see", Noun: store.NounAllClients, Target: soc.AuditTarget{Name: "all clients"}}
}

// apart says which clients get a record of their own, and whether the rest is told of as
// all clients. Only who sees all of them can look at so many.
func (l *looks) apart(scope soc.Scope, what string, clients []soc.NamedClient) (own []soc.NamedClient, all bool) {
	given := map[soc.ClientID]bool{}
	for _, client := range clients {
		if !given[client.ID] {
			given[client.ID] = true
			own = append(own, client)
		}
	}
	if !scope.All() || len(own) == 0 {
		return own, false
	}
	if len(own) > clientsMost {
		return nil, true
	}
	actor := scope.Actor()
	key := lookers{actor.Kind, actor.ID, actor.Address, what}
	told := l.clients[key]
	if told == nil {
		told = map[soc.ClientID]bool{}
		l.clients[key] = told
	}
	kept := own[:0]
	for _, client := range own {
		if told[client.ID] || len(told) < clientsMost {
			told[client.ID] = true
			kept = append(kept, client)
		} else {
			all = true
		}
	}
	return kept, all
}

// turn begins a new minute if there is one. What the last one left goes to the past.
func (l *looks) turn() {
	minute := l.now().UTC().Truncate(time.Minute)
	if minute.Equal(l.minute) {
		return
	}
	for _, seen := range l.order {
		if len(seen.counts) > 0 {
			l.past = append(l.past, seen)
		}
	}
	l.minute, l.order, l.refusals = minute, nil, 0
	clear(l.known)
	clear(l.clients)
}

func (l *looks) fold(note store.Note, what string) {
	actor := note.Scope.Actor()
	key := lookKey{actor.Kind, actor.ID, actor.Address, note.Verb, note.Noun, note.Target.ID, note.Target.Name}
	seen := l.known[key]
	if seen == nil {
		if len(l.order)+len(l.past) >= looksMost {
			l.lost++
			return
		}
		seen = &look{note: note, minute: l.minute, told: map[string]bool{}, counts: map[string]int{}}
		l.known[key] = seen
		l.order = append(l.order, seen)
	}
	seen.counts[what]++
	seen.fresh = seen.fresh || !seen.told[what]
}

// written is a look on its way into the audit.
type written struct {
	of     *look
	counts map[string]int
}

// take takes what is to be written now; at the end, all that there is.
func (l *looks) take(end bool) (batch []written, lost int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn()
	of := l.past
	for _, seen := range l.order {
		if seen.fresh || end && len(seen.counts) > 0 {
			of = append(of, seen)
		}
	}
	for _, seen := range of {
		batch = append(batch, written{seen, seen.counts})
		for what := range seen.counts {
			seen.told[what] = true
		}
		seen.counts, seen.fresh = map[string]int{}, false
	}
	lost, l.past, l.lost = l.lost, nil, 0
	return batch, lost
}

// giveBack takes back what could not be written, for the next time.
func (l *looks) giveBack(batch []written) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range batch {
		for what, times := range w.counts {
			w.of.counts[what] += times
		}
		w.of.fresh = true
		if !w.of.minute.Equal(l.minute) {
			l.past = append(l.past, w.of)
		}
	}
}

// flush writes what is to be written; at the end, all that there is. What cannot be
// written waits on.
func (l *looks) flush(ctx context.Context, end bool) {
	batch, lost := l.take(end)
	for len(batch) > 0 {
		n := min(len(batch), notesMost)
		notes, err := l.notes(ctx, batch[:n])
		if err == nil {
			err = l.store.AddNotes(ctx, system, notes)
		}
		if err != nil {
			l.giveBack(batch)
			l.log.ErrorContext(ctx, "the audit cannot be written, trying again", "waiting", len(batch), "err", err)
			break
		}
		batch = batch[n:]
	}
	if lost > 0 {
		l.log.ErrorContext(ctx, "looks are not in the audit: it could not be written for too long", "lost", lost)
	}
}

// notes makes notes of looks. Clients that were told by half are looked up: by a name
// that a query had, or by the id in a scope. Those that are not there, or that the scope
// does not see, gave nobody anything.
func (l *looks) notes(ctx context.Context, batch []written) ([]store.Note, error) {
	var clients map[string]soc.NamedClient // by id, and by the name as queries compare it
	var notes []store.Note
	for _, w := range batch {
		note := w.of.note
		if note.Noun == "client" && note.Client.Name == "" {
			if clients == nil {
				all, err := l.store.Clients(ctx, system)
				if err != nil {
					return nil, err
				}
				clients = map[string]soc.NamedClient{}
				for _, c := range all {
					named := soc.NamedClient{ID: c.ID, Name: c.Name}
					clients[string(c.ID)], clients[query.Fold(c.Name)] = named, named
				}
			}
			found, ok := clients[string(note.Client.ID)]
			if !ok {
				found, ok = clients[query.Fold(string(note.Client.ID))]
			}
			if !ok || !note.Scope.Sees(found.ID) {
				continue
			}
			note.Client, note.Target = found, soc.AuditTarget{ID: string(found.ID), Name: found.Name}
		}
		note.After = map[string]any{"minute": w.of.minute.Format("2006-01-02T15:04Z"), "what": w.counts}
		notes = append(notes, note)
	}
	return notes, nil
}
