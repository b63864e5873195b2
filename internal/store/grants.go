package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// Wanted is a grant as people ask for it: clients by id or name.
type Wanted struct {
	Role       soc.Role
	AllClients bool
	Clients    []string
}

// holder is a table whose rows have clients.
type holder struct{ table, column string }

var (
	ofUsers  = holder{"user_clients", "user_num"}
	ofTokens = holder{"token_clients", "token_num"}
)

// clients reads which clients the rows have, by the rows' numbers, each list by name.
func (h holder) clients(ctx context.Context, g *gorm.DB, nums ...int64) (map[int64][]soc.NamedClient, error) {
	found := map[int64][]soc.NamedClient{}
	if len(nums) == 0 {
		return found, nil
	}
	var rows []struct {
		Holder   int64
		ID, Name string
	}
	err := g.WithContext(ctx).Raw(`SELECT `+h.column+` AS holder, clients.id, clients.name FROM `+h.table+`
		JOIN clients ON clients.num = `+h.table+`.client_num WHERE `+h.column+` IN ? ORDER BY clients.name_key`, nums).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", h.table, err)
	}
	for _, r := range rows {
		found[r.Holder] = append(found[r.Holder], soc.NamedClient{ID: soc.ClientID(r.ID), Name: r.Name})
	}
	return found, nil
}

// set makes the clients of a row those.
func (h holder) set(g *gorm.DB, num int64, clients []clientRow) error {
	if err := g.Exec(`DELETE FROM `+h.table+` WHERE `+h.column+` = ?`, num).Error; err != nil {
		return err
	}
	for _, c := range clients {
		if err := g.Exec(`INSERT INTO `+h.table+` (`+h.column+`, client_num) VALUES (?, ?)`, num, c.Num).Error; err != nil {
			return err
		}
	}
	return nil
}

// grant finds the clients that are wanted and checks that the scope may give that much.
// A client out of scope and one that is not there are the same error.
func (s *Store) grant(ctx context.Context, scope soc.Scope, w Wanted) (soc.Grant, []clientRow, error) {
	g := soc.Grant{Role: w.Role, AllClients: w.AllClients, Clients: []soc.NamedClient{}}
	switch {
	case !w.Role.Valid():
		return g, nil, fmt.Errorf("%w: role %q is none of admin, analyst, viewer", soc.ErrInvalid, w.Role)
	case w.AllClients && len(w.Clients) > 0:
		return g, nil, fmt.Errorf("%w: either all clients or named ones", soc.ErrInvalid)
	case !w.AllClients && len(w.Clients) == 0:
		return g, nil, fmt.Errorf("%w: name the clients, or say that it is for all", soc.ErrInvalid)
	}
	var rows []clientRow
	if !w.AllClients {
		all, err := s.clients(ctx, scope, "1 = 1")
		if err != nil {
			return g, nil, err
		}
		for _, want := range w.Clients {
			i := slices.IndexFunc(all, func(c clientRow) bool { return c.ID == want || c.NameKey == query.ClientKey(want) })
			if i < 0 {
				return g, nil, fmt.Errorf("%w: one of the clients is not there, or not yours", soc.ErrInvalid)
			}
			if !slices.ContainsFunc(rows, func(c clientRow) bool { return c.Num == all[i].Num }) {
				rows = append(rows, all[i])
			}
		}
		slices.SortFunc(rows, func(a, b clientRow) int { return cmp.Compare(a.NameKey, b.NameKey) })
		for _, c := range rows {
			g.Clients = append(g.Clients, c.named())
		}
	}
	if !scope.Covers(g) {
		return g, nil, fmt.Errorf("%w: that is more than you may do yourself", soc.ErrForbidden)
	}
	return g, rows, nil
}

// grantOf is a row's grant.
func grantOf(role soc.Role, all bool, clients []soc.NamedClient) soc.Grant {
	if clients == nil || all {
		clients = []soc.NamedClient{}
	}
	return soc.Grant{Role: role, AllClients: all, Clients: clients}
}
