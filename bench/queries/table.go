package main

import (
	"context"
	"fmt"
	"time"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// table measures on one store, and prints what it finds.
type table struct {
	store    *store.Store
	postgres bool
	rounds   int
	verbose  bool
}

func (t *table) row(what string, is, goal time.Duration) {
	verdict := "met"
	if is > goal {
		verdict = "NOT MET"
	}
	fmt.Printf("%-52s %9.2f ms   goal %6s   %s\n", what, ms(is), goal, verdict)
}

// measured times do, and prints a row of it.
func (t *table) measured(what string, percent int, goal time.Duration, do func() error) error {
	took, err := t.times(do)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	t.row(fmt.Sprintf("%s, p%d (p50 %.2f)", what, percent, ms(quantile(took, 50))), quantile(took, percent), goal)
	return nil
}

func (t *table) all(ctx context.Context) error {
	if err := t.limit(ctx); err != nil {
		return err
	}
	for _, word := range []string{"frequent", "rareword"} {
		err := t.measured("newest 50 of the word "+word, 99, 50*time.Millisecond, func() error { _, err := t.ask(ctx, word, nil); return err })
		if err != nil {
			return err
		}
	}
	if err := t.counts(ctx); err != nil {
		return err
	}
	if err := t.inbox(ctx); err != nil {
		return err
	}
	if err := t.pages(ctx); err != nil {
		return err
	}
	return t.newest(ctx)
}

// limit is what the least takes: to read one alert by its id.
func (t *table) limit(ctx context.Context) error {
	some, err := t.ask(ctx, "", nil)
	if err != nil {
		return err
	}
	took, err := t.times(func() error { _, err := t.store.Alert(ctx, everybody, some[0].ID); return err })
	if err != nil {
		return err
	}
	fmt.Printf("%-52s %9.2f ms\n", fmt.Sprintf("limit: one alert by its id, p99 (p50 %.2f)", ms(quantile(took, 50))), ms(quantile(took, 99)))
	return nil
}

func (t *table) counts(ctx context.Context) error {
	month := 60 * time.Millisecond
	if t.postgres {
		month = 120 * time.Millisecond
	}
	day := store.Period{From: now.Add(-24 * time.Hour), Until: now}
	for _, of := range []struct {
		what   string
		period store.Period
		goal   time.Duration
	}{
		{"histogram of 24 hours", day, 10 * time.Millisecond},
		{"histogram of 30 days", store.Period{From: now.Add(-30 * 24 * time.Hour), Until: now}, month},
	} {
		err := t.measured(of.what, 99, of.goal, func() error { _, err := t.store.Histogram(ctx, everybody, of.period, 0); return err })
		if err != nil {
			return err
		}
	}
	return t.measured("facets of 24 hours", 99, 250*time.Millisecond, func() error { _, err := t.store.Facets(ctx, everybody, day); return err })
}

// inbox lists the groups in which something is open.
func (t *table) inbox(ctx context.Context) error {
	asked, err := query.Parse("is:open", query.Asker{Now: time.Now()})
	if err != nil {
		return err
	}
	open := store.GroupFilter{Query: asked, Limit: 500}
	groups, alerts := 0, int64(0)
	for {
		some, err := t.store.Groups(ctx, everybody, open)
		if err != nil {
			return err
		}
		for _, g := range some.Groups {
			alerts += g.Open
		}
		groups += len(some.Groups)
		if len(some.Groups) < open.Limit {
			break
		}
		place := store.PlaceOf(&some.Groups[len(some.Groups)-1])
		open.Before = &place
	}
	open.Before, open.Limit, open.Count = nil, 50, true
	return t.measured(fmt.Sprintf("inbox: %d open alerts in %d groups", alerts, groups), 95, 100*time.Millisecond, func() error {
		_, err := t.store.Groups(ctx, everybody, open)
		return err
	})
}

// pages goes to page 10,000, or to the last, and holds it against the first.
func (t *table) pages(ctx context.Context) error {
	const deep, atOnce = 10_000, 500
	var before *soc.SortKey
	page := 1
	for page < deep {
		some, err := t.store.Alerts(ctx, everybody, store.AlertFilter{Before: before, Limit: atOnce})
		if err != nil {
			return err
		}
		if len(some) < atOnce {
			break
		}
		before = &some[len(some)-1].SortKey
		page += atOnce / 50
	}
	first, err := t.times(func() error { _, err := t.ask(ctx, "", nil); return err })
	if err != nil {
		return err
	}
	// As fast as the first, for a clock that is asked fifty times.
	return t.measured(fmt.Sprintf("page %d (page 1: %.2f ms)", page, ms(quantile(first, 50))), 50, quantile(first, 50)*3/2, func() error {
		_, err := t.ask(ctx, "", before)
		return err
	})
}
