package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/socme-project/socme/soc"
)

// expireFor bounds how long one request deletes old alerts.
const expireFor = 20 * time.Second

// Expiry is what a run of the policies did, or would do.
type Expiry struct {
	Deleted int64         `json:"deleted" doc:"alerts that are gone"`
	Done    bool          `json:"done" doc:"nothing more is to be deleted; otherwise ask again"`
	Would   []soc.Expired `json:"would" nullable:"false" doc:"of a dry run: what would be deleted"`
}

func (a *API) retention(api huma.API) {
	huma.Register(api, operation("retention", http.MethodGet, "/retention", signed, "How long alerts are kept, and what is held"),
		func(ctx context.Context, _ *struct{}) (*answer[soc.Retention], error) {
			r, err := a.Store.Retention(ctx, scopeOf(ctx))
			if err != nil {
				return nil, a.problem(ctx, err)
			}
			a.sawCounts(ctx)
			return &answer[soc.Retention]{r}, nil
		})
	op := operation("set-retention", http.MethodPut, "/retention", owner, "Set how long alerts are kept")
	op.Description = "The policies take the place of all that there were. Holds stay as they are. Old alerts are deleted within an hour."
	huma.Register(api, op, func(ctx context.Context, in *struct {
		Body struct {
			Policies  []soc.RetentionPolicy `json:"policies" maxItems:"5000" nullable:"false"`
			AuditDays *int                  `json:"audit_days,omitempty" minimum:"0" maximum:"36500" doc:"how long the audit is kept: 180 days at least, 0 is for ever; as it was, if absent"`
		}
	},
	) (*struct{}, error) {
		if in.Body.AuditDays != nil {
			if err := a.Store.SetAuditKept(ctx, scopeOf(ctx), *in.Body.AuditDays); err != nil {
				return nil, a.problem(ctx, err)
			}
		}
		if err := a.Store.SetRetention(ctx, scopeOf(ctx), in.Body.Policies); err != nil {
			return nil, a.problem(ctx, err)
		}
		a.Log.InfoContext(ctx, "retention set", "by", scopeOf(ctx).Who(), "policies", len(in.Body.Policies))
		return nil, nil
	})
	op = operation("run-retention", http.MethodPost, "/retention/run", owner, "Delete now what the policies let go, or count it")
	op.Description = "Without a request the core does so every hour. A request works for at most " + fmt.Sprint(expireFor) + "; ask again until it is done."
	op.Errors = append(op.Errors, http.StatusConflict)
	huma.Register(api, op, func(ctx context.Context, in *struct {
		DryRun bool `query:"dry_run" doc:"count, and delete nothing"`
	},
	) (*answer[Expiry], error) {
		did := Expiry{Would: []soc.Expired{}}
		var err error
		if in.DryRun {
			if did.Would, err = a.Store.WouldExpire(ctx, scopeOf(ctx)); err == nil {
				a.sawCounts(ctx)
			}
		} else {
			did.Deleted, did.Done, err = a.Store.Expire(ctx, scopeOf(ctx), expireFor)
			a.Metrics.Expired(did.Deleted)
		}
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		if did.Deleted > 0 {
			a.Log.InfoContext(ctx, "old alerts deleted", "by", scopeOf(ctx).Who(), "alerts", did.Deleted)
		}
		return &answer[Expiry]{did}, nil
	})
	a.holds(api)
}

func (a *API) holds(api huma.API) {
	op := operation("add-hold", http.MethodPost, "/holds", owner, "Hold alerts: whatever the policies say, they are not deleted")
	op.DefaultStatus = http.StatusCreated
	op.Errors = append(op.Errors, http.StatusNotFound)
	huma.Register(api, op, func(ctx context.Context, in *struct {
		Body struct {
			Client string    `json:"client,omitempty" maxLength:"64" doc:"its id or name; absent for all clients" example:"Acme"`
			From   time.Time `json:"from,omitzero" doc:"of the event; absent for the beginning"`
			Until  time.Time `json:"until,omitzero" doc:"exclusive; absent for ever, also what is still to come"`
			Reason string    `json:"reason" minLength:"1" maxLength:"500" example:"case 2026-17"`
		}
	},
	) (*answer[soc.Hold], error) {
		hold, err := a.Store.AddHold(ctx, scopeOf(ctx), soc.Hold{Client: in.Body.Client, From: in.Body.From, Until: in.Body.Until, Reason: in.Body.Reason})
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		a.Log.InfoContext(ctx, "hold placed", "by", scopeOf(ctx).Who(), "hold", hold.ID, "client", hold.Client)
		return &answer[soc.Hold]{hold}, nil
	})
	op = operation("release-hold", http.MethodDelete, "/holds/{id}", owner, "Release a hold: the policies count again")
	op.Errors = append(op.Errors, http.StatusNotFound)
	huma.Register(api, op, func(ctx context.Context, in *ByID) (*struct{}, error) {
		if err := a.Store.ReleaseHold(ctx, scopeOf(ctx), in.ID); err != nil {
			return nil, a.problem(ctx, err)
		}
		a.Log.InfoContext(ctx, "hold released", "by", scopeOf(ctx).Who(), "hold", in.ID)
		return nil, nil
	})
}
