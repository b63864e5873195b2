package sdk

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/socme-project/socme/soc"
)

// GroupsOf chooses groups. Empty fields choose all.
type GroupsOf struct {
	Query      string // in the query language
	WorstFirst bool   // the worst severity first, and then the newest alert
	Cursor     string
	Limit      int // 1–500
}

// GroupCount is how many groups, and alerts in them, a query finds.
type GroupCount struct {
	Groups   int64 `json:"groups"`
	Alerts   int64 `json:"alerts"`
	Complete bool  `json:"complete"` // false if there are more
}

// GroupPage is one page of groups.
type GroupPage struct {
	Items    []soc.Group `json:"items"`
	Next     *string     `json:"next"` // cursor of the next page, nil on the last
	AsOf     int64       `json:"as_of"`
	Count    *GroupCount `json:"count"`    // of all pages, on the first one
	Complete bool        `json:"complete"` // false if groups may be missing
}

// Groups returns a page of groups.
func (c *Caller) Groups(ctx context.Context, of GroupsOf) (GroupPage, error) {
	var page GroupPage
	values := url.Values{"query": {of.Query}, "limit": {strconv.Itoa(of.Limit)}}
	if of.WorstFirst {
		values.Set("sort", "severity")
	}
	if of.Cursor != "" {
		values.Set("cursor", of.Cursor)
	}
	return page, c.do(ctx, http.MethodGet, "/groups?"+values.Encode(), nil, &page)
}

// GroupFacet is a value and how many groups have it.
type GroupFacet struct {
	Value string `json:"value"`
	Label string `json:"label,omitempty"`
	Query string `json:"query"` // what chooses it
	Count int64  `json:"count"`
}

// GroupFacets are how many groups have which values.
type GroupFacets struct {
	Severities   []GroupFacet `json:"severities"`
	States       []GroupFacet `json:"states"`
	Owners       []GroupFacet `json:"owners"`
	Clients      []GroupFacet `json:"clients"`
	Engines      []GroupFacet `json:"engines"`
	Rules        []GroupFacet `json:"rules"`
	Sources      []GroupFacet `json:"sources"`
	Destinations []GroupFacet `json:"destinations"`
	Complete     bool         `json:"complete"`
}

// GroupFacets counts the groups that a query finds, each field as if the query did not ask
// for it.
func (c *Caller) GroupFacets(ctx context.Context, query string) (GroupFacets, error) {
	var f GroupFacets
	return f, c.do(ctx, http.MethodGet, "/groups/facets?"+url.Values{"query": {query}}.Encode(), nil, &f)
}

// GroupedBy are alerts grouped by other keys.
type GroupedBy struct {
	Items    []GroupedRow `json:"items"`
	Groups   int64        `json:"groups"`
	Alerts   int64        `json:"alerts"`
	Complete bool         `json:"complete"` // false if only the newest were counted
}

// GroupedRow is the alerts that have the same values.
type GroupedRow struct {
	Values []struct {
		Value string `json:"value"`
		Label string `json:"label,omitempty"`
	} `json:"values"`
	Alerts    int64        `json:"alerts"`
	Open      int64        `json:"open"`
	Severity  soc.Severity `json:"severity"`
	Clients   int          `json:"clients"`
	FirstTime time.Time    `json:"first_time,omitzero"`
	LastTime  time.Time    `json:"last_time,omitzero"`
	Query     string       `json:"query"`
}

// GroupBy groups the newest alerts that a query finds by one to three keys, such as source
// or rule.
func (c *Caller) GroupBy(ctx context.Context, query string, by []string, limit int) (GroupedBy, error) {
	var found GroupedBy
	values := url.Values{"query": {query}, "by": {strings.Join(by, ",")}, "limit": {strconv.Itoa(limit)}}
	return found, c.do(ctx, http.MethodGet, "/groups/by?"+values.Encode(), nil, &found)
}

// Group finds one group by its id.
func (c *Caller) Group(ctx context.Context, id string) (soc.Group, error) {
	var group soc.Group
	return group, c.do(ctx, http.MethodGet, "/groups/"+url.PathEscape(id), nil, &group)
}

// GroupAlerts returns a page of the alerts of a group, newest event first.
func (c *Caller) GroupAlerts(ctx context.Context, id, query, cursor string, limit int) (Page, error) {
	var page Page
	values := url.Values{"query": {query}, "limit": {strconv.Itoa(limit)}}
	if cursor != "" {
		values.Set("cursor", cursor)
	}
	return page, c.do(ctx, http.MethodGet, "/groups/"+url.PathEscape(id)+"/alerts?"+values.Encode(), nil, &page)
}
