package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

var everybody = soc.ScopeOfAll("bench", soc.RoleAdmin)

// newest asks for the newest 50 of every query, alone and with a client.
func (b *bench) newest(ctx context.Context, s *store.Store) error {
	fmt.Printf("%-40s %9s %9s %5s %9s %9s %5s\n", "newest 50 of", "p50 ms", "p99", "hits", "client:", "p99", "hits")
	for _, text := range queries() {
		fmt.Printf("%-40s", text)
		for _, with := range []string{"", "client:client-7 "} {
			took, hits, err := times(ctx, s, everybody, with+"("+text+")", b.rounds)
			if err != nil {
				return fmt.Errorf("%s: %w", text, err)
			}
			fmt.Printf(" %9.2f %9.2f %5d", ms(took[len(took)/2]), ms(took[len(took)*99/100]), hits)
		}
		fmt.Println()
	}
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func times(ctx context.Context, s *store.Store, scope soc.Scope, text string, rounds int) (took []time.Duration, hits int, err error) {
	for range rounds {
		start := time.Now()
		q, err := query.Parse(text, query.Asker{Now: now, User: "admin"})
		if err != nil {
			return nil, 0, err
		}
		found, err := s.Alerts(ctx, scope, store.AlertFilter{Query: q, Limit: 50})
		if err != nil {
			return nil, 0, err
		}
		took, hits = append(took, time.Since(start)), len(found)
		if took[len(took)-1] > time.Second { // no need to see it again
			break
		}
	}
	slices.Sort(took)
	return took, hits, nil
}
