package e2e_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/socme-project/socme/soc"
)

// delivered waits until the core has taken all that the node made.
func (c *coreAt) delivered(t *testing.T, n nodeAt, alerts int) soc.Node {
	t.Helper()
	var got soc.Node
	until(t, fmt.Sprintf("%d alerts at the core", alerts), func() (bool, string) {
		have := len(c.all(t, "rule:9000001")) // a fortieth of them, to wait cheaply
		all := have >= alerts/40 && len(c.all(t, `"TEST rule"`)) == alerts
		got = c.node(t, n.id.Node) // after the alerts: what it counts is not older than they
		return all && got.Waiting == 0,
			fmt.Sprintf("delivered %d, waiting %d, missing %d, %d of rule 1", got.Delivered, got.Waiting, got.Missing, have)
	})
	return got
}

// notices are SOCme's own alerts of a rule.
func (c *coreAt) notices(t *testing.T, rule string) []soc.StoredAlert {
	t.Helper()
	return c.all(t, "rule:"+rule)
}

// copyFolder takes a copy of a folder that nothing writes to.
func copyFolder(t *testing.T, from, to string) {
	t.Helper()
	if err := os.RemoveAll(to); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

// setting is a core and a node that has delivered 400 alerts and stopped.
func setting(t *testing.T) (*coreAt, nodeAt) {
	t.Helper()
	c := startCore(t, t.TempDir(), freePort(t))
	if _, err := c.api.AddClient(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	n := enrol(t, c, "acme")
	n.write(t, 0, 400)
	collector := n.start(t)
	c.delivered(t, n, 400)
	collector.stop(t)
	return c, n
}

func TestANodeRestoredFromAnOlderCopyForksTellsAndLosesNothing(t *testing.T) {
	c, n := setting(t)
	older := filepath.Join(t.TempDir(), "older")
	copyFolder(t, n.dir, older)
	eve, err := os.Stat(n.eve)
	if err != nil {
		t.Fatal(err)
	}

	n.write(t, 400, 400)
	collector := n.start(t)
	c.delivered(t, n, 800)
	collector.stop(t)
	// The whole machine is as it was. With the lines that came since, the node would write
	// the same records again, which is no fork.
	copyFolder(t, older, n.dir)
	if err := os.Truncate(n.eve, eve.Size()); err != nil {
		t.Fatal(err)
	}

	n.write(t, 800, 400)
	n.start(t)
	got := c.delivered(t, n, 1200)
	if got.Forks != 1 {
		t.Errorf("%d forks, want 1", got.Forks)
	}
	if notices := c.notices(t, "ledger-fork"); len(notices) != 1 || notices[0].NodeID != n.id.Node {
		t.Errorf("%d notices of a fork, want 1 about the node", len(notices))
	}
	if got.Missing != 0 || got.Delivered != got.Alerts+got.Repeated+got.Dropped {
		t.Errorf("missing %d; delivered %d = %d + %d + %d", got.Missing, got.Delivered, got.Alerts, got.Repeated, got.Dropped)
	}
}

func TestACoreRestoredFromAnOlderBackupForksTellsAndLosesNothing(t *testing.T) {
	c, n := setting(t)
	listen := c.Listen
	c.stop(t)
	older := filepath.Join(t.TempDir(), "older")
	copyFolder(t, c.dir, older)

	c = startCore(t, c.dir, listen)
	n.write(t, 400, 400)
	collector := n.start(t)
	c.delivered(t, n, 800)
	c.stop(t)
	copyFolder(t, older, c.dir)

	n.write(t, 800, 400) // while the core is away
	c = startCore(t, c.dir, listen)
	got := c.delivered(t, n, 1200)
	if got.Forks != 1 || len(c.notices(t, "ledger-fork")) != 1 {
		t.Errorf("%d forks and %d notices, want 1 and 1", got.Forks, len(c.notices(t, "ledger-fork")))
	}
	collector.stop(t)
}

func TestWhatSomebodyDidToTheOutboxIsNamed(t *testing.T) {
	tests := []struct {
		name       string
		statements []string
		alerts     int // that reach the core, of 800
		rule       string
		says       string
		missing    uint64
		dropped    uint64
	}{
		{
			"records deleted",
			[]string{`DELETE FROM records WHERE lane = 2 AND seq BETWEEN 401 AND 403`},
			797, "records-missing", "401 to 403", 3, 0,
		},
		{
			"the newest records deleted",
			[]string{`DELETE FROM records WHERE lane = 2 AND seq > 715`},
			795, "records-missing", "716 to 720", 5, 0,
		},
		{
			"a raw line changed",
			[]string{`UPDATE records SET raw = replace(raw, 'TEST', 'BEST') WHERE lane = 2 AND seq = 500`},
			799, "ledger-fork", "record 500", 0, 1,
		},
		{
			"a raw line and its hash changed",
			[]string{`UPDATE records SET raw_hash = zeroblob(32) WHERE lane = 2 AND seq = 500`, `UPDATE records SET raw = '{}', raw_hash = x'44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a' WHERE lane = 2 AND seq = 500`},
			800, "ledger-fork", "record 500", 0, 0,
		},
		{
			"two records exchanged",
			[]string{`UPDATE records SET seq = 9999 WHERE lane = 2 AND seq = 600`, `UPDATE records SET seq = 600 WHERE lane = 2 AND seq = 601`, `UPDATE records SET seq = 601 WHERE lane = 2 AND seq = 9999`},
			800, "ledger-fork", "record 600", 0, 0,
		},
		{
			"a place in the chain changed",
			[]string{`UPDATE records SET value = zeroblob(7) WHERE lane = 2 AND seq = 650`},
			800, "ledger-fork", "record 650", 0, 0,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, n := setting(t)
			// The core is away while the node finds 400 more, and somebody comes by.
			listen := c.Listen
			c.stop(t)
			n.write(t, 400, 400)
			collector := n.start(t)
			until(t, "800 records in the outbox", func() (bool, string) {
				count := n.outbox(t, `SELECT SUM(seq) FROM lanes`)
				return count == 800, fmt.Sprint(count)
			})
			collector.stop(t)
			for _, statement := range tt.statements {
				n.outbox(t, statement)
			}
			c = startCore(t, c.dir, listen)
			n.start(t)
			var got soc.Node
			until(t, "everything delivered", func() (bool, string) {
				got = c.node(t, n.id.Node)
				have := 0
				for _, a := range c.all(t, "") {
					if a.Rule.Engine != soc.EngineSOCme {
						have++
					}
				}
				// Nothing waits any more a moment before the node has said what it no longer holds.
				told := got.Missing == tt.missing && got.Dropped == tt.dropped
				return got.Waiting == 0 && have == tt.alerts && told, fmt.Sprintf("%d alerts, waiting %d, missing %d of %d, dropped %d of %d", have, got.Waiting, got.Missing, tt.missing, got.Dropped, tt.dropped)
			})
			var notices []soc.StoredAlert
			until(t, "a notice of "+tt.rule, func() (bool, string) {
				notices = c.notices(t, tt.rule)
				return len(notices) > 0, "none"
			})
			if len(notices) != 1 {
				t.Fatalf("%d notices of %s, want 1", len(notices), tt.rule)
			}
			if text := fmt.Sprint(notices[0].Details); !strings.Contains(text, tt.says) {
				t.Errorf("the notice says %s, and does not name %q", text, tt.says)
			}
		})
	}
}

// outbox runs a statement on the node's outbox, behind its back, and returns the
// first number that comes.
func (n nodeAt) outbox(t *testing.T, statement string) int {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(n.dir, "outbox.db")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var first sql.NullInt64
	if strings.HasPrefix(statement, "SELECT") {
		err = db.QueryRow(statement).Scan(&first)
	} else {
		_, err = db.Exec(statement)
	}
	if err != nil {
		t.Fatal(err)
	}
	return int(first.Int64)
}

func TestARestoredCoreGetsBackWhatAQuietNodeStillHolds(t *testing.T) {
	c, n := setting(t)
	listen := c.Listen
	c.stop(t)
	older := filepath.Join(t.TempDir(), "older")
	copyFolder(t, c.dir, older)

	c = startCore(t, c.dir, listen)
	n.write(t, 400, 400)
	n.start(t)
	c.delivered(t, n, 800)
	c.stop(t)
	copyFolder(t, older, c.dir)
	c = startCore(t, c.dir, listen) // and nothing new happens at the client
	if got := c.delivered(t, n, 800); got.Forks != 1 {
		t.Errorf("%d forks, want 1", got.Forks)
	}
}

func TestAnOutboxThatWasMadeAnewIsTold(t *testing.T) {
	c, n := setting(t)
	files, err := filepath.Glob(filepath.Join(n.dir, "outbox.db*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("the outbox's files = %v, %v", files, err)
	}
	for _, file := range files {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	n.write(t, 400, 100)
	n.start(t)
	got := c.delivered(t, n, 500)
	if notices := c.notices(t, "ledger-fork"); len(notices) != 1 || !strings.Contains(fmt.Sprint(notices[0].Details), "made anew") {
		t.Errorf("%d notices, want 1 that says that the outbox was made anew", len(notices))
	}
	if got.Repeated != 400 {
		t.Errorf("%d alerts were repeated, want the 400 that the file still held", got.Repeated)
	}
}
