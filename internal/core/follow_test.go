package core

import (
	"testing"

	"github.com/socme-project/socme/soc"
)

func TestAHoleInTheFeedTellsReadersToQuery(t *testing.T) {
	got := whole([]soc.Fed{{Pos: 12}, {Pos: 14}}, 10, 15)
	for i, hole := range []bool{true, false, true, false, true} {
		if len(got) != 5 || got[i].Pos != 11+int64(i) || got[i].Reset != hole {
			t.Fatalf("entry %d of %d is at %d, a reset %v", i, len(got), got[i].Pos, got[i].Reset)
		}
	}
	if got := whole([]soc.Fed{{Pos: 1}}, 0, 1); len(got) != 1 || got[0].Reset {
		t.Errorf("without a hole it is %v", got)
	}
}
