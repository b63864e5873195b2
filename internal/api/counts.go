package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
)

// PeriodParam is what is counted.
type PeriodParam struct {
	QueryParam
	From  time.Time `query:"from" doc:"24 hours before until, if absent"`
	Until time.Time `query:"until" doc:"now, if absent"`
}

func (a *API) period(ctx context.Context, in *PeriodParam) (store.Period, error) {
	p := store.Period{From: in.From, Until: in.Until}
	if p.Until.IsZero() {
		p.Until = a.Now()
	}
	if p.From.IsZero() {
		p.From = p.Until.Add(-24 * time.Hour)
	}
	var err error
	p.Query, err = query.Parse(in.Query, a.asker(ctx))
	return p, err
}

func (a *API) counts(api huma.API) {
	huma.Register(api, operation("histogram", http.MethodGet, "/alerts/histogram", signed, "How many alerts there were over time, by severity"),
		func(ctx context.Context, in *struct {
			PeriodParam
			// No enum: of numbers in a query it would let none through. The store checks it.
			Seconds int64 `query:"seconds" minimum:"60" maximum:"86400" doc:"length of a bucket: 60, 3600 or 86400; chosen if absent"`
		},
		) (*answer[store.Histogram], error) {
			p, err := a.period(ctx, &in.PeriodParam)
			if err != nil {
				return nil, a.problem(ctx, err)
			}
			h, err := a.Store.Histogram(ctx, scopeOf(ctx), p, time.Duration(in.Seconds)*time.Second)
			if err != nil {
				return nil, a.problem(ctx, err)
			}
			a.sawCounts(ctx, p.Query)
			return &answer[store.Histogram]{h}, nil
		})
	huma.Register(api, operation("facets", http.MethodGet, "/alerts/facets", signed, "The most frequent rules, addresses, hosts, users, techniques and clients"),
		func(ctx context.Context, in *PeriodParam) (*answer[store.Facets], error) {
			p, err := a.period(ctx, in)
			if err != nil {
				return nil, a.problem(ctx, err)
			}
			f, err := a.Store.Facets(ctx, scopeOf(ctx), p)
			if err != nil {
				return nil, a.problem(ctx, err)
			}
			a.sawCounts(ctx, p.Query)
			return &answer[store.Facets]{f}, nil
		})
}
