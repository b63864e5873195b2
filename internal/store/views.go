package store

import (
	"context"
	"database/sql"
	"errors"
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
	user, err := viewer(s.read.WithContext(ctx), scope)
	if err != nil && !errors.Is(err, soc.ErrForbidden) { // who has none of their own sees what is shared
		return nil, fmt.Errorf("list views: %w", err)
	}
	var rows []viewRow
	err = s.read.WithContext(ctx).Raw(`SELECT views.id, views.name, views.query, users.name AS owner, views.shared, views.num = COALESCE((SELECT view_num FROM first_views WHERE user_num = ?), 0) AS standard,
			users.num = ? AS own, views.created_ms
		FROM views JOIN users ON users.num = views.user_num WHERE users.num = ? OR views.shared ORDER BY own DESC, views.name`, user, user, user).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list views: %w", err)
	}
	for _, r := range rows {
		views = append(views, soc.View{ID: r.ID, Name: r.Name, Query: r.Query, Owner: r.Owner, Own: r.Own, Shared: r.Shared, Standard: r.Standard, CreatedTime: fromMS(r.CreatedMS)})
	}
	return views, nil
}

// viewer is the number of the user whose views somebody has: their own, or of a token
// those of whoever made it.
func viewer(g *gorm.DB, scope soc.Scope) (int64, error) {
	var num *int64
	text := map[soc.ActorKind]string{soc.ActorUser: `SELECT num FROM users WHERE id = ?`, soc.ActorToken: `SELECT user_num FROM tokens WHERE id = ?`}[scope.Actor().Kind]
	if text == "" || scope.Actor().ID == "" {
		return 0, soc.ErrForbidden
	}
	if err := g.Raw(text, scope.Actor().ID).Row().Scan(&num); err != nil {
		return 0, notFound(err)
	}
	if num == nil {
		return 0, fmt.Errorf("%w: nobody made this token, so it has no views of its own", soc.ErrForbidden)
	}
	return *num, nil
}

// setFirst makes a view the one that a user begins with, or ends that it is.
func setFirst(g *gorm.DB, user int64, id string, first bool) error {
	if !first {
		return g.Exec(`DELETE FROM first_views WHERE user_num = ? AND view_num = (SELECT num FROM views WHERE id = ?)`, user, id).Error
	}
	return g.Exec(`INSERT INTO first_views (user_num, view_num) SELECT ?, num FROM views WHERE id = ? AND (shared OR user_num = ?)
		ON CONFLICT (user_num) DO UPDATE SET view_num = excluded.view_num`, user, id, user).Error
}

// SetFirstView makes a view the one that who asks begins with: their own, or one that
// another shares; "" is none.
func (s *Store) SetFirstView(ctx context.Context, scope soc.Scope, id string) error {
	if scope.Who() == "" {
		return soc.ErrForbidden
	}
	err := s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		user, err := viewer(g, scope)
		if err != nil {
			return err
		}
		var there int64
		if err := g.Raw(`SELECT COUNT(*) FROM views WHERE id = ? AND (shared OR user_num = ?)`, id, user).Row().Scan(&there); err != nil {
			return err
		}
		switch {
		case id == "":
			err = g.Exec(`DELETE FROM first_views WHERE user_num = ?`, user).Error
		case there == 0:
			err = soc.ErrNotFound
		default:
			err = setFirst(g, user, id, true)
		}
		if err != nil {
			return err
		}
		return s.audit(g, scope, change{verb: "begin with", noun: "view", target: soc.AuditTarget{ID: id}})
	})
	if err != nil {
		return fmt.Errorf("begin with view %s: %w", id, err)
	}
	return nil
}

// SaveView makes or changes a view of the user who asks: the one with v.ID, or a new one
// where that is empty. A name that another of their views has is ErrConflict. Of a user's
// views at most one is the standard.
func (s *Store) SaveView(ctx context.Context, scope soc.Scope, v soc.View) (soc.View, error) {
	if scope.Who() == "" {
		return v, soc.ErrForbidden
	}
	name, err := cleanName("view", v.Name)
	if err != nil {
		return v, err
	}
	v.Name, v.Own = name, true
	err = s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		var held int64
		user, err := viewer(g, scope)
		if err != nil {
			return err
		}
		if err := g.Raw(`SELECT name FROM users WHERE num = ?`, user).Row().Scan(&v.Owner); err != nil {
			return err
		}
		if v.ID == "" {
			if err := g.Raw(`SELECT COUNT(*) FROM views WHERE user_num = ?`, user).Row().Scan(&held); err != nil {
				return err
			}
			if held >= viewsMost {
				return fmt.Errorf("%w: you have %d views; delete one first", soc.ErrConflict, held)
			}
			v.ID, v.CreatedTime = soc.NewID(), s.now().UTC()
			err = g.Exec(`INSERT INTO views (id, user_num, name, query, shared, created_ms) VALUES (?, ?, ?, ?, ?, ?)`,
				v.ID, user, v.Name, v.Query, v.Shared, v.CreatedTime.UnixMilli()).Error
		} else {
			change := g.Exec(`UPDATE views SET name = ?, query = ?, shared = ? WHERE id = ? AND user_num = ?`,
				v.Name, v.Query, v.Shared, v.ID, user)
			if err = change.Error; err == nil && change.RowsAffected == 0 {
				err = soc.ErrNotFound
			}
		}
		if err == nil {
			err = setFirst(g, user, v.ID, v.Standard)
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
		user, err := viewer(g, scope)
		if err != nil {
			return err
		}
		gone := g.Exec(`DELETE FROM views WHERE id = ? AND user_num = ?`, id, user)
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
