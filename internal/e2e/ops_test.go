package e2e_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/socme-project/socme/soc"
)

func TestABackupOfARunningCoreIsRestoredAndHealsItself(t *testing.T) {
	p, dir, env, _ := upAt(t)
	eve := filepath.Join(t.TempDir(), "eve.json")
	remoteNode(t, env, "acme", fmt.Sprintf("[[source]]\nkind = \"suricata\"\npath = %q\n", eve))
	alerts := func(n int) {
		t.Helper()
		until(t, "the alerts", func() (bool, string) {
			got := lines[soc.StoredAlert](t, command(t, env, "alert", "list", "--json", "--all", "--query", "client:acme"))
			return len(got) >= n, fmt.Sprintf("%d of %d", len(got), n)
		})
	}
	appendTo(t, eve, eveAlert(1)+"\n"+eveAlert(2)+"\n")
	alerts(2)
	work := t.TempDir()
	key, file := filepath.Join(work, "backup.key"), filepath.Join(work, "socme.age")
	recipient := strings.TrimSpace(command(t, nil, "backup", "key", key))
	if _, err := try(t, nil, "backup", "--data", dir, "--out", file); err == nil || !strings.Contains(err.Error(), "--recipient") {
		t.Errorf("a backup for nobody: %v", err)
	}
	if out := command(t, nil, "backup", "--data", dir, "--out", file, "--recipient", recipient); !strings.Contains(out, "2 alerts") {
		t.Errorf("backup says %q", out)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup has mode %v, %v", info.Mode(), err)
	}
	if out := command(t, nil, "backup", "verify", file, "--identity", key); !strings.Contains(out, "Good") || !strings.Contains(out, "2 records") {
		t.Errorf("verify says %q", out)
	}
	appendTo(t, eve, eveAlert(3)+"\n") // after the backup
	alerts(3)
	p.End(t)
	if _, err := try(t, nil, "restore", file, "--identity", key, "--data", dir); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("restored over a core: %v", err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	command(t, nil, "restore", file, "--identity", key, "--data", dir)
	p = start(t, "up", "--data", dir, "--listen", strings.TrimPrefix(env[0], "SOCME_URL=http://"))
	p.says(t, "is ready")
	alerts(3) // the node sends again what the backup does not have
	until(t, "the alert that tells of the fork", func() (bool, string) {
		out := command(t, env, "alert", "list", "--json", "--all", "--query", "client:acme rule:ledger-fork")
		return len(lines[soc.StoredAlert](t, out)) == 1, out
	})
	nodes := lines[soc.Node](t, command(t, env, "node", "list", "--json"))
	if nodes[0].Client != "acme" || nodes[0].Alerts != 3 || nodes[0].Repeated == 0 {
		t.Errorf("after the restore the node is %+v", nodes[0])
	}
}

func TestAFileIsAppliedOnceAndThenNothingDiffers(t *testing.T) {
	_, _, env, api := upAt(t)
	work := t.TempDir()
	file, tokens := filepath.Join(work, "soc.yaml"), filepath.Join(work, "tokens")
	appendTo(t, file, "clients:\n  - name: Acme\n    nodes: [acme-gate]\n  - name: Harbour\nretention:\n  - {severity: low, days: 90}\n  - {client: Acme, severity: critical, days: forever}\n")
	if out, err := try(t, env, "apply", "-f", file, "--tokens", tokens); err == nil || !strings.Contains(out, "+ client Acme") {
		t.Errorf("without an answer: %q, %v; want the difference, and a refusal", out, err)
	}
	if clients, err := api.Clients(t.Context()); err != nil || len(clients) != 1 {
		t.Errorf("nobody has agreed, and there are %d clients, %v", len(clients), err)
	}
	want := []string{"+ client Acme", "+ token for node acme-gate of Acme, in ", "+ client Harbour", "+ retention of all clients, low or lower: 90 days", "+ retention of Acme, critical or lower: for ever", "Done."}
	out := command(t, env, "apply", "-f", file, "--tokens", tokens, "--yes")
	for i, line := range strings.Split(strings.TrimSpace(out), "\n") {
		if i >= len(want) || !strings.HasPrefix(line, want[i]) {
			t.Errorf("apply says %q, want %q", out, want)
			break
		}
	}
	for _, when := range []string{"before the node is enrolled", "after"} {
		if out := command(t, env, "apply", "-f", file, "--tokens", tokens, "--yes"); out != "Nothing to change.\n" {
			t.Errorf("a second time, %s: %q", when, out)
		}
		token := filepath.Join(tokens, "Acme-acme-gate.token")
		text, err := os.ReadFile(token)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		command(t, nil, "node", "enrol", strings.TrimSpace(string(text)), "--data", t.TempDir())
		if err := os.Remove(token); err != nil {
			t.Fatal(err)
		}
	}
	if out := command(t, env, "retention", "list"); !strings.Contains(out, "90 days") || !strings.Contains(out, "Acme") {
		t.Errorf("retention list says %q", out)
	}
}

func TestRetentionByTheCommandLine(t *testing.T) {
	_, _, env, _ := upAt(t)
	command(t, env, "client", "add", "Acme")
	command(t, env, "retention", "set", "low", "90")
	command(t, env, "retention", "set", "critical", "forever", "--client", "acme")
	if out := command(t, env, "retention", "set", "low", "30"); strings.Contains(out, "90 days") || !strings.Contains(out, "30 days") || !strings.Contains(out, "for ever") {
		t.Errorf("set again: %q", out)
	}
	if out := command(t, env, "retention", "set", "low", "none"); strings.Contains(out, "all clients") {
		t.Errorf("taken away: %q", out)
	}
	out := command(t, env, "retention", "hold", "--client", "acme", "--from", "2026-03-01", "--reason", "case 12")
	id := strings.TrimSpace(out[strings.LastIndex(out, " "):])
	if out := command(t, env, "retention", "list"); !strings.Contains(out, "case 12") || !strings.Contains(out, id) {
		t.Errorf("list = %q", out)
	}
	if out := command(t, env, "retention", "run", "--dry-run"); !strings.Contains(out, "Nothing would be deleted") {
		t.Errorf("dry run = %q", out)
	}
	if out := command(t, env, "retention", "run"); !strings.Contains(out, "0 alerts deleted") {
		t.Errorf("run = %q", out)
	}
	command(t, env, "retention", "release", id)
	if _, err := try(t, env, "retention", "hold", "--reason", "everything"); err == nil || !strings.Contains(err.Error(), "--all") {
		t.Errorf("a hold of everything by mistake: %v", err)
	}
}

func TestTheShellCompletesNames(t *testing.T) {
	_, _, env, _ := upAt(t)
	command(t, env, "client", "add", "Acme")
	for _, shell := range []string{"bash", "zsh", "fish"} {
		if out := command(t, nil, "completion", shell); !strings.Contains(out, "socme") {
			t.Errorf("completion %s = %q", shell, out)
		}
	}
	if out := command(t, env, "__complete", "node", "token", "--client", "ac"); !strings.HasPrefix(out, "Acme\n") {
		t.Errorf("--client ac completes to %q", out)
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	if out := command(t, env, "__complete", "node", "show", host[:1]); !strings.HasPrefix(out, host+"\tlocal\n") {
		t.Errorf("node show completes to %q", out)
	}
	if out := command(t, []string{"SOCME_URL=http://127.0.0.1:1", "SOCME_TOKEN=x"}, "__complete", "node", "show", ""); !strings.HasPrefix(out, ":4") {
		t.Errorf("without a core node show completes to %q", out)
	}
}

func TestPrometheusReadsARunningCore(t *testing.T) {
	_, dir, env, api := upAt(t)
	eve := filepath.Join(t.TempDir(), "eve.json")
	remoteNode(t, env, "acme", fmt.Sprintf("[[source]]\nkind = \"suricata\"\npath = %q\n", eve))
	appendTo(t, eve, eveAlert(1)+"\n")
	viewer := strings.TrimSpace(command(t, nil, "token", "create", "--data", dir, "--name", "prometheus", "--role", "viewer"))
	until(t, "a batch in the figures", func() (bool, string) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, api.URL+"/metrics", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+viewer)
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		text := string(body)
		for _, want := range []string{"socme_ingest_alerts_total 1\n", "socme_ingest_batch_seconds_count 1\n", "socme_ready 1\n", "socme_feed_position 1\n", `socme_nodes{state="delivering"} 2`} {
			if !strings.Contains(text, want) {
				return false, text
			}
		}
		return strings.Contains(text, "socme_store_commit_seconds_count") && !strings.Contains(text, "socme_store_database_bytes 0\n"), text
	})
}
