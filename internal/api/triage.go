package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// Doing is what somebody wants to do to alerts.
type Doing struct {
	Verb    soc.Verb    `json:"verb" enum:"acknowledge,claim,assign,release,escalate,resolve,reopen,comment,tag,untag"`
	Verdict soc.Verdict `json:"verdict,omitempty" enum:"true-positive,false-positive,benign,expected" doc:"needed to resolve"`
	Owner   string      `json:"owner,omitempty" maxLength:"64" doc:"the id or name of the user to assign to"`
	Tag     string      `json:"tag,omitempty" maxLength:"64" doc:"needed to tag and untag; kept in lower case"`
	Text    string      `json:"text,omitempty" maxLength:"8192" doc:"the comment, or the reason; @name mentions a user"`
	// Internal is nil for what is usual.
	Internal *bool `json:"internal,omitempty" doc:"of a comment: keep it from viewers of named clients, who are the clients' own people; if absent, it is kept from them if whoever writes it may see all clients"`
}

// DoingToMany is what somebody wants to do to a group or to all that a filter finds.
type DoingToMany struct {
	Doing
	AsOf int64 `json:"as_of,omitempty" minimum:"0" doc:"of the list or preview that was looked at: alerts that came since are left alone"`
}

// Refusal is why a step does not fit: the value of the error at "step".
type Refusal struct {
	Verb  soc.Verb       `json:"verb"`
	State soc.AlertState `json:"state"`
	Owner string         `json:"owner,omitempty"` // set where somebody else has it
	Last  soc.Action     `json:"last,omitzero"`   // the step that led there
}

func (d *Doing) step() store.Step {
	return store.Step{Verb: d.Verb, Verdict: d.Verdict, Owner: d.Owner, Text: d.Text, Tag: d.Tag, Internal: d.Internal}
}

// act takes a step and tells the streams.
func (a *API) act(ctx context.Context, do func() (soc.Action, []soc.Fed, error)) (*answer[soc.Action], error) {
	var action soc.Action
	err := a.Hub.Commit(func() (fed []soc.Fed, err error) {
		action, fed, err = do()
		return fed, err
	})
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	a.seen.steps.Add(1)
	return &answer[soc.Action]{action}, nil
}

func (a *API) triage(api huma.API) {
	changing := func(id, path, summary string) huma.Operation {
		op := operation(id, http.MethodPost, path, worker, summary)
		op.Errors = append(op.Errors, http.StatusNotFound, http.StatusConflict)
		return op
	}
	op := changing("act-on-alert", "/alerts/{id}/actions", "Acknowledge, claim, assign, release, escalate, resolve, reopen, tag, or comment on an alert")
	op.Description = "A step that does not fit is a 409 that says who did what when. A claim is atomic: of two, the second reads who was first."
	huma.Register(api, op, func(ctx context.Context, in *struct {
		ByID
		Body Doing
	},
	) (*answer[soc.Action], error) {
		id, err := soc.ParseAlertID(in.ID)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		step := in.Body.step()
		step.Alert = &id
		return a.act(ctx, func() (soc.Action, []soc.Fed, error) { return a.Store.Act(ctx, scopeOf(ctx), step) })
	})
	huma.Register(api, changing("act-on-group", "/groups/{id}/actions", "The same on a group: its alerts up to those that were shown"), func(ctx context.Context, in *struct {
		ByID
		Body DoingToMany
	},
	) (*answer[soc.Action], error) {
		id, err := groupID(in.ID)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		step := in.Body.step()
		step.Group, step.AsOf = &id, in.Body.AsOf
		return a.act(ctx, func() (soc.Action, []soc.Fed, error) { return a.Store.Act(ctx, scopeOf(ctx), step) })
	})
	op = operation("preview-action", http.MethodPost, "/actions/preview", worker, "How many alerts a step on a whole filter would change")
	huma.Register(api, op, func(ctx context.Context, in *struct {
		Body struct {
			Verb   soc.Verb `json:"verb" enum:"acknowledge,claim,assign,release,escalate,resolve,reopen,tag,untag"`
			Tag    string   `json:"tag,omitempty" maxLength:"64" doc:"of tag and untag"`
			Query  string   `json:"query" maxLength:"4096"`
			Groups bool     `json:"groups,omitempty" doc:"the query asks for groups, as list-groups does; all alerts of each are meant"`
			AsOf   int64    `json:"as_of,omitempty" minimum:"0" doc:"of the list that was looked at: alerts that came since are left out"`
		}
	},
	) (*answer[store.Matches], error) {
		q, err := query.Parse(in.Body.Query, a.asker(ctx))
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		found, err := a.Store.Matches(ctx, scopeOf(ctx), store.Step{Verb: in.Body.Verb, Tag: in.Body.Tag, Query: &q, Groups: in.Body.Groups, AsOf: in.Body.AsOf})
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		a.sawCounts(ctx, q)
		return &answer[store.Matches]{found}, nil
	})
	op = changing("act-on-filter", "/actions", "The same on all alerts that a filter finds, whole or not at all")
	op.Description = "Alerts that the step does not fit are left alone. At most 100,000 alerts; preview it first."
	huma.Register(api, op, func(ctx context.Context, in *struct {
		Body struct {
			DoingToMany
			Query  string `json:"query" maxLength:"4096"`
			Groups bool   `json:"groups,omitempty" doc:"the query asks for groups, as list-groups does: it is done to all alerts of each"`
		}
	},
	) (*answer[soc.Action], error) {
		q, err := query.Parse(in.Body.Query, a.asker(ctx))
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		step := in.Body.step()
		step.Query, step.As, step.AsOf, step.Groups = &q, in.Body.Query, in.Body.AsOf, in.Body.Groups
		return a.act(ctx, func() (soc.Action, []soc.Fed, error) { return a.Store.Act(ctx, scopeOf(ctx), step) })
	})
	op = changing("undo-action", "/actions/{id}/undo", "Take back what one did oneself, within 30 seconds")
	op.Description = "Alerts that somebody has touched since stay as they are; the answer says how many were given back."
	huma.Register(api, op, func(ctx context.Context, in *ByID) (*answer[soc.Action], error) {
		return a.act(ctx, func() (soc.Action, []soc.Fed, error) { return a.Store.Undo(ctx, scopeOf(ctx), in.ID) })
	})
	huma.Register(api, operation("mentions", http.MethodGet, "/mentions", signed, "Comments that mention who asks, the newest first"),
		func(ctx context.Context, _ *struct{}) (*list[soc.Action], error) {
			items, err := a.Store.Mentioned(ctx, scopeOf(ctx))
			if len(items) > 0 {
				a.sawCounts(ctx)
			}
			return listOf(items, a.problem(ctx, err))
		})
	a.timelines(api)
}

func (a *API) timelines(api huma.API) {
	op := operation("alert-timeline", http.MethodGet, "/alerts/{id}/timeline", signed, "What people and machines did to an alert, the newest first")
	op.Errors = append(op.Errors, http.StatusNotFound)
	huma.Register(api, op, func(ctx context.Context, in *ByID) (*list[soc.Action], error) {
		id, err := soc.ParseAlertID(in.ID)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		items, client, err := a.Store.Timeline(ctx, scopeOf(ctx), id)
		if err == nil {
			a.saw(ctx, client)
		}
		return listOf(items, a.problem(ctx, err))
	})
	op = operation("group-timeline", http.MethodGet, "/groups/{id}/timeline", signed, "What people and machines did to a group, the newest first")
	op.Errors = append(op.Errors, http.StatusNotFound)
	huma.Register(api, op, func(ctx context.Context, in *ByID) (*list[soc.Action], error) {
		id, err := groupID(in.ID)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		items, client, err := a.Store.GroupTimeline(ctx, scopeOf(ctx), id)
		if err == nil {
			a.saw(ctx, client)
		}
		return listOf(items, a.problem(ctx, err))
	})
	op = operation("sightings", http.MethodGet, "/alerts/{id}/sightings", signed, "How often each observable of an alert was seen, as far as one sees")
	op.Errors = append(op.Errors, http.StatusNotFound)
	huma.Register(api, op, func(ctx context.Context, in *ByID) (*list[store.Sighting], error) {
		id, err := soc.ParseAlertID(in.ID)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		items, err := a.Store.Sightings(ctx, scopeOf(ctx), id)
		if err == nil {
			a.sawCounts(ctx)
		}
		return listOf(items, a.problem(ctx, err))
	})
	op = operation("similar-alerts", http.MethodGet, "/alerts/{id}/similar", signed, "What alerts of the same rule turned out to be, as far as one sees them")
	op.Errors = append(op.Errors, http.StatusNotFound)
	huma.Register(api, op, func(ctx context.Context, in *ByID) (*answer[store.Similar], error) {
		id, err := soc.ParseAlertID(in.ID)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		found, err := a.Store.Similar(ctx, scopeOf(ctx), id)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		a.sawCounts(ctx)
		return &answer[store.Similar]{found}, nil
	})
}
