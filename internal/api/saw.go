package api

import (
	"context"
	"time"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// What an operation gives out of a client's data is in the audit, under the operation's
// own name. One of these is called by every operation that does; a test walks them all.

// saw notes that the answer holds data of these clients.
func (a *API) saw(ctx context.Context, clients ...soc.NamedClient) {
	who := principalOf(ctx)
	a.looks.see(who.scope, who.operation, clients...)
}

// sawAlerts notes that the answer holds these alerts.
func (a *API) sawAlerts(ctx context.Context, alerts ...soc.StoredAlert) {
	a.saw(ctx, clientsOf(alerts)...)
}

// sawCounts notes that the answer holds what is counted over all that the caller sees, or
// over the clients that a query names.
func (a *API) sawCounts(ctx context.Context, queries ...query.Query) {
	who := principalOf(ctx)
	a.looks.counted(who.scope, who.operation, clientsNamed(queries))
}

// clientsOf are those of alerts, each once.
func clientsOf(alerts []soc.StoredAlert) []soc.NamedClient {
	given := map[soc.ClientID]bool{}
	var clients []soc.NamedClient
	for i := range alerts {
		if id := alerts[i].ClientID; !given[id] {
			given[id] = true
			clients = append(clients, soc.NamedClient{ID: id, Name: alerts[i].Client})
		}
	}
	return clients
}

// clientsNamed are the clients beyond which none of the queries finds anything; none if a
// query may find what is of any client.
func clientsNamed(queries []query.Query) []string {
	var all []string
	for _, q := range queries {
		names := namedBy(q.Root)
		if len(names) == 0 {
			return nil
		}
		all = append(all, names...)
	}
	return all
}

// namedBy are the clients that an expression asks for, by name.
func namedBy(e *query.Expr) []string {
	if e == nil {
		return nil
	}
	switch e.Join {
	case query.One:
		if e.Term.Field == query.Client && !e.Term.Pattern.Wild() && len(e.Term.Pattern) == 1 {
			return []string{e.Term.Pattern[0]}
		}
	case query.And: // one of its parts is enough
		for i := range e.Of {
			if names := namedBy(&e.Of[i]); len(names) > 0 {
				return names
			}
		}
	case query.Or: // each must name some
		var all []string
		for i := range e.Of {
			names := namedBy(&e.Of[i])
			if len(names) == 0 {
				return nil
			}
			all = append(all, names...)
		}
		return all
	}
	return nil
}

// RunAudit writes down who saw what, within a second, until ctx ends; then what is left.
func (a *API) RunAudit(ctx context.Context) error {
	ticker := time.NewTicker(looksWait)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			a.looks.flush(context.WithoutCancel(ctx), true)
			return nil
		case <-ticker.C:
			a.looks.flush(ctx, false)
		}
	}
}
