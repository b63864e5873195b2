package store

import (
	"context"
	"fmt"

	"github.com/socme-project/socme/soc"
)

// GroupOf is the group of an alert that the scope sees. An alert of before there were
// groups, that none was made for yet, is not found.
func (s *Store) GroupOf(ctx context.Context, scope soc.Scope, id soc.AlertID) (soc.GroupID, error) {
	var group soc.GroupID
	db, err := s.read.DB()
	if err != nil {
		return group, err
	}
	where, args := scopeSQL(scope)
	var raw []byte
	err = db.QueryRowContext(ctx, `SELECT alert_groups.id FROM alerts JOIN alert_groups ON alert_groups.num = alerts.group_num WHERE alerts.id = ? AND `+where[0],
		append([]any{id[:]}, args...)...).Scan(&raw)
	if err != nil {
		return group, fmt.Errorf("group of alert %s: %w", id, notFound(err))
	}
	copy(group[:], raw)
	return group, nil
}
