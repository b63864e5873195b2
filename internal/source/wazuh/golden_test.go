package wazuh_test

import (
	"testing"

	"github.com/socme-project/socme/internal/source/sourcetest"
	"github.com/socme-project/socme/internal/source/wazuh"
	"github.com/socme-project/socme/soc"
)

func TestParseGolden(t *testing.T) { sourcetest.Lines(t, "alerts", wazuh.Parse) }

func TestSamples(t *testing.T) {
	sourcetest.Samples(t, "samples", func(s sourcetest.Sample) (soc.Alert, bool, error) {
		return wazuh.Parse("node", s.Line)
	})
}

func TestFindings(t *testing.T) {
	sourcetest.Samples(t, "findings", func(s sourcetest.Sample) (soc.Alert, bool, error) {
		return wazuh.ParseFinding("node", s.Index, s.ID, s.Line)
	})
}
