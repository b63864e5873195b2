package api

import (
	"testing"

	"github.com/socme-project/socme/internal/seal"
	"github.com/socme-project/socme/soc"
)

func TestAPositionTellsWhoDoesNotSeeAllNothing(t *testing.T) {
	key, err := seal.OpenKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	of := func(id string, scope soc.Scope) *stream {
		return &stream{API: &API{Seal: key}, who: principal{scope: scope.As(soc.Actor{Kind: soc.ActorUser, ID: id, Name: id})}}
	}
	all, eve, mallory := of("ann", soc.ScopeOfAll("ann", soc.RoleViewer)), of("eve", soc.ScopeOf("eve", soc.RoleViewer, "c1")), of("mallory", soc.ScopeOf("mallory", soc.RoleViewer, "c1"))
	if all.place(17) != "17" {
		t.Errorf("who sees all gets %s", all.place(17))
	}
	place := eve.place(17)
	if place == eve.place(17) || len(place) > 256 {
		t.Errorf("the same position is written the same twice: %s", place)
	}
	if pos, err := eve.position(place); err != nil || pos != 17 {
		t.Errorf("it is read as %d, %v", pos, err)
	}
	for name, wrong := range map[string]string{"a number": "17", "nothing": "", "what was changed": place[:len(place)-2] + "AA"} {
		if pos, err := eve.position(wrong); err == nil {
			t.Errorf("%s is read as %d", name, pos)
		}
	}
	if pos, err := mallory.position(place); err == nil {
		t.Errorf("another reads it as %d", pos)
	}
}
