package suricata_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/socme-project/socme/internal/source/suricata"
	"github.com/socme-project/socme/soc"
)

// TestParseTakesEveryAlertOfTheCorpus reads recordings of a real Suricata, where
// there are some, and compares with what encoding/json says of each line.
func TestParseTakesEveryAlertOfTheCorpus(t *testing.T) {
	root := os.Getenv("SOCME_CORPUS")
	if root == "" {
		t.Skip("SOCME_CORPUS names no folder of recorded sensor output")
	}
	lines, alerts := 0, 0
	err := filepath.WalkDir(filepath.Join(root, "eve"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".jsonl" {
			return err
		}
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		scanner := bufio.NewScanner(file)
		scanner.Buffer(nil, soc.MaxRaw)
		for n := 1; scanner.Scan(); n++ {
			line := scanner.Bytes()
			var want struct {
				Type  string `json:"event_type"`
				Alert *struct {
					ID   json.Number `json:"signature_id"`
					Name string      `json:"signature"`
				} `json:"alert"`
			}
			if err := json.Unmarshal(line, &want); err != nil {
				t.Fatalf("%s:%d: %v", path, n, err)
			}
			lines++
			got, is, err := suricata.Parse("node", line)
			if err != nil || is != (want.Type == "alert") {
				t.Errorf("%s:%d: Parse says %v, %v of an event of type %q", path, n, is, err, want.Type)
				continue
			}
			if !is {
				continue
			}
			alerts++
			if !bytes.Equal(got.Raw, line) {
				t.Errorf("%s:%d: raw is not the line", path, n)
			}
			if got.EventTime.IsZero() || got.Severity == soc.SeverityUnknown || got.Rule.Name != want.Alert.Name || !bytes.HasSuffix([]byte(got.Rule.ID), []byte(want.Alert.ID)) {
				t.Errorf("%s:%d: time %v, severity %v, rule %+v; want rule %+v", path, n, got.EventTime, got.Severity, got.Rule, want.Alert)
			}
		}
		return scanner.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	if alerts == 0 {
		t.Errorf("no alert in %d lines below %s", lines, root)
	}
	t.Logf("%d alerts in %d lines", alerts, lines)
}
