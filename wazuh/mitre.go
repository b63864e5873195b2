package wazuh

import (
	"context"
	"iter"
)

// Mitre is the server's copy of MITRE ATT&CK.
type Mitre struct{ c *Client }

// MitreItem is a technique, tactic, group, software or mitigation. Relations are by the
// internal ID (attack-pattern--…), which is not ExternalID (T1110.001). What does not
// concern its kind is empty.
type MitreItem struct {
	ID          string           `json:"id"`
	ExternalID  string           `json:"external_id"`
	Name        string           `json:"name"`
	ShortName   string           `json:"short_name,omitempty"` // of a tactic
	Description string           `json:"description,omitempty"`
	URL         string           `json:"url,omitempty"`
	Source      string           `json:"source,omitempty"`
	Version     Text             `json:"mitre_version,omitempty"`
	Detection   string           `json:"mitre_detection,omitempty"`
	Deprecated  Flag             `json:"deprecated,omitempty"`
	Created     Time             `json:"created_time,omitzero"`
	Modified    Time             `json:"modified_time,omitzero"`
	Tactics     []string         `json:"tactics,omitempty"`
	Techniques  []string         `json:"techniques,omitempty"`
	Mitigations []string         `json:"mitigations,omitempty"`
	Software    []string         `json:"software,omitempty"`
	Groups      []string         `json:"groups,omitempty"`
	References  []MitreReference `json:"references,omitempty"`
}

// MitreReference is where something is told of.
type MitreReference struct {
	ID          string `json:"id,omitempty"` // of what refers to it, in [Mitre.References]
	Type        string `json:"type,omitempty"`
	Source      string `json:"source"`
	URL         string `json:"url"`
	Description string `json:"description"`
}

func (m *Mitre) list(ctx context.Context, op, parameter string, ids []string, q Query) iter.Seq2[MitreItem, error] {
	call := request(op).with(q).set(parameter, join(ids))
	return pages(ctx, m.c, list[MitreItem]{call: call, size: q.PageSize})
}

// Techniques returns techniques; all that fit unless internal ids are given. By the
// known number: Query{Q: "external_id=T1110.001"}.
func (m *Mitre) Techniques(ctx context.Context, q Query, ids ...string) iter.Seq2[MitreItem, error] {
	return m.list(ctx, "GET /mitre/techniques", "technique_ids", ids, q)
}

// Tactics returns tactics.
func (m *Mitre) Tactics(ctx context.Context, q Query, ids ...string) iter.Seq2[MitreItem, error] {
	return m.list(ctx, "GET /mitre/tactics", "tactic_ids", ids, q)
}

// Groups returns groups of attackers.
func (m *Mitre) Groups(ctx context.Context, q Query, ids ...string) iter.Seq2[MitreItem, error] {
	return m.list(ctx, "GET /mitre/groups", "group_ids", ids, q)
}

// Software returns malware and tools.
func (m *Mitre) Software(ctx context.Context, q Query, ids ...string) iter.Seq2[MitreItem, error] {
	return m.list(ctx, "GET /mitre/software", "software_ids", ids, q)
}

// Mitigations returns mitigations.
func (m *Mitre) Mitigations(ctx context.Context, q Query, ids ...string) iter.Seq2[MitreItem, error] {
	return m.list(ctx, "GET /mitre/mitigations", "mitigation_ids", ids, q)
}

// References returns references. Distinct is not for this list.
func (m *Mitre) References(ctx context.Context, q Query, ids ...string) iter.Seq2[MitreReference, error] {
	return pages(ctx, m.c, list[MitreReference]{
		call: request("GET /mitre/references").with(q).set("reference_ids", join(ids)), size: q.PageSize,
		lacks: []string{"distinct"},
	})
}

// Metadata tells the version of the copy, by key.
func (m *Mitre) Metadata(ctx context.Context) (map[string]string, error) {
	list, err := items[KeyValue](ctx, m.c, request("GET /mitre/metadata"))
	all := map[string]string{}
	for _, pair := range list {
		all[pair.Key] = pair.Value
	}
	return all, err
}
