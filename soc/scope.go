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

// Valid says whether r is one of the roles.
func (r Role) Valid() bool { return slices.Contains([]Role{RoleAdmin, RoleAnalyst, RoleViewer}, r) }

// Scope is who asks, and whose data they may see. Every query of the store takes
// one. The zero Scope sees nothing.
type Scope struct {
	who     string
	role    Role
	all     bool
	clients []ClientID
}

// System is the scope of the program itself. Reason says which part of it; it is
// allowed only in ingest, jobs and migrations.
func System(reason string) Scope { return Scope{who: "system: " + reason, role: RoleAdmin, all: true} }

// ScopeOfAll is somebody who may see every client.
func ScopeOfAll(who string, role Role) Scope { return Scope{who: who, role: role, all: true} }

// ScopeOf is somebody who may see the named clients only.
func ScopeOf(who string, role Role, clients ...ClientID) Scope {
	return Scope{who: who, role: role, clients: clients}
}

// Who names the principal, for logs and the audit.
func (s Scope) Who() string { return s.who }

// Role is what the principal may do.
func (s Scope) Role() Role { return s.role }

// All says whether every client is in scope.
func (s Scope) All() bool { return s.all }

// Clients lists the clients in scope when All is false. It may be empty.
func (s Scope) Clients() []ClientID { return s.clients }

// Sees says whether the client is in scope.
func (s Scope) Sees(client ClientID) bool { return s.all || slices.Contains(s.clients, client) }
