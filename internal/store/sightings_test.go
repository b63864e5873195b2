package store_test

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

func TestSightingsCountWhatOneSees(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ann := w.staff(t, "ann", soc.RoleAnalyst)
		here := w.staff(t, "bob", soc.RoleAnalyst, w.client.ID)
		other := must(w.AddClient(t.Context(), system, "Harbour", false))(t)
		otherNode, _ := w.enrol(t, other.Name)

		mine := alertAt(w.node.ID, w.clock, 1)
		mine.Source = soc.Endpoint{Address: netip.MustParseAddr("198.51.100.9"), Host: "front desk"}
		again := alertAt(w.node.ID, w.clock, 8)
		again.Source.Address = mine.Source.Address
		w.deliver(t, mine, again)
		theirs := alertAt(otherNode.ID, w.clock, 15)
		theirs.Destination.Address = mine.Source.Address
		chain := newChain(otherNode.ID, soc.LaneNormal)
		must(w.Accept(t.Context(), system, chain.delivery(chain.entries(t, theirs))))(t)

		counts := func(scope soc.Scope) map[string][2]int64 {
			got := map[string][2]int64{}
			for _, s := range must(w.Sightings(t.Context(), scope, mine.ID))(t) {
				if s.Query == "" || s.More {
					t.Errorf("%+v", s)
				}
				got[s.Value] = [2]int64{s.Alerts, s.Clients}
			}
			return got
		}
		address := mine.Source.Address.String()
		if got := counts(ann); got[address] != [2]int64{3, 2} || got["front desk"] != [2]int64{1, 1} {
			t.Errorf("who sees all: %v", got)
		}
		if got := counts(here); got[address] != [2]int64{2, 1} {
			t.Errorf("who sees one client: %v", got)
		}
		there := w.staff(t, "cleo", soc.RoleAnalyst, other.ID)
		if _, err := w.Sightings(t.Context(), there, mine.ID); !errors.Is(err, soc.ErrNotFound) {
			t.Errorf("another client's people see it: %v", err)
		}
		if group := must(w.GroupOf(t.Context(), here, mine.ID))(t); group != soc.NewGroupID(w.client.ID, &mine) {
			t.Errorf("group %s", group)
		}
		if _, err := w.GroupOf(t.Context(), there, mine.ID); !errors.Is(err, soc.ErrNotFound) {
			t.Errorf("another client's people see its group: %v", err)
		}
	})
}

func TestColleaguesAreThoseWhoMayWorkOnAClient(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		other := must(w.AddClient(t.Context(), system, "Harbour", false))(t)
		w.root(t)
		ann := w.staff(t, "ann", soc.RoleAnalyst)
		w.staff(t, "bob", soc.RoleAdmin, w.client.ID)
		cleo := w.staff(t, "cleo", soc.RoleAnalyst, other.ID)
		w.staff(t, "dan", soc.RoleViewer, w.client.ID)
		gone := w.staff(t, "eve", soc.RoleAnalyst)
		disabled := true
		must(w.SetUser(t.Context(), system, gone.Actor().ID, store.UserChange{Disabled: &disabled}))(t)

		want := []store.Colleague{{Name: "admin", Role: soc.RoleAdmin}, {Name: "ann", Role: soc.RoleAnalyst}, {Name: "bob", Role: soc.RoleAdmin}}
		if diff := cmp.Diff(want, must(w.Colleagues(t.Context(), ann, w.client.ID))(t)); diff != "" {
			t.Errorf("colleagues (-want +got):\n%s", diff)
		}
		if got, err := w.Colleagues(t.Context(), cleo, w.client.ID); !errors.Is(err, soc.ErrNotFound) {
			t.Errorf("cleo lists who works for a client that is not hers: %v, %v", got, err)
		}
	})
}
