package sdk

import (
	"context"
	"net/http"
	"net/url"

	"github.com/socme-project/socme/soc"
)

// Retention is how long alerts are kept, and what is held.
func (c *Caller) Retention(ctx context.Context) (soc.Retention, error) {
	var r soc.Retention
	return r, c.do(ctx, http.MethodGet, "/retention", nil, &r)
}

// SetRetention puts policies in the place of all that there were.
func (c *Caller) SetRetention(ctx context.Context, policies []soc.RetentionPolicy) error {
	if policies == nil {
		policies = []soc.RetentionPolicy{}
	}
	return c.do(ctx, http.MethodPut, "/retention", map[string]any{"policies": policies}, nil)
}

// SetAuditKept sets for how many days the audit is kept; 0 is for ever.
func (c *Caller) SetAuditKept(ctx context.Context, days int) error {
	r, err := c.Retention(ctx)
	if err != nil {
		return err
	}
	return c.do(ctx, http.MethodPut, "/retention", map[string]any{"policies": r.Policies, "audit_days": days}, nil)
}

// Expiry is what a run of the policies did, or would do.
type Expiry struct {
	Deleted int64         `json:"deleted"`
	Done    bool          `json:"done"` // otherwise ask again
	Would   []soc.Expired `json:"would"`
}

// RunRetention deletes for some seconds what the policies let go; a dry run counts it.
func (c *Caller) RunRetention(ctx context.Context, dryRun bool) (Expiry, error) {
	path := "/retention/run"
	if dryRun {
		path += "?dry_run=true"
	}
	var e Expiry
	return e, c.do(ctx, http.MethodPost, path, nil, &e)
}

// AddHold holds alerts. Its client is an id or a name, "" for all; a zero time is no bound.
func (c *Caller) AddHold(ctx context.Context, h soc.Hold) (soc.Hold, error) {
	body := map[string]any{"reason": h.Reason}
	if h.Client != "" {
		body["client"] = h.Client
	}
	if !h.From.IsZero() {
		body["from"] = h.From
	}
	if !h.Until.IsZero() {
		body["until"] = h.Until
	}
	return h, c.do(ctx, http.MethodPost, "/holds", body, &h)
}

// ReleaseHold ends a hold.
func (c *Caller) ReleaseHold(ctx context.Context, id string) error {
	return c.do(ctx, http.MethodDelete, "/holds/"+url.PathEscape(id), nil, nil)
}

// Alert finds one alert by its id.
func (c *Caller) Alert(ctx context.Context, id string) (soc.StoredAlert, error) {
	var alert soc.StoredAlert
	return alert, c.do(ctx, http.MethodGet, "/alerts/"+url.PathEscape(id), nil, &alert)
}
