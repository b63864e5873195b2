package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// PublisherChange is what a publisher of advisories is to be.
type PublisherChange struct {
	Name string           `json:"name" minLength:"1" maxLength:"64" example:"CERT-FR"`
	URL  string           `json:"url" minLength:"8" maxLength:"2000" pattern:"^https?://" doc:"of its RSS or Atom" example:"https://www.cert.ssi.gouv.fr/avis/feed/"`
	Kind soc.AdvisoryKind `json:"kind" enum:"alert,advisory,report"`
}

// advisoryPage is a page of what was published.
type advisoryPage struct {
	Body struct {
		Items []soc.Advisory `json:"items" nullable:"false"`
		Next  *string        `json:"next" doc:"cursor of the next page; null on the last"`
	}
}

func (a *API) advisories(api huma.API) {
	op := operation("list-advisories", http.MethodGet, "/advisories", signed, "What publishers such as CERT-FR published, the newest first")
	huma.Register(api, op, func(ctx context.Context, in *struct {
		Kind      soc.AdvisoryKind `query:"kind" enum:"alert,advisory,report"`
		Publisher string           `query:"publisher" maxLength:"64" doc:"its id"`
		Text      string           `query:"text" maxLength:"200" doc:"words that stand in title or summary"`
		Limit     int              `query:"limit" minimum:"1" maximum:"500" default:"50"`
		Cursor    string           `query:"cursor" maxLength:"64" doc:"next of the page before"`
	},
	) (*advisoryPage, error) {
		items, err := a.Store.Advisories(ctx, scopeOf(ctx), store.AdvisoryFilter{
			Kind: in.Kind, Publisher: in.Publisher, Text: in.Text, Before: in.Cursor, Limit: in.Limit + 1,
		})
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		page := &advisoryPage{}
		if len(items) > in.Limit {
			items = items[:in.Limit]
			page.Body.Next = &items[in.Limit-1].ID
		}
		page.Body.Items = items
		return page, nil
	})
	a.publishers(api)
}

func (a *API) publishers(api huma.API) {
	huma.Register(api, operation("list-publishers", http.MethodGet, "/publishers", signed, "Whose advisories the core reads"),
		func(ctx context.Context, _ *struct{}) (*list[soc.Publisher], error) {
			items, err := a.Store.Publishers(ctx, scopeOf(ctx))
			return listOf(items, a.problem(ctx, err))
		})
	save := func(ctx context.Context, id string, to PublisherChange) (*answer[soc.Publisher], error) {
		p, err := a.Store.SavePublisher(ctx, scopeOf(ctx), soc.Publisher{ID: id, Name: to.Name, URL: to.URL, Kind: to.Kind})
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		a.Log.InfoContext(ctx, "publisher of advisories saved", "by", scopeOf(ctx).Who(), "publisher", p.Name, "url", p.URL)
		return &answer[soc.Publisher]{p}, nil
	}
	op := operation("add-publisher", http.MethodPost, "/publishers", owner, "Read advisories of one more publisher")
	op.Description = "The core reads it within two minutes and then every hour: at most 4 MiB of RSS or Atom, kept as plain text. " +
		"It does not read addresses of private networks."
	op.DefaultStatus = http.StatusCreated
	op.Errors = append(op.Errors, http.StatusConflict)
	huma.Register(api, op, func(ctx context.Context, in *struct{ Body PublisherChange }) (*answer[soc.Publisher], error) {
		return save(ctx, "", in.Body)
	})
	op = operation("change-publisher", http.MethodPut, "/publishers/{id}", owner, "Change a publisher's name, URL or kind")
	op.Errors = append(op.Errors, http.StatusNotFound, http.StatusConflict)
	huma.Register(api, op, func(ctx context.Context, in *struct {
		ByID
		Body PublisherChange
	},
	) (*answer[soc.Publisher], error) {
		return save(ctx, in.ID, in.Body)
	})
	op = operation("delete-publisher", http.MethodDelete, "/publishers/{id}", owner, "Delete a publisher with its advisories")
	op.Errors = append(op.Errors, http.StatusNotFound)
	huma.Register(api, op, func(ctx context.Context, in *ByID) (*struct{}, error) {
		return nil, a.problem(ctx, a.Store.DeletePublisher(ctx, scopeOf(ctx), in.ID))
	})
	op = operation("read-publisher", http.MethodPost, "/publishers/{id}/read", owner, "Read a publisher's advisories now")
	op.Description = "That its server gave nothing is no error: the answer says why."
	op.Errors = append(op.Errors, http.StatusNotFound)
	huma.Register(api, long(op), func(ctx context.Context, in *ByID) (*answer[soc.Publisher], error) {
		p, err := a.readPublisher(ctx, in.ID)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return &answer[soc.Publisher]{p}, nil
	})
}

func (a *API) readPublisher(ctx context.Context, id string) (soc.Publisher, error) {
	publishers, err := a.Store.Publishers(ctx, scopeOf(ctx))
	if err != nil {
		return soc.Publisher{}, err
	}
	for _, p := range publishers {
		if p.ID == id {
			return a.Advisories.Read(ctx, p)
		}
	}
	return soc.Publisher{}, soc.ErrNotFound
}
