package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/socme-project/socme/soc"
)

func TestPeopleByTheCommandLine(t *testing.T) {
	_, dir, env, api := upAt(t)
	command(t, env, "client", "add", "Acme")
	command(t, env, "client", "add", "Bravo")

	invited := lines[struct {
		User soc.User
		Link string
	}](t, command(t, env, "user", "invite", "ada", "--role", "viewer", "--client", "acme", "--json"))[0]
	if u := invited.User; u.Role != soc.RoleViewer || u.AllClients || len(u.Clients) != 1 || u.Clients[0].Name != "Acme" {
		t.Errorf("the invited user is %+v", u)
	}
	_, secret, _ := strings.Cut(invited.Link, "/sign-in#link=")
	answer, err := http.Post(api.URL+"/api/v1/session/link", "application/json", strings.NewReader(fmt.Sprintf(`{"secret":%q}`, secret)))
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("the printed link = %v, %v", answer, err)
	}
	sessions := lines[soc.UserSession](t, command(t, env, "session", "list", "--user", "ada", "--json"))
	if len(sessions) != 1 || sessions[0].User != "ada" || sessions[0].Address != "127.0.0.1" {
		t.Fatalf("her sessions are %+v", sessions)
	}
	command(t, env, "session", "revoke", sessions[0].ID)
	if out := command(t, env, "session", "list", "--user", "ada", "--json"); out != "" {
		t.Errorf("after the end of her session there is %s", out)
	}
	set := lines[soc.User](t, command(t, env, "user", "set", "ada", "--role", "analyst", "--json"))[0]
	if set.Role != soc.RoleAnalyst || len(set.Clients) != 1 || set.Clients[0].Name != "Acme" {
		t.Errorf("with another role she is %+v; want her clients to stay", set)
	}
	set = lines[soc.User](t, command(t, env, "user", "set", "ada", "--client", "bravo", "--client", "acme", "--json"))[0]
	if set.Role != soc.RoleAnalyst || len(set.Clients) != 2 {
		t.Errorf("with other clients she is %+v; want her role to stay", set)
	}
	command(t, env, "user", "disable", "ada")
	if _, err := try(t, env, "user", "link", "ada"); err == nil || !strings.Contains(err.Error(), "disabled") {
		t.Errorf("a link for who is disabled = %v", err)
	}
	command(t, env, "user", "enable", "ada")
	if out := command(t, nil, "user", "link", "ada", "--data", dir); !regexp.MustCompile(`#link=[a-z2-7]{52}\n$`).MatchString(out) {
		t.Errorf("a link made on the data folder = %q", out)
	}
	users := lines[soc.User](t, command(t, env, "user", "list", "--json"))
	if len(users) != 2 || users[0].Name != "ada" || users[1].Name != "admin" {
		t.Errorf("users = %+v", users)
	}
	command(t, env, "user", "delete", "ada")
	if _, err := try(t, env, "user", "delete", "admin"); err == nil || !strings.Contains(err.Error(), "would be left who") {
		t.Errorf("the last admin deleted = %v", err)
	}

	token := strings.TrimSpace(command(t, env, "token", "create", "--name", "wall", "--role", "viewer", "--client", "acme"))
	wall := []string{env[0], "SOCME_TOKEN=" + token}
	if clients := lines[soc.Client](t, command(t, wall, "client", "list", "--json")); len(clients) != 1 || clients[0].Name != "Acme" {
		t.Errorf("the token of one client sees %+v", clients)
	}
	for _, args := range [][]string{{"token", "create", "--name", "x", "--role", "admin"}, {"user", "list"}, {"audit", "list"}, {"node", "token", "--client", "acme"}} {
		if _, err := try(t, wall, args...); err == nil || !strings.Contains(err.Error(), "Only an admin") {
			t.Errorf("a viewer's %v = %v, want a refusal", args, err)
		}
	}
	for _, have := range lines[soc.Token](t, command(t, env, "token", "list", "--json")) {
		if have.Name == "wall" {
			command(t, env, "token", "delete", have.ID)
		}
	}
	if _, err := try(t, wall, "client", "list"); err == nil || !strings.Contains(err.Error(), "Sign in first") {
		t.Errorf("after its end the token = %v", err)
	}
	verifyEveryWay(t, env, dir)
}

// verifyEveryWay verifies the audit at the core, on the folder and in a file, and then
// with every byte of the file changed.
func verifyEveryWay(t *testing.T, env []string, dir string) {
	t.Helper()
	export := command(t, env, "audit", "list", "--all", "--json")
	records := lines[soc.AuditRecord](t, export)
	if len(records) < 10 || records[len(records)-1].Seq != 1 {
		t.Fatalf("the audit has %d records, want all of them, the first last", len(records))
	}
	deleted := lines[soc.AuditRecord](t, command(t, env, "audit", "list", "--json", "--verb", "delete", "--noun", "user"))
	if len(deleted) != 1 || deleted[0].Target.Name != "ada" || deleted[0].Actor.Kind != soc.ActorToken || deleted[0].Actor.Name != "test" || deleted[0].Actor.Address != "127.0.0.1" {
		t.Errorf("the audit says of the deletion %+v", deleted)
	}
	file := filepath.Join(t.TempDir(), "audit.jsonl")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(export)
	head := fmt.Sprintf("%d:%s", records[0].Seq, records[0].Value)
	for _, args := range [][]string{{file}, {file, "--head", head}} {
		if out := command(t, env, append([]string{"audit", "verify"}, args...)...); !strings.Contains(out, "Head: "+head) {
			t.Errorf("audit verify %v says %q, want the head %s", args, out, head)
		}
	}
	for _, args := range [][]string{{"--data", dir}, {}} { // to read the audit is a look, which may be in it by now
		var now struct{ First, Seq uint64 }
		text := command(t, env, append([]string{"audit", "verify", "--json"}, args...)...)
		if err := json.Unmarshal([]byte(text), &now); err != nil || now.First != 1 || now.Seq < records[0].Seq {
			t.Errorf("audit verify %v says %q, %v; want a head that is not before %s", args, text, err, head)
		}
	}
	if _, err := try(t, nil, "audit", "verify", file, "--head", "3:"+records[0].Value.String()); err == nil || !strings.Contains(err.Error(), "record 3") {
		t.Errorf("another head = %v", err)
	}
	// A bit of the middle record; the rest of the walk over bits is the store's test.
	middle := len(records) / 2
	texts := strings.SplitAfter(export, "\n")
	for at := 0; at < len(texts[middle])-1; at += 37 {
		changed := bytes.Clone([]byte(texts[middle]))
		changed[at] ^= 1 << (at % 7)
		write(strings.Join(texts[:middle], "") + string(changed) + strings.Join(texts[middle+1:], ""))
		_, err := try(t, nil, "audit", "verify", file)
		names := fmt.Sprintf("record %d", records[middle].Seq)
		if err == nil || !strings.Contains(err.Error(), names) && !strings.Contains(err.Error(), fmt.Sprintf("line %d ", middle+1)) && !strings.Contains(err.Error(), "missing") {
			t.Errorf("with byte %d of record %d changed verify says %v", at, records[middle].Seq, err)
		}
	}
	write(strings.Join(texts[:middle], "") + strings.Join(texts[middle+1:], ""))
	if _, err := try(t, nil, "audit", "verify", file); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("record %d is missing", records[middle].Seq)) {
		t.Errorf("with a record taken out verify says %v", err)
	}
	var one soc.AuditRecord
	if err := json.Unmarshal([]byte(texts[0]), &one); err != nil || one.Hash() != one.Value {
		t.Errorf("a line by itself = %+v, %v", one, err)
	}
}
