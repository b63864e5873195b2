package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/store/storetest"
	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

// follower is one reader of a stream, who goes on where it ended.
type follower struct {
	mu    sync.Mutex
	seen  map[soc.AlertID]int // how often it came as new
	last  int64
	wrong []string
	late  time.Duration // the latest
	acted []string
}

func (f *follower) take(e sdk.Event) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if e.Name == "reset" {
		f.wrong = append(f.wrong, "a reset")
	}
	if e.Alert == nil {
		return nil
	}
	pos, err := strconv.ParseInt(e.ID, 10, 64)
	if err != nil || pos <= f.last {
		f.wrong = append(f.wrong, fmt.Sprintf("position %s after %d", e.ID, f.last))
	}
	f.last = pos
	if e.Alert.State != soc.AlertOpen {
		f.acted = append(f.acted, e.Alert.ID.String())
		return nil
	}
	f.seen[e.Alert.ID]++
	f.late = max(f.late, time.Since(e.Alert.ReceivedTime))
	return nil
}

func (f *follower) follow(ctx context.Context, api *sdk.Caller) {
	for place := "0"; ctx.Err() == nil; {
		err := api.Stream(ctx, "client:acme engine:suricata", place, func(e sdk.Event) error {
			err := f.take(e)
			if e.ID != "" {
				place = e.ID
			}
			return err
		})
		if _, refused := errors.AsType[*sdk.Problem](err); refused {
			f.mu.Lock()
			f.wrong = append(f.wrong, err.Error())
			f.mu.Unlock()
			return
		}
	}
}

func TestTwoCoresOnOneDatabaseAreOne(t *testing.T) {
	const part = 150
	database := string(storetest.Postgres().URL(t))
	file := filepath.Join(t.TempDir(), "database")
	if err := os.WriteFile(file, []byte(database+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	type machine struct{ data, listen, door string }
	a := machine{filepath.Join(t.TempDir(), "a"), freePort(t), freePort(t)}
	b := machine{filepath.Join(t.TempDir(), "b"), freePort(t), freePort(t)}
	up := func(m machine) *process {
		p := start(t, "up", "--data", m.data, "--database-file", file, "--listen", m.listen, "--node-listen", m.door)
		p.says(t, "is ready")
		return p
	}
	first := up(a)
	if _, err := try(t, nil, "up", "--data", b.data, "--database-file", file, "--listen", b.listen, "--node-listen", b.door); err == nil || !strings.Contains(err.Error(), "copy ca.pem, ca.key and seal.key") {
		t.Fatalf("a core with keys of its own starts: %v", err)
	}
	for _, name := range []string{"ca.pem", "ca.key", "seal.key"} {
		text, err := os.ReadFile(filepath.Join(a.data, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(b.data, name), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	up(b)
	token := strings.TrimSpace(command(t, []string{"SOCME_DATABASE=" + database}, "token", "create", "--data", a.data, "--name", "test", "--role", "admin"))
	env := []string{"SOCME_URL=http://" + a.listen, "SOCME_TOKEN=" + token}
	onA := &sdk.Caller{URL: "http://" + a.listen, Token: soc.Secret(token)}
	onB := &sdk.Caller{URL: "http://" + b.listen, Token: soc.Secret(token)}
	eve := filepath.Join(t.TempDir(), "eve.json")
	remoteNode(t, env, "acme", fmt.Sprintf("[[source]]\nkind = \"suricata\"\npath = %q\n", eve))

	reader := &follower{seen: map[soc.AlertID]int{}}
	ctx, stop := context.WithCancel(t.Context())
	var following sync.WaitGroup
	following.Go(func() { reader.follow(ctx, onB) })
	t.Cleanup(func() { stop(); following.Wait() })

	write := func(from, count int) {
		for n := from; n < from+count; n++ {
			appendTo(t, eve, eveAlert(n)+"\n")
		}
	}
	arrived := func(want int) {
		t.Helper()
		until(t, fmt.Sprint(want, " alerts in the stream of the other core"), func() (bool, string) {
			reader.mu.Lock()
			defer reader.mu.Unlock()
			return len(reader.seen) >= want, fmt.Sprintf("%d came, wrong: %q", len(reader.seen), reader.wrong)
		})
	}
	write(0, part)
	arrived(part)
	reader.mu.Lock()
	t.Logf("the latest of %d came %s after it was committed", part, reader.late.Round(time.Millisecond))
	reader.mu.Unlock()

	write(part, part)
	first.kill()
	write(2*part, part)
	first = up(a)
	arrived(3 * part)

	// What people do at one core is seen at the other, and a claim is of one of them.
	page, err := onB.Alerts(t.Context(), "client:acme engine:suricata", "", 1)
	if err != nil || len(page.Items) != 1 {
		t.Fatal(page, err)
	}
	id := page.Items[0].ID.String()
	if _, err := onA.ActOnAlert(t.Context(), id, sdk.Doing{Verb: soc.VerbAcknowledge}); err != nil {
		t.Fatal(err)
	}
	until(t, "the step in the stream of the other core", func() (bool, string) {
		reader.mu.Lock()
		defer reader.mu.Unlock()
		return len(reader.acted) == 1 && reader.acted[0] == id, fmt.Sprint(reader.acted)
	})
	// A backup of both, while both run.
	key, out := filepath.Join(t.TempDir(), "key"), filepath.Join(t.TempDir(), "socme.age")
	public := strings.TrimSpace(command(t, nil, "backup", "key", key))
	command(t, nil, "backup", "--data", b.data, "--database-file", file, "--out", out, "--recipient", public)
	named := []string{"SOCME_DATABASE=" + database}
	if text := command(t, named, "backup", "verify", out, "--identity", key, "--scratch", t.TempDir()); !strings.Contains(text, "Good: it is whole") || !strings.Contains(text, fmt.Sprint(3*part)) {
		t.Errorf("verify says %s", text)
	}
	if text, err := try(t, named, "restore", out, "--identity", key, "--data", filepath.Join(t.TempDir(), "new")); err == nil || !strings.Contains(err.Error(), "is not empty") {
		t.Errorf("a backup was restored over the cores: %s, %v", text, err)
	}
	if text := command(t, named, "audit", "verify", "--data", b.data); !strings.Contains(text, "as it was written") {
		t.Errorf("the audit: %s", text)
	}

	reader.mu.Lock()
	defer reader.mu.Unlock()
	for id, times := range reader.seen {
		if times != 1 {
			t.Errorf("alert %s came %d times", id, times)
		}
	}
	if len(reader.seen) != 3*part || len(reader.wrong) > 0 {
		t.Errorf("%d alerts came, want %d; wrong: %q", len(reader.seen), 3*part, reader.wrong)
	}
	first.End(t)
}
