package wazuh

import (
	"context"
	"iter"
)

// Users may log in to the API.
type Users struct{ c *Client }

// User is one.
type User struct {
	ID         int    `json:"id"`
	Name       string `json:"username"`
	AllowRunAs bool   `json:"allow_run_as"`
	Roles      []int  `json:"roles"`
}

// UserFilter narrows a list of users.
type UserFilter struct {
	Query
	IDs []int `url:"user_ids"`
}

// List returns users, by id.
func (u *Users) List(ctx context.Context, f UserFilter) iter.Seq2[User, error] {
	return pages(ctx, u.c, list[User]{
		call: request("GET /security/users").with(f), size: f.PageSize,
		id: func(u *User) string { return intID(u.ID) }, sort: "+id",
	})
}

// Create makes a user. A password has 8 to 64 characters, with a capital, a small
// letter, a digit and a sign. A user without a role may do nothing.
func (u *Users) Create(ctx context.Context, name, password string) (User, error) {
	call, err := request("POST /security/users").json(map[string]string{"username": name, "password": password})
	if err != nil {
		return User{}, err
	}
	return one[User](ctx, u.c, call)
}

// SetPassword changes a password. It ends the user's tokens.
func (u *Users) SetPassword(ctx context.Context, id int, password string) error {
	call, err := request("PUT /security/users/{user_id}", intID(id)).json(map[string]string{"password": password})
	if err != nil {
		return err
	}
	return done(ctx, u.c, call)
}

// AllowRunAs says whether a user may log in with an authorization context.
func (u *Users) AllowRunAs(ctx context.Context, id int, allow bool) (User, error) {
	text := "false"
	if allow {
		text = "true"
	}
	return one[User](ctx, u.c, request("PUT /security/users/{user_id}/run_as", intID(id)).set("allow_run_as", text))
}

// Delete removes users ([All] for all but the server's own) and returns those that it
// removed.
func (u *Users) Delete(ctx context.Context, ids ...int) ([]User, error) {
	return remove[User](ctx, u.c, "DELETE /security/users", "user_ids", ids)
}

func remove[T any](ctx context.Context, c *Client, op, parameter string, ids []int) ([]T, error) {
	if err := empty(op, "id", idsOrAll(ids)); err != nil {
		return nil, err
	}
	return items[T](ctx, c, request(op).set(parameter, idsOrAll(ids)))
}

// AddRoles gives a user roles.
func (u *Users) AddRoles(ctx context.Context, id int, roles ...int) (User, error) {
	const op = "POST /security/users/{user_id}/roles"
	if err := empty(op, "role", numbers(roles)); err != nil {
		return User{}, err
	}
	return one[User](ctx, u.c, request(op, intID(id)).set("role_ids", numbers(roles)))
}

// RemoveRoles takes roles ([All] for all) from a user.
func (u *Users) RemoveRoles(ctx context.Context, id int, roles ...int) (User, error) {
	const op = "DELETE /security/users/{user_id}/roles"
	if err := empty(op, "role", idsOrAll(roles)); err != nil {
		return User{}, err
	}
	return one[User](ctx, u.c, request(op, intID(id)).set("role_ids", idsOrAll(roles)))
}
