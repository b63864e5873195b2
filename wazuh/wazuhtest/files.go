package wazuhtest

import (
	"encoding/xml"
	"io"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
)

// fileRoutes are rules, decoders and lists.
func (s *Server) fileRoutes() []route {
	var all []route
	for _, noun := range []string{"rules", "decoders", "lists"} {
		all = append(all,
			route{"GET /" + noun + "/files", finds + " relative_dirname filename status", func(w http.ResponseWriter, _ *user, r *http.Request) {
				sendPage(w, r, s.listFiles(noun))
			}},
			route{"GET /" + noun + "/files/{filename}", "raw relative_dirname", func(w http.ResponseWriter, _ *user, r *http.Request) {
				s.readFile(w, r, noun)
			}},
			route{"PUT /" + noun + "/files/{filename}", "overwrite relative_dirname", func(w http.ResponseWriter, _ *user, r *http.Request) {
				s.writeFile(w, r, noun)
			}},
			route{"DELETE /" + noun + "/files/{filename}", "relative_dirname", func(w http.ResponseWriter, _ *user, r *http.Request) {
				name := "etc/" + noun + "/" + r.PathValue("filename")
				if _, found := s.state.files[name]; !found {
					send[any](w, nil, 0, "Could not delete file", failure{1906, "File does not exist", []string{name}})
					return
				}
				delete(s.state.files, name)
				ok(w, name)
			}},
		)
	}
	return append(all,
		route{"GET /rules", finds + " rule_ids group level filename relative_dirname status pci_dss gdpr gpg13 hipaa nist-800-53 tsc mitre", func(w http.ResponseWriter, _ *user, r *http.Request) {
			rules := []map[string]any{rule(5710, 5, "sshd: Attempt to login using a non-existent user"), rule(86601, 3, "Suricata: Alert - $(alert.signature)")}
			if wanted := ids(r, "rule_ids"); wanted != nil {
				rules = filter(rules, func(x map[string]any) bool { return slices.Contains(wanted, get(x, "id")) })
			}
			sendPage(w, r, rules)
		}},
		route{"GET /decoders", finds + " decoder_names filename relative_dirname status", func(w http.ResponseWriter, _ *user, r *http.Request) {
			sendPage(w, r, []map[string]any{{"name": "sshd", "filename": "0310-ssh_decoders.xml", "relative_dirname": "ruleset/decoders", "status": "enabled", "position": 0, "details": map[string]any{"program_name": "^sshd"}}})
		}},
		route{"GET /lists", finds + " relative_dirname filename", func(w http.ResponseWriter, _ *user, r *http.Request) {
			list := s.listFiles("lists")
			for _, l := range list {
				var items []map[string]string
				for k, v := range pairs(s.state.files[path.Join(get(l, "relative_dirname"), get(l, "filename"))]) {
					items = append(items, map[string]string{"key": k, "value": v})
				}
				l["items"] = items
				delete(l, "status")
			}
			sendPage(w, r, list)
		}},
	)
}

func rule(id, level int, text string) map[string]any {
	none := []string{}
	return map[string]any{
		"id": id, "level": level, "description": text, "filename": "0095-sshd_rules.xml", "relative_dirname": "ruleset/rules",
		"status": "enabled", "details": map[string]any{"if_sid": "5700"}, "groups": []string{"syslog", "sshd"}, "mitre": none,
		"pci_dss": none, "gdpr": none, "gpg13": none, "hipaa": none, "nist_800_53": none, "tsc": none,
	}
}

func (s *Server) listFiles(noun string) []map[string]any {
	var list []map[string]any
	for _, name := range slices.Sorted(maps.Keys(s.state.files)) {
		if folder := path.Dir(name); path.Base(folder) == noun {
			list = append(list, map[string]any{"filename": path.Base(name), "relative_dirname": folder, "status": "enabled"})
		}
	}
	return list
}

func (s *Server) readFile(w http.ResponseWriter, r *http.Request, noun string) {
	name := r.PathValue("filename")
	for _, f := range s.listFiles(noun) {
		if f["filename"] != name {
			continue
		}
		text := s.state.files[path.Join(get(f, "relative_dirname"), name)]
		switch {
		case r.URL.Query().Get("raw") == "true" && noun == "lists":
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = io.WriteString(w, text)
		case r.URL.Query().Get("raw") == "true":
			w.Header().Set("Content-Type", "application/xml; charset=utf-8")
			_, _ = io.WriteString(w, text)
		case noun == "lists":
			ok(w, pairs(text))
		default:
			ok(w, map[string]any{"group": map[string]any{"@name": "local,"}})
		}
		return
	}
	send[any](w, nil, 0, "No file was returned", failure{map[string]int{"rules": 1415, "decoders": 1503, "lists": 1802}[noun], "File not found: " + name, []string{name}})
}

func pairs(text string) map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(text) {
		if k, v, found := strings.Cut(strings.TrimSpace(line), ":"); found {
			all[k] = v
		}
	}
	return all
}

func (s *Server) writeFile(w http.ResponseWriter, r *http.Request, noun string) {
	if kind := r.Header.Get("Content-Type"); kind != "application/octet-stream" {
		refuse(w, http.StatusUnsupportedMediaType, problem{Title: "Unsupported Media Type", Detail: "Invalid Content-type (" + kind + "), expected ['application/octet-stream']"})
		return
	}
	text, err := io.ReadAll(io.LimitReader(r.Body, 10<<20+1))
	if err != nil || len(text) > 10<<20 {
		refuse(w, http.StatusRequestEntityTooLarge, problem{Title: "Content size exceeded.", Detail: "The body is greater than 10485760 bytes"})
		return
	}
	name := "etc/" + noun + "/" + r.PathValue("filename")
	_, there := s.state.files[name]
	fail := func(code int, why string) {
		send[any](w, nil, 0, "Could not upload file", failure{code, why, []string{name}})
	}
	switch {
	case noun != "lists" && !isXML(text):
		fail(1113, "XML syntax error")
	case noun == "lists" && !isList(text):
		fail(1800, "Bad format in CDB list")
	case there && r.URL.Query().Get("overwrite") != "true":
		fail(1905, "File could not be updated, it already exists")
	default:
		s.state.files[name] = string(text)
		ok(w, name)
	}
}

func isXML(text []byte) bool {
	d := xml.NewDecoder(strings.NewReader("<all>" + string(text) + "</all>"))
	for {
		if _, err := d.Token(); err != nil {
			return err == io.EOF //nolint:errorlint // Token returns it as it is
		}
	}
}

func isList(text []byte) bool {
	for line := range strings.Lines(string(text)) {
		if !strings.Contains(line, ":") {
			return false
		}
	}
	return len(text) > 0
}
