package e2e_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/config"
	"github.com/socme-project/socme/internal/node"
	"github.com/socme-project/socme/internal/proof"
	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

// acme is a core with one node that has delivered nothing yet.
func acme(t *testing.T) (*coreAt, nodeAt) {
	t.Helper()
	c := startCore(t, t.TempDir(), freePort(t))
	if _, err := c.api.AddClient(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	return c, enrol(t, c, "acme")
}

// proven takes a proof of all that the node delivered, and checks it.
func (c *coreAt) proven(t *testing.T, id soc.NodeID) *proof.Report {
	t.Helper()
	var file bytes.Buffer
	if err := c.api.Proof(t.Context(), sdk.ProofOf{Node: id, From: time.Now().Add(-24 * time.Hour), Raw: true}, &file); err != nil {
		t.Fatal(err)
	}
	report, err := proof.Verify(&file)
	if err != nil {
		t.Fatal(err)
	}
	if !report.Good() {
		t.Errorf("the proof does not hold: %v", report.Problems)
	}
	return report
}

// What a full outbox drops is the oldest of the lowest severity; the core knows how much
// it was, by rule, and the proof holds.
func TestAnOutboxThatWasFullDeliversTheRestAndTheCounts(t *testing.T) {
	c, n := acme(t)
	dir, listen := c.dir, strings.TrimPrefix(c.api.URL, "http://")
	c.stop(t)
	quota := func(o *node.Options) { o.Config.Outbox.Quota = config.QuotaLeast }
	collector := n.startWith(t, quota)
	const alerts = 20_000 // some 25 MB in the outbox
	n.write(t, 0, alerts)
	until(t, "the node reads the file", func() (bool, string) {
		info, err := os.Stat(n.dir + "/outbox.db")
		return err == nil && info.Size() > int64(config.QuotaLeast)/2, fmt.Sprint(err)
	})
	c = startCore(t, dir, listen)
	var got soc.Node
	within(t, 2*time.Minute, "everything is delivered or counted", func() (bool, string) {
		got = c.node(t, n.id.Node)
		return got.Delivered == alerts && got.Waiting == 0, fmt.Sprintf("delivered %d (%d dropped), waiting %d, missing %d", got.Delivered, got.Dropped, got.Waiting, got.Missing)
	})
	collector.stop(t)
	if got.Missing != 0 || got.Forks != 0 {
		t.Errorf("%d missing and %d forks, want none", got.Missing, got.Forks)
	}
	if urgent := c.all(t, "severity>=high"); len(urgent)-len(c.notices(t, "outbox-full")) != alerts/10 {
		t.Errorf("%d alerts of high severity came, want all %d: lower ones go first", len(urgent), alerts/10)
	}
	if got.Dropped == 0 {
		t.Fatal("nothing was dropped: the test tests nothing")
	}
	sum := uint64(0)
	detail, err := c.api.Node(t.Context(), n.id.Node)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range detail.Withheld {
		if w.Why != soc.WhyQuota || w.Severity != soc.SeverityLow {
			t.Errorf("withheld %+v, want low ones by the quota only", w)
		}
		sum += w.Count
	}
	if sum != got.Dropped {
		t.Errorf("by rule %d were dropped, in all %d", sum, got.Dropped)
	}
	if notices := c.notices(t, "outbox-full"); len(notices) == 0 {
		t.Error("nobody was told")
	}
	report := c.proven(t, n.id.Node)
	if report.Dropped != got.Dropped || report.Alerts != got.Alerts || report.Missing != 0 {
		t.Errorf("the proof says %d alerts, %d dropped, %d missing; want %d, %d, 0", report.Alerts, report.Dropped, report.Missing, got.Alerts, got.Dropped)
	}
}

// What a filter keeps back is counted at the core, exactly, also over a restart.
func TestWhatAFilterKeepsBackIsKnownAtTheCore(t *testing.T) {
	c, n := acme(t)
	filters := func(o *node.Options) {
		o.Config.Filters = []config.Filter{{Query: "severity<=low rule:9000001", Reason: "noise of the old switch"}}
	}
	n.write(t, 0, 1000)
	collector := n.startWith(t, filters)
	want := uint64(1000 / 40)
	told := func() (bool, string) {
		detail, err := c.api.Node(t.Context(), n.id.Node)
		if err != nil || len(detail.Withheld) != 1 {
			return false, fmt.Sprint(detail.Withheld, err)
		}
		w := detail.Withheld[0]
		return w.Count == want && w.Why == soc.WhyFilter && w.Reason == "noise of the old switch" && w.Rule.ID == "9000001", fmt.Sprintf("%+v", w)
	}
	until(t, "the core knows what was kept back", told)
	until(t, "the rest is delivered", func() (bool, string) {
		got := c.node(t, n.id.Node)
		return got.Alerts == 1000-want, fmt.Sprint(got.Alerts)
	})
	collector.stop(t)
	n.write(t, 1000, 1000)
	n.startWith(t, filters)
	want *= 2
	until(t, "the core knows of both runs", told)
	if got := c.all(t, "rule:9000001"); len(got) != 0 {
		t.Errorf("%d alerts came that the filter keeps back", len(got))
	}
	health := c.node(t, n.id.Node).Health
	if health == nil || health.OutboxQuota == 0 || health.MemoryBytes == 0 || health.DiskTotal == 0 || health.Cores == 0 || health.System == "" {
		t.Errorf("health = %+v, want all of it", health)
	}
}

// A node whose clock jumps by ten minutes, there and back, changes no order at the core.
func TestAClockThatJumpsChangesNoOrder(t *testing.T) {
	c, n := acme(t)
	var ahead atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	n.startWith(t, func(o *node.Options) { o.Now = now })
	until(t, "the node is heard", func() (bool, string) { return c.node(t, n.id.Node).Health != nil, "" })
	file, err := os.OpenFile(n.eve, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	total := 0
	for _, jump := range []time.Duration{0, 10 * time.Minute, -10 * time.Minute, 1500 * time.Millisecond, 0} {
		ahead.Store(int64(jump))
		for range 20 {
			// The sensor stamps by the same clock, 5 ms after each other.
			line := strings.Replace(eveAlert(total*10+1), `"timestamp":"`+stampOf(eveAlert(total*10+1)), `"timestamp":"`+now().UTC().Format("2006-01-02T15:04:05.000000-0700"), 1)
			line = strings.Replace(line, `"src_port":`, fmt.Sprintf(`"tx_id":%d,"src_port":`, total), 1)
			if _, err := fmt.Fprintln(file, line); err != nil {
				t.Fatal(err)
			}
			total++
			<-time.After(5 * time.Millisecond)
		}
		until(t, "the alerts of this clock", func() (bool, string) {
			got := c.node(t, n.id.Node)
			return got.Alerts == uint64(total), fmt.Sprint(got.Alerts)
		})
		if jump == 1500*time.Millisecond { // within what counts as one clock: later ones wait until it has passed
			<-time.After(1600 * time.Millisecond)
		}
	}
	got := c.all(t, `"TEST rule"`)
	if len(got) != total {
		t.Fatalf("%d alerts, want %d", len(got), total)
	}
	for i, a := range got {
		want := fmt.Sprintf(`"tx_id":%d,`, total-1-i)
		raw, err := c.api.AlertRaw(t.Context(), a.ID.String())
		if err != nil || !strings.Contains(string(raw), want) {
			t.Fatalf("alert %d of the list is %s (%v), want %s", i, raw, err, want)
		}
	}
	ahead.Store(int64(10 * time.Minute))
	within(t, time.Minute, "the skew is shown", func() (bool, string) {
		ms := c.node(t, n.id.Node).ClockSkewMS
		return ms > 599_000 && ms < 601_000, fmt.Sprint(ms)
	})
}

// stampOf is the timestamp of a line.
func stampOf(line string) string {
	_, rest, _ := strings.Cut(line, `"timestamp":"`)
	stamp, _, _ := strings.Cut(rest, `"`)
	return stamp
}
