package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

func TestAClientIsChangedWithinBounds(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		id := string(w.client.ID)
		other := must(w.AddClient(t.Context(), system, "Acme", false))(t)
		contacts := []soc.Contact{{Name: "Rana", Mail: "rana@clinic.example", Phone: "+33 1 23", Note: "nights"}, {Name: "Jo"}}
		notes, name := "  # On call\nask Rana ", "Clinic Saint-Lucas"
		got := must(w.SetClient(t.Context(), system, id, store.ClientChange{Name: &name, Contacts: &contacts, Notes: &notes}))(t)
		read := must(w.Client(t.Context(), soc.ScopeOf("eve", soc.RoleViewer, w.client.ID), name))(t)
		if diff := cmp.Diff(contacts, read.Contacts); diff != "" || read.Notes != strings.TrimSpace(notes) || read.Name != name || got.Name != name {
			t.Errorf("it is %+v after all; contacts (-want +got):\n%s", read, diff)
		}
		if found := everything(t, w, must(query.Parse("client:"+query.Quote(name), query.Asker{}))(t)); len(found) != 0 {
			t.Errorf("%d alerts are found", len(found))
		}
		own := soc.ScopeOf("adm", soc.RoleAdmin, w.client.ID)
		must(w.SetClient(t.Context(), own, id, store.ClientChange{Notes: &name}))(t)
		taken, long, odd := "ACME", strings.Repeat("x", store.NotesMost+1), []soc.Contact{{Name: "a\nb"}}
		many := slices.Repeat([]soc.Contact{{Name: "x"}}, store.ContactsMost+1)
		for what, tt := range map[string]struct {
			scope soc.Scope
			id    string
			to    store.ClientChange
			want  error
		}{
			"a name that another has":       {system, id, store.ClientChange{Name: &taken}, soc.ErrConflict},
			"a name by its own admin":       {own, id, store.ClientChange{Name: &long}, soc.ErrForbidden},
			"notes that are too long":       {system, id, store.ClientChange{Notes: &long}, soc.ErrInvalid},
			"a contact of two lines":        {system, id, store.ClientChange{Contacts: &odd}, soc.ErrInvalid},
			"too many contacts":             {system, id, store.ClientChange{Contacts: &many}, soc.ErrInvalid},
			"a contact without a name":      {system, id, store.ClientChange{Contacts: &[]soc.Contact{{Mail: "x"}}}, soc.ErrInvalid},
			"another client's, by an admin": {own, string(other.ID), store.ClientChange{Notes: &name}, soc.ErrNotFound},
			"its own, by a viewer":          {soc.ScopeOf("eve", soc.RoleViewer, w.client.ID), id, store.ClientChange{Notes: &name}, soc.ErrForbidden},
		} {
			if _, err := w.SetClient(t.Context(), tt.scope, tt.id, tt.to); !errors.Is(err, tt.want) {
				t.Errorf("%s: %v, want %v", what, err, tt.want)
			}
		}
		must(w.SetLogo(t.Context(), system, id, store.Logo{Type: "image/png", Image: []byte("a picture")}))(t)
		if logo := must(w.Logo(t.Context(), own, id))(t); string(logo.Image) != "a picture" || must(w.Client(t.Context(), own, id))(t).Logo != logo.Hash || logo.Hash == "" {
			t.Errorf("the logo is %+v", logo)
		}
		must(w.SetLogo(t.Context(), own, id, store.Logo{}))(t)
		if _, err := w.Logo(t.Context(), own, id); !errors.Is(err, soc.ErrNotFound) {
			t.Errorf("a logo that was taken away: %v", err)
		}
	})
}

func TestADeletedClientIsGoneAtOnceAndItsDataSoon(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		other := must(w.AddClient(t.Context(), system, "Acme", false))(t)
		theirs, _ := w.enrol(t, "Acme")
		var made []soc.Alert
		for n := range 700 {
			made = append(made, alertAt(w.node.ID, w.clock, n))
		}
		w.deliver(t, made...)
		c := newChain(theirs.ID, soc.LaneNormal)
		must(w.Accept(t.Context(), system, c.delivery(c.entries(t, alertAt(theirs.ID, w.clock, 1)))))(t)
		eve := w.staff(t, "eve", soc.RoleViewer, w.client.ID)
		id, name := string(w.client.ID), w.client.Name
		would := must(w.Removal(t.Context(), system, id))(t)
		if would.Alerts != 700 || would.Nodes != 1 || would.Delivering != 1 || would.Users != 1 {
			t.Errorf("with it would go %+v", would)
		}
		if _, err := w.DeleteClient(t.Context(), system, id, name); !errors.Is(err, soc.ErrConflict) {
			t.Errorf("a client whose node delivers: %v", err)
		}
		if err := w.RevokeNode(t.Context(), system, w.node.ID); err != nil {
			t.Fatal(err)
		}
		hold := must(w.AddHold(t.Context(), system, soc.Hold{Client: name, Reason: "case"}))(t)
		if _, err := w.DeleteClient(t.Context(), system, id, name); !errors.Is(err, soc.ErrConflict) {
			t.Errorf("a client that is held: %v", err)
		}
		if err := w.ReleaseHold(t.Context(), system, hold.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.DeleteClient(t.Context(), system, id, strings.ToLower(name)); !errors.Is(err, soc.ErrInvalid) {
			t.Errorf("a client that is not named exactly: %v", err)
		}
		if _, err := w.DeleteClient(t.Context(), eve, id, name); !errors.Is(err, soc.ErrForbidden) {
			t.Errorf("by a viewer: %v", err)
		}
		must(w.DeleteClient(t.Context(), system, id, name))(t)
		select {
		case <-w.Removals():
		default:
			t.Error("nobody is told that there is data to remove")
		}
		if _, err := w.Client(t.Context(), system, id); !errors.Is(err, soc.ErrNotFound) {
			t.Errorf("it is still there: %v", err)
		}
		must(w.AddClient(t.Context(), system, name, false))(t) // the name is free
		if deleted, done, err := w.Expire(t.Context(), system, 0); err != nil || !done || deleted != 700 {
			t.Fatalf("%d alerts are removed, %v, %v", deleted, done, err)
		}
		left := must(w.Alerts(t.Context(), system, store.AlertFilter{}))(t)
		if len(left) != 1 || left[0].ClientID != other.ID || len(must(w.Nodes(t.Context(), system))(t)) != 1 {
			t.Errorf("%d alerts are left", len(left))
		}
		if diff := cmp.Diff(recount(t, w), must(store.Rollups(w.Store))(t)); diff != "" {
			t.Errorf("rollups (-want +got):\n%s", diff)
		}
		checkGroups(t, w)
	})
}

func TestWhatLeftASiteIsListedToTheLastRecord(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		other, _ := w.enrol(t, w.client.Name)
		var want []string
		chains := []*chain{newChain(w.node.ID, soc.LaneNormal), newChain(w.node.ID, soc.LaneUrgent), newChain(other.ID, soc.LaneNormal)}
		var first soc.Alert
		for round := range 12 {
			c := chains[round%3]
			var made []soc.Alert
			for n := range 1 + round%4 {
				made = append(made, alertAt(c.Node, w.clock.Add(-time.Duration(round)*time.Hour), 100*round+n))
			}
			if round == 6 {
				first = made[0]
			}
			if round == 9 {
				made = append(made, first) // again
			}
			must(w.Accept(t.Context(), system, c.delivery(c.entries(t, made...))))(t)
			for _, a := range made {
				want = append(want, a.ID.String())
			}
			w.clock = w.clock.Add(time.Minute)
		}
		slices.Reverse(want)
		eve := soc.ScopeOf("eve", soc.RoleViewer, w.client.ID)
		for _, size := range []int{1, 4, 500} {
			var got []string
			kinds := map[string]int{}
			for f := (store.RecordFilter{Client: w.client.Name, Limit: size}); ; {
				records, places, err := w.Records(t.Context(), eve, f)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range records {
					got = append(got, r.AlertID.String())
					kinds[r.Kind]++
					raw := must(w.AlertRaw(t.Context(), eve, r.AlertID))(t)
					if !r.Held || r.Rule == nil || r.RawSize != len(raw) || r.RawSHA256 != (&soc.Alert{Raw: raw}).RawHash() || r.NodeName == "" || r.ReceivedTime.IsZero() || r.EventTime.IsZero() {
						t.Fatalf("a record is %+v", r)
					}
				}
				if len(records) < size {
					break
				}
				f.Before = &places[len(places)-1]
			}
			if diff := cmp.Diff(want, got); diff != "" || kinds["repeated"] != 1 {
				t.Errorf("in pages of %d, kinds %v (-want +got):\n%s", size, kinds, diff)
			}
		}
		records, _, err := w.Records(t.Context(), eve, store.RecordFilter{Client: w.client.Name, Node: other.ID})
		if err != nil || len(records) == 0 || slices.ContainsFunc(records, func(r soc.LedgerRecord) bool { return r.Node != other.ID }) {
			t.Errorf("of one node there are %d, %v", len(records), err)
		}
	})
}
