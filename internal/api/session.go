package api

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/socme-project/socme/soc"
)

// Session is who is signed in in this browser.
type Session struct {
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
	address string
	secure  bool
}

// Resolve is called by huma before the handler.
func (r *Remote) Resolve(ctx huma.Context) []error {
	host, _, err := net.SplitHostPort(ctx.RemoteAddr())
	if err != nil {
		host = ctx.RemoteAddr()
	}
	r.address = host
	// A proxy in front speaks TLS for us and says so. Who lies about it hurts themselves only.
	r.secure = ctx.TLS() != nil || ctx.Header("X-Forwarded-Proto") == "https"
	return nil
}

func (a *API) session(api huma.API) {
	huma.Register(api, operation("sign-in", http.MethodPost, "/session", public, "Sign in with name and password"),
		func(ctx context.Context, in *struct {
			Remote
			Body struct {
				Name     string `json:"name" minLength:"1" maxLength:"64"`
				Password string `json:"password" minLength:"1" maxLength:"1024"`
			}
		},
		) (*signedIn, error) {
			if !a.passwords.allowed(in.Body.Name, in.address) {
				return nil, huma.Error429TooManyRequests("Too many tries. Wait ten seconds and try again.")
			}
			user, hash, err := a.Store.Password(ctx, system, in.Body.Name)
			if err != nil && !errors.Is(err, soc.ErrNotFound) {
				return nil, a.problem(ctx, err)
			}
			ok, err := a.passwords.check(ctx, in.Body.Password, hash)
			if err != nil {
				return nil, a.problem(ctx, err)
			}
			if !ok {
				return nil, huma.Error401Unauthorized("The name or the password is not right.")
			}
			a.passwords.succeeded(in.Body.Name, in.address)
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
			user, err := a.Store.UseLink(ctx, system, soc.Secret(in.Body.Secret))
			if errors.Is(err, soc.ErrUnauthenticated) {
				return nil, huma.Error401Unauthorized("This link has been used, or a newer one was printed. Restart `socme up` for a new one.")
			}
			if err != nil {
				return nil, a.problem(ctx, err)
			}
			return a.signIn(ctx, user, in.Remote)
		})
	huma.Register(api, operation("session", http.MethodGet, "/session", signed, "Who is signed in"),
		func(ctx context.Context, _ *struct{}) (*answer[Session], error) {
			p := principalOf(ctx)
			if p.session == "" {
				return nil, huma.Error401Unauthorized("A token is no session.")
			}
			return &answer[Session]{Session{User: p.user, ExpiresTime: p.expires}}, nil
		})
	huma.Register(api, operation("sign-out", http.MethodDelete, "/session", signed, "Sign out"),
		func(ctx context.Context, in *struct{ Remote }) (*struct {
			SetCookie http.Cookie `header:"Set-Cookie"`
		}, error,
		) {
			p := principalOf(ctx)
			if err := a.Store.EndSession(ctx, p.scope, p.session); err != nil {
				return nil, a.problem(ctx, err)
			}
			return &struct {
				SetCookie http.Cookie `header:"Set-Cookie"`
			}{sessionCookie("", in.Remote, -1)}, nil
		})
}

func (a *API) signIn(ctx context.Context, user soc.User, from Remote) (*signedIn, error) {
	secret, expires, err := a.Store.AddSession(ctx, system, user.ID)
	if err != nil {
		return nil, a.problem(ctx, err)
	}
	a.Log.InfoContext(ctx, "signed in", "user", user.Name, "address", from.address)
	age := int(expires.Sub(a.Now()) / time.Second)
	return &signedIn{sessionCookie(string(secret), from, age), Session{User: user, ExpiresTime: expires}}, nil
}

func sessionCookie(value string, from Remote, age int) http.Cookie {
	//nolint:gosec // Secure follows the connection: on the loopback it is plain HTTP
	return http.Cookie{
		Name: cookieName, Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: from.secure,
	}
}

func (a *API) account(api huma.API) {
	huma.Register(api, operation("change-account", http.MethodPut, "/account", signed, "Change one's own name or password"),
		func(ctx context.Context, in *struct {
			Remote
			Body struct {
				Name     string `json:"name,omitempty" maxLength:"64"`
				Password string `json:"password,omitempty" minLength:"10" maxLength:"1024"`
				Current  string `json:"current_password,omitempty" maxLength:"1024" doc:"needed when there is a password"`
			}
		},
		) (*struct{}, error) {
			p := principalOf(ctx)
			if p.session == "" {
				return nil, huma.Error403Forbidden("A token has no account.")
			}
			if p.user.HasPassword {
				if !a.passwords.allowed(p.user.Name, in.address) {
					return nil, huma.Error429TooManyRequests("Too many tries. Wait ten seconds and try again.")
				}
				_, stored, err := a.Store.Password(ctx, system, p.user.Name)
				if err != nil {
					return nil, a.problem(ctx, err)
				}
				ok, err := a.passwords.check(ctx, in.Body.Current, stored)
				if err != nil {
					return nil, a.problem(ctx, err)
				}
				if !ok {
					return nil, huma.Error403Forbidden("The present password is not right.", &huma.ErrorDetail{Message: "is not the present password", Location: "body.current_password"})
				}
			}
			name, hash := in.Body.Name, ""
			if name == "" {
				name = p.user.Name
			}
			if in.Body.Password != "" {
				var err error
				if hash, err = a.passwords.hash(ctx, in.Body.Password); err != nil {
					return nil, a.problem(ctx, err)
				}
			}
			return nil, a.problem(ctx, a.Store.SetAccount(ctx, p.scope, p.user.ID, name, hash, p.session))
		})
}
