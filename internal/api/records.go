package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// recordPage is a page of records.
type recordPage struct {
	Body struct {
		Items []soc.LedgerRecord `json:"items" nullable:"false"`
		Next  *string            `json:"next" doc:"cursor of the next page; null on the last"`
	}
}

func (a *API) records(api huma.API) {
	op := operation("client-records", http.MethodGet, "/clients/{id}/records", signed, "What left a client's site: the records that its nodes delivered, the newest first")
	op.Description = "Every record of the ledgers, also those that made no alert. The bytes of a record are at /alerts/{alert_id}/raw, as long as the core holds them."
	op.Errors = append(op.Errors, http.StatusNotFound)
	huma.Register(api, op, func(ctx context.Context, in *struct {
		ByID
		Node   string `query:"node" maxLength:"64" doc:"the id of one node; all of the client's if absent"`
		Lane   string `query:"lane" enum:"critical,urgent,normal" doc:"of one lane; all of them if absent"`
		Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
		Cursor string `query:"cursor" maxLength:"64" doc:"next of the page before"`
	},
	) (*recordPage, error) {
		client, err := a.Store.Client(ctx, scopeOf(ctx), in.ID)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		filter := store.RecordFilter{Client: string(client.ID), Node: soc.NodeID(in.Node), Limit: in.Limit + 1}
		if in.Lane != "" {
			err = filter.Lane.UnmarshalText([]byte(in.Lane))
		}
		if err == nil {
			filter.Before, err = recordPlace(in.Cursor)
		}
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		items, places, err := a.Store.Records(ctx, scopeOf(ctx), filter)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		page := &recordPage{}
		if len(items) > in.Limit {
			items = items[:in.Limit]
			last := places[in.Limit-1]
			next := fmt.Sprintf("%d-%d-%d", last.Received, last.Head, last.Seq)
			page.Body.Next = &next
		}
		page.Body.Items = items
		a.saw(ctx, soc.NamedClient{ID: client.ID, Name: client.Name})
		return page, nil
	})
}

func recordPlace(cursor string) (*store.RecordPlace, error) {
	if cursor == "" {
		return nil, nil //nolint:nilnil // the first page begins nowhere
	}
	parts := strings.Split(cursor, "-")
	place := &store.RecordPlace{}
	to := []*int64{&place.Received, &place.Head, &place.Seq}
	if len(parts) == len(to) {
		var failed error
		for i, part := range parts {
			n, err := strconv.ParseInt(part, 10, 64)
			if err != nil {
				failed = err
			}
			*to[i] = n
		}
		if failed == nil {
			return place, nil
		}
	}
	return nil, fmt.Errorf("%w: the cursor is none that a page gave out", soc.ErrInvalid)
}
