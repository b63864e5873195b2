package soc

import (
	"slices"
	"time"
)

// NamedClient is a client's id and name.
type NamedClient struct {
	ID   ClientID `json:"id"`
	Name string   `json:"name"`
}

// Grant is what a user or a token may do, and for which clients.
type Grant struct {
	Role       Role          `json:"role" enum:"admin,analyst,viewer"`
	AllClients bool          `json:"all_clients" doc:"every client, those of the future as well"`
	Clients    []NamedClient `json:"clients" nullable:"false" doc:"the clients by name, where it is not all of them"`
}

// Scope is the grant in the hands of who acts.
func (g Grant) Scope(actor Actor) Scope {
	s := Scope{actor: actor, role: g.Role, all: g.AllClients}
	if !s.all {
		for _, c := range g.Clients {
			s.clients = append(s.clients, c.ID)
		}
	}
	return s
}

// Within is what is left of the grant for somebody who may have no more than the limit.
func (g Grant) Within(limit Grant) Grant {
	if !limit.Role.Reaches(g.Role) {
		g.Role = limit.Role
	}
	switch {
	case limit.AllClients:
	case g.AllClients:
		g.AllClients, g.Clients = false, slices.Clone(limit.Clients)
	default:
		g.Clients = slices.DeleteFunc(slices.Clone(g.Clients), func(c NamedClient) bool {
			return !slices.ContainsFunc(limit.Clients, func(l NamedClient) bool { return l.ID == c.ID })
		})
	}
	return g
}

// User is somebody who can sign in.
type User struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Grant
	HasPassword bool      `json:"has_password" doc:"false until an invitation was used"`
	HasTOTP     bool      `json:"has_totp" doc:"signs in with a code of six digits beside the password"`
	Disabled    bool      `json:"disabled" doc:"may not sign in, and their tokens are refused"`
	CreatedTime time.Time `json:"created_time"`
	// SignedInTime is zero until the first time.
	SignedInTime time.Time `json:"signed_in_time,omitzero" doc:"the last time"`
}

// UserSession is one sign-in of a user that lasts.
type UserSession struct {
	ID          string    `json:"id"`
	UserID      string    `json:"user_id"`
	User        string    `json:"user"`
	Address     string    `json:"address" doc:"where it was made"`
	Agent       string    `json:"agent" doc:"what the browser calls itself"`
	Current     bool      `json:"current" doc:"the one that asks"`
	CreatedTime time.Time `json:"created_time"`
	UsedTime    time.Time `json:"used_time" doc:"to the minute"`
	ExpiresTime time.Time `json:"expires_time" doc:"when it ends at the latest; without use it ends earlier"`
}

// Token is a credential for scripts. Its secret is shown once and stored hashed.
type Token struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Grant
	Maker        string    `json:"maker,omitempty" doc:"the user who made it; it never has more than they have"`
	CreatedTime  time.Time `json:"created_time"`
	ExpiresTime  time.Time `json:"expires_time,omitzero"`
	LastUsedTime time.Time `json:"last_used_time,omitzero"`
}
