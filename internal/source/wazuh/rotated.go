package wazuh

import "path/filepath"

// Rotated is where Wazuh keeps the files that alerts.json was on other days:
// alerts.json is but a second name of logs/alerts/2026/Nov/ossec-alerts-24.json, and
// at midnight becomes one of the next day's. It is what source.File.Rotated takes.
func Rotated(path string) []string {
	return []string{filepath.Join(filepath.Dir(path), "*", "*", "ossec-alerts-*.json")}
}
