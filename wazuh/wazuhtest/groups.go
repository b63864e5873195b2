package wazuhtest

import (
	"io"
	"net/http"
	"slices"
)

func (s *Server) groupRoutes() []route {
	return []route{
		{"GET /groups", finds + " groups_list hash", func(w http.ResponseWriter, _ *user, r *http.Request) {
			var list []map[string]any
			for _, g := range s.state.groups {
				list = append(list, map[string]any{"name": g, "count": len(s.members(g)), "mergedSum": "0a", "configSum": "0b"})
			}
			sendPage(w, r, list)
		}},
		{"POST /groups", "", func(w http.ResponseWriter, _ *user, r *http.Request) {
			fields, fine := body(w, r, []string{"group_id"}, []string{"group_id"})
			if !fine {
				return
			}
			name, _ := fields["group_id"].(string)
			if slices.Contains(s.state.groups, name) {
				badRequest(w, 1711, "The group already exists: "+name)
				return
			}
			s.state.groups = append(s.state.groups, name)
			message(w, "Group '"+name+"' created.")
		}},
		{"DELETE /groups", "groups_list", func(w http.ResponseWriter, _ *user, r *http.Request) {
			var deleted, missing []string
			for _, name := range ids(r, "groups_list") {
				if i := slices.Index(s.state.groups, name); i >= 0 && name != "default" {
					s.state.groups = slices.Delete(s.state.groups, i, i+1)
					deleted = append(deleted, name)
				} else {
					missing = append(missing, name)
				}
			}
			send(w, deleted, len(deleted), "Groups were deleted", failure{1710, "The group does not exist", missing})
		}},
		{"GET /groups/{group_id}/agents", finds + " status", func(w http.ResponseWriter, _ *user, r *http.Request) {
			sendPage(w, r, s.members(r.PathValue("group_id")))
		}},
		{"PUT /agents/{agent_id}/group/{group_id}", "force_single_group", func(w http.ResponseWriter, _ *user, r *http.Request) {
			s.assign(w, []string{r.PathValue("agent_id")}, r.PathValue("group_id"))
		}},
		{"PUT /agents/group", "group_id agents_list force_single_group", func(w http.ResponseWriter, _ *user, r *http.Request) {
			s.assign(w, ids(r, "agents_list"), r.URL.Query().Get("group_id"))
		}},
		{"PUT /groups/{group_id}/configuration", "", func(w http.ResponseWriter, _ *user, r *http.Request) {
			if r.Header.Get("Content-Type") != "application/xml" {
				refuse(w, http.StatusUnsupportedMediaType, problem{Title: "Unsupported Media Type", Detail: "Invalid Content-type"})
				return
			}
			text, _ := io.ReadAll(r.Body)
			s.state.files["etc/shared/"+r.PathValue("group_id")+"/agent.conf"] = string(text)
			message(w, "Agent configuration was successfully updated")
		}},
		{"GET /groups/{group_id}/files/{file_name}", "type raw", func(w http.ResponseWriter, _ *user, r *http.Request) {
			text, found := s.state.files["etc/shared/"+r.PathValue("group_id")+"/"+r.PathValue("file_name")]
			if !found {
				badRequest(w, 1006, "File/directory does not exist or there is a problem with the permissions")
				return
			}
			w.Header().Set("Content-Type", "application/xml; charset=utf-8")
			_, _ = io.WriteString(w, text)
		}},
	}
}

func groupsOf(a map[string]any) []string {
	groups, _ := a["group"].([]string)
	return groups
}

func (s *Server) members(group string) []map[string]any {
	return filter(s.state.agents, func(a map[string]any) bool { return slices.Contains(groupsOf(a), group) })
}

func (s *Server) assign(w http.ResponseWriter, agents []string, group string) {
	if !slices.Contains(s.state.groups, group) {
		send[any](w, nil, 0, "No agents were assigned", failure{1710, "The group does not exist", []string{group}})
		return
	}
	var done, missing []string
	for _, id := range agents {
		a := s.agent(id)
		if a == nil {
			missing = append(missing, id)
			continue
		}
		if !slices.Contains(groupsOf(a), group) {
			a["group"] = append(groupsOf(a), group)
		}
		done = append(done, id)
	}
	send(w, done, len(done), "Agents were assigned", notThere(missing...))
}
