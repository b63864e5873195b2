package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/internal/store/storetest"
	"github.com/socme-project/socme/soc"
)

// signedDelivery is a delivery with the node's own signature.
func (w *world) signedDelivery(c *chain, entries []soc.Entry) store.Delivery {
	d := c.delivery(entries)
	d.Signed.Time = w.clock
	d.Signed.Signature = soc.Statement{Chain: c.Chain, Head: c.head, Time: w.clock}.Sign(w.key)
	return d
}

func TestACopyIsOfOneMomentAndItsLedgerHolds(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		onPostgres := strings.HasSuffix(t.Name(), storetest.Postgres().Name)
		c := newChain(w.node.ID, soc.LaneNormal)
		var writing sync.WaitGroup
		stop := make(chan struct{})
		accept := func(from int) {
			made := make([]soc.Alert, 20)
			for i := range made {
				made[i] = alertAt(w.node.ID, w.clock, from*20+i)
			}
			must(w.Accept(t.Context(), system, w.signedDelivery(c, c.entries(t, made...))))(t)
		}
		accept(0)
		writing.Go(func() {
			for n := 1; ; n++ {
				select {
				case <-stop:
					return
				default:
					accept(n)
				}
			}
		})
		dir, rows := t.TempDir(), t.TempDir()
		contents := must(w.Dump(t.Context(), system, dir, func(name string, part []byte) error {
			return os.WriteFile(filepath.Join(rows, filepath.Base(name)), part, 0o600)
		}))(t)
		close(stop)
		writing.Wait()
		var ends uint64
		for _, h := range contents.Heads {
			ends += h.Seq
		}
		if contents.Tables["alerts"] == 0 || contents.Tables["alerts"] != contents.Tables["ledger"] || uint64(contents.Tables["ledger"]) != ends {
			t.Errorf("the copy holds %d alerts, %d records, and heads up to %d", contents.Tables["alerts"], contents.Tables["ledger"], ends)
		}
		o := store.Options{Dir: dir, Now: func() time.Time { return w.clock }}
		if onPostgres {
			o.Database = storetest.EmptyPostgres().URL(t)
			if diff := cmp.Diff(contents, must(store.LoadDump(t.Context(), o.Database, rows, contents, nil))(t)); diff != "" {
				t.Errorf("what was loaded is not what was copied:\n%s", diff)
			}
		}
		copied := must(store.Open(t.Context(), o))(t)
		walk := must(copied.VerifyLedger(t.Context(), system))(t)
		if len(walk.Problems) > 0 || walk.Records != contents.Tables["ledger"] || walk.Signatures != 1 {
			t.Errorf("the copy's ledger: %+v", walk)
		}
		if err := copied.Close(); err != nil {
			t.Error(err)
		}
		if onPostgres {
			return
		}
		if diff := cmp.Diff(contents, must(store.ContentsOf(t.Context(), dir))(t)); diff != "" {
			t.Errorf("the copy changed by being opened:\n%s", diff)
		}
	})
}

func TestTheWalkFindsWhatWasChanged(t *testing.T) {
	for name, statement := range map[string]string{
		"a record":              `UPDATE ledger SET raw_hash = value WHERE seq = 4`,
		"a value":               `UPDATE ledger SET value = raw_hash WHERE seq = 4`,
		"a record that is gone": `DELETE FROM ledger WHERE seq = 4`,
		"the end":               `DELETE FROM ledger WHERE seq = 10`,
		"the head":              `UPDATE heads SET seq = 9`,
		"a signature":           `UPDATE signed_heads SET signature = value`,
		"the range's word":      `UPDATE missing_ranges SET first_seq = 5`,
		"the range":             `DELETE FROM missing_ranges`,
	} {
		t.Run(name, func(t *testing.T) {
			onEveryEngine(t, func(t *testing.T, w *world) {
				c := newChain(w.node.ID, soc.LaneNormal)
				must(w.Accept(t.Context(), system, w.signedDelivery(c, c.entries(t, alerts(w, 0, 5)...))))(t)
				c.head.Seq = 7
				gone := soc.Statement{Chain: c.Chain, Head: c.head, Missing: 6, Time: w.clock}
				must(w.AcceptMissing(t.Context(), system, store.Missing{Chain: c.Chain, From: 6, Head: c.head, Latest: 7, Signed: soc.Signed{Time: w.clock, Signature: gone.Sign(w.key)}}))(t)
				must(w.Accept(t.Context(), system, w.signedDelivery(c, c.entries(t, alerts(w, 5, 3)...))))(t)
				if walk := must(w.VerifyLedger(t.Context(), system))(t); len(walk.Problems) > 0 || walk.Records != 8 || walk.Chains != 1 || walk.Signatures != 2 {
					t.Fatalf("before: %+v", walk)
				}
				if err := store.Exec(w.Store, statement); err != nil {
					t.Fatal(err)
				}
				if walk := must(w.VerifyLedger(t.Context(), system))(t); len(walk.Problems) == 0 {
					t.Errorf("nothing was found: %+v", walk)
				}
			})
		})
	}
}
