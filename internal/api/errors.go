package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// problem turns an error into what the caller may know. It is the one place that
// knows status codes. What went wrong inside is logged and not told.
func (a *API) problem(ctx context.Context, err error) error {
	var q *query.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &q):
		return huma.Error422UnprocessableEntity("The query cannot be read.", &huma.ErrorDetail{
			Message: q.Message, Location: fmt.Sprintf("query.%d", q.Column), Value: q.Value,
		})
	case errors.Is(err, soc.ErrNotFound):
		return huma.Error404NotFound("There is no such thing, or you may not see it.")
	case errors.Is(err, soc.ErrInvalid):
		return huma.Error422UnprocessableEntity(plain(err, soc.ErrInvalid))
	case errors.Is(err, soc.ErrConflict):
		return huma.Error409Conflict(plain(err, soc.ErrConflict))
	case errors.Is(err, soc.ErrForbidden):
		return huma.Error403Forbidden("You may not do this.")
	case errors.Is(err, soc.ErrUnauthenticated):
		return huma.Error401Unauthorized("Sign in first, or send a token that is good.")
	case ctx.Err() != nil:
		return huma.NewError(http.StatusServiceUnavailable, "The request was given up.")
	}
	id := requestOf(ctx)
	a.Log.ErrorContext(ctx, "request failed", "request", id, "err", err)
	return &huma.ErrorModel{
		Title: http.StatusText(http.StatusInternalServerError), Status: http.StatusInternalServerError,
		Detail: "The core could not do this. Its log says why.", Instance: id,
	}
}

type requestKey struct{}

// requestOf is the id of a request: what a person reads out and the log is searched for.
func requestOf(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// identify gives every request an id.
func identify(c *gin.Context) {
	id := soc.NewID()
	c.Header("X-Request-Id", id)
	c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), requestKey{}, id))
	c.Next()
}

// plain is the message of an error without the name of its kind.
func plain(err error, kind error) string {
	text := err.Error()
	if _, after, ok := strings.Cut(text, kind.Error()+": "); ok {
		text = after
	}
	if text == "" {
		return kind.Error()
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

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
			a.Log.ErrorContext(c.Request.Context(), "handler panicked", "request", requestOf(c.Request.Context()), "path", c.FullPath(), "panic", fmt.Sprint(r))
			writeProblem(c, http.StatusInternalServerError, "The core could not do this. Its log says why.")
		}
	}()
	c.Next()
}
