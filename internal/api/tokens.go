package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/socme-project/socme/soc"
)

// NewToken is a token with its secret, which is shown this once.
type NewToken struct {
	Token string    `json:"token" doc:"send it as Authorization: Bearer TOKEN"`
	Item  soc.Token `json:"item"`
}

func (a *API) tokens(api huma.API) {
	huma.Register(api, operation("list-tokens", http.MethodGet, "/tokens", admin, "API tokens"),
		func(ctx context.Context, _ *struct{}) (*list[soc.Token], error) {
			items, err := a.Store.Tokens(ctx, scopeOf(ctx))
			return listOf(items, a.problem(ctx, err))
		})
	op := operation("add-token", http.MethodPost, "/tokens", admin, "Make an API token; its secret is shown this once")
	op.DefaultStatus = http.StatusCreated
	huma.Register(api, op, func(ctx context.Context, in *struct {
		Body struct {
			Name string   `json:"name" minLength:"1" maxLength:"64"`
			Role soc.Role `json:"role" enum:"admin,analyst,viewer"`
			Days int      `json:"days,omitempty" minimum:"1" maximum:"3650" doc:"how long it is good; for ever if absent"`
		}
	},
	) (*answer[NewToken], error) {
		var expires time.Time
		if in.Body.Days > 0 {
			expires = a.Now().Add(time.Duration(in.Body.Days) * 24 * time.Hour)
		}
		token, secret, err := a.Store.AddToken(ctx, scopeOf(ctx), in.Body.Name, in.Body.Role, expires)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return &answer[NewToken]{NewToken{Token: string(secret), Item: token}}, nil
	})
	huma.Register(api, operation("delete-token", http.MethodDelete, "/tokens/{id}", admin, "End an API token"),
		func(ctx context.Context, in *ByID) (*struct{}, error) {
			return nil, a.problem(ctx, a.Store.DeleteToken(ctx, scopeOf(ctx), in.ID))
		})
}

// ByID is the input of operations on one thing.
type ByID struct {
	ID string `path:"id" maxLength:"64"`
}
