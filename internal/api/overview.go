package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

func (a *API) overview(api huma.API) {
	op := operation("overview", http.MethodGet, "/overview", signed, "What needs somebody now, and how clients and nodes do")
	op.Description = "Made of groups and tapes, and no older than two seconds, or than the last step that somebody took. Alerts count by the worst severity of their group."
	huma.Register(api, op, func(ctx context.Context, in *struct {
		Since time.Time `query:"since" doc:"when the claims begin that are counted, at most 31 days back; midnight UTC, if absent"`
	},
	) (*answer[store.Overview], error) {
		since := in.Since
		if since.IsZero() {
			since = a.Now().UTC().Truncate(24 * time.Hour)
		}
		since = later(since, a.Now().Add(-31*24*time.Hour)).Truncate(time.Minute)
		o, err := a.seen.overview(ctx, scopeOf(ctx), since)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		a.sawCounts(ctx)
		return &answer[store.Overview]{o}, nil
	})
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// overviewLife is how long an overview is good enough.
const overviewLife = 2 * time.Second

// overviews keeps the last overview of each scope for a moment: every open page asks for
// it again and again.
type overviews struct {
	store *store.Store
	now   func() time.Time
	steps atomic.Int64 // that people took here: who took one sees what came of it

	mu   sync.Mutex
	kept map[string]*keptOverview
}

type keptOverview struct {
	mu    sync.Mutex // of many who ask at once, one looks
	made  time.Time
	steps int64 // before it was made
	store.Overview
}

func (o *overviews) overview(ctx context.Context, scope soc.Scope, since time.Time) (store.Overview, error) {
	now := o.now()
	o.mu.Lock()
	if len(o.kept) > 1000 {
		clear(o.kept)
	}
	key := scopeKey(scope) + since.String()
	kept := o.kept[key]
	if kept == nil {
		kept = &keptOverview{}
		o.kept[key] = kept
	}
	o.mu.Unlock()
	kept.mu.Lock()
	defer kept.mu.Unlock()
	steps := o.steps.Load()
	if age := now.Sub(kept.made); age >= 0 && age < overviewLife && !kept.made.IsZero() && kept.steps == steps {
		return kept.Overview, nil
	}
	made, err := o.store.Overview(ctx, scope, since)
	if err == nil {
		kept.Overview, kept.made, kept.steps = made, now, steps
	}
	return made, err
}

// scopeKey is the same for those who see the same.
func scopeKey(scope soc.Scope) string {
	if scope.All() {
		return "all "
	}
	var ids []string
	for _, id := range scope.Clients() {
		ids = append(ids, string(id))
	}
	slices.Sort(ids)
	return strings.Join(slices.Compact(ids), " ") + " "
}
