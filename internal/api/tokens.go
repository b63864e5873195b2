package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// NewToken is a token with its secret, which is shown this once.
type NewToken struct {
	Token string    `json:"token" doc:"send it as Authorization: Bearer TOKEN"`
	Item  soc.Token `json:"item"`
}

// ForClients says for which clients something is. Without either it is for those of
// whoever asks.
type ForClients struct {
	AllClients bool     `json:"all_clients,omitempty" doc:"for every client, those of the future as well"`
	Clients    []string `json:"clients,omitempty" maxItems:"1000" doc:"for these clients, by id or name"`
}

func (f ForClients) wanted(role soc.Role) store.Wanted {
	return store.Wanted{Role: role, AllClients: f.AllClients, Clients: f.Clients}
}

func (a *API) tokens(api huma.API) {
	huma.Register(api, operation("list-tokens", http.MethodGet, "/tokens", admin, "API tokens"),
		func(ctx context.Context, _ *struct{}) (*list[soc.Token], error) {
			items, err := a.Store.Tokens(ctx, scopeOf(ctx))
			return listOf(items, a.problem(ctx, err))
		})
	op := operation("add-token", http.MethodPost, "/tokens", admin, "Make an API token; its secret is shown this once")
	op.DefaultStatus = http.StatusCreated
	op.Description = "A token may do no more than whoever makes it, now and later: it shrinks with them, and ends with them. " +
		"One that a token makes lasts no longer than that one."
	huma.Register(api, op, func(ctx context.Context, in *struct {
		Body struct {
			Name string   `json:"name" minLength:"1" maxLength:"64"`
			Role soc.Role `json:"role" enum:"admin,analyst,viewer"`
			ForClients
			Days int `json:"days,omitempty" minimum:"1" maximum:"3650" doc:"how long it is good; for ever if absent"`
		}
	},
	) (*answer[NewToken], error) {
		var expires time.Time
		if in.Body.Days > 0 {
			expires = a.Now().Add(time.Duration(in.Body.Days) * 24 * time.Hour)
		}
		token, secret, err := a.Store.AddToken(ctx, scopeOf(ctx), store.NewToken{
			Name: in.Body.Name, Wanted: in.Body.wanted(in.Body.Role), Expires: expires,
		})
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return &answer[NewToken]{NewToken{Token: string(secret), Item: token}}, nil
	})
	op = operation("delete-token", http.MethodDelete, "/tokens/{id}", admin, "End an API token")
	op.Errors = append(op.Errors, http.StatusNotFound)
	huma.Register(api, op,
		func(ctx context.Context, in *ByID) (*struct{}, error) {
			return nil, a.problem(ctx, a.Store.DeleteToken(ctx, scopeOf(ctx), in.ID))
		})
}

// ByID is the input of operations on one thing.
type ByID struct {
	ID string `path:"id" maxLength:"64"`
}
