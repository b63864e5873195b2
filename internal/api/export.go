package api

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// column is a column of an export as CSV.
type column struct {
	name string
	of   func(*soc.StoredAlert) string
}

// columns are those that may be asked for, in the order in which they stand by default.
func columns() []column {
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339Nano)
	}
	address := func(e *soc.Endpoint) string {
		if !e.Address.IsValid() {
			return ""
		}
		return e.Address.String()
	}
	port := func(e *soc.Endpoint) string {
		if e.Port == 0 {
			return ""
		}
		return strconv.Itoa(int(e.Port))
	}
	return []column{
		{"time", func(a *soc.StoredAlert) string { return at(a.EventTime) }},
		{"severity", func(a *soc.StoredAlert) string { return a.Severity.String() }},
		{"client", func(a *soc.StoredAlert) string { return a.Client }},
		{"node", func(a *soc.StoredAlert) string { return a.Node }},
		{"engine", func(a *soc.StoredAlert) string { return a.Rule.Engine }},
		{"rule", func(a *soc.StoredAlert) string { return a.Rule.ID }},
		{"name", func(a *soc.StoredAlert) string { return a.Rule.Name }},
		{"category", func(a *soc.StoredAlert) string { return a.Category }},
		{"action", func(a *soc.StoredAlert) string { return a.Action }},
		{"source", func(a *soc.StoredAlert) string { return address(&a.Source) }},
		{"source_port", func(a *soc.StoredAlert) string { return port(&a.Source) }},
		{"destination", func(a *soc.StoredAlert) string { return address(&a.Destination) }},
		{"destination_port", func(a *soc.StoredAlert) string { return port(&a.Destination) }},
		{"protocol", func(a *soc.StoredAlert) string { return a.Protocol }},
		{"application", func(a *soc.StoredAlert) string { return a.Application }},
		{"host", func(a *soc.StoredAlert) string { host, _ := a.Subject(); return host }},
		{"user", func(a *soc.StoredAlert) string { _, user := a.Subject(); return user }},
		{"state", func(a *soc.StoredAlert) string { return string(a.State) }},
		{"owner", func(a *soc.StoredAlert) string { return a.Owner }},
		{"verdict", func(a *soc.StoredAlert) string { return a.Verdict.String() }},
		{"tags", func(a *soc.StoredAlert) string {
			return strings.Join(slices.Concat(a.Tags, a.PeopleTags), " ")
		}},
		{"received", func(a *soc.StoredAlert) string { return at(a.ReceivedTime) }},
		{"raw_sha256", func(a *soc.StoredAlert) string { return a.RawSHA256.String() }},
		{"id", func(a *soc.StoredAlert) string { return a.ID.String() }},
	}
}

func (a *API) export(api huma.API) {
	op := operation("export-alerts", http.MethodGet, "/alerts/export", signed, "All alerts that a query finds, as a file: CSV or JSON lines")
	op.Description = "Newest event first, at most 100,000. In CSV, a cell that begins with =, +, -, @, a tab or a return gets a quote before it, so that no spreadsheet takes it for a formula. " +
		"A file that breaks off was not written to its end: the last line of CSV, and of JSON lines, then has no newline or is missing; ask again."
	op.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{
		"text/csv":          {Schema: &huma.Schema{Type: huma.TypeString}},
		"application/jsonl": {Schema: &huma.Schema{Type: huma.TypeString}},
	}}}
	huma.Register(api, long(op), func(ctx context.Context, in *struct {
		QueryParam
		Format  string   `query:"format" enum:"csv,jsonl" default:"csv"`
		Columns []string `query:"columns" maxItems:"24" enum:"time,severity,client,node,engine,rule,name,category,action,source,source_port,destination,destination_port,protocol,application,host,user,state,owner,verdict,tags,received,raw_sha256,id" doc:"of CSV, with commas, in the order that is wanted; all if absent"`
		Limit   int      `query:"limit" minimum:"1" maximum:"100000" default:"100000"`
	},
	) (*huma.StreamResponse, error) {
		q, err := query.Parse(in.Query, a.asker(ctx))
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		scope := scopeOf(ctx)
		// The first page comes before the answer: what is wrong is told as an error.
		first, err := a.Store.Alerts(ctx, scope, store.AlertFilter{Query: q, Limit: min(in.Limit, exportPage)})
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		e := export{API: a, scope: scope, query: q, left: in.Limit, page: first}
		//nolint:contextcheck // huma gives the answer's context with the body
		return &huma.StreamResponse{Body: func(hctx huma.Context) {
			name, kind := "alerts.csv", "text/csv; charset=utf-8; header=present"
			if in.Format == "jsonl" {
				name, kind = "alerts.jsonl", "application/jsonl"
			}
			hctx.SetHeader("Content-Type", kind)
			hctx.SetHeader("Content-Disposition", `attachment; filename="`+name+`"`)
			to := hctx.BodyWriter()
			if answer, ok := to.(http.ResponseWriter); ok {
				to = patient{answer, http.NewResponseController(answer)}
			}
			err := e.write(hctx.Context(), to, in.Format, chosen(in.Columns))
			if err != nil && hctx.Context().Err() == nil && !errors.Is(err, http.ErrHandlerTimeout) {
				a.Log.ErrorContext(hctx.Context(), "export not written to its end", "err", err)
			}
		}}, nil
	})
}

// chosen are the columns of these names, or all.
func chosen(names []string) []column {
	all := columns()
	if len(names) == 0 {
		return all
	}
	var found []column
	for _, name := range names {
		for _, c := range all {
			if c.name == name {
				found = append(found, c)
			}
		}
	}
	return found
}

const exportPage = 500

// export is a list on its way out.
type export struct {
	*API
	scope soc.Scope
	query query.Query
	left  int
	page  []soc.StoredAlert
	saw   map[soc.ClientID]bool // a file is one look, however many pages it has
}

func (e *export) write(ctx context.Context, to io.Writer, format string, columns []column) error {
	table, lines := csv.NewWriter(to), json.NewEncoder(to)
	lines.SetEscapeHTML(false)
	row := make([]string, len(columns))
	if format == "csv" {
		for i, c := range columns {
			row[i] = c.name
		}
		if err := table.Write(row); err != nil {
			return err
		}
	}
	for len(e.page) > 0 {
		e.note()
		for i := range e.page {
			alert := &e.page[i]
			if format != "csv" {
				if err := lines.Encode(alert); err != nil {
					return err
				}
				continue
			}
			for j, c := range columns {
				row[j] = harmless(c.of(alert))
			}
			if err := table.Write(row); err != nil {
				return err
			}
		}
		if table.Flush(); table.Error() != nil {
			return table.Error()
		}
		if e.left -= len(e.page); e.left <= 0 || len(e.page) < exportPage {
			return nil
		}
		last := e.page[len(e.page)-1].SortKey
		var err error
		if e.page, err = e.Store.Alerts(ctx, e.scope, store.AlertFilter{Query: e.query, Before: &last, Limit: min(e.left, exportPage)}); err != nil {
			return err
		}
	}
	table.Flush()
	return table.Error()
}

// note writes down whose alerts are in the file now.
func (e *export) note() {
	if e.saw == nil {
		e.saw = map[soc.ClientID]bool{}
	}
	var fresh []soc.NamedClient
	for _, client := range clientsOf(e.page) {
		if !e.saw[client.ID] {
			e.saw[client.ID] = true
			fresh = append(fresh, client)
		}
	}
	e.looks.see(e.scope, "export-alerts", fresh...)
}

// harmless keeps a spreadsheet from taking what an attacker wrote for a formula.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
