package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

func TestEveryChangeIsInTheAudit(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		me, root := w.root(t)
		before := must(w.VerifyAudit(ctx, system))(t)
		last := func() soc.AuditRecord { return must(w.Audit(ctx, root, store.AuditFilter{Limit: 1}))(t)[0] }
		disabled := true
		var user soc.User
		var token soc.Token
		var session soc.UserSession
		steps := []struct {
			what string // verb noun target client
			do   func() error
		}{
			{"add client Acme Acme", func() error { _, err := w.AddClient(ctx, root, "Acme", false); return err }},
			{"make node-token gate Acme", func() error { _, _, err := w.AddEnrolment(ctx, root, "acme", "gate"); return err }},
			{"revoke node gate Clinic Saint-Luc", func() error { return w.RevokeNode(ctx, root, w.node.ID) }},
			{"invite user ada Acme", func() (err error) { user = w.invite(t, root, "ada", soc.RoleViewer, "Acme"); return nil }},
			{"set user ada Acme", func() error { _, err := w.SetUser(ctx, root, "ada", store.UserChange{Disabled: &disabled}); return err }},
			{"set user ada Acme", func() error {
				disabled = false
				_, err := w.SetUser(ctx, root, "ada", store.UserChange{Disabled: &disabled})
				return err
			}},
			{"make link ada ", func() error { _, err := w.AddUserLink(ctx, root, "ada"); return err }},
			{"begin session ada ", func() (err error) { _, session, err = w.AddSession(ctx, system, user.ID, store.Origin{}); return err }},
			{"end session ada ", func() error { return w.EndSession(ctx, root, session.ID) }},
			{"delete user ada Acme", func() error { return w.DeleteUser(ctx, root, "ada") }},
			{"make token x Acme", func() (err error) {
				token, _, err = w.AddToken(ctx, root, store.NewToken{Name: "x", Wanted: store.Wanted{Role: soc.RoleViewer, Clients: []string{"acme"}}})
				return err
			}},
			{"delete token x Acme", func() error { return w.DeleteToken(ctx, root, token.ID) }},
			{"set account admin ", func() error { return w.SetAccount(ctx, root, store.AccountChange{Password: "$hash"}) }},
			{"set totp admin ", func() error {
				return w.SetTOTP(ctx, root, store.TOTP{Sealed: []byte("sealed"), Codes: []soc.Secret{"code"}})
			}},
			{"use recovery-code admin ", func() error { _, err := w.UseRecoveryCode(ctx, system, me.ID, "code", store.Origin{}); return err }},
			{"delete totp admin ", func() error { return w.DeleteTOTP(ctx, root) }},
			{"see client Acme Acme", func() error {
				return w.AddNotes(ctx, system, []store.Note{{Scope: root, Verb: "see", Noun: "client", Target: soc.AuditTarget{Name: "Acme"}, Client: soc.NamedClient{ID: "a", Name: "Acme"}}})
			}},
		}
		for i, s := range steps {
			w.clock = w.clock.Add(time.Minute)
			if err := s.do(); err != nil {
				t.Fatalf("%s: %v", s.what, err)
			}
			r := last()
			if got := fmt.Sprintf("%s %s %s %s", r.Verb, r.Noun, r.Target.Name, r.Client.Name); got != s.what || r.Seq != before.Seq+uint64(i)+1 || !r.Time.Equal(w.clock) {
				t.Errorf("record %d at %s is %q, want one record more: %q", r.Seq, r.Time, got, s.what)
			}
			if r.Actor.Name == "" || r.Hash() != r.Value {
				t.Errorf("%s: the record is %+v", s.what, r)
			}
		}
		head, err := w.VerifyAudit(ctx, root)
		if err != nil || head.Seq != before.Seq+uint64(len(steps)) {
			t.Errorf("verify = %+v, %v; want %d records", head, err, before.Seq+uint64(len(steps)))
		}
		// A change that fails leaves nothing.
		if _, err := w.AddClient(ctx, root, "ACME", false); !errors.Is(err, soc.ErrConflict) {
			t.Fatal(err)
		}
		if again := must(w.VerifyAudit(ctx, root))(t); again != head {
			t.Errorf("after a change that was refused the head is %+v, want %+v", again, head)
		}
		set := must(w.Audit(ctx, root, store.AuditFilter{Verb: "set", Noun: "user", Actor: me.Name, Client: "Acme", Limit: 10}))(t)
		if len(set) != 2 || !strings.Contains(string(set[1].Before), `"disabled":false`) || !strings.Contains(string(set[1].After), `"disabled":true`) {
			t.Errorf("the changes of the user are %+v", set)
		}
	})
}

func TestTheAuditIsPagedAndFiltered(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		_, root := w.root(t)
		for i := range 25 {
			w.clock = w.clock.Add(time.Second)
			must(w.AddClient(ctx, root, fmt.Sprint("c", i), false))(t)
		}
		seen := map[uint64]bool{}
		for cursor, pages := uint64(0), 0; ; pages++ {
			page := must(w.Audit(ctx, root, store.AuditFilter{Verb: "add", Before: cursor, Limit: 10}))(t)
			if len(page) == 0 {
				break
			}
			for _, r := range page {
				if seen[r.Seq] || cursor != 0 && r.Seq >= cursor {
					t.Errorf("record %d stands twice, or out of order", r.Seq)
				}
				seen[r.Seq], cursor = true, r.Seq
			}
		}
		if len(seen) != 26 { // and the world's own client
			t.Errorf("%d records, want 26", len(seen))
		}
		if got := must(w.Audit(ctx, root, store.AuditFilter{From: w.clock.Add(-2 * time.Second), Until: w.clock}))(t); len(got) != 2 {
			t.Errorf("between two times %d records, want 2", len(got))
		}
		for _, scope := range []soc.Scope{soc.ScopeOfAll("v", soc.RoleViewer), soc.ScopeOfAll("a", soc.RoleAnalyst), soc.ScopeOf("l", soc.RoleAdmin, w.client.ID)} {
			if got, err := w.Audit(ctx, scope, store.AuditFilter{}); !errors.Is(err, soc.ErrForbidden) || len(got) != 0 {
				t.Errorf("%s of %v reads the audit: %v", scope.Role(), scope.Clients(), err)
			}
		}
	})
}

func TestOneChangedBitOfTheAuditIsFound(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		_, root := w.root(t)
		name := "Acme"
		must(w.AddClient(ctx, root, name, false))(t)
		disabled := true
		w.invite(t, root, "ada", soc.RoleViewer, name)
		if _, err := w.SetUser(ctx, root, "ada", store.UserChange{Disabled: &disabled}); err != nil {
			t.Fatal(err)
		}
		must(w.AddClient(ctx, root, "Last", false))(t)
		head := must(w.VerifyAudit(ctx, system))(t)
		seq := head.Seq - 1 // set user: every column has something
		flip := func(text string, bit int) string {
			b := []byte(text)
			b[bit/8] ^= 1 << (bit % 8)
			return string(b)
		}
		record := must(w.Audit(ctx, root, store.AuditFilter{Before: head.Seq, Limit: 1}))(t)[0]
		columns := map[string]any{
			"at_ms": record.Time.UnixMilli(), "actor_kind": string(record.Actor.Kind), "actor_id": record.Actor.ID, "actor_name": record.Actor.Name, "address": record.Actor.Address,
			"verb": record.Verb, "noun": record.Noun, "target_id": record.Target.ID, "target_name": record.Target.Name,
			"client_id": string(record.Client.ID), "client_name": record.Client.Name, "before_json": string(record.Before), "after_json": string(record.After), "value": record.Value[:],
		}
		changed := 0
		try := func(column string, value, was any) {
			t.Helper()
			if err := store.Exec(w.Store, `UPDATE audit SET `+column+` = ? WHERE seq = ?`, value, seq); err != nil {
				t.Fatal(err)
			}
			changed++
			_, err := w.VerifyAudit(ctx, system)
			if !errors.Is(err, store.ErrAudit) || !strings.Contains(err.Error(), fmt.Sprintf("record %d ", seq)) {
				t.Errorf("with a bit of %s changed verify says %v, want it to name record %d", column, err, seq)
			}
			if err := store.Exec(w.Store, `UPDATE audit SET `+column+` = ? WHERE seq = ?`, was, seq); err != nil {
				t.Fatal(err)
			}
		}
		for column, was := range columns {
			switch v := was.(type) {
			case int64:
				for bit := 0; bit < 42; bit += 3 {
					try(column, v^1<<bit, v)
				}
			case string:
				if v == "" {
					t.Fatalf("the record has no %s", column)
				}
				for i := 0; i < len(v); i += 2 { // a bit of every other byte; bit 7 would break UTF-8, which PostgreSQL refuses
					try(column, flip(v, 8*i+i/2%7), v)
				}
			case []byte:
				for i := range v {
					try(column, []byte(flip(string(v), 8*i+i%8)), v)
				}
			}
		}
		t.Logf("%d changed bits, each was found", changed)
		if got := must(w.VerifyAudit(ctx, system))(t); got != head {
			t.Errorf("put back, verify says %+v", got)
		}
		for _, tt := range []struct{ name, statement, names string }{
			{"one taken out", fmt.Sprintf(`DELETE FROM audit WHERE seq = %d`, seq), fmt.Sprintf("record %d is missing", seq)},
			{"the newest taken out as well", fmt.Sprintf(`DELETE FROM audit WHERE seq >= %d`, seq), fmt.Sprintf("record %d is missing", seq)},
		} {
			if err := store.Exec(w.Store, tt.statement); err != nil {
				t.Fatal(err)
			}
			if _, err := w.VerifyAudit(ctx, system); !errors.Is(err, store.ErrAudit) || !strings.Contains(err.Error(), tt.names) {
				t.Errorf("%s: verify says %v, want %q", tt.name, err, tt.names)
			}
		}
	})
}

func TestARecordSurvivesItsWayThroughJSON(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		_, root := w.root(t)
		must(w.AddClient(t.Context(), root, "<A&B> Élan", false))(t)
		r := must(w.Audit(t.Context(), root, store.AuditFilter{Limit: 1}))(t)[0]
		text := must(json.Marshal(r))(t)
		var again soc.AuditRecord
		if err := json.Unmarshal(text, &again); err != nil || again.Hash() != r.Value || again.Previous != r.Previous {
			t.Errorf("read again the record is %+v, %v", again, err)
		}
	})
}
