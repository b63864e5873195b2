package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"github.com/socme-project/socme/internal/metrics"
	"github.com/socme-project/socme/soc"
)

// figures is /metrics. It asks for a credential like everything else: behind a proxy
// every request comes from the loopback, so an address says nothing.
func (a *API) figures(api huma.API) {
	op := operation("metrics", http.MethodGet, "/metrics", signed, "Figures for Prometheus, of all clients together")
	op.Description = "For a credential that sees every client. No label holds the name of a client or of a person."
	op.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{
		"text/plain": {Schema: &huma.Schema{Type: huma.TypeString}},
	}}}
	huma.Register(api, op, func(ctx context.Context, in *struct {
		Accept string `header:"Accept" doc:"the form that is wanted, as Prometheus sends it"`
	},
	) (*huma.StreamResponse, error) {
		if !scopeOf(ctx).All() || a.Metrics == nil {
			return nil, a.problem(ctx, soc.ErrForbidden)
		}
		//nolint:contextcheck // the body has its own, the same
		return &huma.StreamResponse{Body: func(hctx huma.Context) {
			writer, ok := hctx.BodyWriter().(http.ResponseWriter)
			if !ok {
				return
			}
			request, err := http.NewRequestWithContext(hctx.Context(), http.MethodGet, "/metrics", http.NoBody)
			if err != nil {
				return
			}
			request.Header.Set("Accept", in.Accept)
			a.Metrics.Handler().ServeHTTP(writer, request)
		}}, nil
	})
}

// count counts every request of an operation.
func (a *API) count(ctx huma.Context, next func(huma.Context)) {
	began := time.Now()
	next(ctx)
	op := ctx.Operation().OperationID
	status := ctx.Status()
	if status == 0 {
		status = http.StatusOK // a handler that writes by itself
	}
	a.Metrics.Answered(metrics.Request{Operation: op, Status: status, Took: time.Since(began), Streaming: op == "stream"})
	switch {
	case status == http.StatusTooManyRequests:
		a.Metrics.SignInFailed("throttled")
	case status != http.StatusUnauthorized:
	case op == "sign-in":
		a.Metrics.SignInFailed("password")
	case op == "sign-in-by-link":
		a.Metrics.SignInFailed("link")
	case ctx.Header("Authorization") != "":
		a.Metrics.SignInFailed("token")
	case ctx.Header("Cookie") != "":
		a.Metrics.SignInFailed("session")
	}
}

// readiness is what /readyz says.
type readiness struct {
	Ready   bool     `json:"ready"`
	Reasons []string `json:"reasons"`
}

// readWait bounds how long the database may take to say that it is there.
const readWait = 2 * time.Second

// ready says whether the core can take alerts in. Anybody may ask: what is wrong is told
// in general words only.
func (a *API) ready(c *gin.Context) {
	r := readiness{Reasons: []string{}}
	if why := a.Store.Trouble(); why != "" {
		r.Reasons = append(r.Reasons, why)
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), readWait)
	defer cancel()
	if err := a.Store.Readable(ctx); err != nil {
		a.Log.ErrorContext(ctx, "database does not answer", "err", err)
		r.Reasons = append(r.Reasons, "The database does not answer.")
	}
	select {
	case <-a.Done:
		r.Reasons = append(r.Reasons, "The core is stopping.")
	default:
	}
	status := http.StatusOK
	if r.Ready = len(r.Reasons) == 0; !r.Ready {
		status = http.StatusServiceUnavailable
	}
	c.Header("Cache-Control", "no-store")
	c.JSON(status, r)
}
