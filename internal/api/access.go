package api

import "github.com/socme-project/socme/soc"

// access says who may call an operation.
type access string

// Who may call an operation. Whatever they may do, they do it to the clients in their
// scope alone: the store sees to that.
const (
	public access = "public" // anybody, signed in or not
	signed access = "signed" // every role: to look, and one's own account
	worker access = "worker" // analysts and admins: to work on alerts
	admin  access = "admin"  // admins, of all clients or named ones
	owner  access = "owner"  // admins of all clients: what is about no client, or about all
)

// needs is what an access asks of a principal.
type needs struct {
	role soc.Role // at least
	all  bool     // for all clients
	why  string   // what to say to who has less
}

// accessTable is what each role may do.
func accessTable() map[access]needs {
	return map[access]needs{
		signed: {role: soc.RoleViewer, why: "You may not do this."},
		worker: {role: soc.RoleAnalyst, why: "Only an analyst or an admin may do this. Ask an admin for the role."},
		admin:  {role: soc.RoleAdmin, why: "Only an admin may do this."},
		owner:  {role: soc.RoleAdmin, all: true, why: "Only an admin of all clients may do this."},
	}
}

// refuse says why the scope may not do what the access is for; "" if it may.
func (n needs) refuse(scope soc.Scope) string {
	if !scope.Role().Reaches(n.role) || n.all && !scope.All() {
		return n.why
	}
	return ""
}
