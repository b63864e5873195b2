package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// Session is who is signed in in this browser.
type Session struct {
	ID          string    `json:"id"`
	User        soc.User  `json:"user"`
	ExpiresTime time.Time `json:"expires_time" doc:"when the sign-in ends at the latest; without use it ends earlier"`
}

// signedIn answers with the session and sets its cookie.
type signedIn struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      Session
}

// Remote learns where a request came from.
type Remote struct {
	store.Origin
	secure bool
}

// Resolve is called by huma before the handler.
func (r *Remote) Resolve(ctx huma.Context) []error {
	r.Address = requestOf(ctx.Context()).address
	r.Place = placeOf(r.Address)
	r.Agent = ctx.Header("User-Agent")
	// A proxy in front speaks TLS for us and says so. Who lies about it hurts themselves only.
	r.secure = ctx.TLS() != nil || ctx.Header("X-Forwarded-Proto") == "https"
	return nil
}

// credentials are what somebody signs in with.
type credentials struct {
	Name     string `json:"name" minLength:"1" maxLength:"64"`
	Password string `json:"password" minLength:"1" maxLength:"1024"`
	Code     string `json:"code,omitempty" maxLength:"32" doc:"of the authenticator app, or a recovery code; for who has a second factor"`
}

func (a *API) session(api huma.API) {
	op := operation("sign-in", http.MethodPost, "/session", public, "Sign in with name and password")
	op.Description = "Who has a second factor is answered 401 with the location body.code until the code comes with it."
	huma.Register(api, op, func(ctx context.Context, in *struct {
		Remote
		Body credentials
	},
	) (*signedIn, error) {
		user, err := a.checkCredentials(ctx, in.Body, in.Origin)
		if err != nil {
			return nil, err
		}
		return a.signIn(ctx, user, in.Remote)
	})
	huma.Register(api, operation("sign-in-by-link", http.MethodPost, "/session/link", public, "Sign in with the one-time link that the core prints"),
		func(ctx context.Context, in *struct {
			Remote
			Body struct {
				Secret string `json:"secret" minLength:"1" maxLength:"128" doc:"what follows #link= in the address"`
			}
		},
		) (*signedIn, error) {
			user, err := a.Store.UseLink(ctx, system, soc.Secret(in.Body.Secret), in.Origin)
			if errors.Is(err, soc.ErrUnauthenticated) {
				return nil, huma.Error401Unauthorized("This link has been used, is too old, or a newer one was made. Ask an admin for a new one. Restart `socme up` for one if nobody has a password yet.")
			}
			if err != nil {
				return nil, a.problem(ctx, err)
			}
			return a.signIn(ctx, user, in.Remote)
		})
	huma.Register(api, operation("session", http.MethodGet, "/session", signed, "Who is signed in"),
		func(ctx context.Context, _ *struct{}) (*answer[Session], error) {
			p := principalOf(ctx)
			if !p.signedIn() {
				return nil, huma.Error401Unauthorized("A token is no session. Sign in with a browser.")
			}
			return &answer[Session]{*sessionOf(p)}, nil
		})
	huma.Register(api, operation("sign-out", http.MethodDelete, "/session", signed, "Sign out"),
		func(ctx context.Context, in *struct{ Remote }) (*struct {
			SetCookie http.Cookie `header:"Set-Cookie"`
		}, error,
		) {
			if p := principalOf(ctx); p.signedIn() {
				if err := a.Store.EndSession(ctx, p.scope, p.session.ID); err != nil {
					return nil, a.problem(ctx, err)
				}
			}
			return &struct {
				SetCookie http.Cookie `header:"Set-Cookie"`
			}{sessionCookie("", in.Remote, -1)}, nil
		})
}

// sessionOf is the session of somebody who is signed in.
func sessionOf(p principal) *Session {
	return &Session{ID: p.session.ID, User: p.user, ExpiresTime: p.session.ExpiresTime}
}

// checkCredentials finds the user whose they are. Errors are what the caller may know: a
// wrong name and a wrong password are the same, and take the same time.
func (a *API) checkCredentials(ctx context.Context, c credentials, from store.Origin) (soc.User, error) {
	account, err := a.Store.Account(ctx, system, c.Name, from.Place)
	if err != nil && !errors.Is(err, soc.ErrNotFound) {
		return soc.User{}, a.problem(ctx, err)
	}
	attempt := try{account: c.Name, place: from.Place, known: account.Known}
	if wait := a.tries.take(attempt); wait > 0 {
		return soc.User{}, tooMany(wait, "Too many tries to sign in.")
	}
	ok, err := a.passwords.check(ctx, c.Password, account.Password)
	if err != nil {
		return soc.User{}, a.problem(ctx, err)
	}
	if !ok {
		a.refused(ctx, account.User, from, "password")
		return soc.User{}, huma.Error401Unauthorized("The name or the password is not right.")
	}
	if account.TOTP == nil {
		a.tries.succeeded(attempt)
		return account.User, nil
	}
	if c.Code == "" {
		a.tries.succeeded(attempt) // a person who types the code next has done nothing wrong
		return soc.User{}, codeWanted("Type the code that your authenticator app shows.")
	}
	attempt.code = true
	if wait := a.tries.take(attempt); wait > 0 {
		return soc.User{}, tooMany(wait, "Too many wrong codes.")
	}
	ok, err = a.checkCode(ctx, account, c.Code, from)
	if err != nil {
		return soc.User{}, a.problem(ctx, err)
	}
	if !ok {
		a.refused(ctx, account.User, from, "code")
		return soc.User{}, codeWanted("The code is not right, or was used already. Wait for the next one.")
	}
	a.tries.succeeded(attempt)
	attempt.code = false
	a.tries.succeeded(attempt)
	return account.User, nil
}

// codeWanted is the answer to a right password where a code is missing or wrong.
func codeWanted(detail string) error {
	return huma.Error401Unauthorized(detail, &huma.ErrorDetail{Message: detail, Location: "body.code"})
}

// refused notes that a sign-in failed. Names that are nobody's are not written down: they
// may be a password in the wrong field.
func (a *API) refused(ctx context.Context, user soc.User, from store.Origin, what string) {
	if user.ID == "" {
		return
	}
	a.Log.WarnContext(ctx, "sign-in refused", "user", user.Name, "address", from.Address, "wrong", what)
	a.looks.fail(user, from.Address, what)
}

func (a *API) signIn(ctx context.Context, user soc.User, from Remote) (*signedIn, error) {
	secret, session, err := a.Store.AddSession(ctx, system, user.ID, from.Origin)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	a.Log.InfoContext(ctx, "signed in", "user", user.Name, "address", from.Address)
	age := int(session.ExpiresTime.Sub(a.Now()) / time.Second)
	return &signedIn{sessionCookie(string(secret), from, age), Session{ID: session.ID, User: user, ExpiresTime: session.ExpiresTime}}, nil
}

func sessionCookie(value string, from Remote, age int) http.Cookie {
	//nolint:gosec // Secure follows the connection: on the loopback it is plain HTTP
	return http.Cookie{
		Name: cookieName, Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: from.secure,
	}
}

func (a *API) sessions(api huma.API) {
	op := operation("list-sessions", http.MethodGet, "/sessions", signed, "Sign-ins that last, the newest first")
	op.Description = "One's own; an admin of all clients sees those of everybody, or of the user that is named."
	op.Errors = append(op.Errors, http.StatusNotFound)
	huma.Register(api, op, func(ctx context.Context, in *struct {
		User string `query:"user" maxLength:"64" doc:"id or name"`
	},
	) (*list[soc.UserSession], error) {
		items, err := a.Store.Sessions(ctx, scopeOf(ctx), in.User)
		for i := range items {
			items[i].Current = items[i].ID == principalOf(ctx).session.ID
		}
		return listOf(items, a.problem(ctx, err))
	})
	op = operation("end-session", http.MethodDelete, "/sessions/{id}", signed, "End a session: one's own, or any for an admin of all clients")
	op.Errors = append(op.Errors, http.StatusNotFound)
	huma.Register(api, op, func(ctx context.Context, in *ByID) (*struct{}, error) {
		return nil, a.problem(ctx, a.Store.EndSession(ctx, scopeOf(ctx), in.ID))
	})
}
