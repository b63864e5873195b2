package ingest

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/hub"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/internal/store/storetest"
	"github.com/socme-project/socme/soc"
)

func TestWhatNodesBringMeanwhileIsCommittedTogether(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d storetest.Database) {
		now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
		var commits atomic.Int64
		s := storetest.Open(t, store.Options{
			Dir: t.TempDir(), Database: d.URL(t), Now: func() time.Time { return now },
			Committed: func(time.Duration) { commits.Add(1) },
		})
		i := &Ingest{Store: s, Hub: hub.New(0)}
		const nodes, each = 20, 3
		deliveries := make([]store.Delivery, nodes)
		for n := range deliveries {
			deliveries[n] = firstDelivery(t, s, n, each)
		}
		deliveries[7].Entries[1].Value[0]++ // does not continue its chain
		before := commits.Load()

		release, held := make(chan struct{}), make(chan struct{})
		var running sync.WaitGroup
		running.Go(func() {
			_ = i.Hub.Commit(func() ([]soc.Fed, error) { close(held); <-release; return nil, nil })
		})
		<-held
		errs := make([]error, nodes)
		for n := range deliveries {
			running.Go(func() { _, errs[n] = i.commit(t.Context(), deliveries[n]) })
		}
		for waiting := 0; waiting < nodes; {
			i.crowd.mu.Lock()
			waiting = len(i.crowd.waiting)
			i.crowd.mu.Unlock()
		}
		close(release)
		running.Wait()

		for n, err := range errs {
			var ledger *soc.LedgerError
			if fork := errors.As(err, &ledger) && ledger.Fork; fork != (n == 7) || err != nil && n != 7 {
				t.Errorf("node %d: %v", n, err)
			}
		}
		if got := commits.Load() - before; got != 1 {
			t.Errorf("%d transactions, want 1", got)
		}
		fed, ok, err := i.Hub.Next(t.Context(), 0, 1000)
		if err != nil || !ok || len(fed) != (nodes-1)*each {
			t.Fatalf("streams hear of %d alerts, %v, %v; want %d", len(fed), ok, err, (nodes-1)*each)
		}
		for n, f := range fed {
			if f.Pos != int64(n)+1 {
				t.Fatalf("entry %d has position %d", n, f.Pos)
			}
		}
	})
}

func TestACrowdTakesOneBatchOfEachNodeInItsOrder(t *testing.T) {
	var c crowd
	batch := func(node soc.NodeID, records int) *waiter {
		return c.bring(store.Delivery{Chain: soc.Chain{Node: node}, Entries: make([]soc.Entry, records)})
	}
	long, first, second, third := batch("a", 600), batch("b", 500), batch("b", 1), batch("c", 400)
	if got := c.take(long); len(got) != 2 || got[0] != long || got[1] != third {
		t.Errorf("with the first go %d", len(got)-1)
	}
	if got := c.take(third); got != nil {
		t.Errorf("what was taken is taken again: %v", got)
	}
	if got := c.take(first); len(got) != 1 || got[0] != first || len(c.waiting) != 1 || c.waiting[0] != second {
		t.Errorf("two batches of one node were taken together")
	}
}

// firstDelivery enrols a node at a client of its own, and is what it sends first.
func firstDelivery(t *testing.T, s *store.Store, n, alerts int) store.Delivery {
	t.Helper()
	ctx := t.Context()
	client := fmt.Sprintf("client %d", n)
	if _, err := s.AddClient(ctx, system, client, false); err != nil {
		t.Fatal(err)
	}
	secret, _, err := s.AddEnrolment(ctx, system, client, "gate")
	if err != nil {
		t.Fatal(err)
	}
	public, _, _ := ed25519.GenerateKey(nil)
	node, err := s.Enrol(ctx, system, store.Enrolment{
		Secret: secret, LedgerKey: public, Name: "gate",
		Sign: func(soc.NodeID) (time.Time, error) { return time.Now().Add(time.Hour), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	d := store.Delivery{Chain: soc.Chain{Node: node.ID, Epoch: "epoch-1", Lane: soc.LaneNormal}, Signed: soc.Signed{Time: time.UnixMilli(1), Signature: []byte{1}}}
	head := soc.Head{Value: d.Chain.Genesis()}
	for m := range alerts {
		at := time.Date(2026, 3, 2, 12, 0, m, 0, time.UTC)
		a := soc.Alert{
			Severity: soc.SeverityLow, Rule: soc.Rule{Engine: soc.EngineSuricata, ID: "9000001", Name: "a rule of all"},
			EventTime: at, SeenTime: at, Raw: fmt.Appendf(nil, `{"n":%d}`, m),
		}
		a.ID = soc.NewAlertID(at, node.ID, a.Raw)
		normal, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		r := soc.Record{Seq: head.Seq + 1, AlertID: a.ID, RawHash: a.RawHash()}
		head = soc.Head{Seq: r.Seq, Value: r.Next(head.Value)}
		d.Entries = append(d.Entries, soc.Entry{Record: r, Value: head.Value, Alert: a, Normal: normal})
	}
	d.Latest = head.Seq
	return d
}
