package wazuh

import (
	"context"
	"encoding/json"
	"iter"
	"strings"
)

// RulesetFile is a file of rules or decoders.
type RulesetFile struct {
	Name   string `json:"filename"`
	Folder string `json:"relative_dirname"` // etc/rules, ruleset/rules, …
	Status string `json:"status,omitempty"` // enabled, disabled
}

// RulesetFileFilter narrows a list of files.
type RulesetFileFilter struct {
	Query
	Names  []string `url:"filename"`
	Folder string   `url:"relative_dirname"`
	Status string   `url:"status"` // enabled, disabled, all
}

// RulesetFiles are the files of rules or of decoders. Up to 4.14.
type RulesetFiles struct {
	c    *Client
	noun string // /rules or /decoders
}

// List returns files.
func (r *RulesetFiles) List(ctx context.Context, f RulesetFileFilter) iter.Seq2[RulesetFile, error] {
	return pages(ctx, r.c, list[RulesetFile]{call: request("GET " + r.noun + "/files").with(f), size: f.PageSize})
}

// FileRef names a file.
type FileRef struct {
	Name string `url:"-"`
	// Folder tells two of the same name apart, such as etc/rules; mostly empty.
	Folder string `url:"relative_dirname"`
}

func (r *RulesetFiles) request(method string, f FileRef) (Call, error) {
	op := method + " " + r.noun + "/files/{filename}"
	return request(op, f.Name).with(f), empty(op, "file name", f.Name)
}

// Read returns a file to the byte.
func (r *RulesetFiles) Read(ctx context.Context, f FileRef) ([]byte, error) {
	call, err := r.request("GET", f)
	if err != nil {
		return nil, err
	}
	return text(ctx, r.c, call.set("raw", "true"))
}

// Parsed returns a file as the JSON that Wazuh makes of its XML.
func (r *RulesetFiles) Parsed(ctx context.Context, f FileRef) (json.RawMessage, error) {
	call, err := r.request("GET", f)
	if err != nil {
		return nil, err
	}
	return one[json.RawMessage](ctx, r.c, call)
}

// Write stores a file among the server's own (etc/rules, etc/decoders). One that is
// there already is replaced only with overwrite ([ErrExists]). What does not parse is
// refused (code 1113). It takes effect with [Node.ReloadRuleset], not before.
func (r *RulesetFiles) Write(ctx context.Context, f FileRef, xml []byte, overwrite bool) error {
	call, err := r.request("PUT", f)
	if err != nil {
		return err
	}
	return done(ctx, r.c, call.set("overwrite", when(overwrite)).raw("application/octet-stream", xml))
}

// Delete removes a file of the server's own.
func (r *RulesetFiles) Delete(ctx context.Context, f FileRef) error {
	call, err := r.request("DELETE", f)
	if err != nil {
		return err
	}
	return done(ctx, r.c, call)
}

// Rules say which events are alerts. Up to 4.14: since 5.0 rules live in the indexer.
type Rules struct {
	Files *RulesetFiles

	c *Client
}

// Rule is one. Its ID is a number here, and a text in alerts.
type Rule struct {
	ID          int             `json:"id"`
	Level       int             `json:"level"` // 0 never alerts, to 16
	Description string          `json:"description"`
	File        string          `json:"filename"`
	Folder      string          `json:"relative_dirname"`
	Status      string          `json:"status"`
	Groups      Strings         `json:"groups"`
	Mitre       Strings         `json:"mitre"` // such as T1110.001
	PCIDSS      Strings         `json:"pci_dss"`
	GDPR        Strings         `json:"gdpr"`
	GPG13       Strings         `json:"gpg13"`
	HIPAA       Strings         `json:"hipaa"`
	NIST80053   Strings         `json:"nist_800_53"`
	TSC         Strings         `json:"tsc"`
	Details     json.RawMessage `json:"details"` // what it matches, by the rule's own names
}

// RuleFilter narrows a list of rules.
type RuleFilter struct {
	Query
	IDs       []int    `url:"rule_ids"`
	Group     string   `url:"group"`
	Level     string   `url:"level"` // 4 or 2-4
	Files     []string `url:"filename"`
	Folder    string   `url:"relative_dirname"`
	Status    string   `url:"status"` // enabled, disabled, all
	PCIDSS    string   `url:"pci_dss"`
	GDPR      string   `url:"gdpr"`
	GPG13     string   `url:"gpg13"`
	HIPAA     string   `url:"hipaa"`
	NIST80053 string   `url:"nist-800-53"`
	TSC       string   `url:"tsc"`
	Mitre     string   `url:"mitre"`
}

// List returns rules.
func (r *Rules) List(ctx context.Context, f RuleFilter) iter.Seq2[Rule, error] {
	return pages(ctx, r.c, list[Rule]{call: request("GET /rules").with(f), size: f.PageSize})
}

// Groups returns the names of the groups that rules are in. Only Search, Sort and
// PageSize count.
func (r *Rules) Groups(ctx context.Context, q Query) iter.Seq2[string, error] {
	return pages(ctx, r.c, list[string]{
		call: request("GET /rules/groups").with(q), size: q.PageSize, lacks: []string{"q", "select", "distinct"},
	})
}

// Requirements returns the items of a standard that rules speak of: pci_dss, gdpr,
// hipaa, nist-800-53, gpg13, tsc, mitre. Only Search, Sort and PageSize count.
func (r *Rules) Requirements(ctx context.Context, standard string, q Query) iter.Seq2[string, error] {
	return pages(ctx, r.c, list[string]{
		call: request("GET /rules/requirement/{requirement}", strings.ReplaceAll(standard, "nist_", "nist-")).with(q),
		size: q.PageSize, lacks: []string{"q", "select", "distinct"},
	})
}

// Decoders take events apart. Up to 4.14.
type Decoders struct {
	Files *RulesetFiles

	c *Client
}

// Decoder is one.
type Decoder struct {
	Name     string          `json:"name"`
	File     string          `json:"filename"`
	Folder   string          `json:"relative_dirname"`
	Status   string          `json:"status"`
	Position int             `json:"position"` // in the file, from 0
	Details  json.RawMessage `json:"details"`
}

// DecoderFilter narrows a list of decoders.
type DecoderFilter struct {
	Query
	Names  []string `url:"decoder_names"`
	Files  []string `url:"filename"`
	Folder string   `url:"relative_dirname"`
	Status string   `url:"status"` // enabled, disabled, all
}

// List returns decoders.
func (d *Decoders) List(ctx context.Context, f DecoderFilter) iter.Seq2[Decoder, error] {
	return pages(ctx, d.c, list[Decoder]{call: request("GET /decoders").with(f), size: f.PageSize})
}

// Parents returns decoders that others build on. Q and Distinct are not for this list.
func (d *Decoders) Parents(ctx context.Context, q Query) iter.Seq2[Decoder, error] {
	return pages(ctx, d.c, list[Decoder]{
		call: request("GET /decoders/parents").with(q), size: q.PageSize, lacks: []string{"q", "distinct"},
	})
}
