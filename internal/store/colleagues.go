package store

import (
	"context"
	"fmt"

	"github.com/socme-project/socme/soc"
)

// Colleague is somebody who may work on the alerts of a client.
type Colleague struct {
	Name string   `json:"name"`
	Role soc.Role `json:"role" enum:"admin,analyst"`
}

// Colleagues lists who may work on the alerts of a client, by name: whom they can be given
// to, and whom a comment does well to mention. It tells no more of anybody, so that those
// who may not list users may ask. It is never nil; a client out of scope is not found.
func (s *Store) Colleagues(ctx context.Context, scope soc.Scope, client soc.ClientID) ([]Colleague, error) {
	of, err := s.Client(ctx, scope, string(client))
	if err != nil {
		return nil, err
	}
	found := []Colleague{}
	err = s.read.WithContext(ctx).Raw(`SELECT name, role FROM users WHERE disabled_ms = 0 AND role <> ? AND (all_clients OR num IN
		(SELECT user_num FROM user_clients JOIN clients ON clients.num = user_clients.client_num WHERE clients.id = ?)) ORDER BY name_key`,
		soc.RoleViewer, string(of.ID)).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("colleagues for client %s: %w", client, err)
	}
	return found, nil
}
