package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// AlertDetail is an alert with what can be looked for elsewhere and the proof of its
// place in the ledger.
type AlertDetail struct {
	soc.StoredAlert
	Observables []soc.Observable  `json:"observables,omitempty" nullable:"false" doc:"addresses, domains, hashes, URLs, users and hosts of the alert, each once"`
	Ledger      *store.AlertPlace `json:"ledger,omitempty" doc:"absent for SOCme's own alerts"`
	WitnessList []soc.Witness     `json:"witness_list" nullable:"false" doc:"other records that tell of the same event"`
	Group       *soc.GroupID      `json:"group,omitempty" doc:"the group that it belongs to"`
}

// alertPage is a page of alerts.
type alertPage struct {
	Body struct {
		Items []soc.StoredAlert `json:"items" nullable:"false"`
		Next  *string           `json:"next" doc:"cursor of the next page; null on the last"`
	}
}

// QueryParam is the query of lists and streams.
type QueryParam struct {
	Query string `query:"query" maxLength:"4096" doc:"the query language, e.g. severity>=high src:10.0.0.0/8 \"brute force\" after:-24h" example:"severity>=high after:-24h"`
}

// asker is whom a query is read for.
func (a *API) asker(ctx context.Context) query.Asker {
	return query.Asker{Now: a.Now(), User: principalOf(ctx).user.Name}
}

// alertPage is a page of the alerts that a query finds, in a group or in all.
func (a *API) alertPage(ctx context.Context, text, cursor string, limit int, group *soc.GroupID) (*alertPage, error) {
	filter := store.AlertFilter{Limit: limit + 1, Group: group} // one more tells whether there is a next page
	var err error
	if filter.Query, err = query.Parse(text, a.asker(ctx)); err != nil {
		return nil, a.problem(ctx, err)
	}
	if cursor != "" {
		filter.Before = &soc.SortKey{}
		if err := filter.Before.UnmarshalText([]byte(cursor)); err != nil {
			return nil, a.problem(ctx, fmt.Errorf("%w: the cursor is none that a page gave out", soc.ErrInvalid))
		}
	}
	items, err := a.Store.Alerts(ctx, scopeOf(ctx), filter)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	page := &alertPage{}
	if len(items) > limit {
		items = items[:limit]
		next := items[limit-1].SortKey.String()
		page.Body.Next = &next
	}
	page.Body.Items = items
	a.sawAlerts(ctx, items...)
	return page, nil
}

func (a *API) alerts(api huma.API) {
	huma.Register(api, operation("list-alerts", http.MethodGet, "/alerts", signed, "Alerts, newest event first"),
		func(ctx context.Context, in *struct {
			QueryParam
			Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
			Cursor string `query:"cursor" maxLength:"64" doc:"next of the page before"`
		},
		) (*alertPage, error) {
			return a.alertPage(ctx, in.Query, in.Cursor, in.Limit, nil)
		})
	op := operation("alert", http.MethodGet, "/alerts/{id}", signed, "One alert, by its id or by that of one of its witnesses")
	op.Errors = append(op.Errors, http.StatusNotFound)
	huma.Register(api, op, func(ctx context.Context, in *ByID) (*answer[AlertDetail], error) {
		id, err := soc.ParseAlertID(in.ID)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		alert, err := a.Store.Alert(ctx, scopeOf(ctx), id)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		detail := AlertDetail{StoredAlert: alert, Observables: soc.Observables(&alert.Alert)}
		if detail.WitnessList, err = a.Store.Witnesses(ctx, scopeOf(ctx), alert.ID); err != nil {
			return nil, a.problem(ctx, err)
		}
		if group, err := a.Store.GroupOf(ctx, scopeOf(ctx), alert.ID); err == nil {
			detail.Group = &group
		} else if !errors.Is(err, soc.ErrNotFound) {
			return nil, a.problem(ctx, err)
		}
		place, err := a.Store.AlertPlace(ctx, scopeOf(ctx), alert.ID)
		if err == nil {
			detail.Ledger = &place
		} else if !errors.Is(err, soc.ErrNotFound) {
			return nil, a.problem(ctx, err)
		}
		a.sawAlerts(ctx, alert)
		return &answer[AlertDetail]{detail}, nil
	})
	op = operation("alert-raw", http.MethodGet, "/alerts/{id}/raw", signed, "The alert as the sensor wrote it, to the byte, without the newline")
	op.Errors = append(op.Errors, http.StatusNotFound)
	op.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{
		"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
	}}}
	huma.Register(api, op, func(ctx context.Context, in *ByID) (*rawAlert, error) {
		id, err := soc.ParseAlertID(in.ID)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		alert, err := a.Store.Alert(ctx, scopeOf(ctx), id)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		raw, err := a.Store.AlertRaw(ctx, scopeOf(ctx), id)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		a.sawAlerts(ctx, alert)
		return &rawAlert{
			Type: "application/octet-stream", Disposition: `attachment; filename="` + in.ID + `.json"`,
			Sandbox: "sandbox; default-src 'none'", Body: raw,
		}, nil
	})
}

// rawAlert is bytes that somebody else wrote: a browser saves them and never shows them.
type rawAlert struct {
	Type        string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Sandbox     string `header:"Content-Security-Policy"`
	Body        []byte
}
