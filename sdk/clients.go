package sdk

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/socme-project/socme/soc"
)

// Client finds a client by its id or its name, with its notes.
func (c *Caller) Client(ctx context.Context, idOrName string) (soc.Client, error) {
	var client soc.Client
	return client, c.do(ctx, http.MethodGet, "/clients/"+url.PathEscape(idOrName), nil, &client)
}

// ClientChange is what to change of a client; nil leaves it as it is.
type ClientChange struct {
	Name     *string        `json:"name,omitempty"`
	Contacts *[]soc.Contact `json:"contacts,omitempty"`
	Notes    *string        `json:"notes,omitempty"`
}

// SetClient changes a client.
func (c *Caller) SetClient(ctx context.Context, idOrName string, change ClientChange) (soc.Client, error) {
	var client soc.Client
	return client, c.do(ctx, http.MethodPatch, "/clients/"+url.PathEscape(idOrName), change, &client)
}

// DeleteClient deletes a client, whose name must be given exactly, or tells what would go.
func (c *Caller) DeleteClient(ctx context.Context, idOrName, name string, dryRun bool) (soc.Removal, error) {
	var r soc.Removal
	body := struct {
		Name   string `json:"name"`
		DryRun bool   `json:"dry_run,omitempty"`
	}{name, dryRun}
	return r, c.do(ctx, http.MethodPost, "/clients/"+url.PathEscape(idOrName)+"/delete", body, &r)
}

// RecordPage is one page of records.
type RecordPage struct {
	Items []soc.LedgerRecord `json:"items"`
	Next  *string            `json:"next"` // cursor of the next page, nil on the last
}

// ClientRecords returns a page of what left a client's site, the newest first. node may be
// empty.
func (c *Caller) ClientRecords(ctx context.Context, idOrName string, node soc.NodeID, cursor string, limit int) (RecordPage, error) {
	var page RecordPage
	values := url.Values{"limit": {strconv.Itoa(limit)}}
	if node != "" {
		values.Set("node", string(node))
	}
	if cursor != "" {
		values.Set("cursor", cursor)
	}
	return page, c.do(ctx, http.MethodGet, "/clients/"+url.PathEscape(idOrName)+"/records?"+values.Encode(), nil, &page)
}

// ClientLogo returns a client's logo, as PNG.
func (c *Caller) ClientLogo(ctx context.Context, idOrName string) ([]byte, error) {
	return c.bytes(ctx, "/clients/"+url.PathEscape(idOrName)+"/logo")
}

// SetClientLogo gives a client a logo: PNG, JPEG or WebP, at most 256 KiB.
func (c *Caller) SetClientLogo(ctx context.Context, idOrName string, image []byte) (soc.Client, error) {
	var client soc.Client
	return client, c.do(ctx, http.MethodPut, "/clients/"+url.PathEscape(idOrName)+"/logo", picture(image), &client)
}

// DeleteClientLogo takes it away.
func (c *Caller) DeleteClientLogo(ctx context.Context, idOrName string) error {
	return c.do(ctx, http.MethodDelete, "/clients/"+url.PathEscape(idOrName)+"/logo", nil, nil)
}

// picture is a body that is sent as it is.
type picture []byte

func (p picture) reader() (io.Reader, string) {
	return bytes.NewReader(p), http.DetectContentType(p)
}

// bytes reads an answer that is no JSON.
func (c *Caller) bytes(ctx context.Context, path string) ([]byte, error) {
	answer, err := c.send(ctx, http.MethodGet, path, nil, "")
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }() // read to its end
	return io.ReadAll(io.LimitReader(answer.Body, 16<<20))
}

// Overview is what needs somebody now, as the core tells it.
type Overview struct {
	Time       time.Time `json:"time"`
	Totals     Waiting   `json:"totals"`
	Urgent     Waiting   `json:"urgent"` // high and critical
	Severities []struct {
		Severity soc.Severity `json:"severity"`
		Waiting
		Oldest time.Time `json:"oldest_time,omitzero"`
	} `json:"severities"`
	Claims struct {
		Since  time.Time `json:"since"`
		Count  int       `json:"count"`
		Median float64   `json:"median_seconds"`
	} `json:"claims"`
	Nodes   NodeCount        `json:"nodes"`
	Agents  *soc.AgentTotals `json:"agents,omitempty"` // nil until a node tells of any
	Clients []struct {
		soc.Client
		Waiting    Waiting          `json:"waiting"`
		Severities map[string]int64 `json:"open_by_severity"`
		States     NodeCount        `json:"node_states"`
		Delivered  uint64           `json:"delivered"`
		Behind     uint64           `json:"waiting_records"`
		Missing    uint64           `json:"missing"`
		Tape       []string         `json:"tape"`
	} `json:"clients"`
}

// Waiting is what is not resolved. Alerts count by the worst severity of their group.
type Waiting struct {
	Groups      int64 `json:"groups"`
	OpenGroups  int64 `json:"open_groups"`
	Unclaimed   int64 `json:"unclaimed_groups"`
	OpenAlerts  int64 `json:"open_alerts"`
	FreshAlerts int64 `json:"unclaimed_alerts"`
}

// NodeCount is how many nodes are in which state.
type NodeCount struct {
	Delivering int `json:"delivering"`
	Lagging    int `json:"lagging"`
	Offline    int `json:"offline"`
	New        int `json:"new"`
}

// Overview tells what needs somebody now.
func (c *Caller) Overview(ctx context.Context) (Overview, error) {
	var o Overview
	return o, c.do(ctx, http.MethodGet, "/overview", nil, &o)
}

// Export writes all alerts that a query finds, as csv or jsonl, to a file. Columns are of
// csv; none is all. limit is at most 100,000.
func (c *Caller) Export(ctx context.Context, query, format string, columns []string, limit int, to io.Writer) error {
	values := url.Values{"query": {query}, "format": {format}, "limit": {strconv.Itoa(limit)}}
	if len(columns) > 0 {
		values.Set("columns", strings.Join(columns, ","))
	}
	answer, err := c.send(ctx, http.MethodGet, "/alerts/export?"+values.Encode(), nil, "")
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }() // read to its end
	_, err = io.Copy(to, answer.Body)
	return err
}
