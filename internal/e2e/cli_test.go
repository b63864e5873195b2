package e2e_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

// upAt starts `socme up` in a new folder and makes an admin's token.
func upAt(t *testing.T, args ...string) (p *process, dir string, env []string, api *sdk.Caller) {
	t.Helper()
	dir, listen := filepath.Join(t.TempDir(), "data"), freePort(t)
	p = start(t, append([]string{"up", "--data", dir, "--listen", listen}, args...)...)
	p.says(t, "is ready")
	token := command(t, nil, "token", "create", "--data", dir, "--name", "test", "--role", "admin")
	if !regexp.MustCompile(`^socme_[a-z2-7]+\n$`).MatchString(token) {
		t.Fatalf("token create prints %q, want the token alone", token)
	}
	token = strings.TrimSpace(token)
	return p, dir, []string{"SOCME_URL=http://" + listen, "SOCME_TOKEN=" + token}, &sdk.Caller{URL: "http://" + listen, Token: soc.Secret(token)}
}

// remoteNode enrols a node of a new client by the command line and runs it.
func remoteNode(t *testing.T, env []string, client string, sources string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	command(t, env, "client", "add", client)
	token := command(t, env, "node", "token", "--client", client)
	command(t, nil, "node", "enrol", strings.TrimSpace(token), "--data", dir)
	if err := os.WriteFile(filepath.Join(dir, "node.toml"), []byte(sources), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, "node", "run", "--data", dir)
	return dir
}

func TestTheCommandLineThatScriptsRelyOn(t *testing.T) {
	_, dir, env, api := upAt(t)
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the data folder is %v, %v; want 0700", info.Mode(), err)
	}
	eve := filepath.Join(t.TempDir(), "eve.json")
	remoteNode(t, env, "acme", fmt.Sprintf("[[source]]\nkind = \"suricata\"\npath = %q\n", eve))

	watch := start2(t, env, "alert", "watch", "--json")
	line := `{"timestamp":"` + time.Now().UTC().Format("2006-01-02T15:04:05.000000-0700") + `","event_type":"alert","src_ip":"192.0.2.9","src_port":4711,"dest_ip":"198.51.100.7","dest_port":443,"proto":"TCP","alert":{"action":"allowed","gid":1,"signature_id":9000042,"rev":1,"signature":"TEST of the line","category":"Misc","severity":1}}`
	pause(500 * time.Millisecond) // a stream begins with what comes after it: the watcher must be there
	appendTo(t, eve, line+"\n")

	var got []soc.StoredAlert
	until(t, "the alert in the list", func() (bool, string) {
		out := command(t, env, "alert", "list", "--json", "--query", "client:acme severity>=high")
		got = lines[soc.StoredAlert](t, out)
		return len(got) == 1, out
	})
	sum := sha256.Sum256([]byte(line))
	a := got[0]
	if a.Client != "acme" || a.Severity != soc.SeverityHigh || a.Rule != (soc.Rule{Engine: "suricata", ID: "9000042", Name: "TEST of the line"}) ||
		a.Source.Address.String() != "192.0.2.9" || a.Source.Port != 4711 || a.Destination.Port != 443 || a.RawSHA256.String() != hex.EncodeToString(sum[:]) {
		t.Errorf("the alert is %+v", a)
	}
	if raw := command(t, env, "alert", "raw", a.ID.String()); raw != line {
		t.Errorf("raw = %q, want %q", raw, line)
	}
	until(t, "the alert at the watcher", func() (bool, string) { return strings.Contains(watch.String(), a.ID.String()), watch.String() })
	if out := command(t, env, "alert", "list", "--json", "--all", "--limit", "1", "--query", "client:nobody"); out != "" {
		t.Errorf("a query without a hit prints %q, want nothing", out)
	}
	nodes := lines[soc.Node](t, command(t, env, "node", "list", "--json"))
	if len(nodes) != 2 || nodes[0].Client != "acme" || nodes[0].Delivered != 1 || nodes[0].Heads[0].Lane != soc.LaneUrgent || nodes[0].Heads[0].Seq != 1 {
		t.Errorf("nodes = %+v, want acme's with one record in the urgent lane, and the local one", nodes)
	}
	for _, tt := range []struct {
		name string
		args []string
		says string
	}{
		{"a query that cannot be read", []string{"alert", "list", "--query", "severity>=bad"}, "is no severity"},
		{"a client twice", []string{"client", "add", "ACME"}, "exists already"},
		{"a token of no client", []string{"node", "token", "--client", "nobody"}, "no such thing"},
		{"a garbled enrolment token", []string{"node", "enrol", "hello", "--data", t.TempDir()}, "begins with"},
		{"a node that is not enrolled", []string{"node", "run", "--data", t.TempDir()}, "not enrolled"},
		{"a second core on the folder", []string{"up", "--data", dir, "--listen", freePort(t)}, "another socme uses"},
		{"a token in no data folder", []string{"token", "create", "--data", filepath.Join(t.TempDir(), "mistyped"), "--name", "x"}, "no data folder"},
		{"a role that is none", []string{"token", "create", "--data", dir, "--name", "x", "--role", "king"}, "none of admin"},
		{"example data beside a real client", []string{"demo", "reset", "--data", dir}, "another socme uses"},
	} {
		if out, err := try(t, env, tt.args...); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s = %q, %v; want it to say %q", tt.name, out, err, tt.says)
		}
	}
	if _, err := try(t, nil, "alert", "list"); err == nil || !strings.Contains(err.Error(), "SOCME_URL") {
		t.Errorf("without an environment = %v, want to be told of SOCME_URL", err)
	}
	viewer := strings.TrimSpace(command(t, nil, "token", "create", "--data", dir, "--name", "viewer", "--role", "viewer"))
	if _, err := try(t, []string{env[0], "SOCME_TOKEN=" + viewer}, "client", "add", "other"); err == nil || !strings.Contains(err.Error(), "Only an admin") {
		t.Errorf("a viewer adds a client = %v, want a refusal", err)
	}
	answer, err := http.Get(api.URL + "/api/v1/openapi.json")
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("openapi.json = %v, %v; want 200 for anybody", answer, err)
	}
}

// start2 starts the program with an environment.
func start2(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	for _, pair := range env {
		name, value, _ := strings.Cut(pair, "=")
		t.Setenv(name, value)
	}
	p := start(t, args...)
	for _, pair := range env {
		name, _, _ := strings.Cut(pair, "=")
		if err := os.Unsetenv(name); err != nil { // Setenv's clean-up puts back what was before
			t.Fatal(err)
		}
	}
	return p
}

func appendTo(t testing.TB, path, text string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = file.WriteString(text)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestGarbageIsCountedAndNothingElseLost(t *testing.T) {
	_, _, env, api := upAt(t)
	dir := t.TempDir()
	eve, wazuh := filepath.Join(dir, "eve.json"), filepath.Join(dir, "alerts.json")
	remoteNode(t, env, "acme", fmt.Sprintf("[[source]]\nname = \"net\"\nkind = \"suricata\"\npath = %q\n[[source]]\nname = \"hosts\"\nkind = \"wazuh\"\npath = %q\n", eve, wazuh))
	bad := []string{
		strings.Repeat("x", soc.MaxRaw+10), `{"event_type":"alert","alert":`, `{"event_type":"alert"}`, "not json at all", `["an","array"]`, `{"event_type":"alert","alert":7}`,
	}
	text := ""
	for i, line := range bad {
		text += eveAlert(2*i) + "\n" + line + "\n" + eveAlert(2*i+1) + "\r\n\n"
	}
	text += strings.Replace(eveAlert(100), "TEST", "TE\xff\xfeST", 1) + "\n"
	appendTo(t, eve, text)
	appendTo(t, wazuh, "garbage\n"+`{"timestamp":"2026-03-02T12:00:00.342+0000","rule":{"level":12,"description":"own rule","id":"100100","groups":["local"]},"agent":{"id":"001","name":"web1"},"manager":{"name":"wazuh"},"id":"1772452800.1","location":"test"}`+"\n")
	var node soc.Node
	until(t, "everything counted", func() (bool, string) {
		nodes, err := api.Nodes(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range nodes {
			if n.Client == "acme" {
				node = n
			}
		}
		return node.Alerts == 14 && len(node.Sources) == 2 && node.Sources[0].TooLong == 1 && node.Sources[0].Malformed == uint64(len(bad)-1) &&
			node.Sources[0].InvalidUTF8 == 1 && node.Sources[1].Malformed == 1, fmt.Sprintf("alerts %d, %+v", node.Alerts, node.Sources)
	})
}

func TestTheDemoStandsApartFromTheReal(t *testing.T) {
	p, dir, env, api := upAt(t, "--demo")
	until(t, "a day of alerts of three example clients", func() (bool, string) {
		clients, err := api.Clients(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		nodes, err := api.Nodes(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return len(clients) == 4 && clients[0].Demo && clients[1].Demo && clients[2].Demo && !clients[3].Demo &&
			len(nodes) == 4 && nodes[0].Alerts > 1000 && nodes[1].Alerts > 300 && nodes[2].Alerts > 300, fmt.Sprintf("%+v", nodes)
	})
	before := len(lines[soc.StoredAlert](t, command(t, env, "alert", "list", "--json", "--all")))
	until(t, "more of them as time goes by", func() (bool, string) {
		return len(lines[soc.StoredAlert](t, command(t, env, "alert", "list", "--json", "--all"))) > before, fmt.Sprint(before)
	})
	page, err := api.Alerts(t.Context(), "", "", 500)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range page.Items {
		if !a.Demo {
			t.Errorf("alert %s of the demo is not marked", a.ID)
		}
		if age := time.Since(a.EventTime); age < -time.Second || age > 25*time.Hour {
			t.Errorf("alert %s is %s old, want within a day", a.ID, age)
		}
	}
	command(t, env, "client", "add", "acme")
	p.End(t)
	if _, err := try(t, nil, "up", "--data", dir, "--listen", freePort(t), "--demo"); err == nil || !strings.Contains(err.Error(), `real client "acme"`) {
		t.Errorf("the demo beside a real client = %v, want a refusal that names it", err)
	}
	if out := command(t, nil, "demo", "reset", "--data", dir); !strings.Contains(out, "are gone, with") {
		t.Errorf("demo reset says %q", out)
	}
	listen := freePort(t)
	again := start(t, "up", "--data", dir, "--listen", listen)
	again.says(t, "is ready")
	api.URL = "http://" + listen
	if clients, err := api.Clients(t.Context()); err != nil || len(clients) != 2 || clients[0].Demo || clients[1].Demo {
		t.Errorf("clients after the reset = %+v, %v; want acme and local", clients, err)
	}
	if page, err := api.Alerts(t.Context(), "", "", 1); err != nil || len(page.Items) != 0 {
		t.Errorf("after the reset %d alerts are left, %v", len(page.Items), err)
	}
}

func TestTheLinkIsPrintedUntilAnAdminHasAPassword(t *testing.T) {
	p, dir, _, api := upAt(t)
	link := regexp.MustCompile(`#link=([a-z2-7]+)`)
	again := func() *process {
		p.End(t)
		p = start(t, "up", "--data", dir, "--listen", strings.TrimPrefix(api.URL, "http://"))
		p.says(t, "is ready")
		return p
	}
	first := link.FindStringSubmatch(p.String())
	second := link.FindStringSubmatch(again().String())
	if first == nil || second == nil || first[1] == second[1] {
		t.Fatalf("links %v, then %v; want a new one at each start", first, second)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	send := func(method, path, body string) int {
		request, err := http.NewRequestWithContext(t.Context(), method, api.URL+"/api/v1"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		answer, err := browser.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		return answer.StatusCode
	}
	if status := send(http.MethodPost, "/session/link", `{"secret":"`+first[1]+`"}`); status != http.StatusUnauthorized {
		t.Errorf("the link of an earlier start = %d, want 401", status)
	}
	if status := send(http.MethodPost, "/session/link", `{"secret":"`+second[1]+`"}`); status != http.StatusOK {
		t.Fatalf("the newest link = %d, want 200", status)
	}
	if status := send(http.MethodPut, "/account", `{"name":"lm","password":"a long password"}`); status != http.StatusNoContent {
		t.Fatalf("setting a password = %d, want 204", status)
	}
	if out := again().String(); link.MatchString(out) {
		t.Errorf("an admin has a password, and the start prints a link still: %s", out)
	}
}
