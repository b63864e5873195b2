package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

func TestAdvisoriesAreKeptOnceAndFound(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		_, root := w.root(t)
		cert := must(w.SavePublisher(ctx, root, soc.Publisher{Name: "CERT", URL: "https://cert.example/feed", Kind: soc.AdvisoryNotice}))(t)
		other := must(w.SavePublisher(ctx, root, soc.Publisher{Name: "Other", URL: "https://other.example/", Kind: soc.AdvisoryReport}))(t)
		if _, err := w.SavePublisher(ctx, root, soc.Publisher{Name: "Twice", URL: cert.URL, Kind: soc.AdvisoryNotice}); !errors.Is(err, soc.ErrConflict) {
			t.Errorf("the same URL twice = %v", err)
		}
		var items []soc.Advisory
		for i := range 600 {
			items = append(items, soc.Advisory{Key: fmt.Sprint(i), Title: fmt.Sprintf("Flaw %d", i), Summary: "100% bad_thing", PublishedTime: w.clock.Add(time.Duration(i) * time.Minute)})
		}
		cert.ReadTime, cert.ETag = w.clock, "tag"
		for range 2 { // the second time changes nothing
			if err := w.NotePublished(ctx, system, cert, items); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.NotePublished(ctx, system, other, []soc.Advisory{{Key: "1", Title: "A group moves on", PublishedTime: w.clock}}); err != nil {
			t.Fatal(err)
		}
		list := must(w.Publishers(ctx, root))(t)
		if len(list) != 2 || list[0].Advisories != 500 || list[0].ETag != "tag" || !list[0].ReadTime.Equal(w.clock) || list[1].Advisories != 1 {
			t.Errorf("publishers %+v", list)
		}
		viewer := soc.ScopeOf("viewer", soc.RoleViewer, w.client.ID)
		var seen []soc.Advisory
		for before := ""; ; before = seen[len(seen)-1].ID {
			page := must(w.Advisories(ctx, viewer, store.AdvisoryFilter{Kind: soc.AdvisoryNotice, Before: before, Limit: 200}))(t)
			seen = append(seen, page...)
			if len(page) < 200 {
				break
			}
		}
		if len(seen) != 500 || seen[0].Title != "Flaw 599" || seen[499].Title != "Flaw 100" || seen[0].Publisher != "CERT" {
			t.Errorf("%d pages of advisories, from %+v", len(seen), seen[0])
		}
		for text, want := range map[string]int{"fLAW 599": 1, "100%": 50, "bad_thing": 50, "badxthing": 0, "group moves": 1, "' OR 1=1": 0} {
			if got := must(w.Advisories(ctx, viewer, store.AdvisoryFilter{Text: text}))(t); len(got) != want {
				t.Errorf("%q finds %d, want %d", text, len(got), want)
			}
		}
		// Another URL is read from its beginning, and what came from the old one late is dropped.
		moved := cert
		moved.URL = "https://cert.example/new"
		must(w.SavePublisher(ctx, root, moved))(t)
		if err := w.NotePublished(ctx, system, cert, []soc.Advisory{{Key: "late", Title: "Late", PublishedTime: w.clock}}); err != nil {
			t.Fatal(err)
		}
		if list := must(w.Publishers(ctx, root))(t); list[0].ETag != "" || !list[0].ReadTime.IsZero() || list[0].Advisories != 500 {
			t.Errorf("after the move %+v", list[0])
		}
		if err := w.DeletePublisher(ctx, root, cert.ID); err != nil {
			t.Fatal(err)
		}
		if left := must(w.Advisories(ctx, viewer, store.AdvisoryFilter{}))(t); len(left) != 1 {
			t.Errorf("%d advisories are left", len(left))
		}
		for _, err := range []error{w.DeletePublisher(ctx, viewer, other.ID), func() error { _, err := w.SavePublisher(ctx, viewer, other); return err }(), w.NotePublished(ctx, viewer, other, nil)} {
			if !errors.Is(err, soc.ErrForbidden) {
				t.Errorf("a viewer changes it: %v", err)
			}
		}
	})
}

func TestAPublishersURLIsOfTheWeb(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		_, root := w.root(t)
		for _, url := range []string{"", "cert.example", "ftp://cert.example/", "file:///etc/passwd", "https://user:secret@cert.example/", "https:///path", "javascript:alert(1)"} {
			if _, err := w.SavePublisher(t.Context(), root, soc.Publisher{Name: "CERT", URL: url, Kind: soc.AdvisoryAlert}); !errors.Is(err, soc.ErrInvalid) {
				t.Errorf("%q = %v, want ErrInvalid", url, err)
			}
		}
	})
}
