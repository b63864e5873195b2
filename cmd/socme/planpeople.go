package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

// planUsers invites users who are not there, and gives those who are the role and clients
// of the file. Nobody is taken away.
func planUsers(is []soc.User, want []wantedUser) []change {
	var changes []change
	for _, u := range want {
		grant := u.grant()
		says := fmt.Sprintf("user %s: %s, clients: %s", u.Name, u.Role, strings.Join(u.Clients, ", "))
		i := slices.IndexFunc(is, func(k soc.User) bool { return strings.EqualFold(k.Name, u.Name) })
		if i < 0 {
			changes = append(changes, change{says: "+ " + says + " (socme user link prints the link that lets them in)", do: func(ctx context.Context, api *sdk.Caller) error {
				_, err := api.Invite(ctx, u.Name, u.Role, grant)
				return err
			}})
			continue
		}
		have := is[i]
		if have.Role == u.Role && have.AllClients == grant.AllClients && (grant.AllClients || sameClients(have.Clients, grant.Clients)) {
			continue
		}
		changes = append(changes,
			change{says: fmt.Sprintf("- user %s: %s, clients: %s", have.Name, have.Role, clientsOf(have.Grant))},
			change{says: "+ " + says, do: func(ctx context.Context, api *sdk.Caller) error {
				_, err := api.SetUser(ctx, have.ID, sdk.UserChange{Role: u.Role, For: grant})
				return err
			}})
	}
	return changes
}

// sameClients compares clients with names or ids.
func sameClients(have []soc.NamedClient, want []string) bool {
	if len(have) != len(want) {
		return false
	}
	return !slices.ContainsFunc(have, func(c soc.NamedClient) bool {
		return !slices.ContainsFunc(want, func(name string) bool { return strings.EqualFold(name, c.Name) || name == string(c.ID) })
	})
}

// planViews saves the views that are not there or are another query. None is taken away.
func planViews(is []soc.View, want []wantedView) []change {
	var changes []change
	for _, v := range want {
		id := ""
		i := slices.IndexFunc(is, func(k soc.View) bool { return k.Own && strings.EqualFold(k.Name, v.Name) })
		if i >= 0 {
			have := is[i]
			if id = have.ID; have.Query == v.Query && have.Shared == v.Shared && have.Standard == v.First {
				continue
			}
			changes = append(changes, change{says: fmt.Sprintf("- view %s: %s", have.Name, have.Query)})
		}
		changes = append(changes, change{says: fmt.Sprintf("+ view %s: %s", v.Name, v.Query), do: func(ctx context.Context, api *sdk.Caller) error {
			_, err := api.SaveView(ctx, id, sdk.ViewChange{Name: v.Name, Query: v.Query, Shared: v.Shared, Standard: v.First})
			return err
		}})
	}
	return changes
}
