package store_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/store/storetest"
	"github.com/socme-project/socme/soc"
)

// BenchmarkAccept takes batches of 1,000 alerts of about 1.1 KB, every commit synced.
func BenchmarkAccept(b *testing.B) {
	for _, d := range storetest.Databases() {
		b.Run(d.Name, func(b *testing.B) {
			w := &world{clock: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)}
			w.Store = d.Open(b, func() time.Time { return w.clock })
			w.client = must(w.AddClient(b.Context(), system, "acme", false))(b)
			w.node, w.key = w.enrol(b, "acme")
			c := newChain(w.node.ID, soc.LaneNormal)
			n := 0
			var deliveries [][]soc.Entry
			for range b.N {
				made := make([]soc.Alert, 1000)
				for i := range made {
					a := alertAt(w.node.ID, w.clock.Add(time.Duration(n)*time.Millisecond), n)
					a.Source.Address = netip.AddrFrom4([4]byte{192, 0, 2, byte(n)})
					a.Destination.Address = netip.AddrFrom4([4]byte{198, 51, byte(n >> 8), byte(n)})
					a.Details = []soc.Detail{{Name: "http host", Value: "shop.example"}, {Name: "url", Value: fmt.Sprintf("/search?q=%d", n)}, {Name: "user agent", Value: "Mozilla/5.0 (X11; Linux x86_64)"}}
					a.Raw = fmt.Appendf(nil, `{"n":%d,"payload":"%s","m":%d}`, n, strings.Repeat("GET /search HTTP/1.1..", 45), n*31)
					a.ID = soc.NewAlertID(a.EventTime, w.node.ID, a.Raw)
					made[i] = a
					n++
				}
				deliveries = append(deliveries, c.entries(b, made...))
			}
			_ = json.Valid
			b.ResetTimer()
			for _, entries := range deliveries {
				must(w.Accept(b.Context(), system, c.delivery(entries)))(b)
			}
			b.ReportMetric(float64(b.N*1000)/b.Elapsed().Seconds(), "alerts/s")
		})
	}
}
