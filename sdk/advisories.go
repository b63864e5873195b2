package sdk

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/socme-project/socme/soc"
)

// AdvisoryQuery says which advisories are wanted. Empty fields want all.
type AdvisoryQuery struct {
	Kind      soc.AdvisoryKind
	Publisher string // its id
	Text      string
	Limit     int // of a page; 0 is the core's own
}

// Advisories lists what was published, a page at a time; next is "" on the last.
func (c *Caller) Advisories(ctx context.Context, q AdvisoryQuery, cursor string) (items []soc.Advisory, next string, err error) {
	values := url.Values{}
	for key, value := range map[string]string{"kind": string(q.Kind), "publisher": q.Publisher, "text": q.Text, "cursor": cursor} {
		if value != "" {
			values.Set(key, value)
		}
	}
	if q.Limit > 0 {
		values.Set("limit", strconv.Itoa(q.Limit))
	}
	var page struct {
		Items []soc.Advisory
		Next  string
	}
	err = c.do(ctx, http.MethodGet, "/advisories?"+values.Encode(), nil, &page)
	return page.Items, page.Next, err
}

// Publishers lists whose advisories the core reads.
func (c *Caller) Publishers(ctx context.Context) ([]soc.Publisher, error) {
	var list struct{ Items []soc.Publisher }
	return list.Items, c.do(ctx, http.MethodGet, "/publishers", nil, &list)
}

// SavePublisher makes or changes a publisher: the one with p.ID, or a new one.
func (c *Caller) SavePublisher(ctx context.Context, p soc.Publisher) (soc.Publisher, error) {
	method, path := http.MethodPost, "/publishers"
	if p.ID != "" {
		method, path = http.MethodPut, path+"/"+url.PathEscape(p.ID)
	}
	body := map[string]any{"name": p.Name, "url": p.URL, "kind": p.Kind}
	return p, c.do(ctx, method, path, body, &p)
}

// DeletePublisher deletes a publisher with its advisories.
func (c *Caller) DeletePublisher(ctx context.Context, id string) error {
	return c.do(ctx, http.MethodDelete, "/publishers/"+url.PathEscape(id), nil, nil)
}

// ReadPublisher reads a publisher's advisories now. Why its server gave nothing is told
// in Problem.
func (c *Caller) ReadPublisher(ctx context.Context, id string) (soc.Publisher, error) {
	var p soc.Publisher
	return p, c.do(ctx, http.MethodPost, "/publishers/"+url.PathEscape(id)+"/read", nil, &p)
}
