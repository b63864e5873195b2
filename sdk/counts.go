package sdk

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/socme-project/socme/soc"
)

// Period is what is counted. Zero times are the last 24 hours.
type Period struct {
	Query       string
	From, Until time.Time
}

func (p Period) values() url.Values {
	values := url.Values{"query": {p.Query}}
	if !p.From.IsZero() {
		values.Set("from", p.From.UTC().Format(time.RFC3339))
	}
	if !p.Until.IsZero() {
		values.Set("until", p.Until.UTC().Format(time.RFC3339))
	}
	return values
}

// Histogram is how many alerts there were over time.
type Histogram struct {
	From    time.Time `json:"from"`
	Until   time.Time `json:"until"`
	Seconds int64     `json:"seconds"`
	Buckets []struct {
		Time       time.Time        `json:"time"`
		Severities map[string]int64 `json:"severities"`
	} `json:"buckets"`
	Total    int64 `json:"total"`
	Complete bool  `json:"complete"`
}

// Histogram counts by time and severity.
func (c *Caller) Histogram(ctx context.Context, p Period) (Histogram, error) {
	var h Histogram
	return h, c.do(ctx, http.MethodGet, "/alerts/histogram?"+p.values().Encode(), nil, &h)
}

// Facet is a value and how many alerts have it.
type Facet struct {
	Value string `json:"value"`
	Label string `json:"label,omitempty"`
	Count int64  `json:"count"`
}

// Facets are the most frequent values.
type Facets struct {
	From         time.Time `json:"from"`
	Until        time.Time `json:"until"`
	Rules        []Facet   `json:"rules"`
	Sources      []Facet   `json:"sources"`
	Destinations []Facet   `json:"destinations"`
	Hosts        []Facet   `json:"hosts"`
	Users        []Facet   `json:"users"`
	Techniques   []Facet   `json:"techniques"`
	Clients      []Facet   `json:"clients"`
	Complete     bool      `json:"complete"`
}

// Facets counts the most frequent values.
func (c *Caller) Facets(ctx context.Context, p Period) (Facets, error) {
	var f Facets
	return f, c.do(ctx, http.MethodGet, "/alerts/facets?"+p.values().Encode(), nil, &f)
}

// Views lists one's own saved views and those that others share.
func (c *Caller) Views(ctx context.Context) ([]soc.View, error) {
	var list struct{ Items []soc.View }
	return list.Items, c.do(ctx, http.MethodGet, "/views", nil, &list)
}
