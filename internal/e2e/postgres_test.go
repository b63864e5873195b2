package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/socme-project/socme/internal/store/storetest"
	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

func TestACoreOnPostgreSQLLosesNothingWhenItIsKilled(t *testing.T) {
	const password, alerts = "correct-horse-battery", 600
	database := string(storetest.Postgres().URL(t)) + " password=" + password
	file := filepath.Join(t.TempDir(), "database")
	if err := os.WriteFile(file, []byte(database+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	data, listen, door := filepath.Join(t.TempDir(), "data"), freePort(t), freePort(t)
	up := func() *process {
		p := start(t, "up", "--data", data, "--database-file", file, "--listen", listen, "--node-listen", door)
		p.says(t, "is ready")
		return p
	}
	first := up()
	token := strings.TrimSpace(command(t, []string{"SOCME_DATABASE=" + database}, "token", "create", "--data", data, "--name", "test", "--role", "admin"))
	env := []string{"SOCME_URL=http://" + listen, "SOCME_TOKEN=" + token}
	api := &sdk.Caller{URL: "http://" + listen, Token: soc.Secret(token)}
	eve := filepath.Join(t.TempDir(), "eve.json")
	remoteNode(t, env, "acme", fmt.Sprintf("[[source]]\nkind = \"suricata\"\npath = %q\n", eve))

	write := func(from, count int) {
		var text strings.Builder
		for n := from; n < from+count; n++ {
			text.WriteString(eveAlert(n) + "\n")
		}
		appendTo(t, eve, text.String())
	}
	delivered := func(want uint64) {
		until(t, fmt.Sprint(want, " records at the core"), func() (bool, string) {
			nodes, err := api.Nodes(t.Context())
			for _, n := range nodes {
				if n.Client == "acme" {
					return n.Delivered >= want, fmt.Sprint(n.Delivered, " are there")
				}
			}
			return false, fmt.Sprint(err)
		})
	}
	write(0, alerts/3)
	delivered(1)
	first.kill()
	write(alerts/3, alerts/3)
	second := up()
	write(2*alerts/3, alerts/3)
	delivered(alerts)

	seen := map[soc.Hash]bool{}
	for _, a := range lines[soc.StoredAlert](t, command(t, env, "alert", "list", "--json", "--all", "--query", "client:acme")) {
		if seen[a.RawSHA256] {
			t.Errorf("alert %s is there twice", a.ID)
		}
		seen[a.RawSHA256] = true
	}
	if len(seen) != alerts {
		t.Errorf("%d alerts are there, want %d", len(seen), alerts)
	}
	second.End(t)

	if _, err := try(t, nil, "up", "--data", data, "--listen", listen); err == nil || !strings.Contains(err.Error(), "keeps its alerts on PostgreSQL") {
		t.Errorf("a start on SQLite says %v, want what to name", err)
	}
	if _, err := os.Stat(filepath.Join(data, "core.db")); err == nil {
		t.Error("there is a core.db beside PostgreSQL")
	}
	away := strings.Replace(database, "host=", "host=/nowhere", 1)
	_, err := try(t, []string{"SOCME_DATABASE=" + away}, "up", "--data", data, "--listen", listen)
	if err == nil {
		t.Fatal("a core started without its database")
	}
	for _, said := range []string{first.String(), second.String(), err.Error()} {
		if strings.Contains(said, password) {
			t.Errorf("the password of the database is told: %s", said)
		}
	}
}
