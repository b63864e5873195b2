package wazuh

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Security is who may do what in the API: sessions and settings. Users, roles, policies
// and rules stand beside it in [Client].
type Security struct{ c *Client }

// SecurityConfig is how the API lets people in.
type SecurityConfig struct {
	TokenLife int    `json:"auth_token_exp_timeout,omitempty"` // seconds
	Mode      string `json:"rbac_mode,omitempty"`              // white: what is not allowed is denied; black
}

// Config tells how the API lets people in.
func (s *Security) Config(ctx context.Context) (SecurityConfig, error) {
	return object[SecurityConfig](ctx, s.c, request("GET /security/config"))
}

// SetConfig changes what is set in config. It ends all tokens.
func (s *Security) SetConfig(ctx context.Context, config SecurityConfig) error {
	call, err := request("PUT /security/config").json(config)
	if err != nil {
		return err
	}
	return done(ctx, s.c, call)
}

// ResetConfig sets the defaults. It ends all tokens.
func (s *Security) ResetConfig(ctx context.Context) error {
	return done(ctx, s.c, request("DELETE /security/config"))
}

// Logout ends all tokens of the user, those of other programs, too. The next call logs
// in again.
func (s *Security) Logout(ctx context.Context) error {
	err := done(ctx, s.c, request("DELETE /security/user/authenticate"))
	if err == nil {
		s.c.forget()
	}
	return err
}

// RevokeAll ends all tokens of all users.
func (s *Security) RevokeAll(ctx context.Context) error {
	err := done(ctx, s.c, request("PUT /security/user/revoke"))
	if err == nil {
		s.c.forget()
	}
	return err
}

// Login asks for a token and returns it, for another program. Calls of this client need
// none of it: they log in by themselves.
func (s *Security) Login(ctx context.Context) (string, error) { return s.c.token(ctx, "") }

// Me is the user whose name the client has.
type Me struct {
	ID         int    `json:"id"`
	Name       string `json:"username"`
	AllowRunAs bool   `json:"allow_run_as"`
	Roles      []struct {
		ID       int            `json:"id"`
		Name     string         `json:"name"`
		Policies []Policy       `json:"policies"`
		Rules    []SecurityRule `json:"rules"`
	} `json:"roles"`
}

// Me tells who the client is and what it may do.
func (s *Security) Me(ctx context.Context) (Me, error) {
	return one[Me](ctx, s.c, request("GET /security/users/me"))
}

// Permissions are what a user may do: by action (agent:read) and resource (agent:id:*),
// allow or deny.
type Permissions struct {
	Mode    string                       `json:"rbac_mode"`
	Actions map[string]map[string]string `json:"actions"`
}

// May tells what the client may do.
func (s *Security) May(ctx context.Context) (Permissions, error) {
	wire, err := object[map[string]json.RawMessage](ctx, s.c, request("GET /security/users/me/policies"))
	p := Permissions{Actions: map[string]map[string]string{}}
	for name, value := range wire {
		if name == "rbac_mode" {
			_ = json.Unmarshal(value, &p.Mode) // stays empty otherwise
			continue
		}
		var resources map[string]string
		if json.Unmarshal(value, &resources) == nil {
			p.Actions[name] = resources
		}
	}
	return p, err
}

// Action is something that a policy may allow.
type Action struct {
	Description string   `json:"description"`
	Resources   []string `json:"resources"`
	Endpoints   []string `json:"related_endpoints"`
	Example     Grant    `json:"example"`
}

// Actions returns what policies may allow, by name; endpoint, such as GET /agents,
// narrows it.
func (s *Security) Actions(ctx context.Context, endpoint string) (map[string]Action, error) {
	return object[map[string]Action](ctx, s.c, request("GET /security/actions").set("endpoint", endpoint))
}

// Resources returns what policies may speak of, by name, with what it means.
func (s *Security) Resources(ctx context.Context, name string) (map[string]string, error) {
	wire, err := object[map[string]struct {
		Description string `json:"description"`
	}](ctx, s.c, request("GET /security/resources").set("resource", name))
	all := map[string]string{}
	for name, resource := range wire {
		all[name] = resource.Description
	}
	return all, err
}

// numbers joins ids. A list that must not be empty is checked by the caller.
func numbers(ids []int) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = strconv.Itoa(id)
	}
	return strings.Join(texts, ",")
}

// All stands in place of ids for every one that may be meant.
const All = -1

// idsOrAll is for the calls where all must be said by name.
func idsOrAll(ids []int) string {
	if slices.Equal(ids, []int{All}) {
		return "all"
	}
	return numbers(ids)
}

func intID(id int) string { return strconv.Itoa(id) }
