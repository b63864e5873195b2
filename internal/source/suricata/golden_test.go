package suricata_test

import (
	"testing"

	"github.com/socme-project/socme/internal/source/sourcetest"
	"github.com/socme-project/socme/internal/source/suricata"
	"github.com/socme-project/socme/soc"
)

func TestParseGolden(t *testing.T) { sourcetest.Lines(t, "eve", suricata.Parse) }

func TestSamples(t *testing.T) {
	sourcetest.Samples(t, "samples", func(s sourcetest.Sample) (soc.Alert, bool, error) {
		return suricata.Parse("node", s.Line)
	})
}
