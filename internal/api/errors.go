package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// problem turns an error into what the caller may know. It is the one place that
// knows status codes. What went wrong inside is logged and not told.
func (a *API) problem(ctx context.Context, err error) error {
	var q *query.Error
	var step *soc.StepError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &q):
		return huma.Error422UnprocessableEntity("The query cannot be read.", &huma.ErrorDetail{
			Message: q.Message, Location: fmt.Sprintf("query.%d", q.Column), Value: q.Value,
		})
	case errors.Is(err, store.ErrAudit):
		return huma.Error409Conflict(told(err, store.ErrAudit))
	case errors.Is(err, soc.ErrNotFound):
		return huma.Error404NotFound("There is no such thing, or you may not see it.")
	case errors.Is(err, soc.ErrInvalid):
		return huma.Error422UnprocessableEntity(plain(err, soc.ErrInvalid))
	case errors.As(err, &step): // with the facts, for who says it in another language
		return huma.Error409Conflict(plain(err, soc.ErrConflict), &huma.ErrorDetail{
			Message: plain(err, soc.ErrConflict), Location: "step", Value: Refusal{step.Verb, step.State, step.Owner, step.Last},
		})
	case errors.Is(err, soc.ErrConflict):
		return huma.Error409Conflict(plain(err, soc.ErrConflict))
	case errors.Is(err, soc.ErrForbidden):
		return huma.Error403Forbidden(cmp.Or(told(err, soc.ErrForbidden), "You may not do this."))
	case errors.Is(err, soc.ErrUnauthenticated):
		return huma.Error401Unauthorized("Sign in first, or send a token that is good.")
	case ctx.Err() != nil:
		return huma.NewError(http.StatusServiceUnavailable, "The request took too long, or was given up. Ask for less at once, or try again.")
	}
	id := requestOf(ctx).id
	a.Log.ErrorContext(ctx, "request failed", "request", id, "err", err)
	return &huma.ErrorModel{
		Title: http.StatusText(http.StatusInternalServerError), Status: http.StatusInternalServerError,
		Detail: "The core could not do this. Its log says why.", Instance: id,
	}
}

type requestKey struct{}

// hideBodies keeps what somebody sent from coming back in the error that refuses it: a
// password that is too short is a password still, and answers are logged along the way.
func hideBodies(_ huma.Context, _ string, answer any) (any, error) {
	if problem, ok := answer.(*huma.ErrorModel); ok {
		for _, detail := range problem.Errors {
			if detail.Location == "body" || strings.HasPrefix(detail.Location, "body.") {
				detail.Value = nil
			}
		}
	}
	return answer, nil
}

// request is what is known of a request before anybody is.
type request struct {
	id      string // what a person reads out and the log is searched for
	address string // where it came from
}

func requestOf(ctx context.Context) request {
	r, _ := ctx.Value(requestKey{}).(request)
	return r
}

// identify gives every request an id, and every answer the strict headers.
func identify(c *gin.Context) {
	r := request{id: soc.NewID(), address: addressOf(c.Request.RemoteAddr, c.GetHeader("X-Forwarded-For"))}
	c.Header("X-Request-Id", r.id)
	strictHeaders(c.Writer.Header())
	c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), requestKey{}, r))
	c.Next()
}

// told is the message that was given with an error's kind; "" if there was none.
func told(err, kind error) string {
	_, after, _ := strings.Cut(err.Error(), kind.Error()+": ")
	if after == "" {
		return ""
	}
	return strings.ToUpper(after[:1]) + after[1:] + "."
}

// plain is the message of an error without the name of its kind.
func plain(err, kind error) string { return cmp.Or(told(err, kind), kind.Error()) }

func writeProblem(c *gin.Context, status int, detail string) {
	c.Header("Content-Type", "application/problem+json")
	c.JSON(status, &huma.ErrorModel{Title: http.StatusText(status), Status: status, Detail: detail})
	c.Abort()
}

// recover keeps one broken request from ending the core.
func (a *API) recover(c *gin.Context) {
	defer func() {
		if r := recover(); r != nil {
			if r == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so too
				panic(r)
			}
			a.Log.ErrorContext(c.Request.Context(), "handler panicked", "request", requestOf(c.Request.Context()).id, "path", c.FullPath(), "panic", fmt.Sprint(r))
			writeProblem(c, http.StatusInternalServerError, "The core could not do this. Its log says why.")
		}
	}()
	c.Next()
}
