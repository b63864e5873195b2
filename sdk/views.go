package sdk

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"

	"github.com/socme-project/socme/soc"
)

// ViewChange is what a view is to be.
type ViewChange struct {
	Name     string `json:"name"`
	Query    string `json:"query"`
	Shared   bool   `json:"shared,omitempty"`
	Standard bool   `json:"standard,omitempty"` // begin with it
}

// SaveView changes the view with the id, or makes one where that is empty. A token's views
// are those of whoever made it.
func (c *Caller) SaveView(ctx context.Context, id string, to ViewChange) (soc.View, error) {
	var view soc.View
	if id == "" {
		return view, c.do(ctx, http.MethodPost, "/views", to, &view)
	}
	return view, c.do(ctx, http.MethodPut, "/views/"+url.PathEscape(id), to, &view)
}

// DeleteView deletes a view of one's own.
func (c *Caller) DeleteView(ctx context.Context, id string) error {
	return c.do(ctx, http.MethodDelete, "/views/"+url.PathEscape(id), nil, nil)
}

// BeginWith makes a view the one that one begins with; "" is none.
func (c *Caller) BeginWith(ctx context.Context, id string) error {
	return c.do(ctx, http.MethodPut, "/account/view", map[string]string{"view": id}, nil)
}

// AlertDetail is all that the core tells of one alert, as JSON: also its observables, its
// witnesses and its place in the ledger.
func (c *Caller) AlertDetail(ctx context.Context, id string) (json.RawMessage, error) {
	var alert json.RawMessage
	return alert, c.do(ctx, http.MethodGet, "/alerts/"+url.PathEscape(id), nil, &alert)
}

// QueryField describes a field of the query language.
type QueryField struct {
	Name      string   `json:"name"`
	Also      []string `json:"also,omitempty"`
	Kind      string   `json:"kind"`
	Doc       string   `json:"doc"`
	Operators []string `json:"operators"`
	Example   string   `json:"example"`
	Core      bool     `json:"core"`
	Wildcards string   `json:"wildcards"`
}

// QueryFields lists the fields of the query language.
func (c *Caller) QueryFields(ctx context.Context) ([]QueryField, error) {
	var list struct{ Items []QueryField }
	return list.Items, c.do(ctx, http.MethodGet, "/query/fields", nil, &list)
}

// QueryCompletion is what may stand at a place in a query.
type QueryCompletion struct {
	Start int `json:"start"`
	End   int `json:"end"`
	Items []struct {
		Text string `json:"text"`
		Doc  string `json:"doc,omitempty"`
		Open bool   `json:"open"`
	} `json:"items"`
}

// CompleteQuery tells what may stand at a place in a query: behind so many characters.
func (c *Caller) CompleteQuery(ctx context.Context, query string, at int) (QueryCompletion, error) {
	var done QueryCompletion
	return done, c.do(ctx, http.MethodGet, "/query/complete?"+url.Values{"query": {query}, "at": {strconv.Itoa(at)}}.Encode(), nil, &done)
}

// About is what anybody may know of a core.
func (c *Caller) About(ctx context.Context) (json.RawMessage, error) {
	var about json.RawMessage
	return about, c.do(ctx, http.MethodGet, "/about", nil, &about)
}

// Status is how the core does.
func (c *Caller) Status(ctx context.Context) (json.RawMessage, error) {
	var status json.RawMessage
	return status, c.do(ctx, http.MethodGet, "/status", nil, &status)
}
