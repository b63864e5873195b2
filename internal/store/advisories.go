package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"github.com/socme-project/socme/soc"
)

// advisoriesMost is how many advisories of one publisher are held: the newest.
const advisoriesMost = 500

type advisoryRow struct {
	ID, PublisherID, Publisher string
	Kind                       soc.AdvisoryKind
	Demo                       bool
	Title, Summary, Link       string
	PublishedMS                int64 `gorm:"column:published_ms"`
}

// AdvisoryFilter says which advisories are wanted. Empty fields want all.
type AdvisoryFilter struct {
	Kind      soc.AdvisoryKind
	Publisher string // its id
	Text      string // in title or summary, whatever the case of ASCII letters
	Before    string // id of the last one of the page before
	Limit     int    // 50 if 0, at most 501
}

// Advisories lists what was published, the newest first. It is no client's: everybody
// who is signed in may see it. It is never nil.
func (s *Store) Advisories(ctx context.Context, scope soc.Scope, f AdvisoryFilter) ([]soc.Advisory, error) {
	found := []soc.Advisory{}
	if scope.Who() == "" {
		return found, soc.ErrForbidden
	}
	where, args := []string{`TRUE`}, []any{}
	and := func(condition string, values ...any) { where, args = append(where, condition), append(args, values...) }
	if f.Kind != "" {
		and(`publishers.kind = ?`, f.Kind)
	}
	if f.Publisher != "" {
		and(`publishers.id = ?`, f.Publisher)
	}
	for word := range strings.FieldsSeq(f.Text) {
		like := `%` + strings.NewReplacer(`!`, `!!`, `%`, `!%`, `_`, `!_`).Replace(strings.ToLower(word)) + `%`
		and(`(lower(title) LIKE ? ESCAPE '!' OR lower(summary) LIKE ? ESCAPE '!')`, like, like)
	}
	if f.Before != "" {
		and(`(published_ms, advisories.id) < (SELECT published_ms, id FROM advisories WHERE id = ?)`, f.Before)
	}
	if f.Limit <= 0 {
		f.Limit = pageDefault
	}
	var rows []advisoryRow
	err := s.read.WithContext(ctx).Raw(`SELECT advisories.id, publisher_id, publishers.name AS publisher, kind, demo, title, summary, link, published_ms
		FROM advisories JOIN publishers ON publishers.id = publisher_id WHERE `+strings.Join(where, ` AND `)+`
		ORDER BY published_ms DESC, advisories.id DESC LIMIT ?`, append(args, min(f.Limit, pageMost))...).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list advisories: %w", err)
	}
	for _, r := range rows {
		found = append(found, soc.Advisory{
			ID: r.ID, Publisher: r.Publisher, PublisherID: r.PublisherID, Kind: r.Kind, Demo: r.Demo,
			Title: r.Title, Summary: r.Summary, Link: r.Link, PublishedTime: fromMS(r.PublishedMS),
		})
	}
	return found, nil
}

// NotePublished keeps what reading a publisher gave: its state, and items, of which those
// that are known already (by Key) are changed in place. p.Problem says why there are none.
func (s *Store) NotePublished(ctx context.Context, scope soc.Scope, p soc.Publisher, items []soc.Advisory) error {
	if err := mustAdmin(scope); err != nil {
		return err
	}
	err := s.tx(ctx, func(g *gorm.DB, tx *sql.Tx) error {
		// A URL that was changed meanwhile is another publisher's.
		done := g.Exec(`UPDATE publishers SET etag = ?, modified = ?, read_ms = ?, tried_ms = ?, problem = ? WHERE id = ? AND url = ?`,
			p.ETag, p.Modified, toMS(p.ReadTime), toMS(p.TriedTime), p.Problem, p.ID, p.URL)
		if done.Error != nil || done.RowsAffected == 0 {
			return done.Error
		}
		for _, a := range items {
			_, err := tx.ExecContext(ctx, `INSERT INTO advisories (id, publisher_id, item_key, title, summary, link, published_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT (publisher_id, item_key) DO UPDATE SET title = excluded.title, summary = excluded.summary, link = excluded.link`,
				soc.NewID(), p.ID, a.Key, a.Title, a.Summary, a.Link, a.PublishedTime.UnixMilli())
			if err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM advisories WHERE publisher_id = ? AND id NOT IN
			(SELECT id FROM advisories WHERE publisher_id = ? ORDER BY published_ms DESC, id DESC LIMIT ?)`, p.ID, p.ID, advisoriesMost)
		return err
	})
	if err != nil {
		return fmt.Errorf("note what %s published: %w", p.Name, err)
	}
	return nil
}
