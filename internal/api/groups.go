package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// groupPage is a page of groups.
type groupPage struct {
	Body struct {
		Items []soc.Group `json:"items" nullable:"false"`
		Next  *string     `json:"next" doc:"cursor of the next page; null on the last"`
		AsOf  int64       `json:"as_of" doc:"give it back with an action: alerts that came since are left alone"`
	}
}

// GroupDetail is a group as it is now.
type GroupDetail struct {
	soc.Group
	AsOf int64 `json:"as_of" doc:"give it back with an action: alerts that came since are left alone"`
}

func (a *API) groups(api huma.API) {
	op := operation("list-groups", http.MethodGet, "/groups", signed, "Groups of alerts, the one with the newest alert first")
	op.Description = "A group is alerts of one client with the same rule, source and destination. Its state is that of its least advanced alert."
	huma.Register(api, op, func(ctx context.Context, in *struct {
		States   []soc.AlertState `query:"state" enum:"open,acknowledged,escalated,resolved" doc:"one or more, with commas; all if absent"`
		Clients  []string         `query:"client" maxItems:"100" doc:"ids, with commas; all if absent"`
		Severity string           `query:"severity" enum:"unknown,informational,low,medium,high,critical" doc:"at least this one"`
		Limit    int              `query:"limit" minimum:"1" maximum:"500" default:"50"`
		Cursor   string           `query:"cursor" maxLength:"80" doc:"next of the page before"`
	},
	) (*groupPage, error) {
		filter := store.GroupFilter{States: in.States, Limit: in.Limit + 1}
		for _, id := range in.Clients {
			filter.Clients = append(filter.Clients, soc.ClientID(id))
		}
		var err error
		if in.Severity != "" {
			if filter.AtLeast, err = soc.ParseSeverity(in.Severity); err != nil {
				return nil, a.problem(ctx, err)
			}
		}
		if filter.Before, err = groupPlace(in.Cursor); err != nil {
			return nil, a.problem(ctx, err)
		}
		page := &groupPage{}
		// It comes before the list: what is committed between the two is not acted on.
		if page.Body.AsOf, err = a.Store.Newest(ctx, scopeOf(ctx)); err == nil {
			page.Body.Items, err = a.Store.Groups(ctx, scopeOf(ctx), filter)
		}
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		if len(page.Body.Items) > in.Limit {
			page.Body.Items = page.Body.Items[:in.Limit]
			last := page.Body.Items[in.Limit-1]
			next := last.SortKey.String() + "-" + last.ID.String()
			page.Body.Next = &next
		}
		for _, g := range page.Body.Items {
			a.looks.see(scopeOf(ctx), soc.NamedClient{ID: g.ClientID, Name: g.Client}, "groups")
		}
		return page, nil
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
		a.looks.see(scopeOf(ctx), soc.NamedClient{ID: group.ClientID, Name: group.Client}, "group")
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

// groupPlace reads the cursor of a list of groups.
func groupPlace(cursor string) (*store.GroupPlace, error) {
	if cursor == "" {
		return nil, nil //nolint:nilnil // the first page begins nowhere
	}
	place := &store.GroupPlace{}
	key, id, ok := strings.Cut(cursor, "-")
	if !ok || place.Key.UnmarshalText([]byte(key)) != nil || place.ID.UnmarshalText([]byte(id)) != nil {
		return nil, fmt.Errorf("%w: the cursor is none that a page gave out", soc.ErrInvalid)
	}
	return place, nil
}
