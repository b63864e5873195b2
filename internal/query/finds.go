package query

import "github.com/socme-project/socme/soc"

// Finds is the query that finds the alerts with an observable; of an address, those that
// have it as source or destination.
func Finds(o soc.Observable) string {
	field := map[soc.ObservableType]Field{
		soc.ObservableAddress: Address, soc.ObservableDomain: Domain, soc.ObservableHash: Hash, soc.ObservableURL: URL,
		soc.ObservableUser: User, soc.ObservableHost: Host, soc.ObservableEmail: Email,
	}[o.Type]
	return string(field) + ":" + Pattern{o.Value}.String()
}
