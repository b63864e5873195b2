package api

import (
	"context"
	"net/http"
	"os"

	"github.com/danielgtaylor/huma/v2"
)

// About is what anybody may know of this core.
type About struct {
	Version string `json:"version"`
	Host    string `json:"host" doc:"the name of the core's machine"`
	Demo    bool   `json:"demo" doc:"example data is shown beside the real, if there is any"`
}

func (a *API) about(api huma.API) {
	huma.Register(api, operation("about", http.MethodGet, "/about", public, "What answers here"),
		func(ctx context.Context, _ *struct{}) (*answer[About], error) {
			about := About{Version: a.Version}
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
}
