package store_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/internal/store/storetest"
	"github.com/socme-project/socme/soc"
)

// BenchmarkInbox reads the inbox of 20,000 open groups of 20 clients. Lists, counts and
// facets of what groups know read no alerts, so that each may have one here.
func BenchmarkInbox(b *testing.B) {
	for _, d := range storetest.Databases() {
		b.Run(d.Name, func(b *testing.B) {
			w := &world{clock: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)}
			w.Store = d.Open(b, func() time.Time { return w.clock })
			for client := range 20 {
				name := fmt.Sprint("client ", client)
				must(w.AddClient(b.Context(), system, name, false))(b)
				w.node, w.key = w.enrol(b, name)
				made := make([]soc.Alert, 1000)
				for i := range made {
					n := client*1000 + i
					a := alertAt(w.node.ID, w.clock.Add(-time.Duration(n)*time.Second), n)
					a.Severity, a.Rule.ID = soc.Severity(n%6), fmt.Sprint(n%50)
					a.Source.Address = netip.AddrFrom4([4]byte{192, 0, byte(n >> 8), byte(n)})
					a.ID = soc.NewAlertID(a.EventTime, w.node.ID, a.Raw)
					made[i] = a
				}
				c := newChain(w.node.ID, soc.LaneNormal)
				must(w.Accept(b.Context(), system, c.delivery(c.entries(b, made...))))(b)
			}
			asker := query.Asker{Now: w.clock, User: "ann"}
			for name, do := range map[string]func(q query.Query) error{
				"list": func(q query.Query) error {
					_, err := w.Groups(b.Context(), system, store.GroupFilter{Query: q, WorstFirst: true})
					return err
				},
				"list and count": func(q query.Query) error {
					list, err := w.Groups(b.Context(), system, store.GroupFilter{Query: q, Count: true})
					if err == nil && (list.Count == nil || list.Count.Groups == 0) {
						err = fmt.Errorf("%+v are counted", list.Count)
					}
					return err
				},
				"facets": func(q query.Query) error {
					_, err := w.GroupFacets(b.Context(), system, q, "ann")
					return err
				},
				"overview": func(query.Query) error {
					_, err := w.Overview(b.Context(), system, w.clock.Add(-time.Hour))
					return err
				},
			} {
				b.Run(name, func(b *testing.B) {
					var took []time.Duration
					for b.Loop() {
						for _, text := range []string{"is:open", "-is:resolved severity>=high", "is:unclaimed client:\"client 7\"", "is:open src:192.0.3.0/24", "is:open after:-1h before:-10m"} {
							q := must(query.Parse(text, asker))(b)
							began := time.Now()
							if err := do(q); err != nil {
								b.Fatal(err)
							}
							took = append(took, time.Since(began))
						}
					}
					slices.Sort(took)
					b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
				})
			}
		})
	}
}
