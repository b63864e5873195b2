package wazuh_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/socme-project/socme/internal/source/wazuh"
)

func TestOrderIsByTheDayAndTheNumberInTheName(t *testing.T) {
	inOrder := []string{
		"/logs/alerts/2025/Dec/ossec-alerts-31.json",
		"/logs/alerts/2026/Feb/ossec-alerts-09.json.gz",
		"/logs/alerts/2026/Feb/ossec-alerts-10.json",
		"/logs/alerts/2026/Feb/ossec-alerts-10-001.json",
		"/logs/alerts/2026/Feb/ossec-alerts-10-002.json.gz",
		"/logs/alerts/2026/Feb/ossec-alerts-10-010.json",
		"/logs/alerts/2026/Feb/ossec-alerts-11.json",
		"/logs/alerts/2026/Apr/ossec-alerts-01.json",
		"/logs/alerts/2026/Nov/ossec-alerts-01.json",
	}
	var keys []string
	for _, path := range inOrder {
		keys = append(keys, wazuh.Order(path))
	}
	if !slices.IsSorted(keys) || len(slices.Compact(slices.Clone(keys))) != len(keys) || keys[0] == "" {
		t.Errorf("the order is %q", keys)
	}
	for _, path := range []string{"/logs/alerts/alerts.json", "/logs/alerts/2026/Nov/ossec-alerts-32.json", "/logs/alerts/2026/Nov/ossec-alerts-1-x.json", "/a/b/ossec-archive-01.json", ""} {
		if key := wazuh.Order(path); key != "" {
			t.Errorf("Order(%q) = %q, want none", path, key)
		}
	}
}

func TestRotatedFindsPlainAndCompressedFiles(t *testing.T) {
	pattern := wazuh.Rotated("/var/ossec/logs/alerts/alerts.json")[0]
	for _, name := range []string{"ossec-alerts-24.json", "ossec-alerts-24.json.gz", "ossec-alerts-24-001.json"} {
		if ok, err := filepath.Match(pattern, "/var/ossec/logs/alerts/2026/Nov/"+name); !ok || err != nil {
			t.Errorf("%s does not match %s: %v", name, pattern, err)
		}
	}
}
