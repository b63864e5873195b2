package indexer

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/source/wazuh"
	"github.com/socme-project/socme/soc"
)

// TestTheCorpusIsReadAsItStands puts recorded alerts and findings into an indexer, as
// Filebeat and Wazuh 5 do, and compares with what the parsers say of them.
func TestTheCorpusIsReadAsItStands(t *testing.T) {
	root := os.Getenv("SOCME_CORPUS")
	if root == "" {
		t.Skip("SOCME_CORPUS names no folder of recorded sensor output")
	}
	w := newWorld(t, evening)
	ids := map[soc.AlertID]bool{} // what the file itself gives
	for i, line := range readLines(t, filepath.Join(root, "wazuh", "alerts-4.14.7.jsonl")) {
		alert, is, err := wazuh.Parse("node", line)
		if err != nil || !is {
			continue
		}
		ids[alert.ID] = true
		// Filebeat adds its own field; the bytes differ, the alert is the same.
		source := fmt.Appendf(nil, `{"@timestamp":%q,`, evening.Add(time.Duration(i)*time.Second).Format(time.RFC3339Nano))
		w.add(planned{at: evening, stream: "wazuh-alerts-4.x-2026.03.01", name: "wazuh-alerts-4.x-2026.03.01", id: fmt.Sprint(i), source: append(source, line[1:]...)})
	}
	for i, line := range readLines(t, filepath.Join(root, "wazuh", "findings-5.0.jsonl")) {
		var recorded struct{ Doc json.RawMessage }
		if err := json.Unmarshal(line, &recorded); err != nil {
			t.Fatal(err)
		}
		if _, is, err := wazuh.ParseFinding("node", "x", "y", recorded.Doc); err != nil || !is {
			continue
		}
		stamp := []byte(`{"@timestamp": ` + fmt.Sprintf("%q", evening.Format(time.RFC3339)) + `, "recorded": `)
		source := recorded.Doc
		if !bytes.Contains(source, []byte(`"@timestamp"`)) {
			source = append(stamp, source[1:]...)
		}
		w.add(planned{at: evening, stream: "wazuh-findings-v5-security", name: ".ds-wazuh-findings-v5-security-000001", id: fmt.Sprint(i), source: source})
	}
	if len(w.want) < 100 {
		t.Fatalf("the corpus holds only %d alerts", len(w.want))
	}
	w.now = time.Date(2026, 3, 1, 22, 45, 0, 0, time.UTC)
	s := w.source()
	s.overlap = 20 * 365 * 24 * time.Hour // the recordings bear times of their own
	w.read(s, evening.Add(30*time.Minute))
	if repeated := w.check(); repeated > 0 {
		t.Errorf("%d were emitted twice", repeated)
	}
	for id := range ids {
		if !w.ids[id] {
			t.Errorf("alert %s has another id when it is read from the indexer", id)
		}
	}
	t.Logf("%d documents", len(w.want))
}

func readLines(t *testing.T, path string) [][]byte {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, soc.MaxRaw)
	var lines [][]byte
	for scanner.Scan() {
		lines = append(lines, bytes.Clone(scanner.Bytes()))
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}
