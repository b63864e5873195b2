// Package api owns people's API: what the browser, the command line, the screen and
// scripts may ask of the core. Its OpenAPI document is made from this code. It
// imports store, hub and query; it must never import ingest or anything of the node.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"github.com/socme-project/socme/internal/hub"
	"github.com/socme-project/socme/internal/metrics"
	"github.com/socme-project/socme/internal/proof"
	"github.com/socme-project/socme/internal/seal"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// API answers people.
type API struct {
	Store *store.Store
	Hub   *hub.Hub
	Log   *slog.Logger
	Now   func() time.Time

	Version string
	// Cores and Authority go into enrolment tokens: where the nodes' door is, and how
	// to know it.
	Cores     []string
	Authority soc.Hash
	// Sign signs the proofs that people take away.
	Sign proof.Signer
	// Done is closed when the core stops, so that streams end and the stop need not
	// wait for them.
	Done <-chan struct{}
	// Metrics counts what is asked; nil counts nothing.
	Metrics *metrics.Metrics

	// Advisories reads a publisher of advisories now.
	Advisories interface {
		Read(ctx context.Context, p soc.Publisher) (soc.Publisher, error)
	}

	// Seal hides second factors before they are stored.
	Seal *seal.Key
	// Rate is how many requests a principal may make in a second; 0 means 200.
	Rate int

	passwords *passwords
	tries     *tries
	rates     *rates
	looks     *looks
	seen      *overviews
}

// prefix is where the API begins. The version is part of it.
const prefix = "/api/v1"

// system is the scope in which credentials are looked up, before anybody is known.
var system = soc.System("sign-in")

// Handler serves the API; page serves every other path.
func (a *API) Handler(page http.Handler) http.Handler {
	a.passwords, a.tries, a.rates, a.looks = newPasswords(), newTries(a.Now), newRates(a.Now, a.Rate), newLooks(a)
	a.seen = &overviews{store: a.Store, now: a.Now, kept: map[string]*keptOverview{}}
	router := newRouter()
	router.HandleMethodNotAllowed = true
	router.Use(identify, a.recover)
	api := a.register(router)
	router.GET(prefix+"/openapi.json", func(c *gin.Context) { c.JSON(http.StatusOK, api.OpenAPI()) })
	router.NoMethod(func(c *gin.Context) {
		writeProblem(c, http.StatusMethodNotAllowed, "This path knows other methods; see "+prefix+"/openapi.json.")
	})
	router.GET("/healthz", func(c *gin.Context) { c.String(http.StatusOK, "ok\n") })
	router.GET("/readyz", a.ready)
	router.NoRoute(func(c *gin.Context) {
		if len(c.Request.URL.Path) >= len("/api/") && c.Request.URL.Path[:len("/api/")] == "/api/" {
			writeProblem(c, http.StatusNotFound, "There is no such operation; see "+prefix+"/openapi.json.")
			return
		}
		clear(c.Writer.Header()) // the page has its own
		c.Header("X-Request-Id", requestOf(c.Request.Context()).id)
		page.ServeHTTP(c.Writer, c.Request)
	})
	// A browser on another site cannot make ours act: unsafe methods must come from
	// our own origin. Requests of scripts carry no origin and no cookie.
	csrf := http.NewCrossOriginProtection()
	csrf.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		strictHeaders(w.Header())
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`{"title":"Forbidden","status":403,"detail":"This request came from another site. Open SOCme itself and do it there."}` + "\n"))
	}))
	return csrf.Handler(compressed(router))
}

// newRouter is gin without its chatter on stdout.
func newRouter() *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	return gin.New()
}

// OpenAPI is the document that describes the API, as YAML.
func OpenAPI() ([]byte, error) {
	a := &API{Now: time.Now}
	return a.register(newRouter()).OpenAPI().YAML()
}

func (a *API) register(router *gin.Engine) huma.API {
	config := huma.DefaultConfig("SOCme", "1")
	config.Info.Description = "What people and scripts may ask of a SOCme core. Times are RFC 3339 in UTC. " +
		"Errors are RFC 9457 problems. Sign in with a cookie, or send an API token as `Authorization: Bearer TOKEN`."
	config.CreateHooks = nil // no $schema in answers
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.Transformers = append(config.Transformers, hideBodies)
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token":   {Type: "http", Scheme: "bearer", Description: "An API token. It may do no more than whoever made it."},
		"session": {Type: "apiKey", In: "cookie", Name: cookieName},
	}
	root := humagin.New(router, config)
	group := huma.NewGroup(root, prefix)
	group.UseMiddleware(a.count, a.authenticate(root))
	for _, room := range []func(huma.API){a.about, a.session, a.sessions, a.account, a.totp, a.users, a.tokens, a.audit, a.clients, a.nodes, a.agents, a.proof, a.alerts, a.counts, a.groups, a.triage, a.views, a.stream, a.query, a.retention, a.overview, a.export, a.advisories} {
		room(group)
	}
	bare := huma.NewGroup(root)
	bare.UseMiddleware(a.count, a.authenticate(root))
	a.figures(bare)
	return root
}

// operation describes one operation in a line; the method and path name it.
func operation(id, method, path string, who access, summary string) huma.Operation {
	op := huma.Operation{
		OperationID: id, Method: method, Path: path, Summary: summary,
		Metadata: map[string]any{"access": who},
		Errors: []int{
			http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity, http.StatusTooManyRequests,
			http.StatusInternalServerError, http.StatusServiceUnavailable,
		},
		MaxBodyBytes: bodyMost,
	}
	if who != public {
		op.Security = []map[string][]string{{"token": {}}, {"session": {}}}
	}
	switch method {
	case http.MethodPost:
		op.DefaultStatus = http.StatusOK
	case http.MethodDelete, http.MethodPut:
		op.DefaultStatus = http.StatusNoContent
	}
	return op
}

// long marks an operation whose answer may take longer than others.
func long(op huma.Operation) huma.Operation {
	op.Metadata["long"] = true
	return op
}

// list is the form of every list that comes whole.
type list[T any] struct {
	Body struct {
		Items []T `json:"items" nullable:"false"`
	}
}

func listOf[T any](items []T, err error) (*list[T], error) {
	if err != nil {
		return nil, err
	}
	l := &list[T]{}
	l.Body.Items = items
	return l, nil
}

// answer is a body and nothing else.
type answer[T any] struct{ Body T }
