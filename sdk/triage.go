package sdk

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/socme-project/socme/soc"
)

// Doing is what to do to alerts.
type Doing struct {
	Verb    soc.Verb    `json:"verb"`
	Verdict soc.Verdict `json:"verdict,omitzero"` // of soc.VerbResolve
	Owner   string      `json:"owner,omitempty"`  // id or name, of soc.VerbAssign
	Text    string      `json:"text,omitempty"`
	Tag     string      `json:"tag,omitempty"` // of soc.VerbTag and soc.VerbUntag
	// Internal keeps a comment from the client's own people; nil is what is usual for whoever writes it.
	Internal *bool `json:"internal,omitempty"`
	// AsOf is that of the list or preview that was looked at; 0 acts on all. It is for
	// groups and filters.
	AsOf int64 `json:"as_of,omitempty"`
}

// ActOnAlert does something to one alert.
func (c *Caller) ActOnAlert(ctx context.Context, id string, d Doing) (soc.Action, error) {
	var action soc.Action
	d.AsOf = 0
	return action, c.do(ctx, http.MethodPost, "/alerts/"+url.PathEscape(id)+"/actions", d, &action)
}

// ActOnGroup does it to the alerts of a group.
func (c *Caller) ActOnGroup(ctx context.Context, id string, d Doing) (soc.Action, error) {
	var action soc.Action
	return action, c.do(ctx, http.MethodPost, "/groups/"+url.PathEscape(id)+"/actions", d, &action)
}

// Filter is what to act on: all alerts that a query finds, or all alerts of the groups
// that it finds.
type Filter struct {
	Query  string `json:"query"`
	Groups bool   `json:"groups,omitempty"`
}

// ActOnFilter does it to all that a filter finds.
func (c *Caller) ActOnFilter(ctx context.Context, f Filter, d Doing) (soc.Action, error) {
	var action soc.Action
	body := struct {
		Doing
		Filter
	}{d, f}
	return action, c.do(ctx, http.MethodPost, "/actions", body, &action)
}

// Matches is what a filter finds, for a step on all of it.
type Matches struct {
	Alerts int64 `json:"alerts"`
	Groups int64 `json:"groups"`
	AsOf   int64 `json:"as_of"`
}

// Preview counts what ActOnFilter would change.
func (c *Caller) Preview(ctx context.Context, f Filter, d Doing) (Matches, error) {
	var found Matches
	body := struct {
		Verb soc.Verb `json:"verb"`
		Tag  string   `json:"tag,omitempty"`
		Filter
	}{d.Verb, d.Tag, f}
	return found, c.do(ctx, http.MethodPost, "/actions/preview", body, &found)
}

// Undo takes back an action of one's own, within soc.UndoFor.
func (c *Caller) Undo(ctx context.Context, action string) (soc.Action, error) {
	var undone soc.Action
	return undone, c.do(ctx, http.MethodPost, "/actions/"+url.PathEscape(action)+"/undo", nil, &undone)
}

// AlertTimeline is what was done to an alert, the newest first.
func (c *Caller) AlertTimeline(ctx context.Context, id string) ([]soc.Action, error) {
	return c.actions(ctx, "/alerts/"+url.PathEscape(id)+"/timeline")
}

// GroupTimeline is what was done to a group, the newest first.
func (c *Caller) GroupTimeline(ctx context.Context, id string) ([]soc.Action, error) {
	return c.actions(ctx, "/groups/"+url.PathEscape(id)+"/timeline")
}

// Mentions lists the comments that mention who asks, the newest first.
func (c *Caller) Mentions(ctx context.Context) ([]soc.Action, error) {
	return c.actions(ctx, "/mentions")
}

func (c *Caller) actions(ctx context.Context, path string) ([]soc.Action, error) {
	var list struct{ Items []soc.Action }
	return list.Items, c.do(ctx, http.MethodGet, path, nil, &list)
}

// Similar is what alerts of the same rule turned out to be.
type Similar struct {
	Seen     int64            `json:"seen"`
	Clients  int64            `json:"clients"`
	Verdicts map[string]int64 `json:"verdicts"`
	LastWho  string           `json:"last_who,omitempty"`
	LastTime time.Time        `json:"last_time,omitzero"`
}

// Similar tells what alerts of the same rule as this one turned out to be.
func (c *Caller) Similar(ctx context.Context, id string) (Similar, error) {
	var found Similar
	return found, c.do(ctx, http.MethodGet, "/alerts/"+url.PathEscape(id)+"/similar", nil, &found)
}

// Sighting is how often an observable of an alert was seen in the last 30 days.
type Sighting struct {
	soc.Observable
	Query   string `json:"query"`
	Alerts  int64  `json:"alerts"` // at most 1,000 are counted
	Clients int64  `json:"clients"`
	More    bool   `json:"more"` // there are more than were counted
}

// Sightings tells where else the observables of an alert were seen.
func (c *Caller) Sightings(ctx context.Context, id string) ([]Sighting, error) {
	var list struct{ Items []Sighting }
	return list.Items, c.do(ctx, http.MethodGet, "/alerts/"+url.PathEscape(id)+"/sightings", nil, &list)
}

// Colleague is somebody who may work on the alerts of a client.
type Colleague struct {
	Name string   `json:"name"`
	Role soc.Role `json:"role"`
}

// Colleagues lists who may work on the alerts of a client, by name.
func (c *Caller) Colleagues(ctx context.Context, client string) ([]Colleague, error) {
	var list struct{ Items []Colleague }
	return list.Items, c.do(ctx, http.MethodGet, "/clients/"+url.PathEscape(client)+"/colleagues", nil, &list)
}
