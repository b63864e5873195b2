package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/internal/wire"
	"github.com/socme-project/socme/soc"
)

// NodeToken enrols one node of a client.
type NodeToken struct {
	Token       string    `json:"token" doc:"for socme node enrol; works once"`
	ExpiresTime time.Time `json:"expires_time"`
}

func (a *API) clients(api huma.API) {
	huma.Register(api, operation("list-clients", http.MethodGet, "/clients", signed, "Clients by name"),
		func(ctx context.Context, _ *struct{}) (*list[soc.Client], error) {
			items, err := a.Store.Clients(ctx, scopeOf(ctx))
			return listOf(items, a.problem(ctx, err))
		})
	op := operation("add-client", http.MethodPost, "/clients", admin, "Add a client")
	op.DefaultStatus = http.StatusCreated
	op.Errors = append(op.Errors, http.StatusConflict)
	huma.Register(api, op, func(ctx context.Context, in *struct {
		Body struct {
			Name string `json:"name" minLength:"1" maxLength:"64"`
		}
	},
	) (*answer[soc.Client], error) {
		client, err := a.Store.AddClient(ctx, scopeOf(ctx), in.Body.Name, false)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return &answer[soc.Client]{client}, nil
	})
	op = operation("client", http.MethodGet, "/clients/{id}", signed, "One client, by its id or its name")
	op.Errors = append(op.Errors, http.StatusNotFound)
	huma.Register(api, op, func(ctx context.Context, in *ByID) (*answer[soc.Client], error) {
		client, err := a.Store.Client(ctx, scopeOf(ctx), in.ID)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return &answer[soc.Client]{client}, nil
	})
	op = operation("colleagues", http.MethodGet, "/clients/{id}/colleagues", worker, "Who may work on the client's alerts: whom they can be given to, and whom comments mention")
	op.Errors = append(op.Errors, http.StatusNotFound)
	huma.Register(api, op, func(ctx context.Context, in *ByID) (*list[store.Colleague], error) {
		items, err := a.Store.Colleagues(ctx, scopeOf(ctx), soc.ClientID(in.ID))
		return listOf(items, a.problem(ctx, err))
	})
	op = operation("add-node-token", http.MethodPost, "/clients/{id}/node-tokens", admin, "Make a token that enrols one node of the client, within an hour")
	op.DefaultStatus = http.StatusCreated
	op.Errors = append(op.Errors, http.StatusNotFound)
	huma.Register(api, op, func(ctx context.Context, in *struct {
		ByID
		Body struct {
			Name string `json:"name,omitempty" maxLength:"64" doc:"what the node is called; its host name if absent"`
		}
	},
	) (*answer[NodeToken], error) {
		secret, expires, err := a.Store.AddEnrolment(ctx, scopeOf(ctx), in.ID, in.Body.Name)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		token := wire.Token{Cores: a.Cores, Authority: a.Authority, Secret: string(secret)}
		return &answer[NodeToken]{NodeToken{Token: token.String(), ExpiresTime: expires}}, nil
	})
}
