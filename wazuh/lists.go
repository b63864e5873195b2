package wazuh

import (
	"context"
	"iter"
)

// Lists are CDB lists, that rules look keys up in. Up to 4.14.
type Lists struct{ c *Client }

// CDBList is one.
type CDBList struct {
	Name   string     `json:"filename"`
	Folder string     `json:"relative_dirname"`
	Items  []KeyValue `json:"items"`
}

// KeyValue is a line of a list.
type KeyValue struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// ListFilter narrows a list of lists.
type ListFilter struct {
	Query
	Names  []string `url:"filename"`
	Folder string   `url:"relative_dirname"`
}

// List returns lists with what they hold.
func (l *Lists) List(ctx context.Context, f ListFilter) iter.Seq2[CDBList, error] {
	return pages(ctx, l.c, list[CDBList]{call: request("GET /lists").with(f), size: f.PageSize})
}

// ListFile is the file of a list.
type ListFile struct {
	Name   string `json:"filename"`
	Folder string `json:"relative_dirname"`
}

// Files returns the files of lists. Q, Select and Distinct are not for this list.
func (l *Lists) Files(ctx context.Context, f ListFilter) iter.Seq2[ListFile, error] {
	return pages(ctx, l.c, list[ListFile]{
		call: request("GET /lists/files").with(f), size: f.PageSize, lacks: []string{"q", "select", "distinct"},
	})
}

// Values returns what a list holds, by key.
func (l *Lists) Values(ctx context.Context, name string) (map[string]string, error) {
	call, err := l.request("GET", name)
	if err != nil {
		return nil, err
	}
	return one[map[string]string](ctx, l.c, call)
}

// Read returns a list's file to the byte: lines of key:value.
func (l *Lists) Read(ctx context.Context, name string) ([]byte, error) {
	call, err := l.request("GET", name)
	if err != nil {
		return nil, err
	}
	return text(ctx, l.c, call.set("raw", "true"))
}

// Write stores a list. One that is there already is replaced only with overwrite
// ([ErrExists]). It takes effect with [Node.ReloadRuleset], if rules name it.
func (l *Lists) Write(ctx context.Context, name string, lines []byte, overwrite bool) error {
	call, err := l.request("PUT", name)
	if err != nil {
		return err
	}
	return done(ctx, l.c, call.set("overwrite", when(overwrite)).raw("application/octet-stream", lines))
}

// Delete removes a list.
func (l *Lists) Delete(ctx context.Context, name string) error {
	call, err := l.request("DELETE", name)
	if err != nil {
		return err
	}
	return done(ctx, l.c, call)
}

func (l *Lists) request(method, name string) (Call, error) {
	op := method + " /lists/files/{filename}"
	return request(op, name), empty(op, "list", name)
}
