package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

var everybody = soc.ScopeOfAll("bench", soc.RoleAdmin)

// newest asks for the newest 50 of every query, alone and with a client. It tells each
// that is slower than the goal, or all.
func (t *table) newest(ctx context.Context) error {
	var all, slow []string
	worst, within, asked := time.Duration(0), 0, 0
	for _, text := range questions() {
		var row strings.Builder
		fmt.Fprintf(&row, "%-40s", text)
		met := true
		for _, with := range []string{"", "client:client-7 "} {
			hits := 0
			took, err := t.times(func() error {
				found, err := t.ask(ctx, with+"("+text+")", nil)
				hits = len(found)
				return err
			})
			if err != nil {
				return fmt.Errorf("%s: %w", text, err)
			}
			p99 := quantile(took, 99)
			fmt.Fprintf(&row, " %9.2f %9.2f %5d", ms(quantile(took, 50)), ms(p99), hits)
			worst = max(worst, p99)
			if asked++; p99 <= newestGoal {
				within++
			} else {
				met = false
			}
		}
		all = append(all, row.String())
		if !met {
			slow = append(slow, row.String())
		}
	}
	t.row("newest 50 of a query, the worst p99", worst, newestGoal)
	fmt.Printf("  %d of %d queries within %s\n", within, asked, newestGoal)
	if !t.verbose {
		all = slow
	}
	if len(all) > 0 {
		fmt.Printf("  %-38s %9s %9s %5s %9s %9s %5s\n", "newest 50 of", "p50 ms", "p99", "hits", "client:", "p99", "hits")
	}
	for _, line := range all {
		fmt.Println("  " + line)
	}
	return nil
}

const newestGoal = 20 * time.Millisecond

func (t *table) ask(ctx context.Context, text string, before *soc.SortKey) ([]soc.StoredAlert, error) {
	q, err := query.Parse(text, query.Asker{Now: now, User: "admin"})
	if err != nil {
		return nil, err
	}
	return t.store.Alerts(ctx, everybody, store.AlertFilter{Query: q, Before: before, Limit: 50})
}

// times runs do again and again: fewer times if it is slow.
func (t *table) times(do func() error) ([]time.Duration, error) {
	if err := do(); err != nil { // what it reads is in memory then, as it is for those who work
		return nil, err
	}
	var took []time.Duration
	for began := time.Now(); len(took) < t.rounds && (time.Since(began) < time.Second || len(took) < 3); {
		start := time.Now()
		if err := do(); err != nil {
			return nil, err
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	return took, nil
}

// quantile is one of sorted durations.
func quantile(took []time.Duration, percent int) time.Duration {
	return took[(len(took)*percent+99)/100-1]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
