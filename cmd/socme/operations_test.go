package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/socme-project/socme/internal/api"
)

// reached says by which command each operation of the API is reached. FILE is a file that
// is there, NEW one that is not.
func reached() map[string]string {
	return map[string]string{
		"about": "about", "status": "status", "overview": "overview",

		"list-alerts": "alert list", "alert": "alert show a", "alert-raw": "alert raw a", "stream": "alert watch",
		"histogram": "alert histogram", "facets": "alert facets", "export-alerts": "alert export", "similar-alerts": "alert similar a", "sightings": "alert sightings a", "colleagues": "client colleagues a",
		"alert-timeline": "alert timeline a", "act-on-alert": "alert acknowledge a", "act-on-filter": "alert claim --query is:open --yes",
		"preview-action": "alert tag --tag x --query is:open --yes", "undo-action": "undo a", "mentions": "mentions",

		"list-groups": "group list", "group": "group show a", "group-facets": "group facets", "group-by": "group by source,rule",
		"group-alerts": "group alerts a", "group-timeline": "group timeline a", "act-on-group": "group comment a --text x",

		"list-advisories": "advisory list", "list-publishers": "publisher list", "add-publisher": "publisher add cert https://cert.example/",
		"change-publisher": "publisher change cert --name other", "delete-publisher": "publisher delete cert", "read-publisher": "publisher read cert",

		"complete-query": "query complete sev", "query-fields": "query fields",
		"list-views": "view list", "add-view": "view save new is:open", "change-view": "view save known is:open",
		"delete-view": "view delete known", "set-first-view": "view begin known",

		"list-clients": "client list", "add-client": "client add x", "client": "client show x", "set-client": "client set x --notes y",
		"delete-client": "client delete x --dry-run", "client-records": "client records x", "client-logo": "client logo get x NEW",
		"set-client-logo": "client logo set x FILE", "delete-client-logo": "client logo delete x",
		"add-node-token": "node token --client x",

		"list-agents": "agent list",

		"list-nodes": "node list", "node": "node show gate", "revoke-node": "node revoke a", "node-proof": "proof gate --output NEW",

		"list-users": "user list", "invite-user": "user invite x --role viewer --all-clients", "user": "user set x --role viewer", "set-user": "user disable x",
		"add-user-link": "user link x", "delete-user": "user delete x", "list-sessions": "session list", "end-session": "session revoke a",
		"list-tokens": "token list", "add-token": "token create --name x --role viewer", "delete-token": "token delete a",
		"list-audit": "audit list", "verify-audit": "audit verify",

		"retention": "retention list", "set-retention": "retention set low 30", "run-retention": "retention run",
		"add-hold": "retention hold --all --reason x", "release-hold": "retention release a",
	}
}

// onlyElsewhere are the operations that no command is for, and why.
func onlyElsewhere() map[string]string {
	const account = "it is about the account of who is signed in by a browser; a token has none"
	return map[string]string{
		"sign-in": account, "sign-in-by-link": account, "session": account, "sign-out": account, "change-account": account,
		"delete-account": account + "; an admin deletes users with socme user delete", "new-totp": account, "set-totp": account, "delete-totp": account, "metrics": "Prometheus asks it",
	}
}

// aside are the commands that ask no core, or that ask for more than one thing.
func aside() []string {
	return []string{
		"up", "node enrol", "node run", "node key", "verify", "demo", "openapi", "wazuh", "notify", "ops", "fetch", "backup", "restore", "apply", "completion", "help", "core",
		"alert", "group", // the steps, which are one operation each
		"user enable", "retention audit", // a part of set-user, and of set-retention
	}
}

// recorder is a core that knows nothing and remembers what it was asked.
type recorder struct {
	mu    sync.Mutex
	asked []string
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.mu.Lock()
	r.asked = append(r.asked, request.Method+" "+strings.TrimPrefix(request.URL.Path, "/api/v1"))
	r.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	switch {
	case strings.HasSuffix(request.URL.Path, "/views") && request.Method == http.MethodGet:
		_, _ = w.Write([]byte(`{"items":[{"id":"v1","name":"known","query":"is:open","own":true}]}`))
	case strings.HasSuffix(request.URL.Path, "/nodes") && request.Method == http.MethodGet:
		_, _ = w.Write([]byte(`{"items":[{"id":"n1","name":"gate","client":"x","client_id":"c1","state":"delivering","ledger_key":""}]}`))
	case strings.HasSuffix(request.URL.Path, "/publishers") && request.Method == http.MethodGet:
		_, _ = w.Write([]byte(`{"items":[{"id":"p1","name":"cert","url":"https://cert.example/","kind":"alert"}]}`))
	case strings.HasSuffix(request.URL.Path, "/stream"):
		w.WriteHeader(http.StatusTeapot) // so that it is not tried again
	default:
		_, _ = w.Write([]byte(`{"items":[],"done":true}`))
	}
}

// document reads the operations of the API: their methods and paths.
func document(t *testing.T) map[string]*regexp.Regexp {
	t.Helper()
	text, err := api.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]struct {
			ID string `yaml:"operationId"`
		} `yaml:"paths"`
	}
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	found := map[string]*regexp.Regexp{}
	for path, methods := range doc.Paths {
		pattern := regexp.MustCompile(`\\\{[a-z]+\\\}`).ReplaceAllString(regexp.QuoteMeta(strings.TrimPrefix(path, "/api/v1")), `[^/]+`)
		for method, op := range methods {
			found[op.ID] = regexp.MustCompile(`^` + strings.ToUpper(method) + ` ` + pattern + `$`)
		}
	}
	return found
}

func TestEveryOperationIsReachedByACommand(t *testing.T) {
	ops, table, elsewhere := document(t), reached(), onlyElsewhere()
	core := &recorder{}
	server := httptest.NewServer(core)
	defer server.Close()
	t.Setenv("SOCME_URL", server.URL)
	t.Setenv("SOCME_TOKEN", "socme-token")
	for op := range ops {
		_, has := table[op]
		if _, none := elsewhere[op]; has == none {
			t.Errorf("operation %s: in the table %v, and elsewhere only %v; want one of them", op, has, none)
		}
	}
	for op, line := range table {
		if ops[op] == nil {
			t.Errorf("%s reaches %s, which is no operation", line, op)
			continue
		}
		dir := t.TempDir()
		file := filepath.Join(dir, "file")
		if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		args := strings.Fields(strings.NewReplacer("FILE", file, "NEW", filepath.Join(dir, "new")).Replace(line))
		core.asked = nil
		cmd := root()
		cmd.SetArgs(args)
		cmd.SetOut(&bytes.Buffer{})
		cmd.SetErr(&bytes.Buffer{})
		cmd.SetIn(strings.NewReader(""))
		err := cmd.ExecuteContext(t.Context()) // what an empty answer makes of it matters not
		if !slices.ContainsFunc(core.asked, ops[op].MatchString) {
			t.Errorf("socme %s asks %v and not %s (%v)", line, core.asked, ops[op], err)
		}
	}
}

func TestEveryCommandIsInTheTable(t *testing.T) {
	var lines []string
	for _, line := range reached() {
		lines = append(lines, line+" ")
	}
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		name := strings.TrimPrefix(cmd.CommandPath(), "socme ")
		known := func(prefix string) bool { return name == prefix || strings.HasPrefix(name, prefix+" ") }
		if !cmd.HasSubCommands() && !slices.ContainsFunc(aside(), known) && !slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, name+" ") }) {
			t.Errorf("socme %s stands beside no operation", name)
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(root())
}
