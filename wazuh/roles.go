package wazuh

import (
	"context"
	"encoding/json"
	"iter"
)

// Roles join users and policies.
type Roles struct{ c *Client }

// Role is one.
type Role struct {
	ID       int    `json:"id"`
	Name     string `json:"name"`
	Policies []int  `json:"policies"`
	Users    []int  `json:"users"`
	Rules    []int  `json:"rules"`
}

// RoleFilter narrows a list of roles.
type RoleFilter struct {
	Query
	IDs []int `url:"role_ids"`
}

// List returns roles, by id.
func (r *Roles) List(ctx context.Context, f RoleFilter) iter.Seq2[Role, error] {
	return pages(ctx, r.c, list[Role]{
		call: request("GET /security/roles").with(f), size: f.PageSize,
		id: func(r *Role) string { return intID(r.ID) }, sort: "+id",
	})
}

// Create makes a role.
func (r *Roles) Create(ctx context.Context, name string) (Role, error) {
	return write[Role](ctx, r.c, request("POST /security/roles"), map[string]string{"name": name})
}

// Rename changes a role's name.
func (r *Roles) Rename(ctx context.Context, id int, name string) (Role, error) {
	return write[Role](ctx, r.c, request("PUT /security/roles/{role_id}", intID(id)), map[string]string{"name": name})
}

func write[T any](ctx context.Context, c *Client, call Call, body any) (T, error) {
	call, err := call.json(body)
	if err != nil {
		var none T
		return none, err
	}
	return one[T](ctx, c, call)
}

// Delete removes roles ([All] for all but the server's own) and returns those that it
// removed.
func (r *Roles) Delete(ctx context.Context, ids ...int) ([]Role, error) {
	return remove[Role](ctx, r.c, "DELETE /security/roles", "role_ids", ids)
}

func (r *Roles) relate(ctx context.Context, op, parameter string, id int, others []int) (Role, error) {
	if err := empty(op, "id", idsOrAll(others)); err != nil {
		return Role{}, err
	}
	return one[Role](ctx, r.c, request(op, intID(id)).set(parameter, idsOrAll(others)))
}

// AddPolicies gives a role policies.
func (r *Roles) AddPolicies(ctx context.Context, id int, policies ...int) (Role, error) {
	return r.relate(ctx, "POST /security/roles/{role_id}/policies", "policy_ids", id, policies)
}

// RemovePolicies takes policies ([All] for all) from a role.
func (r *Roles) RemovePolicies(ctx context.Context, id int, policies ...int) (Role, error) {
	return r.relate(ctx, "DELETE /security/roles/{role_id}/policies", "policy_ids", id, policies)
}

// AddRules gives a role rules.
func (r *Roles) AddRules(ctx context.Context, id int, rules ...int) (Role, error) {
	return r.relate(ctx, "POST /security/roles/{role_id}/rules", "rule_ids", id, rules)
}

// RemoveRules takes rules ([All] for all) from a role.
func (r *Roles) RemoveRules(ctx context.Context, id int, rules ...int) (Role, error) {
	return r.relate(ctx, "DELETE /security/roles/{role_id}/rules", "rule_ids", id, rules)
}

// Policies say what is allowed.
type Policies struct{ c *Client }

// Policy is one.
type Policy struct {
	ID    int    `json:"id"`
	Name  string `json:"name"`
	Grant Grant  `json:"policy"`
	Roles []int  `json:"roles,omitempty"`
}

// Grant is what a policy allows or denies.
type Grant struct {
	Actions   []string `json:"actions"`   // such as agent:read
	Resources []string `json:"resources"` // such as agent:id:001
	Effect    string   `json:"effect"`    // allow, deny
}

// PolicyFilter narrows a list of policies.
type PolicyFilter struct {
	Query
	IDs []int `url:"policy_ids"`
}

// List returns policies, by id.
func (p *Policies) List(ctx context.Context, f PolicyFilter) iter.Seq2[Policy, error] {
	return pages(ctx, p.c, list[Policy]{
		call: request("GET /security/policies").with(f), size: f.PageSize,
		id: func(p *Policy) string { return intID(p.ID) }, sort: "+id",
	})
}

type policyBody struct {
	Name  string `json:"name,omitempty"`
	Grant *Grant `json:"policy,omitempty"`
}

// Create makes a policy.
func (p *Policies) Create(ctx context.Context, name string, grant Grant) (Policy, error) {
	return write[Policy](ctx, p.c, request("POST /security/policies"), policyBody{name, &grant})
}

// Update changes a policy; "" and nil leave its name and its grant.
func (p *Policies) Update(ctx context.Context, id int, name string, grant *Grant) (Policy, error) {
	return write[Policy](ctx, p.c, request("PUT /security/policies/{policy_id}", intID(id)), policyBody{name, grant})
}

// Delete removes policies ([All] for all but the server's own) and returns those that it
// removed.
func (p *Policies) Delete(ctx context.Context, ids ...int) ([]Policy, error) {
	return remove[Policy](ctx, p.c, "DELETE /security/policies", "policy_ids", ids)
}

// SecurityRules give roles by what stands in an authorization context ([Options.RunAs]).
type SecurityRules struct{ c *Client }

// SecurityRule is one.
type SecurityRule struct {
	ID    int             `json:"id"`
	Name  string          `json:"name"`
	Rule  json.RawMessage `json:"rule"` // such as {"FIND":{"user_name":"admin"}}
	Roles []int           `json:"roles,omitempty"`
}

// SecurityRuleFilter narrows a list of rules.
type SecurityRuleFilter struct {
	Query
	IDs []int `url:"rule_ids"`
}

// List returns rules, by id.
func (s *SecurityRules) List(ctx context.Context, f SecurityRuleFilter) iter.Seq2[SecurityRule, error] {
	return pages(ctx, s.c, list[SecurityRule]{
		call: request("GET /security/rules").with(f), size: f.PageSize,
		id: func(r *SecurityRule) string { return intID(r.ID) }, sort: "+id",
	})
}

type ruleBody struct {
	Name string          `json:"name,omitempty"`
	Rule json.RawMessage `json:"rule,omitempty"`
}

// Create makes a rule.
func (s *SecurityRules) Create(ctx context.Context, name string, rule json.RawMessage) (SecurityRule, error) {
	return write[SecurityRule](ctx, s.c, request("POST /security/rules"), ruleBody{name, rule})
}

// Update changes a rule; "" and nil leave its name and what it says.
func (s *SecurityRules) Update(ctx context.Context, id int, name string, rule json.RawMessage) (SecurityRule, error) {
	return write[SecurityRule](ctx, s.c, request("PUT /security/rules/{rule_id}", intID(id)), ruleBody{name, rule})
}

// Delete removes rules ([All] for all but the server's own) and returns those that it
// removed.
func (s *SecurityRules) Delete(ctx context.Context, ids ...int) ([]SecurityRule, error) {
	return remove[SecurityRule](ctx, s.c, "DELETE /security/rules", "rule_ids", ids)
}
