package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/socme-project/socme/internal/proof"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// proof hands out what proves that nothing of a node was lost.
func (a *API) proof(api huma.API) {
	op := operation("node-proof", http.MethodGet, "/nodes/{id}/proof", signed, "A file that proves what a node delivered between two times")
	op.Description = "JSON lines: the node's ledger with the heads that the node signed, and at the end the core's signature. " +
		"`socme verify FILE` checks it without any core."
	op.Errors = append(op.Errors, http.StatusNotFound)
	op.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{
		"application/jsonl": {Schema: &huma.Schema{Type: huma.TypeString}},
	}}}
	huma.Register(api, long(op), func(ctx context.Context, in *struct {
		ByID
		From  time.Time `query:"from" required:"true" doc:"by the core's clock, inclusive"`
		Until time.Time `query:"until" doc:"exclusive; now if it is absent"`
		Raw   bool      `query:"raw" doc:"with the raw lines that the core still holds"`
	},
	) (*huma.StreamResponse, error) {
		filter := store.ProofFilter{Node: soc.NodeID(in.ID), From: in.From, Until: in.Until, Raw: in.Raw}
		if filter.Until.IsZero() {
			filter.Until = a.Now()
		}
		scope := scopeOf(ctx)
		node, err := a.Store.Node(ctx, scope, filter.Node)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		header, err := a.Store.ProofHeader(ctx, scope, filter)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		a.saw(ctx, soc.NamedClient{ID: node.ClientID, Name: node.Client})
		//nolint:contextcheck // huma gives the answer's context with the body
		return &huma.StreamResponse{Body: func(hctx huma.Context) {
			hctx.SetHeader("Content-Type", "application/jsonl")
			hctx.SetHeader("Content-Disposition", `attachment; filename="proof-`+in.ID+`.jsonl"`)
			// A file that breaks off has no end, and whoever verifies it is told so.
			if err := a.writeProof(hctx, scope, filter, header); err != nil && hctx.Context().Err() == nil {
				a.Log.ErrorContext(hctx.Context(), "proof not written to its end", "node", in.ID, "err", err)
			}
		}}, nil
	})
}

// proofWait is how long a reader of a proof may take nothing.
const proofWait = 30 * time.Second

// patient writes for as long as the reader goes on reading.
type patient struct {
	http.ResponseWriter
	control *http.ResponseController
}

func (p patient) Write(b []byte) (int, error) {
	if err := p.control.SetWriteDeadline(time.Now().Add(proofWait)); err != nil {
		return 0, err
	}
	return p.ResponseWriter.Write(b)
}

func (a *API) writeProof(hctx huma.Context, scope soc.Scope, filter store.ProofFilter, header proof.Header) error {
	to := hctx.BodyWriter()
	if answer, ok := to.(http.ResponseWriter); ok {
		to = patient{answer, http.NewResponseController(answer)}
	}
	w, err := proof.NewWriter(to, a.Sign, header)
	if err != nil {
		return err
	}
	if err := a.Store.Proof(hctx.Context(), scope, filter, w.Write); err != nil {
		return err
	}
	return w.Close()
}
