package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// ViewChange is what a view is to be.
type ViewChange struct {
	Name     string `json:"name" minLength:"1" maxLength:"64"`
	Query    string `json:"query" maxLength:"4096"`
	Shared   bool   `json:"shared,omitempty" doc:"everybody may use it"`
	Standard bool   `json:"standard,omitempty" doc:"begin with it; another one ends to be it"`
}

func (a *API) views(api huma.API) {
	huma.Register(api, operation("list-views", http.MethodGet, "/views", signed, "One's own saved views, and those that others share"),
		func(ctx context.Context, _ *struct{}) (*list[soc.View], error) {
			items, err := a.Store.Views(ctx, scopeOf(ctx))
			return listOf(items, a.problem(ctx, err))
		})
	save := func(ctx context.Context, id string, to ViewChange) (*answer[soc.View], error) {
		if _, err := query.Parse(to.Query, a.asker(ctx)); err != nil {
			return nil, a.problem(ctx, err)
		}
		view, err := a.Store.SaveView(ctx, scopeOf(ctx), soc.View{ID: id, Name: to.Name, Query: to.Query, Shared: to.Shared, Standard: to.Standard})
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return &answer[soc.View]{view}, nil
	}
	op := operation("add-view", http.MethodPost, "/views", signed, "Save a query under a name")
	op.DefaultStatus = http.StatusCreated
	op.Errors = append(op.Errors, http.StatusConflict)
	huma.Register(api, op, func(ctx context.Context, in *struct{ Body ViewChange }) (*answer[soc.View], error) {
		return save(ctx, "", in.Body)
	})
	op = operation("change-view", http.MethodPut, "/views/{id}", signed, "Change one's own view")
	op.DefaultStatus = http.StatusOK
	op.Errors = append(op.Errors, http.StatusNotFound, http.StatusConflict)
	huma.Register(api, op, func(ctx context.Context, in *struct {
		ByID
		Body ViewChange
	},
	) (*answer[soc.View], error) {
		return save(ctx, in.ID, in.Body)
	})
	op = operation("delete-view", http.MethodDelete, "/views/{id}", signed, "Delete one's own view")
	op.Errors = append(op.Errors, http.StatusNotFound)
	huma.Register(api, op, func(ctx context.Context, in *ByID) (*struct{}, error) {
		return nil, a.problem(ctx, a.Store.DeleteView(ctx, scopeOf(ctx), in.ID))
	})
	op = operation("set-first-view", http.MethodPut, "/account/view", signed, "Begin with a view: one's own, or one that another shares")
	op.Errors = append(op.Errors, http.StatusNotFound)
	huma.Register(api, op, func(ctx context.Context, in *struct {
		Body struct {
			View string `json:"view" maxLength:"32" doc:"its id; empty for none"`
		}
	},
	) (*struct{}, error) {
		return nil, a.problem(ctx, a.Store.SetFirstView(ctx, scopeOf(ctx), in.Body.View))
	})
}
