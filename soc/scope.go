package soc

import "slices"

// Role says what a principal may do.
type Role string

// The roles, from the one that may do everything to the one that may only look.
const (
	RoleAdmin   Role = "admin"
	RoleAnalyst Role = "analyst"
	RoleViewer  Role = "viewer"
)

// rank orders the roles: 0 is none, and a higher one may do all that a lower one may.
func (r Role) rank() int { return 1 + slices.Index([]Role{RoleViewer, RoleAnalyst, RoleAdmin}, r) }

// Valid says whether r is one of the roles.
func (r Role) Valid() bool { return r.rank() > 0 }

// Reaches says whether r may do all that the other may.
func (r Role) Reaches(other Role) bool { return r.Valid() && r.rank() >= other.rank() }

// ActorKind says what kind of thing acts.
type ActorKind string

// The kinds of actors.
const (
	ActorUser   ActorKind = "user"
	ActorToken  ActorKind = "token"
	ActorNode   ActorKind = "node"
	ActorSystem ActorKind = "system"
)

// Actor is who does something, as the audit names them.
type Actor struct {
	Kind    ActorKind `json:"kind" enum:"user,token,node,system"`
	ID      string    `json:"id,omitempty" doc:"of the user, token or node"`
	Name    string    `json:"name"`
	Address string    `json:"address,omitempty" doc:"where the request came from"`
}

// Scope is who asks, and whose data they may see. Every query of the store takes
// one. The zero Scope sees nothing.
type Scope struct {
	actor   Actor
	role    Role
	all     bool
	clients []ClientID
}

// System is the scope of the program itself. Reason says which part of it; it is
// allowed only in ingest, jobs and migrations.
func System(reason string) Scope {
	return Scope{actor: Actor{Kind: ActorSystem, Name: "system: " + reason}, role: RoleAdmin, all: true}
}

// ScopeOfAll is somebody who may see every client.
func ScopeOfAll(who string, role Role) Scope {
	return Scope{actor: Actor{Kind: ActorUser, Name: who}, role: role, all: true}
}

// ScopeOf is somebody who may see the named clients only.
func ScopeOf(who string, role Role, clients ...ClientID) Scope {
	return Scope{actor: Actor{Kind: ActorUser, Name: who}, role: role, clients: clients}
}

// As is the same scope with somebody else who acts.
func (s Scope) As(actor Actor) Scope {
	s.actor = actor
	return s
}

// Who names the principal, for logs.
func (s Scope) Who() string { return s.actor.Name }

// Actor is the principal, for the audit.
func (s Scope) Actor() Actor { return s.actor }

// Role is what the principal may do.
func (s Scope) Role() Role { return s.role }

// All says whether every client is in scope.
func (s Scope) All() bool { return s.all }

// Clients lists the clients in scope when All is false. It may be empty.
func (s Scope) Clients() []ClientID { return s.clients }

// Sees says whether the client is in scope.
func (s Scope) Sees(client ClientID) bool { return s.all || slices.Contains(s.clients, client) }

// Covers says whether the scope may do all that the grant allows: nobody can give away,
// or take, more than they have.
func (s Scope) Covers(g Grant) bool {
	if !s.role.Reaches(g.Role) || g.AllClients && !s.all {
		return false
	}
	// A grant of no client is nobody's business but of those who see all.
	if !s.all && len(g.Clients) == 0 {
		return false
	}
	return !slices.ContainsFunc(g.Clients, func(c NamedClient) bool { return !s.Sees(c.ID) })
}
