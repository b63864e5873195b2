package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/socme-project/socme/soc"
)

// cookieName is the cookie of a signed-in browser.
const cookieName = "socme_session"

// principal is who makes a request, told by the credential alone.
type principal struct {
	scope   soc.Scope
	user    soc.User   // zero for a token
	session soc.Secret // empty for a token
	token   soc.Secret // empty for a session
	expires time.Time  // of the session
}

type principalKey struct{}

func principalOf(ctx context.Context) principal {
	p, _ := ctx.Value(principalKey{}).(principal)
	return p
}

// scopeOf is what the caller may see. The zero Scope of a request that was not let
// through sees nothing.
func scopeOf(ctx context.Context) soc.Scope { return principalOf(ctx).scope }

// authenticate finds out who asks and whether they may call the operation.
func (a *API) authenticate(root huma.API) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		ctx.SetHeader("Cache-Control", "no-store")
		ctx.SetHeader("X-Content-Type-Options", "nosniff")
		p, err := a.principal(ctx)
		if err != nil && !errors.Is(err, soc.ErrUnauthenticated) {
			a.Log.ErrorContext(ctx.Context(), "credential not checked", "err", err)
			_ = huma.WriteErr(root, ctx, http.StatusInternalServerError, "The core could not check who you are. Its log says why.")
			return
		}
		who, _ := ctx.Operation().Metadata["access"].(access)
		switch {
		case who == public:
		case err != nil:
			_ = huma.WriteErr(root, ctx, http.StatusUnauthorized, "Sign in first, or send a token that is good.")
			return
		case who == admin && p.scope.Role() != soc.RoleAdmin:
			_ = huma.WriteErr(root, ctx, http.StatusForbidden, "Only an admin may do this.")
			return
		}
		next(huma.WithValue(ctx, principalKey{}, p))
	}
}

func (a *API) principal(ctx huma.Context) (principal, error) {
	if header := ctx.Header("Authorization"); header != "" {
		secret, ok := strings.CutPrefix(header, "Bearer ")
		if !ok {
			return principal{}, soc.ErrUnauthenticated
		}
		token, err := a.Store.TokenOf(ctx.Context(), system, soc.Secret(secret))
		if err != nil {
			return principal{}, err
		}
		return principal{scope: soc.ScopeOfAll("token "+token.Name, token.Role), token: soc.Secret(secret)}, nil
	}
	cookie, err := huma.ReadCookie(ctx, cookieName)
	if err != nil {
		return principal{}, soc.ErrUnauthenticated
	}
	user, expires, err := a.Store.Session(ctx.Context(), system, soc.Secret(cookie.Value))
	if err != nil {
		return principal{}, err
	}
	return principal{scope: soc.ScopeOfAll(user.Name, user.Role), user: user, session: soc.Secret(cookie.Value), expires: expires}, nil
}
