package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/socme-project/socme/soc"
)

// NodeDetail is a node with what its lanes did in the last 24 hours, and what it did
// not deliver.
type NodeDetail struct {
	soc.Node
	Tape     []soc.TapeCell `json:"tape" nullable:"false" doc:"quarters of an hour, oldest first, empty ones left out"`
	Withheld []soc.Withheld `json:"withheld" nullable:"false" doc:"what it did not deliver, by rule and reason, what is most first; at most 200"`
}

func (a *API) nodes(api huma.API) {
	huma.Register(api, operation("list-nodes", http.MethodGet, "/nodes", signed, "Nodes by client and name, with their proof of delivery"),
		func(ctx context.Context, _ *struct{}) (*list[soc.Node], error) {
			items, err := a.Store.Nodes(ctx, scopeOf(ctx))
			clients := make([]soc.NamedClient, len(items))
			for i := range items {
				clients[i] = soc.NamedClient{ID: items[i].ClientID, Name: items[i].Client}
			}
			a.saw(ctx, clients...)
			return listOf(items, a.problem(ctx, err))
		})
	op := operation("node", http.MethodGet, "/nodes/{id}", signed, "One node")
	op.Errors = append(op.Errors, http.StatusNotFound)
	huma.Register(api, op, func(ctx context.Context, in *ByID) (*answer[NodeDetail], error) {
		node, err := a.Store.Node(ctx, scopeOf(ctx), soc.NodeID(in.ID))
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		tape, err := a.Store.Tape(ctx, scopeOf(ctx), node.ID)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		withheld, err := a.Store.Withheld(ctx, scopeOf(ctx), node.ID)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		a.saw(ctx, soc.NamedClient{ID: node.ClientID, Name: node.Client})
		return &answer[NodeDetail]{NodeDetail{node, tape, withheld}}, nil
	})
	op = operation("revoke-node", http.MethodPost, "/nodes/{id}/revoke", admin, "End a node's right to deliver, at once; what it delivered stays")
	op.DefaultStatus = http.StatusNoContent
	op.Errors = append(op.Errors, http.StatusNotFound)
	huma.Register(api, op, func(ctx context.Context, in *ByID) (*struct{}, error) {
		return nil, a.problem(ctx, a.Store.RevokeNode(ctx, scopeOf(ctx), soc.NodeID(in.ID)))
	})
}
