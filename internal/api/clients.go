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
	huma.Register(api, operation("list-clients", http.MethodGet, "/clients", signed, "Clients by name, without their notes"),
		func(ctx context.Context, _ *struct{}) (*list[soc.Client], error) {
			items, err := a.Store.Clients(ctx, scopeOf(ctx))
			clients := make([]soc.NamedClient, len(items))
			for i := range items {
				items[i].Notes = "" // they are long, and one client's own
				clients[i] = soc.NamedClient{ID: items[i].ID, Name: items[i].Name}
			}
			a.saw(ctx, clients...)
			return listOf(items, a.problem(ctx, err))
		})
	op := operation("add-client", http.MethodPost, "/clients", admin, "Add a client")
	op.DefaultStatus = http.StatusCreated
	op.Errors = append(op.Errors, http.StatusConflict)
	huma.Register(api, op, func(ctx context.Context, in *struct {
		Body struct {
			Name     string        `json:"name" minLength:"1" maxLength:"64"`
			Contacts []soc.Contact `json:"contacts,omitempty" nullable:"false" maxItems:"20"`
			Notes    string        `json:"notes,omitempty" maxLength:"16384" doc:"Markdown"`
		}
	},
	) (*answer[soc.Client], error) {
		client, err := a.Store.AddClient(ctx, scopeOf(ctx), in.Body.Name, false)
		if err == nil && (len(in.Body.Contacts) > 0 || in.Body.Notes != "") {
			client, err = a.Store.SetClient(ctx, scopeOf(ctx), string(client.ID), store.ClientChange{Contacts: &in.Body.Contacts, Notes: &in.Body.Notes})
		}
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
		a.saw(ctx, soc.NamedClient{ID: client.ID, Name: client.Name})
		return &answer[soc.Client]{client}, nil
	})
	op = operation("colleagues", http.MethodGet, "/clients/{id}/colleagues", worker, "Who may work on the client's alerts: whom they can be given to, and whom comments mention")
	op.Errors = append(op.Errors, http.StatusNotFound)
	huma.Register(api, op, func(ctx context.Context, in *ByID) (*list[store.Colleague], error) {
		items, err := a.Store.Colleagues(ctx, scopeOf(ctx), soc.ClientID(in.ID))
		if err == nil {
			a.saw(ctx, soc.NamedClient{ID: soc.ClientID(in.ID)})
		}
		return listOf(items, a.problem(ctx, err))
	})
	op = operation("set-client", http.MethodPatch, "/clients/{id}", admin, "Change a client; only an admin of all clients may give it another name")
	op.DefaultStatus = http.StatusOK
	op.Errors = append(op.Errors, http.StatusNotFound, http.StatusConflict)
	huma.Register(api, op, func(ctx context.Context, in *struct {
		ByID
		Body struct {
			Name     *string        `json:"name,omitempty" minLength:"1" maxLength:"64"`
			Contacts *[]soc.Contact `json:"contacts,omitempty" maxItems:"20" doc:"they take the place of all that there were"`
			Notes    *string        `json:"notes,omitempty" maxLength:"16384" doc:"Markdown; the client's own people read it, too"`
		}
	},
	) (*answer[soc.Client], error) {
		client, err := a.Store.SetClient(ctx, scopeOf(ctx), in.ID, store.ClientChange{Name: in.Body.Name, Contacts: in.Body.Contacts, Notes: in.Body.Notes})
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return &answer[soc.Client]{client}, nil
	})
	op = operation("delete-client", http.MethodPost, "/clients/{id}/delete", owner, "Delete a client with all that it brought, or tell what would go")
	op.Errors = append(op.Errors, http.StatusNotFound, http.StatusConflict)
	op.Description = "Its nodes must be revoked before, and no legal hold may be about it. It is gone from every list at once; its alerts and ledgers go in small pieces after that."
	huma.Register(api, op, func(ctx context.Context, in *struct {
		ByID
		Body struct {
			Name   string `json:"name" maxLength:"64" doc:"the client's name, exactly; matters unless it is a dry run"`
			DryRun bool   `json:"dry_run,omitempty" doc:"count, and delete nothing"`
		}
	},
	) (*answer[soc.Removal], error) {
		var r soc.Removal
		var err error
		if in.Body.DryRun {
			if r, err = a.Store.Removal(ctx, scopeOf(ctx), in.ID); err == nil {
				a.saw(ctx, soc.NamedClient{ID: soc.ClientID(in.ID)})
			}
		} else {
			r, err = a.Store.DeleteClient(ctx, scopeOf(ctx), in.ID, in.Body.Name)
		}
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		if r.Begun {
			a.Log.InfoContext(ctx, "client deleted", "by", scopeOf(ctx).Who(), "client", in.ID, "alerts", r.Alerts)
		}
		return &answer[soc.Removal]{r}, nil
	})
	a.records(api)
	a.logos(api)
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
