package wazuh

import (
	"context"
	"encoding/json"
	"iter"
)

// GroupConfiguration is a part of a group's agent.conf.
type GroupConfiguration struct {
	Filters map[string]string `json:"filters"` // os, name, profile
	Config  json.RawMessage   `json:"config"`
}

// Configuration returns a group's agent.conf as JSON. Only PageSize counts.
func (g *Groups) Configuration(ctx context.Context, group string, q Query) iter.Seq2[GroupConfiguration, error] {
	return pages(ctx, g.c, list[GroupConfiguration]{
		call: request("GET /groups/{group_id}/configuration", group).with(q), size: q.PageSize,
		lacks: []string{"q", "search", "select", "sort", "distinct"},
	})
}

// SetConfiguration replaces a group's agent.conf with this XML. The agents fetch it by
// themselves.
func (g *Groups) SetConfiguration(ctx context.Context, group string, xml []byte) error {
	const op = "PUT /groups/{group_id}/configuration"
	if err := empty(op, "group", group); err != nil {
		return err
	}
	return done(ctx, g.c, request(op, group).raw("application/xml", xml))
}

// GroupFile is a file that a group's agents share.
type GroupFile struct {
	Name string `json:"filename"`
	Hash string `json:"hash"`
}

// GroupFileFilter narrows a list of files.
type GroupFileFilter struct {
	Query
	Hash string `url:"hash"` // md5, sha256, …: what to make the sums with
}

// Files returns the files of a group.
func (g *Groups) Files(ctx context.Context, group string, f GroupFileFilter) iter.Seq2[GroupFile, error] {
	return pages(ctx, g.c, list[GroupFile]{call: request("GET /groups/{group_id}/files", group).with(f), size: f.PageSize})
}

// File returns a file of a group, such as agent.conf, to the byte.
func (g *Groups) File(ctx context.Context, group, name string) ([]byte, error) {
	return text(ctx, g.c, request("GET /groups/{group_id}/files/{file_name}", group, name).set("raw", "true"))
}

// FileParsed returns a file of a group as the JSON that Wazuh makes of it. Kind is conf,
// rootkit_files, rootkit_trojans or rcl; "" is told by the name.
func (g *Groups) FileParsed(ctx context.Context, group, name, kind string) (json.RawMessage, error) {
	call := request("GET /groups/{group_id}/files/{file_name}", group, name).set("type", kind)
	e, err := g.c.open(ctx, call)
	return e.Data, err
}
