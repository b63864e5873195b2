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
	user    soc.User        // zero for a token
	session soc.UserSession // zero for a token
	secret  soc.Secret      // of the session, or the token
	// operation is the one that is called.
	operation string
}

func (p principal) signedIn() bool { return p.session.ID != "" }

type principalKey struct{}

func principalOf(ctx context.Context) principal {
	p, _ := ctx.Value(principalKey{}).(principal)
	return p
}

// scopeOf is what the caller may see. The zero Scope of a request that was not let
// through sees nothing.
func scopeOf(ctx context.Context) soc.Scope { return principalOf(ctx).scope }

// authenticate finds out who asks and whether they may call the operation, and bounds
// how much and how long.
func (a *API) authenticate(root huma.API) func(huma.Context, func(huma.Context)) {
	table := accessTable()
	return func(ctx huma.Context, next func(huma.Context)) {
		p, err := a.principal(ctx)
		if err != nil && !errors.Is(err, soc.ErrUnauthenticated) {
			a.Log.ErrorContext(ctx.Context(), "credential not checked", "request", requestOf(ctx.Context()).id, "err", err)
			_ = huma.WriteErr(root, ctx, http.StatusInternalServerError, "The core could not check who you are. Its log says why.")
			return
		}
		who, _ := ctx.Operation().Metadata["access"].(access)
		var wait time.Duration
		if err == nil {
			wait = a.rates.principal(p.scope.Actor().ID)
		} else {
			wait = a.rates.stranger(placeOf(requestOf(ctx.Context()).address))
		}
		if wait > 0 {
			ctx.SetHeader("Retry-After", retryAfter(wait))
			_ = huma.WriteErr(root, ctx, http.StatusTooManyRequests, "Too many requests. Wait as long as Retry-After says, and ask less often.")
			return
		}
		need, known := table[who]
		switch {
		case who == public:
		case !known:
			_ = huma.WriteErr(root, ctx, http.StatusInternalServerError, "The core does not know who may do this.")
			return
		case err != nil:
			_ = huma.WriteErr(root, ctx, http.StatusUnauthorized, "Sign in first, or send a token that is good.")
			return
		default:
			if why := need.refuse(p.scope); why != "" {
				_ = huma.WriteErr(root, ctx, http.StatusForbidden, why)
				return
			}
		}
		p.operation = ctx.Operation().OperationID
		ctx = huma.WithValue(ctx, principalKey{}, p)
		if long, _ := ctx.Operation().Metadata["long"].(bool); !long {
			bounded, cancel := context.WithTimeout(ctx.Context(), requestLife)
			defer cancel()
			ctx = huma.WithContext(ctx, bounded)
		}
		next(ctx)
	}
}

func (a *API) principal(ctx huma.Context) (principal, error) {
	if header := ctx.Header("Authorization"); header != "" {
		secret, ok := strings.CutPrefix(header, "Bearer ")
		if !ok {
			return principal{}, soc.ErrUnauthenticated
		}
		return a.ofToken(ctx.Context(), soc.Secret(secret))
	}
	cookie, err := huma.ReadCookie(ctx, cookieName)
	if err != nil {
		return principal{}, soc.ErrUnauthenticated
	}
	return a.ofSession(ctx.Context(), soc.Secret(cookie.Value))
}

func (a *API) ofToken(ctx context.Context, secret soc.Secret) (principal, error) {
	token, err := a.Store.TokenOf(ctx, system, secret)
	if err != nil {
		return principal{}, err
	}
	actor := soc.Actor{Kind: soc.ActorToken, ID: token.ID, Name: token.Name, Address: requestOf(ctx).address}
	return principal{scope: token.Scope(actor), secret: secret}, nil
}

func (a *API) ofSession(ctx context.Context, secret soc.Secret) (principal, error) {
	user, session, err := a.Store.Session(ctx, system, secret)
	if err != nil {
		return principal{}, err
	}
	actor := soc.Actor{Kind: soc.ActorUser, ID: user.ID, Name: user.Name, Address: requestOf(ctx).address}
	return principal{scope: user.Scope(actor), user: user, session: session, secret: secret}, nil
}

// again looks a principal up anew: what they may do may have changed, or ended.
func (a *API) again(ctx context.Context, p principal) (principal, error) {
	if p.signedIn() {
		return a.ofSession(ctx, p.secret)
	}
	return a.ofToken(ctx, p.secret)
}
