package wazuhtest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

func one(of any) handler {
	return func(w http.ResponseWriter, _ *user, _ *http.Request) { ok(w, of) }
}

func (s *Server) managerRoutes() []route {
	return []route{
		{"GET /manager/status", "", func(w http.ResponseWriter, _ *user, _ *http.Request) {
			daemons := map[string]string{"wazuh-maild": "stopped"}
			for name := range strings.FieldsSeq("wazuh-modulesd wazuh-analysisd wazuh-execd wazuh-db wazuh-remoted") {
				daemons[name] = "running"
				if slices.Contains(s.notReady, name) {
					daemons[name] = "stopped"
				}
			}
			ok(w, daemons)
		}},
		{"GET /manager/info", "", one(map[string]any{
			"path": "/var/ossec", "version": "v" + s.Version, "type": "server", "max_agents": "unlimited",
			"openssl_support": true, "tz_offset": "+0000", "tz_name": "UTC", "uuid": "0b8787f5-0000-4000-8000-f3b67a724d56",
		})},
		{"GET /manager/logs", finds + " level tag", s.logs},
		{"GET /manager/logs/summary", "", func(w http.ResponseWriter, _ *user, _ *http.Request) {
			ok(w, map[string]any{"wazuh-analysisd": map[string]int{"all": 2, "info": 1, "error": 1}},
				map[string]any{"wazuh-authd": map[string]int{"all": 1, "warning": 1}})
		}},
		{"GET /manager/stats", "date", func(w http.ResponseWriter, _ *user, _ *http.Request) {
			badRequest(w, 1308, "Stats file does not exist")
		}},
		{"GET /manager/stats/weekly", "", func(w http.ResponseWriter, _ *user, _ *http.Request) {
			ok(w, map[string]any{"Sun": map[string]any{"averages": []int{1, 2}, "interactions": 3}},
				map[string]any{"Mon": map[string]any{"averages": []int{4}, "interactions": 5}})
		}},
		{"GET /manager/stats/analysisd", "", one(map[string]any{"events_received": 7.0, "alerts_written": 2.0})},
		{"GET /manager/configuration/validation", "", one(map[string]any{"name": "node01", "status": "OK"})},
		{"PUT /manager/restart", "", func(w http.ResponseWriter, _ *user, _ *http.Request) {
			s.state.sent = append(s.state.sent, "restart manager")
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusAccepted)
			ok(w, "node01")
		}},
		{"PUT /manager/analysisd/reload", "", func(w http.ResponseWriter, _ *user, _ *http.Request) {
			s.state.sent = append(s.state.sent, "reload ruleset")
			ok(w, map[string]any{"name": "manager", "msg": "Ruleset reload request sent successfully."})
		}},
	}
}

func (s *Server) logs(w http.ResponseWriter, _ *user, r *http.Request) {
	list := []map[string]any{
		{"timestamp": "2026-11-23T13:51:45Z", "tag": "wazuh-remoted", "level": "info", "description": " (1409): Authentication file changed. Updating."},
		{"timestamp": "2026-11-23T13:51:44Z", "tag": "wazuh-authd", "level": "warning", "description": " (1103): Could not open file."},
	}
	for _, field := range []string{"level", "tag"} {
		if value := r.URL.Query().Get(field); value != "" {
			list = filter(list, func(l map[string]any) bool { return l[field] == value })
		}
	}
	sendPage(w, r, list)
}

// clusterRoutes are those of a server alone up to 4.14, and of a node since 5.0.
func (s *Server) clusterRoutes() []route {
	if strings.HasPrefix(s.Version, "4.") {
		off := func(w http.ResponseWriter, _ *user, _ *http.Request) {
			refuse(w, http.StatusBadRequest, problem{Title: "Bad Request", Detail: "Cluster is not running, it might be disabled in `WAZUH_HOME/etc/ossec.conf`", Error: 3013})
		}
		return []route{
			{"GET /cluster/status", "", func(w http.ResponseWriter, _ *user, _ *http.Request) {
				data(w, map[string]string{"enabled": "no", "running": "no"})
			}},
			{"GET /cluster/local/info", "", off},
			{"GET /cluster/nodes", finds + " type nodes_list", off},
			{"GET /cluster/healthcheck", "nodes_list", off},
		}
	}
	running := map[string]any{"ready": true, "running": true}
	return []route{
		{"GET /cluster/status", "", func(w http.ResponseWriter, _ *user, _ *http.Request) {
			data(w, map[string]string{"running": "yes"})
		}},
		{"GET /cluster/local/info", "", one(map[string]any{"node": "node01", "cluster": "wazuh", "type": "master"})},
		{"GET /cluster/nodes", finds + " type nodes_list", func(w http.ResponseWriter, _ *user, r *http.Request) {
			sendPage(w, r, []map[string]any{{"name": "node01", "type": "master", "version": s.Version, "ip": "127.0.0.1"}})
		}},
		{"GET /cluster/{node_id}/status", "", one(map[string]any{"ready": true, "wazuh-manager-analysisd": running, "wazuh-manager-db": running})},
		{"GET /cluster/{node_id}/info", "", one(map[string]any{"path": "/var/wazuh-manager", "version": "v" + s.Version, "type": "server", "max_agents": "unlimited", "tz_offset": 0, "tz_name": "UTC"})},
		{"GET /cluster/{node_id}/logs", finds + " level tag", s.logs},
		{"PUT /cluster/reload", "nodes_list", func(w http.ResponseWriter, _ *user, r *http.Request) {
			s.state.sent = append(s.state.sent, "reload "+r.URL.Query().Get("nodes_list"))
			ok(w, "node01")
		}},
		{"PUT /cluster/restart", "nodes_list", func(w http.ResponseWriter, _ *user, r *http.Request) {
			s.state.sent = append(s.state.sent, "restart "+r.URL.Query().Get("nodes_list"))
			ok(w, "node01")
		}},
		{"PUT /agents/reload", "agents_list", func(w http.ResponseWriter, _ *user, r *http.Request) {
			s.order(w, "reload", ids(r, "agents_list"))
		}},
	}
}

func (s *Server) logtestRoutes() []route {
	return []route{
		{"PUT /logtest", "", s.logtest},
		{"DELETE /logtest/sessions/{token}", "", func(w http.ResponseWriter, _ *user, r *http.Request) {
			name := r.PathValue("token")
			if _, there := s.state.sessions[name]; !there {
				data(w, map[string]any{"messages": []string{"ERROR: (7004): No session found for token '" + name + "'"}, "codemsg": -1})
				return
			}
			delete(s.state.sessions, name)
			data(w, map[string]any{"messages": []string{"INFO: (7206): The session '" + name + "' was closed successfully"}, "codemsg": 0})
		}},
		{"PUT /active-response", "agents_list", func(w http.ResponseWriter, _ *user, r *http.Request) {
			fields, fine := body(w, r, []string{"command", "arguments", "alert"}, []string{"command"})
			if !fine {
				return
			}
			to := slices.DeleteFunc(ids(r, "agents_list"), func(id string) bool { return id == "000" })
			if to == nil && r.URL.Query().Get("agents_list") != "" {
				to = []string{}
			}
			s.order(w, fmt.Sprint(fields["command"]), to)
		}},
		{"POST /events", "", func(w http.ResponseWriter, _ *user, r *http.Request) {
			fields, fine := body(w, r, []string{"events"}, []string{"events"})
			if !fine {
				return
			}
			list, _ := fields["events"].([]any)
			if len(list) > 100 {
				badRequest(w, 0, "events is too long")
				return
			}
			for _, e := range list {
				s.state.sent = append(s.state.sent, fmt.Sprint(e))
			}
			ok(w, list...)
		}},
	}
}

func (s *Server) logtest(w http.ResponseWriter, _ *user, r *http.Request) {
	fields, fine := body(w, r, []string{"event", "log_format", "location", "token"}, []string{"event", "log_format", "location"})
	if !fine {
		return
	}
	name, _ := fields["token"].(string)
	var messages []string
	code := 0
	if _, there := s.state.sessions[name]; !there {
		if name != "" {
			messages, code = append(messages, "WARNING: (7003): '"+name+"' token expires"), 1
		}
		name = fmt.Sprintf("%08x", 0xabc000+len(s.state.sessions))
		messages = append(messages, "INFO: (7202): Session initialized with token '"+name+"'")
	}
	s.state.sessions[name]++
	output := map[string]any{
		"timestamp": "2026-11-23T13:51:54.864000Z", "id": "1795441914.1341", "agent": map[string]string{"id": "000", "name": "vm"},
		"manager": map[string]string{"name": "vm"}, "full_log": fields["event"], "location": fields["location"], "decoder": map[string]any{},
	}
	alert := strings.Contains(fmt.Sprint(fields["event"]), "invalid user")
	if alert {
		output["decoder"] = map[string]any{"name": "sshd", "parent": "sshd"}
		output["rule"] = map[string]any{
			"id": "5710", "level": 5, "description": "sshd: Attempt to login using a non-existent user", "firedtimes": s.state.sessions[name],
			"mail": false, "groups": []string{"syslog", "sshd"}, "mitre": map[string]any{"id": []string{"T1110.001"}, "tactic": []string{"Credential Access"}, "technique": []string{"Password Guessing"}},
		}
		output["data"] = map[string]any{"srcip": "203.0.113.7"}
	}
	out := map[string]any{"token": name, "output": output, "alert": alert, "codemsg": code}
	if messages != nil {
		out["messages"] = messages
	}
	data(w, out)
}
