package store_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

func TestHowFarTheNewestAreLookedAt(t *testing.T) {
	const million = 1_000_000
	for name, tt := range map[string]struct {
		some     int
		total    int64
		opposite bool
		want     int
	}{
		"nothing was found":                  {0, million, false, 0},
		"one in a hundred of a million":      {5, million, false, 7500},
		"one in a hundred of ten million":    {5, 10 * million, false, 7500},
		"one in five hundred of a million":   {1, million, false, 0},
		"of a small client, all were seen":   {0, 10 * million, false, 0},
		"a rare opposite":                    {1, million, true, 37_500},
		"an opposite with nothing, so far":   {0, million, true, 0},
		"statistics that do not know":        {5, -1, false, 0},
		"one in five hundred of ten million": {1, 10 * million, false, 0},
	} {
		if got := store.DepthFor(tt.some, 50, tt.total, tt.opposite); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
}

func TestAnOrOfWhatNoOneIndexTellsIsReadPageByPage(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		c := newChain(w.node.ID, soc.LaneNormal)
		made := make([]soc.Alert, 120)
		for i := range made {
			made[i] = alertAt(w.node.ID, w.clock, i)
			made[i].Rule.ID = fmt.Sprint(i % 7)
			if i%5 == 0 {
				made[i].Source.User = "root"
			}
		}
		must(w.Accept(ctx, system, c.delivery(c.entries(t, made...))))(t)
		all := must(w.Alerts(ctx, system, store.AlertFilter{Limit: 500}))(t)
		ann := w.staff(t, "ann", soc.RoleAdmin)
		for i := 0; i < len(all); i += 3 {
			must2(w.Act(ctx, ann, store.Step{Verb: soc.VerbAcknowledge, Alert: &all[i].ID}))(t)
		}
		all = must(w.Alerts(ctx, system, store.AlertFilter{Limit: 500}))(t)
		for _, text := range []string{
			"is:acknowledged OR user:root", "rule:3 (is:acknowledged OR user:root)", "(is:acknowledged rule:3) OR (is:open user:root)",
			"is:acknowledged OR is:unclaimed", "(is:acknowledged OR user:root) (is:open OR rule:2)", "-(is:acknowledged OR user:root)",
		} {
			q := must(query.Parse(text, query.Asker{Now: w.clock, User: "ann"}))(t)
			var want, got []soc.AlertID
			for i := range all {
				if q.Match(&all[i]) {
					want = append(want, all[i].ID)
				}
			}
			for f := (store.AlertFilter{Query: q, Limit: 7}); ; {
				page := must(w.Alerts(ctx, system, f))(t)
				for _, a := range page {
					got = append(got, a.ID)
				}
				if len(page) < f.Limit {
					break
				}
				f.Before = &page[len(page)-1].SortKey
			}
			if len(want) == 0 || !slices.Equal(got, want) {
				t.Errorf("%s: %d alerts page by page, want %d, in the same order", text, len(got), len(want))
			}
		}
		none := must(query.Parse("is:escalated OR user:nobody-is-called-so", query.Asker{Now: w.clock, User: "ann"}))(t)
		if page := must(w.Alerts(ctx, system, store.AlertFilter{Query: none}))(t); page == nil || len(page) > 0 {
			t.Errorf("of what nothing fits = %v, want an empty list", page)
		}
	})
}
