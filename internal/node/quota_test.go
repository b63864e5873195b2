package node_test

import (
	"crypto/ed25519"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/node"
	"github.com/socme-project/socme/internal/source"
	"github.com/socme-project/socme/internal/wire"
	"github.com/socme-project/socme/soc"
)

const testQuota = 4 << 20

// mixed are n alerts of all severities, about 2 KB each, ten rules.
func mixed(first, n int) []soc.Alert {
	random := rand.New(rand.NewPCG(uint64(first), 1))
	alerts := make([]soc.Alert, n)
	for i := range alerts {
		rule := random.IntN(10)
		a := soc.Alert{
			Severity: soc.Severity(random.IntN(6)), EventTime: time.UnixMilli(int64(first + i)),
			Rule: soc.Rule{Engine: soc.EngineSuricata, ID: fmt.Sprint(rule), Name: fmt.Sprint("rule ", rule)},
			Raw:  fmt.Appendf(nil, `{"n":%d,"filling":%q}`, first+i, strings.Repeat("x", 1500)),
		}
		a.ID = soc.NewAlertID(a.EventTime, "n1", a.Raw)
		alerts[i] = a
	}
	return alerts
}

func openQuota(t *testing.T, dir string, quota int64) *box {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return openWith(t, node.OutboxOptions{Dir: dir, Node: "n1", Key: key, Log: slog.New(slog.DiscardHandler), Now: time.Now, Quota: quota})
}

// put emits alerts and waits until they are on the disk.
func (b *box) put(t *testing.T, alerts []soc.Alert) {
	t.Helper()
	for len(alerts) > 0 {
		n := min(500, len(alerts))
		if err := b.Emit(t.Context(), source.Batch{Alerts: alerts[:n]}, nil); err != nil {
			t.Fatal(err)
		}
		alerts = alerts[n:]
	}
	if err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// taker is the other side of the outbox: it takes what comes, and checks the chain.
type taker struct {
	heads   map[soc.Lane]soc.Head
	alerts  map[soc.AlertID]bool
	stones  map[string]int // tombstones and ranges by rule
	missing uint64
	epoch   soc.Epoch
}

func newTaker() *taker {
	return &taker{heads: map[soc.Lane]soc.Head{}, alerts: map[soc.AlertID]bool{}, stones: map[string]int{}}
}

// take takes one parcel of a lane, confirms it, and says whether there was one.
func (k *taker) take(t *testing.T, b *box, l soc.Lane) bool {
	t.Helper()
	p, err := b.Pending(t.Context(), l, 0, wire.MaxRecords)
	if err != nil {
		t.Fatal(err)
	}
	if p.Empty() {
		return false
	}
	if k.epoch != p.Chain().Epoch {
		k.epoch = p.Chain().Epoch
		for _, lane := range soc.Lanes() {
			c := p.Chain()
			c.Lane = lane
			k.heads[lane] = soc.Head{Value: c.Genesis()}
		}
	}
	head := k.heads[l]
	for _, r := range p.Records() {
		if r.Seq != head.Seq+1 || r.Next(head.Value) != r.Value {
			t.Fatalf("record %d of the %s lane does not follow record %d", r.Seq, l, head.Seq)
		}
		head = soc.Head{Seq: r.Seq, Value: r.Value}
		if r.Dropped {
			k.stones[ruleOf(t, r.Alert)]++
			continue
		}
		k.alerts[r.AlertID] = true
	}
	if from, gone, dropped := p.Gone(); from != 0 {
		if from != head.Seq+1 {
			t.Fatalf("a range begins with record %d of the %s lane, want %d", from, l, head.Seq+1)
		}
		sum := uint64(0)
		for _, w := range dropped {
			k.stones[w.Rule.ID] += int(w.Count)
			sum += w.Count
		}
		if len(dropped) == 0 {
			k.missing += gone.Seq - from + 1
		} else if sum != gone.Seq-from+1 {
			t.Fatalf("the rules of a range make up %d of %d records", sum, gone.Seq-from+1)
		}
		head = gone
	}
	k.heads[l] = head
	if err := b.Ack(k.epoch, l, head.Seq); err != nil {
		t.Fatal(err)
	}
	return true
}

func (k *taker) takeAll(t *testing.T, b *box) {
	t.Helper()
	for _, l := range soc.Lanes() {
		for k.take(t, b, l) {
		}
	}
}

func ruleOf(t *testing.T, normal []byte) string {
	t.Helper()
	_, rest, ok := strings.Cut(string(normal), `"rule":{"engine":"suricata","id":"`)
	if !ok {
		t.Fatalf("the tombstone %s does not name its rule", normal)
	}
	id, _, _ := strings.Cut(rest, `"`)
	return id
}

func TestAFullOutboxDropsTheOldestOfTheLowestSeverityAndCountsThemByRule(t *testing.T) {
	dir := t.TempDir()
	b := openQuota(t, dir, 1<<30)
	all := mixed(0, 6000)
	b.put(t, all[:5999])
	b.stop()
	b = openQuota(t, dir, testQuota)
	b.put(t, all[5999:])
	if u, err := b.Usage(t.Context()); err != nil || u.Bytes > testQuota || u.Records != 6000 {
		t.Errorf("usage %+v, %v; want 6,000 records within %d bytes", u, err, testQuota)
	}
	k := newTaker()
	k.takeAll(t, b)

	wantRules := map[string]int{}
	worstDropped := soc.SeverityUnknown
	bySeverity := map[soc.Severity][2]int{} // dropped, kept
	for _, a := range all {
		n := bySeverity[a.Severity]
		if k.alerts[a.ID] {
			n[1]++
		} else {
			n[0]++
			if n[1] > 0 {
				t.Errorf("alert %s was dropped although an older one of its severity was kept", a.ID)
			}
			wantRules[a.Rule.ID]++
			worstDropped = max(worstDropped, a.Severity)
		}
		bySeverity[a.Severity] = n
	}
	for s := soc.SeverityUnknown; s < worstDropped; s++ {
		if bySeverity[s][1] != 0 {
			t.Errorf("%d alerts of severity %v were kept while some of severity %v were dropped", bySeverity[s][1], s, worstDropped)
		}
	}
	if n := bySeverity[soc.SeverityCritical]; n[1] == 0 {
		t.Errorf("no critical alert was kept: %v", bySeverity)
	}
	if fmt.Sprint(k.stones) != fmt.Sprint(wantRules) || len(wantRules) == 0 {
		t.Errorf("by rule the core counts %v, want %v", k.stones, wantRules)
	}
	if k.missing != 0 {
		t.Errorf("%d records are missing, want none: they were dropped", k.missing)
	}
	if held, err := b.Ranges(t.Context()); err != nil || held == 0 {
		t.Errorf("%d ranges, %v: nothing was merged", held, err)
	}
}

func TestWhatTheCoreHasIsForgottenBeforeAnythingIsDropped(t *testing.T) {
	b := openQuota(t, t.TempDir(), testQuota)
	k := newTaker()
	for i := range 12 { // 12 MB in all, and never more than the quota on the way
		b.put(t, mixed(i*500, 500))
		k.takeAll(t, b)
	}
	if len(k.stones) != 0 || len(k.alerts) != 6000 {
		t.Errorf("%d alerts came and %v were dropped, want 6,000 and none", len(k.alerts), k.stones)
	}
	if u, err := b.Usage(t.Context()); err != nil || u.Bytes > testQuota || u.Records != 0 || !u.Oldest.IsZero() {
		t.Errorf("usage %+v, %v; want nothing that waits, within the quota", u, err)
	}
}

func TestARestartAndAForkKeepTheCountsOfWhatWasDropped(t *testing.T) {
	dir := t.TempDir()
	b := openQuota(t, dir, testQuota)
	all := mixed(0, 5000)
	b.put(t, all)
	b.stop()
	b = openQuota(t, dir, testQuota)
	b.put(t, mixed(5000, 1000))
	k := newTaker()
	k.take(t, b, soc.LaneNormal) // the core has a little, then the two part
	taken := len(k.alerts)
	epoch, _ := b.Latest()
	if err := b.Reopen(t.Context(), epoch, "a test"); err != nil {
		t.Fatal(err)
	}
	k.takeAll(t, b)
	if epoch == k.epoch {
		t.Error("no new epoch was opened")
	}
	sum := len(k.alerts)
	for _, n := range k.stones {
		sum += n
	}
	if k.missing != 0 || sum < 6000 || sum > 6000+1000 {
		t.Errorf("%d alerts (%d of them before the fork) and %v dropped make %d, %d missing; want 6,000 or a little more, none missing",
			len(k.alerts), taken, k.stones, sum, k.missing)
	}
}

// What was handed out may be at the core already: to drop it would count it twice.
func TestWhatIsOnItsWayIsNotDropped(t *testing.T) {
	b := openQuota(t, t.TempDir(), testQuota)
	b.put(t, mixed(0, 300))
	on, err := b.Pending(t.Context(), soc.LaneNormal, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	b.put(t, mixed(300, 6000))
	again, err := b.Pending(t.Context(), soc.LaneNormal, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	if len(again.Records()) != len(on.Records()) {
		t.Fatalf("of %d records on their way %d are left", len(on.Records()), len(again.Records()))
	}
	for i, r := range again.Records() {
		if r.Dropped || r.Seq != on.Records()[i].Seq {
			t.Fatalf("record %d was dropped on its way", r.Seq)
		}
	}
}
