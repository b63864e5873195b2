package store_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

func TestPeoplesTagsAreStepsAndAreFound(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ann := w.staff(t, "ann", soc.RoleAnalyst)
		a, b, c := alertAt(w.node.ID, w.clock, 1), alertAt(w.node.ID, w.clock, 8), alertAt(w.node.ID, w.clock, 2)
		b.Tags, c.Tags = []string{"Case 17"}, []string{"other"}
		w.deliver(t, a, b, c) // two of one group
		group := soc.NewGroupID(w.client.ID, &a)
		found := func(text string) (ids []soc.AlertID) {
			q := must(query.Parse(text, query.Asker{Now: w.clock}))(t)
			for _, alert := range everything(t, w, q) {
				if !q.Match(&alert) {
					t.Errorf("%s finds %v, and Match says no", text, alert.PeopleTags)
				}
				ids = append(ids, alert.ID)
			}
			return ids
		}
		ids := func(alerts ...soc.Alert) (ids []soc.AlertID) {
			for _, alert := range everything(t, w, query.Query{}) {
				if slices.ContainsFunc(alerts, func(a soc.Alert) bool { return a.ID == alert.ID }) {
					ids = append(ids, alert.ID)
				}
			}
			return ids
		}
		want := func(text string, alerts ...soc.Alert) {
			t.Helper()
			if diff := cmp.Diff(ids(alerts...), found(text)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", text, diff)
			}
		}
		want(`tag:"case 17"`, b) // the sensor's
		one := must(w.act(t, ann, store.Step{Verb: soc.VerbTag, Tag: "  Case  17 ", Alert: &a.ID}))(t)
		if one.Tag != "case 17" || one.Alerts != 1 {
			t.Errorf("the step is %+v", one)
		}
		want(`tag:"case 17"`, a, b)
		want(`tag:case*`, a, b)
		want(`-tag:"case 17"`, c)
		want(`tag="case 17"`, a)
		want(`has:tag`, a, b, c)
		if _, err := w.act(t, ann, store.Step{Verb: soc.VerbTag, Tag: "CASE 17", Alert: &a.ID}); !errors.Is(err, soc.ErrConflict) {
			t.Errorf("the same tag again: %v", err)
		}
		whole := must(w.act(t, ann, store.Step{Verb: soc.VerbTag, Tag: "night", Group: &group}))(t)
		if whole.Alerts != 2 || !slices.Equal(must(w.Group(t.Context(), system, group))(t).Tags, []string{"night"}) {
			t.Errorf("a group is tagged with its %d alerts", whole.Alerts)
		}
		want("tag:night", a, b)
		if q := must(query.Parse("tag:night", query.Asker{}))(t); len(groupPages(t, w, store.GroupFilter{Query: q, Limit: 5})) != 1 {
			t.Error("the group is not found by its tag")
		}
		q := must(query.Parse("tag:night", query.Asker{}))(t)
		shown := must(w.Matches(t.Context(), ann, store.Step{Verb: soc.VerbUntag, Tag: "night", Query: &q}))(t)
		taken := must(w.act(t, ann, store.Step{Verb: soc.VerbUntag, Tag: "night", Query: &q, As: "tag:night", Groups: true}))(t)
		if shown.Alerts != 2 || taken.Alerts != 2 || len(found("tag:night")) != 0 {
			t.Errorf("%+v are shown and %d taken", shown, taken.Alerts)
		}
		must2(w.Undo(t.Context(), ann, taken.ID))(t)
		want("tag:night", a, b)
		must2(w.Undo(t.Context(), ann, one.ID))(t) // its alert was touched since: it stays
		want(`tag="case 17"`, a)
		names := must(w.Names(t.Context(), soc.ScopeOf("eve", soc.RoleViewer, w.client.ID), query.Tag, "ni"))(t)
		if len(names) != 1 || names[0].Text != "night" {
			t.Errorf("ni is completed to %v", names)
		}
		line := must2(w.Timeline(t.Context(), system, a.ID))(t)
		if len(line) < 3 || line[len(line)-1].Verb != soc.VerbTag || line[len(line)-1].Tag != "case 17" {
			t.Errorf("the timeline is %+v", line)
		}
		for _, tag := range []string{"", " ", "a,b", `a"b`, "a*"} {
			if _, err := w.act(t, ann, store.Step{Verb: soc.VerbTag, Tag: tag, Alert: &a.ID}); !errors.Is(err, soc.ErrInvalid) {
				t.Errorf("the tag %q: %v", tag, err)
			}
		}
	})
}

func must2[T, U any](value T, _ U, err error) func(testing.TB) T { return must(value, err) }

func TestAUserBeginsWithAViewOfTheirsOrASharedOne(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ann, bob := w.staff(t, "ann", soc.RoleAdmin), w.staff(t, "bob", soc.RoleAnalyst)
		own := must(w.SaveView(t.Context(), ann, soc.View{Name: "mine", Query: "is:mine", Standard: true}))(t)
		shared := must(w.SaveView(t.Context(), bob, soc.View{Name: "all", Query: "is:open", Shared: true}))(t)
		secret := must(w.SaveView(t.Context(), bob, soc.View{Name: "secret", Query: "is:open"}))(t)
		first := func(scope soc.Scope) (ids []string) {
			for _, v := range must(w.Views(t.Context(), scope))(t) {
				if v.Standard {
					ids = append(ids, v.ID)
				}
			}
			return ids
		}
		if got := first(ann); !slices.Equal(got, []string{own.ID}) || len(first(bob)) != 0 {
			t.Errorf("ann begins with %v, bob with %v", got, first(bob))
		}
		if err := w.SetFirstView(t.Context(), ann, shared.ID); err != nil || !slices.Equal(first(ann), []string{shared.ID}) {
			t.Errorf("ann begins with %v, %v", first(ann), err)
		}
		if err := w.SetFirstView(t.Context(), ann, secret.ID); !errors.Is(err, soc.ErrNotFound) {
			t.Errorf("a view that nobody shares: %v", err)
		}
		if err := w.SetFirstView(t.Context(), ann, ""); err != nil || len(first(ann)) != 0 {
			t.Errorf("ann begins with %v, %v", first(ann), err)
		}
		token, _, err := w.AddToken(t.Context(), ann, store.NewToken{Name: "script", Wanted: store.Wanted{Role: soc.RoleAnalyst}})
		if err != nil {
			t.Fatal(err)
		}
		script := soc.ScopeOfAll("script", soc.RoleAnalyst).As(soc.Actor{Kind: soc.ActorToken, ID: token.ID, Name: "script"})
		made := must(w.SaveView(t.Context(), script, soc.View{Name: "from a script", Query: "is:open"}))(t)
		if made.Owner != "ann" || len(must(w.Views(t.Context(), script))(t)) != 3 {
			t.Errorf("a token's view is %+v", made)
		}
		if err := w.DeleteView(t.Context(), ann, made.ID); err != nil {
			t.Error(err)
		}
	})
}
