package api

import (
	"context"
	"net/http"
	"os"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// About is what anybody may know of this core.
type About struct {
	Version string `json:"version"`
	Host    string `json:"host" doc:"the name of the core's machine"`
	Demo    bool   `json:"demo" doc:"example data is shown beside the real, if there is any"`
	// Session spares the page a request, and an error for everybody who is not signed in.
	Session *Session `json:"session,omitempty" doc:"who is signed in, if the request came with a session"`
}

func (a *API) about(api huma.API) {
	huma.Register(api, operation("about", http.MethodGet, "/about", public, "What answers here"),
		func(ctx context.Context, _ *struct{}) (*answer[About], error) {
			about := About{Version: a.Version}
			if p := principalOf(ctx); p.signedIn() {
				about.Session = sessionOf(p)
			}
			about.Host, _ = os.Hostname() // an unknown name is an empty one
			clients, err := a.Store.Clients(ctx, system)
			if err != nil {
				return nil, a.problem(ctx, err)
			}
			for _, client := range clients {
				about.Demo = about.Demo || client.Demo
			}
			return &answer[About]{about}, nil
		})
	huma.Register(api, operation("status", http.MethodGet, "/status", signed, "How the core does"),
		func(context.Context, *struct{}) (*answer[Status], error) {
			return &answer[Status]{Status{Trouble: a.Store.Trouble(), Time: a.Now().UTC()}}, nil
		})
}

// Status is how the core does.
type Status struct {
	Trouble string    `json:"trouble,omitempty" doc:"what keeps the core from taking alerts in, and what to do"`
	Time    time.Time `json:"time" doc:"the core's clock"`
}
