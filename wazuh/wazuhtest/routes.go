package wazuhtest

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// handler answers a user.
type handler func(w http.ResponseWriter, u *user, r *http.Request)

// route is a call.
type route struct {
	op     string // METHOD /path/{name}
	params string // names, beside those of every call
	do     handler
}

const (
	paging = " offset limit sort search"
	finds  = paging + " select q distinct"
)

// routes registers what the version has.
func (s *Server) routes() {
	if s.Version == "" {
		s.Version = "4.14.7"
	}
	if s.Now == nil {
		s.Now = time.Now
	}
	s.mux = http.NewServeMux()
	s.mux.HandleFunc("POST /security/user/authenticate", s.login)
	s.mux.HandleFunc("POST /security/user/authenticate/run_as", s.login)
	all := slices.Concat(s.common(), s.agentRoutes(), s.groupRoutes(), s.securityRoutes(), s.clusterRoutes())
	if strings.HasPrefix(s.Version, "4.") {
		s.mux.HandleFunc("GET /security/user/authenticate", s.login)
		all = slices.Concat(all, s.managerRoutes(), s.fileRoutes(), s.logtestRoutes(), s.scanRoutes())
	}
	for _, r := range all {
		s.mux.HandleFunc(r.op, s.guard(r))
	}
}

// guard checks the token and the parameters.
func (s *Server) guard(route route) http.HandlerFunc {
	known := append(strings.Fields(route.params), "pretty", "wait_for_complete")
	return func(w http.ResponseWriter, r *http.Request) {
		u := s.who(w, r)
		if u == nil {
			return
		}
		for name := range r.URL.Query() {
			if !slices.Contains(known, name) {
				badRequest(w, 0, "Extra query parameter(s) "+name+" not in spec")
				return
			}
		}
		if len(u.roles) == 0 && !strings.HasPrefix(r.URL.Path, "/agents") && !strings.HasPrefix(r.URL.Path, "/security/user") && r.URL.Path != "/" {
			refuse(w, http.StatusForbidden, problem{
				Title: "Permission Denied", Detail: "Permission denied: Resource type: *:*", Error: 4000,
				Nodes: map[string]any{"unknown-node": map[string]any{"error": "Permission denied: Resource type: *:*"}},
			})
			return
		}
		route.do(w, u, r)
	}
}

// ids reads a list of a parameter.
func ids(r *http.Request, name string) []string {
	text := r.URL.Query().Get(name)
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

func data(w http.ResponseWriter, of any) { answer(w, map[string]any{"data": of, "error": 0}) }

func message(w http.ResponseWriter, text string) {
	answer(w, map[string]any{"message": text, "error": 0})
}

func (s *Server) common() []route {
	return []route{
		{"GET /{$}", "", func(w http.ResponseWriter, _ *user, _ *http.Request) {
			data(w, map[string]any{
				"title": "Wazuh API REST", "api_version": s.Version, "revision": "rc1", "license_name": "GPL 2.0",
				"license_url": "https://example.com/LICENSE", "hostname": "vm", "timestamp": s.Now().UTC().Format("2006-01-02T15:04:05Z"),
			})
		}},
		{"GET /mitre/techniques", finds + " technique_ids", func(w http.ResponseWriter, _ *user, r *http.Request) {
			sendPage(w, r, []map[string]any{
				{"id": "attack-pattern--1", "external_id": "T1110.001", "name": "Password Guessing", "tactics": []string{"x-mitre-tactic--1"}},
				{"id": "attack-pattern--2", "external_id": "T1072", "name": "Software Deployment Tools", "tactics": []string{}},
			})
		}},
		{"GET /tasks/status", finds + " tasks_list agents_list command node module status", func(w http.ResponseWriter, _ *user, r *http.Request) {
			sendPage(w, r, []map[string]any{{
				"task_id": 1, "agent": 1, "node": "node01", "module": "upgrade_module", "command": "upgrade",
				"status": "In progress", "create_time": "2026-11-10 11:55:33+00:00", "message": "Success",
			}})
		}},
	}
}
