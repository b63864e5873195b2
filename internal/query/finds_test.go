package query_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// Whatever stands in an alert is found again by what Finds writes for it.
func TestEveryObservableIsFoundAgain(t *testing.T) {
	alert := &soc.StoredAlert{Alert: soc.Alert{
		Source:      soc.Endpoint{Address: netip.MustParseAddr("2001:db8::5"), Host: "Front Desk", User: `acme\an "admin"`},
		Destination: soc.Endpoint{Address: netip.MustParseAddr("198.51.100.9"), User: "OR"},
		File:        &soc.File{SHA256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		Details: []soc.Detail{
			{Name: "tls name", Value: "cdn-assets.example"},
			{Name: "http host", Value: "shop.example"},
			{Name: "url", Value: `/cart?q=(1)*&x="y"`},
			{Name: "mail from", Value: "Ann <ann@example.com>"},
		},
	}}
	kinds := map[soc.ObservableType]bool{}
	for _, o := range soc.Observables(&alert.Alert) {
		kinds[o.Type] = true
		text := query.Finds(o)
		q, err := query.Parse(text, query.Asker{Now: time.Now()})
		if err != nil {
			t.Errorf("%s %s: %s: %v", o.Type, o.Value, text, err)
			continue
		}
		if !q.Match(alert) {
			t.Errorf("%s %s: %s does not find it", o.Type, o.Value, text)
		}
		if q.Match(&soc.StoredAlert{}) {
			t.Errorf("%s %s: %s finds what has nothing in it", o.Type, o.Value, text)
		}
	}
	if len(kinds) != 7 {
		t.Errorf("of the seven kinds there were %v", kinds)
	}
}
