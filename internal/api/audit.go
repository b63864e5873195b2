package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// auditPage is a page of the audit.
type auditPage struct {
	Body struct {
		Items []soc.AuditRecord `json:"items" nullable:"false"`
		Next  *uint64           `json:"next" doc:"cursor of the next page; null on the last"`
	}
}

func (a *API) audit(api huma.API) {
	op := operation("list-audit", http.MethodGet, "/audit", owner, "What people and scripts did, the newest first")
	op.Description = "Every record holds the hash of the one before it. `socme audit verify` checks them, also in a file that was made of them."
	huma.Register(api, op, func(ctx context.Context, in *struct {
		Actor  string    `query:"actor" maxLength:"64" doc:"who, by id or name"`
		Verb   string    `query:"verb" maxLength:"32" example:"revoke"`
		Noun   string    `query:"noun" maxLength:"32" example:"node"`
		Target string    `query:"target" maxLength:"64" doc:"to what, by id or name"`
		Client string    `query:"client" maxLength:"64" doc:"about which client, by id or name"`
		From   time.Time `query:"from" doc:"inclusive"`
		Until  time.Time `query:"until" doc:"exclusive"`
		Limit  int       `query:"limit" minimum:"1" maximum:"500" default:"50"`
		Cursor uint64    `query:"cursor" doc:"next of the page before"`
	},
	) (*auditPage, error) {
		items, err := a.Store.Audit(ctx, scopeOf(ctx), store.AuditFilter{
			Actor: in.Actor, Verb: in.Verb, Noun: in.Noun, Target: in.Target, Client: in.Client,
			From: in.From, Until: in.Until, Before: in.Cursor, Limit: in.Limit + 1,
		})
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		page := &auditPage{}
		if len(items) > in.Limit {
			items = items[:in.Limit]
			page.Body.Next = &items[in.Limit-1].Seq
		}
		page.Body.Items = items
		a.sawCounts(ctx) // records name clients and what is theirs
		return page, nil
	})
	op = operation("verify-audit", http.MethodPost, "/audit/verify", owner, "Check the whole audit at the core")
	op.Errors = append(op.Errors, http.StatusConflict)
	op.Description = "409 names the first record that was changed or is missing. Whoever rules the core can make it say anything: " +
		"keep copies elsewhere, and compare."
	huma.Register(api, long(op), func(ctx context.Context, _ *struct{}) (*answer[store.AuditHead], error) {
		head, err := a.Store.VerifyAudit(ctx, scopeOf(ctx))
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return &answer[store.AuditHead]{head}, nil
	})
}
