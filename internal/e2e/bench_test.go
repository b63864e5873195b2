package e2e_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// BenchmarkPath takes alerts of about 1.1 KB from a file to the core's disk, both in
// this process, so that one profile shows the whole way.
func BenchmarkPath(b *testing.B) {
	c := startCore(b, b.TempDir(), freePort(b))
	if _, err := c.api.AddClient(b.Context(), "acme"); err != nil {
		b.Fatal(err)
	}
	n := enrol(b, c, "acme")
	var text strings.Builder
	for i := range b.N {
		text.WriteString(longAlert(i))
	}
	if err := os.WriteFile(n.eve, []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	n.start(b)
	until(b, "all delivered", func() (bool, string) {
		got := c.node(b, n.id.Node)
		return got.Delivered == uint64(b.N), fmt.Sprint(got.Delivered)
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "alerts/s")
}

func longAlert(n int) string {
	short := eveAlert(n)
	return short[:len(short)-1] + fmt.Sprintf(`,"community_id":"1:%08x%08xAAAAAAAAAAA=","tx_id":0,`+
		`"http":{"hostname":"shop.example","url":"/search?q=%d","http_user_agent":"Mozilla/5.0 (X11; Linux x86_64)","http_method":"GET","protocol":"HTTP/1.1","status":200,"length":512},"app_proto":"http","direction":"to_server",`+
		`"flow":{"pkts_toserver":4,"pkts_toclient":3,"bytes_toserver":512,"bytes_toclient":1024,"start":"%s"},"payload_printable":"%s"}`+"\n",
		n, n*31, n, time.Unix(int64(n), 0).UTC().Format("2006-01-02T15:04:05.000000-0700"), strings.Repeat("GET /search HTTP/1.1..", 12))
}
