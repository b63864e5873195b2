package wazuh

import (
	"context"
	"iter"
	"strconv"
)

// SCA is how agents' machines are set up, compared with policies such as CIS's. Up to
// 4.14.
type SCA struct{ c *Client }

// SCAPolicy is a policy and how a machine fits it.
type SCAPolicy struct {
	ID          string `json:"policy_id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	References  Text   `json:"references,omitempty"`
	Pass        Int    `json:"pass"`
	Fail        Int    `json:"fail"`
	Invalid     Int    `json:"invalid"` // could not be told
	Total       Int    `json:"total_checks"`
	Score       Int    `json:"score"` // percent
	Hash        string `json:"hash_file,omitempty"`
	Begin       Time   `json:"start_scan,omitzero"`
	End         Time   `json:"end_scan,omitzero"`
}

// SCACheck is a check of a policy.
type SCACheck struct {
	ID          Int        `json:"id"`
	Policy      string     `json:"policy_id"`
	Title       string     `json:"title"`
	Result      string     `json:"result"` // passed, failed, not applicable
	Reason      string     `json:"reason,omitempty"`
	Description string     `json:"description,omitempty"`
	Rationale   string     `json:"rationale,omitempty"`
	Remediation string     `json:"remediation,omitempty"`
	Condition   string     `json:"condition,omitempty"` // all, any, none
	Command     Text       `json:"command,omitempty"`
	Directory   Text       `json:"directory,omitempty"`
	File        Text       `json:"file,omitempty"`
	Process     Text       `json:"process,omitempty"`
	Registry    Text       `json:"registry,omitempty"`
	References  Text       `json:"references,omitempty"`
	Compliance  []KeyValue `json:"compliance,omitempty"`
	Rules       []struct {
		Type string `json:"type"`
		Rule string `json:"rule"`
	} `json:"rules,omitempty"`
}

// Policies returns the policies that an agent was compared with.
func (s *SCA) Policies(ctx context.Context, agent AgentID, q Query) iter.Seq2[SCAPolicy, error] {
	return ofAgent[SCAPolicy](ctx, s.c, "GET /sca/{agent_id}", agent, q)
}

// SCACheckFilter narrows a list of checks.
type SCACheckFilter struct {
	Query
	Result string `url:"result"` // passed, failed, not applicable
	Title  string `url:"title"`
}

// Checks returns the checks of a policy at an agent.
func (s *SCA) Checks(ctx context.Context, agent AgentID, policy string, f SCACheckFilter) iter.Seq2[SCACheck, error] {
	const op = "GET /sca/{agent_id}/checks/{policy_id}"
	if agent == "" || policy == "" {
		return failing[SCACheck](empty(op, "agent or policy", ""))
	}
	return pages(ctx, s.c, list[SCACheck]{
		call: request(op, string(agent), policy).with(f), size: f.PageSize,
		id: func(c *SCACheck) string { return strconv.FormatInt(int64(c.ID), 10) },
	})
}

// Ciscat is what CIS-CAT found, on agents that run it. Up to 4.14.
type Ciscat struct{ c *Client }

// CiscatResult is of one benchmark.
type CiscatResult struct {
	Benchmark  string `json:"benchmark"`
	Profile    string `json:"profile"`
	Pass       Int    `json:"pass"`
	Fail       Int    `json:"fail"`
	Error      Int    `json:"error"`
	NotChecked Int    `json:"notchecked"`
	Unknown    Int    `json:"unknown"`
	Score      Int    `json:"score"` // percent
	Scan       Scan   `json:"scan"`
}

// Results returns what was found at an agent. Distinct is not for this list.
func (s *Ciscat) Results(ctx context.Context, agent AgentID, q Query) iter.Seq2[CiscatResult, error] {
	const op = "GET /ciscat/{agent_id}/results"
	if err := empty(op, "agent", string(agent)); err != nil {
		return failing[CiscatResult](err)
	}
	return pages(ctx, s.c, list[CiscatResult]{
		call: request(op, string(agent)).with(q), size: q.PageSize, lacks: []string{"distinct"},
	})
}
