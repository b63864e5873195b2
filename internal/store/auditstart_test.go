package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

func TestOldRecordsOfTheAuditGoAndTheChainHolds(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		_, root := w.root(t)
		day := func(n int) {
			t.Helper()
			for i := range n {
				must(w.AddClient(ctx, root, fmt.Sprintf("c%d-%d", w.clock.Unix(), i), false))(t)
			}
			w.clock = w.clock.Add(24 * time.Hour)
		}
		trim := func(want int64) {
			t.Helper()
			if gone := must(w.TrimAudit(ctx, system))(t); gone != want {
				t.Fatalf("%d records went, want %d", gone, want)
			}
		}
		for _, days := range []int{-1, 1, soc.AuditRetentionMin - 1, soc.RetentionMax + 1} {
			if err := w.SetAuditKept(ctx, root, days); !errors.Is(err, soc.ErrInvalid) {
				t.Errorf("the audit is kept %d days: %v", days, err)
			}
		}
		before := must(w.VerifyAudit(ctx, root))(t)
		day(5)
		day(5)
		trim(0) // for ever
		if err := w.SetAuditKept(ctx, root, soc.AuditRetentionMin); err != nil {
			t.Fatal(err)
		}
		day(0)
		trim(0) // nothing is old enough
		w.clock = w.clock.Add((soc.AuditRetentionMin - 1) * 24 * time.Hour)
		gone := int64(before.Seq) + 10
		trim(gone)
		trim(0)
		head := must(w.VerifyAudit(ctx, root))(t)
		if head.First != uint64(gone)+1 || head.Seq != uint64(gone)+2 {
			t.Errorf("what remains is %d to %d, want %d to %d", head.First, head.Seq, gone+1, gone+2)
		}
		// What is left is told with what came before it, so that a file of it verifies as well.
		left := must(w.Audit(ctx, root, store.AuditFilter{}))(t)
		if len(left) != 2 || left[0].Verb != "delete" || left[0].Noun != "audit" {
			t.Fatalf("what remains is %+v", left)
		}
		for _, r := range left {
			if r.Hash() != r.Value {
				t.Errorf("record %d does not follow what was before it", r.Seq)
			}
		}
		day(3)
		if again := must(w.VerifyAudit(ctx, root))(t); again.First != head.First || again.Seq != head.Seq+3 {
			t.Errorf("with three records more it is %+v", again)
		}
		w.clock = w.clock.Add(soc.AuditRetentionMin * 24 * time.Hour)
		trim(5)
		head = must(w.VerifyAudit(ctx, root))(t)
		if days := *must(w.Retention(ctx, root))(t).AuditDays; head.First != head.Seq || days != soc.AuditRetentionMin {
			t.Errorf("what remains is %d to %d, kept for %d days", head.First, head.Seq, days)
		}
		if got := must(w.Retention(ctx, soc.ScopeOf("v", soc.RoleViewer, w.client.ID)))(t); got.AuditDays != nil {
			t.Errorf("a client's own people are told how long the audit is kept: %d", *got.AuditDays)
		}
	})
}

func TestTheBeginningOfTheAuditCannotBeMoved(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		_, root := w.root(t)
		for i := range 5 {
			must(w.AddClient(ctx, root, fmt.Sprint("c", i), false))(t)
		}
		exec := func(text string, args ...any) {
			t.Helper()
			if err := store.Exec(w.Store, text, args...); err != nil {
				t.Fatal(err)
			}
		}
		broken := func(what, names string) {
			t.Helper()
			if _, err := w.VerifyAudit(ctx, system); !errors.Is(err, store.ErrAudit) || !strings.Contains(err.Error(), names) {
				t.Errorf("%s: verify says %v, want %q", what, err, names)
			}
		}
		head := must(w.VerifyAudit(ctx, root))(t)
		at := must(w.Audit(ctx, root, store.AuditFilter{Before: head.Seq, Limit: 1}))(t)[0]
		exec(`UPDATE audit_start SET seq = ?, value = ?`, at.Seq, at.Value[:])
		broken("moved without a record", fmt.Sprintf("record %d is missing", at.Seq))
		exec(`UPDATE audit_start SET seq = 0`)

		if err := w.SetAuditKept(ctx, root, soc.AuditRetentionMin); err != nil {
			t.Fatal(err)
		}
		w.clock = w.clock.Add((soc.AuditRetentionMin + 2) * 24 * time.Hour)
		must(w.AddClient(ctx, root, "new", false))(t)
		kept := must(w.AddClient(ctx, root, "newer", false))(t)
		must(w.TrimAudit(ctx, system))(t)
		head = must(w.VerifyAudit(ctx, root))(t)
		if head.Seq-head.First != 2 {
			t.Fatalf("what remains is %d to %d, want three records", head.First, head.Seq)
		}
		first := must(w.Audit(ctx, root, store.AuditFilter{Target: string(kept.ID), Limit: 1}))(t)[0]
		exec(`DELETE FROM audit WHERE seq = ?`, head.First)
		broken("one more taken out", fmt.Sprintf("record %d is missing", head.First))
		exec(`UPDATE audit_start SET seq = ?, value = ?`, first.Seq-1, first.Previous[:])
		broken("and the beginning moved behind it", "its own record says otherwise")
	})
}
