package sdk

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/socme-project/socme/soc"
)

// Users lists who can sign in, by name.
func (c *Caller) Users(ctx context.Context) ([]soc.User, error) {
	var list struct{ Items []soc.User }
	return list.Items, c.do(ctx, http.MethodGet, "/users", nil, &list)
}

// User finds one by id or name.
func (c *Caller) User(ctx context.Context, idOrName string) (soc.User, error) {
	var user soc.User
	return user, c.do(ctx, http.MethodGet, "/users/"+url.PathEscape(idOrName), nil, &user)
}

// Invited is a user with the link that lets them in once.
type Invited struct {
	User        soc.User  `json:"user"`
	Path        string    `json:"path"` // of the link, behind the core's address
	ExpiresTime time.Time `json:"expires_time"`
}

// Invite makes a user and a link that lets them in once.
func (c *Caller) Invite(ctx context.Context, name string, role soc.Role, clients For) (Invited, error) {
	var invited Invited
	body := struct {
		Name string   `json:"name"`
		Role soc.Role `json:"role"`
		For
	}{name, role, clients}
	return invited, c.do(ctx, http.MethodPost, "/users", body, &invited)
}

// UserLink makes a link for a user who cannot sign in any more.
func (c *Caller) UserLink(ctx context.Context, idOrName string) (Invited, error) {
	var invited Invited
	return invited, c.do(ctx, http.MethodPost, "/users/"+url.PathEscape(idOrName)+"/link", nil, &invited)
}

// UserChange is what to change of a user; what is empty stays as it is.
type UserChange struct {
	Name     *string  `json:"name,omitempty"`
	Role     soc.Role `json:"role,omitempty"` // comes with its clients
	Disabled *bool    `json:"disabled,omitempty"`
	NoTOTP   bool     `json:"no_totp,omitempty"`
	For
}

// SetUser changes a user.
func (c *Caller) SetUser(ctx context.Context, idOrName string, change UserChange) (soc.User, error) {
	var user soc.User
	return user, c.do(ctx, http.MethodPatch, "/users/"+url.PathEscape(idOrName), change, &user)
}

// DeleteUser deletes a user with their sessions and tokens.
func (c *Caller) DeleteUser(ctx context.Context, idOrName string) error {
	return c.do(ctx, http.MethodDelete, "/users/"+url.PathEscape(idOrName), nil, nil)
}

// Sessions lists the sign-ins that last: of a user, by id or name, or of everybody.
func (c *Caller) Sessions(ctx context.Context, user string) ([]soc.UserSession, error) {
	var list struct{ Items []soc.UserSession }
	return list.Items, c.do(ctx, http.MethodGet, "/sessions?"+url.Values{"user": {user}}.Encode(), nil, &list)
}

// EndSession ends a session by its id.
func (c *Caller) EndSession(ctx context.Context, id string) error {
	return c.do(ctx, http.MethodDelete, "/sessions/"+url.PathEscape(id), nil, nil)
}

// Tokens lists the API tokens.
func (c *Caller) Tokens(ctx context.Context) ([]soc.Token, error) {
	var list struct{ Items []soc.Token }
	return list.Items, c.do(ctx, http.MethodGet, "/tokens", nil, &list)
}

// NewToken is a token with its secret, which is shown this once.
type NewToken struct {
	Token soc.Token
	// Secret is what the caller sends. It prints as ***.
	Secret soc.Secret
}

// AddToken makes an API token. Without clients it is for those of whoever makes it; 0
// days is no end.
func (c *Caller) AddToken(ctx context.Context, name string, role soc.Role, clients For, days int) (NewToken, error) {
	var reply struct {
		Token string    `json:"token"`
		Item  soc.Token `json:"item"`
	}
	body := struct {
		Name string   `json:"name"`
		Role soc.Role `json:"role"`
		Days int      `json:"days,omitempty"`
		For
	}{name, role, days, clients}
	err := c.do(ctx, http.MethodPost, "/tokens", body, &reply)
	return NewToken{Token: reply.Item, Secret: soc.Secret(reply.Token)}, err
}

// DeleteToken ends an API token by its id.
func (c *Caller) DeleteToken(ctx context.Context, id string) error {
	return c.do(ctx, http.MethodDelete, "/tokens/"+url.PathEscape(id), nil, nil)
}

// AuditOf chooses records of the audit. What is empty chooses all.
type AuditOf struct {
	Actor, Verb, Noun, Target, Client string
	From, Until                       time.Time
	Cursor                            uint64 // next of the page before
	Limit                             int    // 1–500
}

// AuditPage is one page of the audit.
type AuditPage struct {
	Items []soc.AuditRecord `json:"items"`
	Next  *uint64           `json:"next"` // cursor of the next page, nil on the last
}

// Audit returns a page of the audit, the newest record first.
func (c *Caller) Audit(ctx context.Context, of AuditOf) (AuditPage, error) {
	var page AuditPage
	values := url.Values{}
	for name, value := range map[string]string{"actor": of.Actor, "verb": of.Verb, "noun": of.Noun, "target": of.Target, "client": of.Client} {
		if value != "" {
			values.Set(name, value)
		}
	}
	for name, at := range map[string]time.Time{"from": of.From, "until": of.Until} {
		if !at.IsZero() {
			values.Set(name, at.UTC().Format(time.RFC3339Nano))
		}
	}
	if of.Cursor > 0 {
		values.Set("cursor", strconv.FormatUint(of.Cursor, 10))
	}
	if of.Limit > 0 {
		values.Set("limit", strconv.Itoa(of.Limit))
	}
	return page, c.do(ctx, http.MethodGet, "/audit?"+values.Encode(), nil, &page)
}

// AuditHead is the newest record's number and value, and where the audit begins.
type AuditHead struct {
	First uint64   `json:"first"` // of the oldest that is still kept
	Seq   uint64   `json:"seq"`
	Value soc.Hash `json:"value"`
}

// VerifyAudit lets the core check the whole audit. A *Problem names the first record that
// was changed or is missing.
func (c *Caller) VerifyAudit(ctx context.Context) (AuditHead, error) {
	var head AuditHead
	return head, c.do(ctx, http.MethodPost, "/audit/verify", nil, &head)
}
