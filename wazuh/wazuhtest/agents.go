package wazuhtest

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

func (s *Server) manager() map[string]any {
	return map[string]any{
		"id": "000", "name": "vm", "ip": "127.0.0.1", "registerIP": "127.0.0.1", "status": "active", "status_code": 0,
		"version": "Wazuh v4.14.7", "manager": "vm", "node_name": "node01", "group_config_status": "synced",
		"dateAdd": "2026-11-23T13:42:53+00:00", "lastKeepAlive": "9999-12-31T23:59:59+00:00",
		"os": map[string]any{"name": "Debian GNU/Linux", "platform": "debian", "version": "12", "major": "12", "arch": "x86_64"},
	}
}

// AddAgents enrols n agents that are active, named agent-00001 and so on, and returns
// the id of the last.
func (s *Server) AddAgents(n int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := ""
	for range n {
		a := s.enrol(fmt.Sprintf("agent-%05d", s.state.nextID), "any")
		a["status"], a["version"], a["group"] = "active", "Wazuh v4.14.7", []string{"default"}
		a["lastKeepAlive"] = "2026-11-23T13:50:00+00:00"
		a["os"] = map[string]any{"name": "Ubuntu", "platform": "ubuntu", "version": "24.04"}
		last, _ = a["id"].(string)
	}
	return last
}

// RemoveAgents removes those with these ids.
func (s *Server) RemoveAgents(ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	gone := map[any]bool{}
	for _, id := range ids {
		gone[id] = true
	}
	s.state.agents = slices.DeleteFunc(s.state.agents, func(a map[string]any) bool { return gone[a["id"]] })
}

// SetAgentStatus says how an agent is from now on: active, disconnected, pending or
// never_connected.
func (s *Server) SetAgentStatus(id, status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.agent(id); a != nil {
		a["status"] = status
	}
}

func (s *Server) enrol(name, ip string) map[string]any {
	a := map[string]any{
		"id": fmt.Sprintf("%03d", s.state.nextID), "name": name, "ip": ip, "registerIP": ip, "status": "never_connected",
		"status_code": 0, "node_name": "unknown", "dateAdd": "2026-11-23T13:51:41+00:00", "group_config_status": "not synced",
	}
	s.state.nextID++
	s.state.agents = append(s.state.agents, a)
	return a
}

func (s *Server) agent(id string) map[string]any {
	i := slices.IndexFunc(s.state.agents, func(a map[string]any) bool { return a["id"] == id })
	if i < 0 {
		return nil
	}
	return s.state.agents[i]
}

func key(a map[string]any) map[string]any {
	line := fmt.Sprintf("%s %s %s %064d", a["id"], a["name"], a["registerIP"], 1)
	return map[string]any{"id": a["id"], "key": base64.StdEncoding.EncodeToString([]byte(line))}
}

const selection = " q os.platform os.version os.name manager version group node_name name ip registerIP"

func (s *Server) agentRoutes() []route {
	return []route{
		{"GET /agents", finds + selection + " agents_list status older_than group_config_status", s.listAgents},
		{"POST /agents", "", s.addAgent},
		{"DELETE /agents", selection + " agents_list purge status older_than", s.deleteAgents},
		{"GET /agents/{agent_id}/key", "", func(w http.ResponseWriter, _ *user, r *http.Request) {
			id := r.PathValue("agent_id")
			if a := s.agent(id); a != nil {
				ok(w, key(a))
				return
			}
			send[any](w, nil, 0, "No agent keys were obtained", notThere(id))
		}},
		{"GET /agents/summary/status", "", func(w http.ResponseWriter, _ *user, _ *http.Request) { data(w, s.counts()) }},
		{"GET /overview/agents", "", func(w http.ResponseWriter, _ *user, _ *http.Request) {
			data(w, map[string]any{
				"nodes": []any{}, "groups": []any{}, "agent_os": []any{}, "agent_status": s.counts(),
				"agent_version": []any{}, "last_registered_agent": s.state.agents[len(s.state.agents)-1:],
			})
		}},
		{"GET /agents/summary/os", "", func(w http.ResponseWriter, _ *user, _ *http.Request) { ok(w, "debian") }},
		{"GET /agents/no_group", paging + " select q", func(w http.ResponseWriter, _ *user, r *http.Request) {
			sendPage(w, r, filter(s.state.agents, func(a map[string]any) bool { return a["group"] == nil && a["id"] != "000" }))
		}},
		{"PUT /agents/{agent_id}/restart", "", func(w http.ResponseWriter, _ *user, r *http.Request) {
			s.order(w, "restart", []string{r.PathValue("agent_id")})
		}},
		{"PUT /agents/restart", "agents_list", func(w http.ResponseWriter, _ *user, r *http.Request) {
			s.order(w, "restart", ids(r, "agents_list"))
		}},
		{"PUT /agents/reconnect", "agents_list", func(w http.ResponseWriter, _ *user, r *http.Request) {
			s.order(w, "reconnect", ids(r, "agents_list"))
		}},
	}
}

func (s *Server) counts() map[string]any {
	by := map[string]int{"active": 0, "disconnected": 0, "never_connected": 0, "pending": 0}
	synced, total := 0, 0
	for _, a := range s.state.agents {
		if a["id"] == "000" {
			continue
		}
		total++
		by[fmt.Sprint(a["status"])]++
		if a["group_config_status"] == "synced" {
			synced++
		}
	}
	by["total"] = total
	return map[string]any{"connection": by, "configuration": map[string]int{"synced": synced, "not_synced": total - synced, "total": total}}
}

func (s *Server) listAgents(w http.ResponseWriter, u *user, r *http.Request) {
	if len(u.roles) == 0 {
		send[any](w, nil, 0, "No agent information was returned")
		return
	}
	q := r.URL.Query()
	list := slices.Clone(s.state.agents)
	var missing []string
	if wanted := ids(r, "agents_list"); wanted != nil {
		list = nil
		for _, id := range wanted {
			if a := s.agent(id); a != nil {
				list = append(list, a)
			} else {
				missing = append(missing, id)
			}
		}
	}
	if status := ids(r, "status"); status != nil {
		list = filter(list, func(a map[string]any) bool { return slices.Contains(status, fmt.Sprint(a["status"])) })
	}
	for field := range strings.FieldsSeq("name ip registerIP node_name version manager os.platform os.name") {
		if value := q.Get(field); value != "" {
			list = filter(list, func(a map[string]any) bool { return get(a, field) == value })
		}
	}
	sendPage(w, r, list, notThere(missing...))
}

func (s *Server) addAgent(w http.ResponseWriter, _ *user, r *http.Request) {
	fields, fine := body(w, r, []string{"name", "ip"}, []string{"name"})
	if !fine {
		return
	}
	name, _ := fields["name"].(string)
	ip, _ := fields["ip"].(string)
	if ip == "" {
		ip = "any"
	}
	if !regexp.MustCompile(`^[\w\-.]+$`).MatchString(name) {
		badRequest(w, 0, "'"+name+"' is not a 'names' - 'name'")
		return
	}
	if slices.ContainsFunc(s.state.agents, func(a map[string]any) bool { return a["name"] == name }) {
		badRequest(w, 1705, "There is an agent with the same name: "+name)
		return
	}
	data(w, key(s.enrol(name, ip)))
}

func (s *Server) deleteAgents(w http.ResponseWriter, _ *user, r *http.Request) {
	q := r.URL.Query()
	for _, name := range []string{"status", "agents_list"} {
		if q.Get(name) == "" {
			badRequest(w, 0, "Missing query parameter '"+name+"'")
			return
		}
	}
	var deleted, missing, fresh []string
	wanted := ids(r, "agents_list")
	for _, a := range slices.Clone(s.state.agents) {
		id := fmt.Sprint(a["id"])
		if id == "000" || !slices.Contains(wanted, id) && wanted[0] != "all" {
			continue
		}
		if q.Get("older_than") != "0s" { // all of them are
			fresh = append(fresh, id)
			continue
		}
		deleted = append(deleted, id)
	}
	for _, id := range wanted {
		if id != "all" && s.agent(id) == nil {
			missing = append(missing, id)
		}
	}
	s.state.agents = slices.DeleteFunc(s.state.agents, func(a map[string]any) bool { return slices.Contains(deleted, fmt.Sprint(a["id"])) })
	send(w, deleted, len(deleted), "Some agents were not deleted", notThere(missing...),
		failure{1731, "Agent is not eligible for the action to be performed", fresh})
}

// order tells agents something; only those that are active hear it.
func (s *Server) order(w http.ResponseWriter, what string, to []string) {
	var sent, missing, away []string
	if to == nil {
		for _, a := range s.state.agents[1:] {
			to = append(to, fmt.Sprint(a["id"]))
		}
	}
	for _, id := range to {
		switch a := s.agent(id); {
		case a == nil:
			missing = append(missing, id)
		case a["status"] != "active":
			away = append(away, id)
		default:
			sent = append(sent, id)
			s.state.sent = append(s.state.sent, what+" "+id)
		}
	}
	send(w, sent, len(sent), "Command was sent", notThere(missing...), failure{1707, "Cannot send request, agent is not active", away})
}
