package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// Invited is a user with the secret of the link that lets them in once.
type Invited struct {
	User        soc.User  `json:"user"`
	Path        string    `json:"path" doc:"of the link, behind the core's address; it works once and is shown this once"`
	ExpiresTime time.Time `json:"expires_time"`
}

func invited(i store.Invitation) *answer[Invited] {
	return &answer[Invited]{Invited{User: i.User, Path: linkPath(i.Secret), ExpiresTime: i.ExpiresTime}}
}

// linkPath is the path of a sign-in link. The secret stands behind the #, so that it
// reaches no log: browsers keep that part to themselves.
func linkPath(secret soc.Secret) string { return "/sign-in#link=" + string(secret) }

// ByName is the input of operations on one user.
type ByName struct {
	ID string `path:"id" maxLength:"64" doc:"the user's id or name"`
}

func (a *API) users(api huma.API) {
	huma.Register(api, operation("list-users", http.MethodGet, "/users", owner, "Users by name"),
		func(ctx context.Context, _ *struct{}) (*list[soc.User], error) {
			items, err := a.Store.Users(ctx, scopeOf(ctx))
			return listOf(items, a.problem(ctx, err))
		})
	op := operation("invite-user", http.MethodPost, "/users", owner, "Make a user, and a link that lets them in once")
	op.DefaultStatus = http.StatusCreated
	op.Errors = append(op.Errors, http.StatusConflict)
	huma.Register(api, op, func(ctx context.Context, in *struct {
		Body struct {
			Name string   `json:"name" minLength:"1" maxLength:"64"`
			Role soc.Role `json:"role" enum:"admin,analyst,viewer"`
			ForClients
		}
	},
	) (*answer[Invited], error) {
		invitation, err := a.Store.InviteUser(ctx, scopeOf(ctx), in.Body.Name, in.Body.wanted(in.Body.Role))
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return invited(invitation), nil
	})
	op = operation("user", http.MethodGet, "/users/{id}", owner, "One user")
	op.Errors = append(op.Errors, http.StatusNotFound)
	huma.Register(api, op, func(ctx context.Context, in *ByName) (*answer[soc.User], error) {
		user, err := a.Store.User(ctx, scopeOf(ctx), in.ID)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return &answer[soc.User]{user}, nil
	})
	a.changeUsers(api)
}

func (a *API) changeUsers(api huma.API) {
	op := operation("set-user", http.MethodPatch, "/users/{id}", owner, "Change a user's name, role, clients, or whether they may sign in")
	op.Description = "What is absent stays as it is. A role comes with its clients, or with all_clients."
	op.Errors = append(op.Errors, http.StatusNotFound, http.StatusConflict)
	huma.Register(api, op, func(ctx context.Context, in *struct {
		ByName
		Body struct {
			Name     *string  `json:"name,omitempty" minLength:"1" maxLength:"64"`
			Role     soc.Role `json:"role,omitempty" enum:"admin,analyst,viewer"`
			Disabled *bool    `json:"disabled,omitempty" doc:"signs them out at once and refuses their tokens"`
			NoTOTP   bool     `json:"no_totp,omitempty" doc:"takes the second factor away: for a phone that is lost"`
			ForClients
		}
	},
	) (*answer[soc.User], error) {
		change := store.UserChange{Name: in.Body.Name, Disabled: in.Body.Disabled, NoTOTP: in.Body.NoTOTP}
		if in.Body.Role != "" || in.Body.AllClients || len(in.Body.Clients) > 0 {
			wanted := in.Body.wanted(in.Body.Role)
			change.Grant = &wanted
		}
		user, err := a.Store.SetUser(ctx, scopeOf(ctx), in.ID, change)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return &answer[soc.User]{user}, nil
	})
	op = operation("add-user-link", http.MethodPost, "/users/{id}/link", owner, "Make a link for a user who cannot sign in any more")
	op.Description = "When it is used, the password, the second factor and every session of theirs are gone, and they set a new password."
	op.DefaultStatus = http.StatusCreated
	op.Errors = append(op.Errors, http.StatusNotFound, http.StatusConflict)
	huma.Register(api, op, func(ctx context.Context, in *ByName) (*answer[Invited], error) {
		invitation, err := a.Store.AddUserLink(ctx, scopeOf(ctx), in.ID)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return invited(invitation), nil
	})
	op = operation("delete-user", http.MethodDelete, "/users/{id}", owner, "Delete a user with their sessions and tokens")
	op.Errors = append(op.Errors, http.StatusNotFound, http.StatusConflict)
	huma.Register(api, op, func(ctx context.Context, in *ByName) (*struct{}, error) {
		return nil, a.problem(ctx, a.Store.DeleteUser(ctx, scopeOf(ctx), in.ID))
	})
}
