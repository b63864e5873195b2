package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"slices"

	"gorm.io/gorm"

	"github.com/socme-project/socme/soc"
)

const (
	publishersMost = 50
	urlMost        = 2000 // bytes
)

type publisherRow struct {
	ID             string `gorm:"primaryKey"`
	Name, URL      string
	Kind           soc.AdvisoryKind
	Demo           bool
	Etag, Modified string
	ReadMS         int64 `gorm:"column:read_ms"`
	TriedMS        int64 `gorm:"column:tried_ms"`
	Problem        string
	Advisories     int `gorm:"->"`
}

func (publisherRow) TableName() string { return "publishers" }

func (r publisherRow) publisher() soc.Publisher {
	return soc.Publisher{
		ID: r.ID, Name: r.Name, URL: r.URL, Kind: r.Kind, Demo: r.Demo, Advisories: r.Advisories,
		ReadTime: fromMS(r.ReadMS), TriedTime: fromMS(r.TriedMS), Problem: r.Problem, ETag: r.Etag, Modified: r.Modified,
	}
}

func (r publisherRow) facts() map[string]any {
	return map[string]any{"name": r.Name, "url": r.URL, "kind": r.Kind}
}

// Publishers lists who publishes advisories, by name. They are no client's: everybody who
// is signed in may see them. It is never nil.
func (s *Store) Publishers(ctx context.Context, scope soc.Scope) ([]soc.Publisher, error) {
	publishers := []soc.Publisher{}
	if scope.Who() == "" {
		return publishers, soc.ErrForbidden
	}
	rows, err := gorm.G[publisherRow](s.read).
		Select("publishers.*, (SELECT COUNT(*) FROM advisories WHERE advisories.publisher_id = publishers.id) AS advisories").
		Order("name, kind, id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("list publishers: %w", err)
	}
	for _, row := range rows {
		publishers = append(publishers, row.publisher())
	}
	return publishers, nil
}

// SavePublisher makes or changes a publisher: the one with p.ID, or a new one where that
// is empty. Each has a URL of its own: ErrConflict. A new URL is read from its beginning.
func (s *Store) SavePublisher(ctx context.Context, scope soc.Scope, p soc.Publisher) (soc.Publisher, error) {
	if err := mustAdmin(scope); err != nil {
		return p, err
	}
	row := publisherRow{ID: p.ID, URL: p.URL, Kind: p.Kind, Demo: p.Demo}
	var err error
	if row.Name, err = cleanName("publisher", p.Name); err != nil {
		return p, err
	}
	if !slices.Contains(soc.AdvisoryKinds(), p.Kind) {
		return p, fmt.Errorf("%w: the kind is one of alert, advisory and report, not %q", soc.ErrInvalid, p.Kind)
	}
	if u, err := url.Parse(p.URL); err != nil || u.Host == "" || u.User != nil || (u.Scheme != "https" && u.Scheme != "http") || len(p.URL) > urlMost {
		return p, fmt.Errorf("%w: the URL must be one of http or https, without a password", soc.ErrInvalid)
	}
	err = s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		change := change{verb: "add", noun: "publisher", after: row.facts()}
		if row.ID == "" {
			held, err := gorm.G[publisherRow](g).Count(ctx, "*")
			if err != nil {
				return err
			}
			if held >= publishersMost {
				return fmt.Errorf("%w: there are %d publishers; delete one first", soc.ErrConflict, held)
			}
			row.ID = soc.NewID()
			if err := gorm.G[publisherRow](g).Create(ctx, &row); err != nil {
				return err
			}
		} else {
			old, err := gorm.G[publisherRow](g).Where("id = ?", row.ID).Take(ctx)
			if err != nil {
				return err
			}
			change.verb, change.before = "change", old.facts()
			if row.URL == old.URL {
				row.Etag, row.Modified, row.ReadMS, row.TriedMS, row.Problem = old.Etag, old.Modified, old.ReadMS, old.TriedMS, old.Problem
			}
			row.Demo = old.Demo
			if _, err := gorm.G[publisherRow](g).Where("id = ?", row.ID).Select("*").Updates(ctx, row); err != nil {
				return err
			}
		}
		change.target = soc.AuditTarget{ID: row.ID, Name: row.Name}
		return s.audit(g, scope, change)
	})
	if err != nil {
		return p, fmt.Errorf("save publisher %s: %w", p.Name, err)
	}
	return row.publisher(), nil
}

// DeletePublisher deletes a publisher with its advisories.
func (s *Store) DeletePublisher(ctx context.Context, scope soc.Scope, id string) error {
	if err := mustAdmin(scope); err != nil {
		return err
	}
	err := s.tx(ctx, func(g *gorm.DB, tx *sql.Tx) error {
		old, err := gorm.G[publisherRow](g).Where("id = ?", id).Take(ctx)
		if err != nil {
			return err
		}
		for _, statement := range []string{`DELETE FROM advisories WHERE publisher_id = ?`, `DELETE FROM publishers WHERE id = ?`} {
			if _, err := tx.ExecContext(ctx, statement, id); err != nil {
				return err
			}
		}
		return s.audit(g, scope, change{verb: "delete", noun: "publisher", target: soc.AuditTarget{ID: id, Name: old.Name}, before: old.facts()})
	})
	if err != nil {
		return fmt.Errorf("delete publisher %s: %w", id, err)
	}
	return nil
}
