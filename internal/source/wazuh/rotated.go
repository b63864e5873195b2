package wazuh

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Rotated is where Wazuh keeps the files that alerts.json was on other days:
// alerts.json is but a second name of logs/alerts/2026/Nov/ossec-alerts-24.json, and
// at midnight becomes one of the next day's, soon after which the old one is
// compressed. It is what source.File.Rotated takes.
func Rotated(path string) []string {
	return []string{filepath.Join(filepath.Dir(path), "*", "*", "ossec-alerts-*.json*")}
}

// Order sorts such files by the day and the number in their names, since the times of
// their last change may be those of a copy: …/2026/Nov/ossec-alerts-24-002.json.gz is
// "2026-11-24-00002". It is "" for other names, and what source.File.Order takes.
func Order(path string) string {
	dir, name := filepath.Split(path)
	name, _, _ = strings.Cut(name, ".")
	day, ok := strings.CutPrefix(name, "ossec-alerts-")
	if !ok {
		return ""
	}
	day, part, numbered := strings.Cut(day, "-")
	number := 0
	if numbered {
		var err error
		if number, err = strconv.Atoi(part); err != nil || number < 0 {
			return ""
		}
	}
	month := filepath.Base(dir)
	date, err := time.Parse("2006 Jan 2", filepath.Base(filepath.Dir(filepath.Clean(dir)))+" "+month+" "+day)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%s-%05d", date.Format(time.DateOnly), number)
}
