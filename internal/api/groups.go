package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// groupPage is a page of groups.
type groupPage struct {
	Body struct {
		Items    []soc.Group       `json:"items" nullable:"false"`
		Next     *string           `json:"next" doc:"cursor of the next page; null on the last"`
		AsOf     int64             `json:"as_of" doc:"give it back with an action: alerts that came since are left alone"`
		Count    *store.GroupCount `json:"count,omitempty" doc:"how many there are on all pages; on the first one only"`
		Complete bool              `json:"complete" doc:"false if groups may be missing: where the query asks for what only alerts know, the newest 20,000 that have it are looked at"`
	}
}

// GroupDetail is a group as it is now.
type GroupDetail struct {
	soc.Group
	AsOf int64 `json:"as_of" doc:"give it back with an action: alerts that came since are left alone"`
}

func (a *API) groups(api huma.API) {
	op := operation("list-groups", http.MethodGet, "/groups", signed, "The groups of alerts that a query finds")
	op.Description = "A group is alerts of one client with the same rule, source and destination. Its state is that of its least advanced alert. " +
		"A query asks the group itself for what it knows: client, rule, engine, addresses, its worst severity, its state and its owner. " +
		"What it does not know, one of its alerts must have, and all of that together; a time as well."
	huma.Register(api, op, func(ctx context.Context, in *struct {
		QueryParam
		Sort   string `query:"sort" enum:"newest,severity" default:"newest" doc:"the newest alert first; or the worst severity first, and then the newest alert"`
		Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
		Cursor string `query:"cursor" maxLength:"80" doc:"next of the page before"`
	},
	) (*groupPage, error) {
		filter := store.GroupFilter{WorstFirst: in.Sort == "severity", Limit: in.Limit + 1, Count: in.Cursor == ""}
		var err error
		if filter.Query, err = query.Parse(in.Query, a.asker(ctx)); err == nil {
			filter.Before, err = groupPlace(in.Cursor)
		}
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		page := &groupPage{}
		var found store.GroupList
		// It comes before the list: what is committed between the two is not acted on.
		if page.Body.AsOf, err = a.Store.Newest(ctx, scopeOf(ctx)); err == nil {
			found, err = a.Store.Groups(ctx, scopeOf(ctx), filter)
		}
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		page.Body.Items, page.Body.Count, page.Body.Complete = found.Groups, found.Count, found.Complete
		if len(page.Body.Items) > in.Limit {
			page.Body.Items = page.Body.Items[:in.Limit]
			next := groupCursor(&page.Body.Items[in.Limit-1])
			page.Body.Next = &next
		}
		clients := make([]soc.NamedClient, len(page.Body.Items))
		for i, g := range page.Body.Items {
			clients[i] = soc.NamedClient{ID: g.ClientID, Name: g.Client}
		}
		a.saw(ctx, clients...)
		return page, nil
	})
	op = operation("group-facets", http.MethodGet, "/groups/facets", signed, "How many groups have which severity, state, owner, client, engine, rule, source and destination")
	op.Description = "Each field is counted as if the query did not ask for it, so that it tells what another choice would give."
	huma.Register(api, op, func(ctx context.Context, in *QueryParam) (*answer[store.GroupFacets], error) {
		q, err := query.Parse(in.Query, a.asker(ctx))
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		f, err := a.Store.GroupFacets(ctx, scopeOf(ctx), q, a.asker(ctx).User)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		a.sawCounts(ctx, q)
		return &answer[store.GroupFacets]{f}, nil
	})
	op = operation("group-by", http.MethodGet, "/groups/by", signed, "Alerts that a query finds, grouped by other keys")
	op.Description = "They are counted on demand: the newest 10,000 that the query finds. A row is no group that one could act on; its query finds its alerts."
	huma.Register(api, op, func(ctx context.Context, in *struct {
		QueryParam
		By    []store.GroupKey `query:"by" required:"true" minItems:"1" maxItems:"3" enum:"client,rule,engine,severity,source,destination,host,user,node" doc:"one to three, with commas"`
		Limit int              `query:"limit" minimum:"1" maximum:"500" default:"50"`
	},
	) (*answer[store.GroupedBy], error) {
		q, err := query.Parse(in.Query, a.asker(ctx))
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		found, err := a.Store.GroupBy(ctx, scopeOf(ctx), store.GroupByFilter{Query: q, As: in.Query, By: in.By, Limit: in.Limit})
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		a.saw(ctx, found.Seen...)
		return &answer[store.GroupedBy]{found}, nil
	})
	op = operation("group", http.MethodGet, "/groups/{id}", signed, "One group of alerts")
	op.Errors = append(op.Errors, http.StatusNotFound)
	huma.Register(api, op, func(ctx context.Context, in *ByID) (*answer[GroupDetail], error) {
		newest, err := a.Store.Newest(ctx, scopeOf(ctx)) // before the group: see list-groups
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		group, err := a.group(ctx, in.ID)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		a.saw(ctx, soc.NamedClient{ID: group.ClientID, Name: group.Client})
		return &answer[GroupDetail]{GroupDetail{group, newest}}, nil
	})
	op = operation("group-alerts", http.MethodGet, "/groups/{id}/alerts", signed, "The alerts of a group, newest event first")
	op.Errors = append(op.Errors, http.StatusNotFound)
	huma.Register(api, op, func(ctx context.Context, in *struct {
		ByID
		QueryParam
		Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
		Cursor string `query:"cursor" maxLength:"64" doc:"next of the page before"`
	},
	) (*alertPage, error) {
		group, err := a.group(ctx, in.ID)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return a.alertPage(ctx, in.Query, in.Cursor, in.Limit, &group.ID)
	})
}

func (a *API) group(ctx context.Context, text string) (soc.Group, error) {
	id, err := groupID(text)
	if err != nil {
		return soc.Group{}, err
	}
	return a.Store.Group(ctx, scopeOf(ctx), id)
}

func groupID(text string) (soc.GroupID, error) {
	var id soc.GroupID
	if err := id.UnmarshalText([]byte(text)); err != nil {
		return id, fmt.Errorf("%w: a group's id has 32 hexadecimal digits", soc.ErrInvalid)
	}
	return id, nil
}

// groupCursor is where a list goes on behind a group.
func groupCursor(g *soc.Group) string {
	return strconv.Itoa(int(g.Severity)) + "-" + g.SortKey.String() + "-" + g.ID.String()
}

// groupPlace reads the cursor of a list of groups.
func groupPlace(cursor string) (*store.GroupPlace, error) {
	if cursor == "" {
		return nil, nil //nolint:nilnil // the first page begins nowhere
	}
	place := &store.GroupPlace{}
	parts := strings.Split(cursor, "-")
	if len(parts) == 3 {
		severity, err := strconv.ParseUint(parts[0], 10, 3)
		if err == nil && place.Key.UnmarshalText([]byte(parts[1])) == nil && place.ID.UnmarshalText([]byte(parts[2])) == nil {
			place.Severity = soc.Severity(severity)
			return place, nil
		}
	}
	return nil, fmt.Errorf("%w: the cursor is none that a page gave out", soc.ErrInvalid)
}
