package advisories_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/advisories"
	"github.com/socme-project/socme/soc"
)

var now = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestRSSAndAtomBecomePlainText(t *testing.T) {
	for _, name := range []string{"rss.xml", "atom.xml"} {
		t.Run(name, func(t *testing.T) {
			items, err := advisories.Parse(read(t, name), now)
			if err != nil || len(items) != 3 {
				t.Fatalf("%d items, %v", len(items), err)
			}
			first := items[0]
			if first.Title != "Vulnérabilité dans <Passerelle> & co" || first.Summary != "Une faille permet à un attaquant d'exécuter du code. Corrigée en 4.2." ||
				first.Link != "https://cert.example/avis/1" || !first.PublishedTime.Equal(time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)) || len(first.Key) != 64 {
				t.Errorf("the first is %+v", first)
			}
			if second := items[1]; second.Link != "" || !second.PublishedTime.Equal(now) {
				t.Errorf("a script for a link, and a date to come: %+v", second)
			}
			if third := items[2]; third.Link != "https://cert.example/avis/3" || strings.Contains(third.Summary, "alert(") || !strings.HasSuffix(third.Summary, "…") || len([]rune(third.Summary)) != 2000 {
				t.Errorf("a relative link, a script, and too much text: %q, %q", third.Link, third.Summary)
			}
			if items[0].Key == items[1].Key {
				t.Error("two items have one key")
			}
		})
	}
}

func TestWhatIsNoFeedIsRefused(t *testing.T) {
	for _, text := range []string{"", "<html><body>Sign in</body></html>", "{}", "not xml"} {
		if items, err := advisories.Parse([]byte(text), now); err == nil {
			t.Errorf("%q gives %d items", text, len(items))
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(read(f, "rss.xml"))
	f.Add(read(f, "atom.xml"))
	f.Fuzz(func(t *testing.T, data []byte) {
		items, _ := advisories.Parse(data, now)
		for _, a := range items {
			checkPlain(t, a)
		}
	})
}

func checkPlain(t *testing.T, a soc.Advisory) {
	t.Helper()
	if a.Title == "" || len([]rune(a.Title)) > 300 || len([]rune(a.Summary)) > 2000 || a.PublishedTime.After(now) {
		t.Errorf("out of bounds: %+v", a)
	}
	if a.Link != "" && !strings.HasPrefix(a.Link, "http://") && !strings.HasPrefix(a.Link, "https://") {
		t.Errorf("link %q", a.Link)
	}
	if strings.ContainsAny(a.Title+a.Summary, "\x00\x1b\n\u202e") {
		t.Errorf("controls in %q", a.Title+a.Summary)
	}
}
