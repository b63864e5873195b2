package node_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/node"
	"github.com/socme-project/socme/internal/source"
	"github.com/socme-project/socme/internal/wire"
	"github.com/socme-project/socme/soc"
)

// box is an outbox whose writer runs until stop.
type box struct {
	*node.Outbox
	stop func()
}

func open(t *testing.T, dir string, now func() time.Time) *box {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return openWith(t, node.OutboxOptions{Dir: dir, Node: "n1", Key: key, Log: slog.New(slog.DiscardHandler), Now: now})
}

func openWith(t *testing.T, o node.OutboxOptions) *box {
	t.Helper()
	b, err := node.OpenOutbox(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	stopped := false
	stop := func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	return &box{b, stop}
}

// emit hands over n alerts and a cursor, and waits until they are on the disk.
func (b *box) emit(t *testing.T, first, n int) {
	t.Helper()
	batch := source.Batch{Cursor: source.Cursor{Source: "eve", Path: "/x", Device: 1 << 63, Inode: 7, HeadSize: 3, Offset: int64(first + n)}}
	for i := first; i < first+n; i++ {
		a := soc.Alert{Severity: soc.SeverityLow, Rule: soc.Rule{ID: "1"}, EventTime: time.UnixMilli(int64(i)), Raw: fmt.Appendf(nil, `{"n":%d}`, i)}
		a.ID = soc.NewAlertID(a.EventTime, "n1", a.Raw)
		batch.Alerts = append(batch.Alerts, a)
	}
	if err := b.Emit(t.Context(), batch, nil); err != nil {
		t.Fatal(err)
	}
	want := uint64(first + n)
	deadline := time.Now().Add(10 * time.Second)
	for {
		if _, latest := b.Latest(); latest["normal"] == want {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the writer has not committed record %d", want)
		}
		<-time.After(time.Millisecond)
	}
}

func pending(t *testing.T, b *box, limit int) []wire.Encoded {
	t.Helper()
	p, err := b.Pending(t.Context(), soc.LaneNormal, 0, limit)
	if err != nil {
		t.Fatal(err)
	}
	return p.Records()
}

func TestRecordsAndCursorsSurviveARestart(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, time.Now)
	b.emit(t, 0, 250)
	epoch, _ := b.Latest()
	if err := b.Ack(epoch, soc.LaneNormal, 100); err != nil {
		t.Fatal(err)
	}
	before := pending(t, b, 1000)
	b.stop()

	b = open(t, dir, time.Now)
	after := pending(t, b, 1000)
	if len(before) != 150 || len(after) != 150 || after[0].Seq != 101 || after[149].Value != before[149].Value {
		t.Errorf("%d records wait before and %d after, the first is %d; want 150, 150, 101 and the same chain", len(before), len(after), after[0].Seq)
	}
	cursors, err := b.Cursors(t.Context(), "eve")
	if err != nil || len(cursors) != 1 || cursors[0].Offset != 250 || cursors[0].Device != 1<<63 {
		t.Errorf("cursors = %+v, %v; want one at 250", cursors, err)
	}
	value := soc.Chain{Node: "n1", Epoch: epoch, Lane: soc.LaneNormal}.Genesis()
	p, err := b.Pending(t.Context(), soc.LaneUrgent, 0, 10)
	if err != nil || !p.Empty() {
		t.Errorf("the urgent lane has %v, %v; want nothing", p.Records(), err)
	}
	if value == after[0].Value {
		t.Error("the chain has not moved")
	}
}

func TestAReopenedOutboxSendsEverythingAgainInANewChain(t *testing.T) {
	b := open(t, t.TempDir(), time.Now)
	b.emit(t, 0, 30)
	old, _ := b.Latest()
	if err := b.Ack(old, soc.LaneNormal, 20); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second lane that notices changes nothing any more
		if err := b.Reopen(t.Context(), old, "a test"); err != nil {
			t.Fatal(err)
		}
	}
	epoch, latest := b.Latest()
	if epoch == old || latest["normal"] != 30 {
		t.Errorf("epoch %s, latest %v; want another than %s and 30", epoch, latest, old)
	}
	chain := soc.Chain{Node: "n1", Epoch: epoch, Previous: old, Lane: soc.LaneNormal}
	value := chain.Genesis()
	records := pending(t, b, 1000)
	for i, r := range records {
		if value = r.Next(value); r.Seq != uint64(i+1) || r.Value != value {
			t.Fatalf("record %d does not continue the new chain", r.Seq)
		}
	}
	if len(records) != 30 {
		t.Errorf("%d records wait, want all 30", len(records))
	}
	if err := b.Ack(old, soc.LaneNormal, 25); err != nil || len(pending(t, b, 1000)) != 30 {
		t.Errorf("a confirmation of the old epoch = %v, and took records away", err)
	}
}

func TestOnlyOldConfirmedRecordsAreForgotten(t *testing.T) {
	var now atomic.Int64 // the writer reads the clock, too
	now.Store(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC).UnixMilli())
	b := open(t, t.TempDir(), func() time.Time { return time.UnixMilli(now.Load()) })
	b.emit(t, 0, 10)
	epoch, _ := b.Latest()
	if err := b.Ack(epoch, soc.LaneNormal, 6); err != nil {
		t.Fatal(err)
	}
	held := func() int {
		if err := b.Prune(t.Context()); err != nil {
			t.Fatal(err)
		}
		n, err := b.Held(t.Context(), soc.LaneNormal)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := held(); n != 10 {
		t.Errorf("at once %d records are held, want all 10", n)
	}
	now.Add((73 * time.Hour).Milliseconds())
	if n := held(); n != 4 {
		t.Errorf("after 73 hours %d records are held, want the 4 that wait", n)
	}
}

func TestAnOutboxOfANewerProgramIsRefused(t *testing.T) {
	dir := t.TempDir()
	b := open(t, dir, time.Now)
	if err := b.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	b.stop()
	_, key, _ := ed25519.GenerateKey(nil)
	if b, err := node.OpenOutbox(t.Context(), node.OutboxOptions{Dir: dir, Node: "n1", Key: key, Log: slog.New(slog.DiscardHandler), Now: time.Now}); err == nil {
		t.Errorf("an outbox of the future was opened: %v", b.Close())
	}
}

func TestAnIdentityIsNeededToRun(t *testing.T) {
	dir := t.TempDir()
	if _, err := node.ReadIdentity(dir); !errors.Is(err, node.ErrNotEnrolled) {
		t.Errorf("an empty folder = %v, want ErrNotEnrolled", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "node.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := node.ReadIdentity(dir); err == nil || errors.Is(err, node.ErrNotEnrolled) {
		t.Errorf("a torn identity = %v, want an error that is not ErrNotEnrolled", err)
	}
}

// A core that answers late must not look like one that was restored: what it confirms
// while its answer is on the way is not in the answer.
func TestWhatIsConfirmedMeanwhileIsNoFork(t *testing.T) {
	b := open(t, t.TempDir(), time.Now)
	b.emit(t, 0, 30)
	epoch, _ := b.Latest()
	ack := func(seq uint64) {
		if err := b.Ack(epoch, soc.LaneNormal, seq); err != nil {
			t.Fatal(err)
		}
	}
	records := pending(t, b, 1000)
	heads := func(seq uint64) wire.Heads {
		return wire.Heads{Heads: []wire.Head{{Epoch: epoch, Lane: soc.LaneNormal, Seq: seq, Value: records[seq-1].Value}}}
	}
	ack(20)
	before := b.Confirmed()
	late := heads(20)
	ack(25)
	if fork, err := b.Compare(t.Context(), before, late); err != nil || fork != "" {
		t.Errorf("an answer that is late = %q, %v; want no fork", fork, err)
	}
	if fork, err := b.Compare(t.Context(), b.Confirmed(), late); err != nil || fork == "" {
		t.Errorf("a core that lost what it confirmed = %q, %v; want a fork", fork, err)
	}
}
