package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/socme-project/socme/internal/query"
)

// QueryField describes a field of the query language.
type QueryField struct {
	Name      string   `json:"name"`
	Also      []string `json:"also,omitempty" nullable:"false" doc:"other names of it"`
	Kind      string   `json:"kind" enum:"text,word,name,severity,address,port,time,state,verdict,id,has" doc:"what its values are"`
	Doc       string   `json:"doc"`
	Operators []string `json:"operators" nullable:"false"`
	Example   string   `json:"example"`
	Core      bool     `json:"core" doc:"only the core knows it: it has no place in a node's filter"`
	Wildcards string   `json:"wildcards" enum:"none,end,ends,any" doc:"where a * may stand: nowhere, at the end, at one of both ends, anywhere"`
}

// QueryChoice is something that may stand at a place in a query.
type QueryChoice struct {
	Text string `json:"text" doc:"what replaces the characters from start to end"`
	Doc  string `json:"doc,omitempty"`
	Open bool   `json:"open" doc:"more is to be written behind it: no space follows"`
}

// QueryCompletion is what may stand at a place in a query.
type QueryCompletion struct {
	Start int           `json:"start" doc:"the first character that a choice replaces, from 0"`
	End   int           `json:"end" doc:"the character behind the last one"`
	Items []QueryChoice `json:"items" nullable:"false" doc:"the best first, 20 at most"`
}

func (a *API) query(api huma.API) {
	huma.Register(api, operation("query-fields", http.MethodGet, "/query/fields", signed, "The fields of the query language"),
		func(context.Context, *struct{}) (*list[QueryField], error) {
			fields := []QueryField{}
			for _, info := range query.Fields() {
				fields = append(fields, describe(info))
			}
			return listOf(fields, nil)
		})
	huma.Register(api, operation("complete-query", http.MethodGet, "/query/complete", signed, "What may stand at a place in a query"),
		func(ctx context.Context, in *struct {
			QueryParam
			At int `query:"at" minimum:"0" maximum:"4096" doc:"how many characters stand before the cursor"`
		},
		) (*answer[QueryCompletion], error) {
			spot := query.SpotAt(in.Query, in.At)
			choices := spot.Choices()
			names, err := a.Store.Names(ctx, scopeOf(ctx), spot.Field, spot.Written)
			if err != nil {
				return nil, a.problem(ctx, err)
			}
			if len(names) > 0 {
				a.sawCounts(ctx)
			}
			stored := make([]query.Choice, 0, len(names))
			seen := map[string]bool{}
			for _, name := range names {
				if !seen[name.Text] {
					stored = append(stored, query.Choice{Text: name.Text, Doc: name.Doc})
				}
				seen[name.Text] = true
			}
			choices = append(choices, spot.Narrow(stored)...)
			done := QueryCompletion{Start: spot.Start, End: spot.End, Items: []QueryChoice{}}
			for _, c := range choices[:min(len(choices), query.MaxChoices)] {
				done.Items = append(done.Items, QueryChoice(c))
			}
			return &answer[QueryCompletion]{done}, nil
		})
}

func describe(info query.Info) QueryField {
	f := QueryField{
		Name: string(info.Name), Kind: string(info.Kind), Doc: info.Doc, Operators: info.Ops(),
		Example: info.Example, Core: info.Core, Wildcards: "none",
	}
	for _, also := range info.Also {
		f.Also = append(f.Also, string(also))
	}
	switch {
	case info.Kind == query.KindName:
		f.Wildcards = "any"
	case info.Ends:
		f.Wildcards = "ends"
	case info.Kind == query.KindWord || info.Kind == query.KindText:
		f.Wildcards = "end"
	}
	return f
}
