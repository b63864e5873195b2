package e2e_test

import (
	"fmt"
	"testing"
)

// BenchmarkPath takes alerts from a file to the core's disk, both in this process, so
// that one profile shows the whole way.
func BenchmarkPath(b *testing.B) {
	c := startCore(b, b.TempDir(), freePort(b))
	if _, err := c.api.AddClient(b.Context(), "acme"); err != nil {
		b.Fatal(err)
	}
	n := enrol(b, c, "acme")
	n.write(b, 0, b.N)
	b.ResetTimer()
	n.start(b)
	until(b, "all delivered", func() (bool, string) {
		got := c.node(b, n.id.Node)
		return got.Delivered == uint64(b.N), fmt.Sprint(got.Delivered)
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "alerts/s")
}
