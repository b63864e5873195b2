package store

import (
	"context"
	"database/sql"
	"fmt"

	"gorm.io/gorm"

	"github.com/socme-project/socme/soc"
)

// viewsMost bounds the views of one user.
const viewsMost = 100

type viewRow struct {
	ID, Name, Query, Owner string
	Shared, Standard, Own  bool
	CreatedMS              int64 `gorm:"column:created_ms"`
}

// Views lists the views of the user who asks, and those that others share; the user's own
// first, then by name. It is never nil.
func (s *Store) Views(ctx context.Context, scope soc.Scope) ([]soc.View, error) {
	views := []soc.View{}
	if scope.Who() == "" {
		return views, nil
	}
	var rows []viewRow
	err := s.read.WithContext(ctx).Raw(`SELECT views.id, views.name, views.query, users.name AS owner, views.shared, views.standard, users.id = ? AS own, views.created_ms
		FROM views JOIN users ON users.num = views.user_num WHERE users.id = ? OR views.shared ORDER BY own DESC, views.name`, scope.Actor().ID, scope.Actor().ID).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list views: %w", err)
	}
	for _, r := range rows {
		views = append(views, soc.View{ID: r.ID, Name: r.Name, Query: r.Query, Owner: r.Owner, Own: r.Own, Shared: r.Shared, Standard: r.Standard && r.Own, CreatedTime: fromMS(r.CreatedMS)})
	}
	return views, nil
}

// SaveView makes or changes a view of the user who asks: the one with v.ID, or a new one
// where that is empty. A name that another of their views has is ErrConflict. Of a user's
// views at most one is the standard.
func (s *Store) SaveView(ctx context.Context, scope soc.Scope, v soc.View) (soc.View, error) {
	if scope.Actor().Kind != soc.ActorUser || scope.Actor().ID == "" {
		return v, soc.ErrForbidden
	}
	name, err := cleanName("view", v.Name)
	if err != nil {
		return v, err
	}
	v.Name, v.Owner, v.Own = name, scope.Actor().Name, true
	err = s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		var user, held int64
		if err := g.Raw(`SELECT num FROM users WHERE id = ?`, scope.Actor().ID).Row().Scan(&user); err != nil {
			return notFound(err)
		}
		if v.Standard {
			if err := g.Exec(`UPDATE views SET standard = FALSE WHERE user_num = ?`, user).Error; err != nil {
				return err
			}
		}
		if v.ID == "" {
			if err := g.Raw(`SELECT COUNT(*) FROM views WHERE user_num = ?`, user).Row().Scan(&held); err != nil {
				return err
			}
			if held >= viewsMost {
				return fmt.Errorf("%w: you have %d views; delete one first", soc.ErrConflict, held)
			}
			v.ID, v.CreatedTime = soc.NewID(), s.now().UTC()
			err = g.Exec(`INSERT INTO views (id, user_num, name, query, shared, standard, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
				v.ID, user, v.Name, v.Query, v.Shared, v.Standard, v.CreatedTime.UnixMilli()).Error
		} else {
			change := g.Exec(`UPDATE views SET name = ?, query = ?, shared = ?, standard = ? WHERE id = ? AND user_num = ?`,
				v.Name, v.Query, v.Shared, v.Standard, v.ID, user)
			if err = change.Error; err == nil && change.RowsAffected == 0 {
				err = soc.ErrNotFound
			}
		}
		if err != nil {
			return err
		}
		return s.audit(g, scope, change{verb: "save", noun: "view", target: soc.AuditTarget{ID: v.ID, Name: v.Name}, after: v})
	})
	if err != nil {
		return v, fmt.Errorf("save view %s: %w", v.Name, err)
	}
	return v, nil
}

// DeleteView deletes a view of the user who asks.
func (s *Store) DeleteView(ctx context.Context, scope soc.Scope, id string) error {
	if scope.Who() == "" {
		return soc.ErrForbidden
	}
	err := s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		gone := g.Exec(`DELETE FROM views WHERE id = ? AND user_num = (SELECT num FROM users WHERE id = ?)`, id, scope.Actor().ID)
		if gone.Error == nil && gone.RowsAffected == 0 {
			return soc.ErrNotFound
		}
		if gone.Error != nil {
			return gone.Error
		}
		return s.audit(g, scope, change{verb: "delete", noun: "view", target: soc.AuditTarget{ID: id}})
	})
	if err != nil {
		return fmt.Errorf("delete view %s: %w", id, err)
	}
	return nil
}
