package wazuhtest

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
)

// AddUser adds one that may log in; without roles it may do nothing.
func (s *Server) AddUser(name, password string, roles ...int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addUser(name, password).roles = roles
}

func (s *Server) addUser(name, password string) *user {
	u := &user{id: s.state.nextUser, name: name, password: password}
	s.state.nextUser++
	s.state.users = append(s.state.users, u)
	return u
}

func (u *user) wire() map[string]any {
	roles := u.roles
	if roles == nil {
		roles = []int{}
	}
	return map[string]any{"id": u.id, "username": u.name, "allow_run_as": u.allowRunAs, "roles": roles}
}

func (s *Server) securityRoutes() []route {
	return []route{
		{"DELETE /security/user/authenticate", "", s.logout},
		{"PUT /security/user/revoke", "", func(w http.ResponseWriter, _ *user, _ *http.Request) {
			clear(s.state.tokens)
			message(w, "Tokens were successfully revoked")
		}},
		{"GET /security/config", "", func(w http.ResponseWriter, _ *user, _ *http.Request) { data(w, s.state.config) }},
		{"PUT /security/config", "", func(w http.ResponseWriter, _ *user, r *http.Request) {
			fields, fine := body(w, r, []string{"auth_token_exp_timeout", "rbac_mode"}, nil)
			if !fine {
				return
			}
			maps.Copy(s.state.config, fields)
			clear(s.state.tokens)
			message(w, "Configuration was successfully updated")
		}},
		{"GET /security/users/me", "", func(w http.ResponseWriter, u *user, _ *http.Request) {
			me := u.wire()
			me["roles"] = []any{map[string]any{"id": 1, "name": "administrator", "policies": []any{}, "rules": []any{}}}
			ok(w, me)
		}},
		{"GET /security/users", finds + " user_ids", func(w http.ResponseWriter, _ *user, r *http.Request) {
			var list []map[string]any
			for _, u := range s.state.users {
				list = append(list, u.wire())
			}
			sendPage(w, r, list)
		}},
		{"POST /security/users", "", func(w http.ResponseWriter, _ *user, r *http.Request) {
			fields, fine := body(w, r, []string{"username", "password"}, []string{"username", "password"})
			if !fine {
				return
			}
			name, _ := fields["username"].(string)
			password, _ := fields["password"].(string)
			switch {
			case slices.ContainsFunc(s.state.users, func(u *user) bool { return u.name == name }):
				badRequest(w, 5000, "The user could not be created")
			case len(password) < 8 || len(password) > 64:
				badRequest(w, 5009, "Insecure user password provided")
			case !strong(password):
				badRequest(w, 5007, "Insecure user password provided")
			default:
				ok(w, s.addUser(name, password).wire())
			}
		}},
		{"DELETE /security/users", "user_ids", func(w http.ResponseWriter, _ *user, r *http.Request) {
			var deleted []map[string]any
			var missing []string
			for _, id := range ids(r, "user_ids") {
				i := slices.IndexFunc(s.state.users, func(u *user) bool { return strconv.Itoa(u.id) == id })
				if i <= 0 {
					missing = append(missing, id)
					continue
				}
				deleted = append(deleted, s.state.users[i].wire())
				s.revoke(s.state.users[i])
				s.state.users = slices.Delete(s.state.users, i, i+1)
			}
			send(w, deleted, len(deleted), "Users were deleted", failure{5001, "The user does not exist", missing})
		}},
	}
}

func strong(password string) bool {
	for _, class := range []string{"[a-z]", "[A-Z]", "[0-9]", "[^a-zA-Z0-9]"} {
		if !regexp.MustCompile(class).MatchString(password) {
			return false
		}
	}
	return true
}

// scanRoutes are what agents find.
func (s *Server) scanRoutes() []route {
	unknown := func(do handler) handler {
		return func(w http.ResponseWriter, u *user, r *http.Request) {
			if id := r.PathValue("agent_id"); s.agent(id) == nil {
				send[any](w, nil, 0, "No information was returned", notThere(id))
				return
			}
			do(w, u, r)
		}
	}
	return []route{
		{"GET /syscollector/{agent_id}/os", "select", unknown(func(w http.ResponseWriter, _ *user, r *http.Request) {
			ok(w, map[string]any{
				"agent_id": r.PathValue("agent_id"), "hostname": "web1", "architecture": "x86_64", "sysname": "Linux", "release": "6.1.0",
				"os":   map[string]any{"name": "Debian GNU/Linux", "version": "12 (bookworm)", "platform": "debian"},
				"scan": map[string]any{"id": 0, "time": "2026-11-23T12:16:14Z"},
			})
		})},
		{"GET /syscollector/{agent_id}/packages", finds + " vendor name architecture format version", unknown(func(w http.ResponseWriter, _ *user, r *http.Request) {
			sendPage(w, r, []map[string]any{{"agent_id": 1, "name": "openssl", "version": "3.0.15", "architecture": "amd64", "format": "deb", "size": "2300", "install_time": " "}})
		})},
		{"GET /syscheck/{agent_id}", finds + " file arch value.name value.type type summary md5 sha1 sha256 hash", unknown(func(w http.ResponseWriter, _ *user, r *http.Request) {
			sendPage(w, r, []map[string]any{{"file": "/etc/passwd", "type": "file", "size": 1800, "mtime": "2026-11-01T10:00:00Z", "uid": "0"}})
		})},
		{"GET /syscheck/{agent_id}/last_scan", "", unknown(one(map[string]any{"start": nil, "end": nil}))},
		{"PUT /syscheck", "agents_list", func(w http.ResponseWriter, _ *user, r *http.Request) {
			s.order(w, "syscheck", ids(r, "agents_list"))
		}},
		{"GET /sca/{agent_id}", finds + " name description references", unknown(func(w http.ResponseWriter, _ *user, r *http.Request) {
			sendPage(w, r, []map[string]any{{"policy_id": "cis_debian12", "name": "CIS Debian 12", "pass": 56, "fail": 87, "invalid": 48, "total_checks": 191, "score": 39, "end_scan": "2026-11-23T08:07:02+00:00"}})
		})},
	}
}
