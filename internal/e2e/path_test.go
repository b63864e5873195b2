package e2e_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/socme-project/socme/soc"
)

func TestAnAlertGoesFromTheFileToTheAPI(t *testing.T) {
	c := startCore(t, t.TempDir(), freePort(t))
	client, err := c.api.AddClient(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	n := enrol(t, c, client.Name)
	n.write(t, 0, 500)
	n.start(t)
	n.write(t, 500, 1500)

	until(t, "2,000 alerts at the core", func() (bool, string) {
		got := c.node(t, n.id.Node)
		return got.Delivered == 2000 && got.Waiting == 0, fmt.Sprintf("delivered %d, waiting %d", got.Delivered, got.Waiting)
	})
	want := map[soc.Hash]bool{}
	text, err := os.ReadFile(n.eve)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		want[sha256.Sum256([]byte(strings.TrimSuffix(line, "\n")))] = true
	}
	got := c.all(t, "")
	for _, a := range got {
		if !want[a.RawSHA256] {
			t.Errorf("alert %s is none of the file's, or stands twice", a.ID)
		}
		delete(want, a.RawSHA256)
	}
	if len(want) != 0 || len(got) != 2000 {
		t.Errorf("the core has %d alerts and lacks %d, want 2,000 and 0", len(got), len(want))
	}
	raw, err := c.api.AlertRaw(t.Context(), got[0].ID.String())
	if err != nil || !strings.Contains(string(text), string(raw)+"\n") {
		t.Errorf("raw = %q, %v; want a line of the file", raw, err)
	}
	if urgent := c.all(t, "severity>=high"); len(urgent) != 200 {
		t.Errorf("severity>=high finds %d alerts, want 200", len(urgent))
	}
}
