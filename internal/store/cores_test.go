package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/internal/store/storetest"
	"github.com/socme-project/socme/soc"
)

// two are stores of two cores on one database.
func two(t *testing.T) (a, b *store.Store) {
	t.Helper()
	url := storetest.Postgres().URL(t)
	open := func() *store.Store {
		return storetest.Open(t, store.Options{Database: url, Now: time.Now})
	}
	return open(), open()
}

func TestOneCoreAtATimeDoesAJob(t *testing.T) {
	a, b := two(t)
	ctx := t.Context()
	ran := 0
	did, err := a.Only(ctx, system, store.JobTidy, func() error {
		if did, err := b.Only(ctx, system, store.JobTidy, func() error { ran++; return nil }); did || err != nil {
			t.Errorf("the other core does the same: %v, %v", did, err)
		}
		if did, err := b.Only(ctx, system, store.JobAdvisories, func() error { ran++; return nil }); !did || err != nil {
			t.Errorf("the other core may do something else: %v, %v", did, err)
		}
		return nil
	})
	if !did || err != nil || ran != 1 {
		t.Errorf("the first does it: %v, %v; the other did %d", did, err, ran)
	}
	failed := errors.New("failed")
	if did, err := b.Only(ctx, system, store.JobTidy, func() error { return failed }); !did || !errors.Is(err, failed) {
		t.Errorf("when it is free the other does it: %v, %v", did, err)
	}
	if did, err := a.Only(ctx, system, store.JobTidy, func() error { return nil }); !did || err != nil {
		t.Errorf("a job that failed is free again: %v, %v", did, err)
	}
	_, err = a.Only(ctx, system, store.JobExpire, func() error {
		if _, _, err := b.Expire(ctx, system, 0); !errors.Is(err, soc.ErrConflict) {
			t.Errorf("two cores delete old alerts at once: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestCoresHearWhatOthersFeed(t *testing.T) {
	a, b := two(t)
	ctx, cancel := context.WithCancel(t.Context())
	heard := map[*store.Store]chan struct{}{a: make(chan struct{}, 100), b: make(chan struct{}, 100)}
	var listening sync.WaitGroup
	for s, to := range heard {
		listening.Go(func() {
			if err := s.Listen(ctx, system, func() { to <- struct{}{} }); err != nil {
				t.Error(err)
			}
		})
		<-to // it has begun
	}
	client, err := a.AddClient(ctx, system, "Acme", false)
	if err != nil {
		t.Fatal(err)
	}
	raise := func(s *store.Store, n int) {
		t.Helper()
		alert := soc.Alert{EventTime: time.Now().UTC(), Rule: soc.Rule{Engine: soc.EngineSOCme, ID: fmt.Sprint(n)}}
		alert.ID = soc.NewAlertID(alert.EventTime, "", []byte(alert.Rule.ID))
		if _, err := s.Raise(ctx, system, store.Notice{Alert: alert, Client: client.ID, Once: alert.Rule.ID}); err != nil {
			t.Fatal(err)
		}
	}
	hears := func(s *store.Store) {
		t.Helper()
		select {
		case <-heard[s]:
		case <-time.After(20 * time.Second):
			t.Error("a core does not hear the other")
		}
	}
	raise(a, 1)
	hears(b)
	raise(b, 2)
	hears(a)
	if len(heard[a]) != 0 || len(heard[b]) != 0 {
		t.Errorf("a core hears itself: %d, %d", len(heard[a]), len(heard[b]))
	}
	cancel()
	listening.Wait()
}

func TestPositionsFollowCommitsOfTwoCores(t *testing.T) {
	a, b := two(t)
	ctx := t.Context()
	client, err := a.AddClient(ctx, system, "Acme", false)
	if err != nil {
		t.Fatal(err)
	}
	const each = 100
	var writing sync.WaitGroup
	for who, s := range []*store.Store{a, b, a, b} {
		writing.Go(func() {
			for n := range each {
				alert := soc.Alert{EventTime: time.Now().UTC(), Rule: soc.Rule{Engine: soc.EngineSOCme, ID: fmt.Sprint(who, "-", n)}}
				alert.ID = soc.NewAlertID(alert.EventTime, "", []byte(alert.Rule.ID))
				if _, err := s.Raise(ctx, system, store.Notice{Alert: alert, Client: client.ID, Once: alert.Rule.ID}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	// A reader who never looks back misses nothing.
	seen := map[soc.AlertID]bool{}
	for pos := int64(0); pos < 4*each && !t.Failed(); {
		fed, next, err := b.Feed(ctx, system, pos, 50)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range fed {
			if f.Pos <= pos || seen[f.Alert.ID] {
				t.Fatalf("position %d comes after %d, or its alert twice", f.Pos, pos)
			}
			pos, seen[f.Alert.ID] = f.Pos, true
		}
		if next > pos {
			t.Fatalf("between %d and %d something is missing", pos, next)
		}
	}
	writing.Wait()
	if len(seen) != 4*each {
		t.Errorf("%d alerts were seen, want %d", len(seen), 4*each)
	}
}

func TestTheFirstCoreSaysWhatAllShare(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		for _, own := range []string{"first", "second"} {
			if kept, err := w.Share(t.Context(), system, "key", own); kept != "first" || err != nil {
				t.Errorf("%s is told %q, %v; want what the first said", own, kept, err)
			}
		}
		if kept, err := w.Shared(t.Context(), system, "another"); kept != "" || err != nil {
			t.Errorf("what nobody said is %q, %v", kept, err)
		}
	})
}
