package wazuh_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/internal/source/suricata"
	"github.com/socme-project/socme/internal/source/wazuh"
	"github.com/socme-project/socme/soc"
)

// asWazuhDecodes turns what stands in JSON into what Wazuh's decoder makes of it: within
// objects every scalar becomes text, whole numbers beyond 32 bits and all others with six
// digits behind the point; arrays stay as they are; what is empty vanishes.
func asWazuhDecodes(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, value := range v {
			if value = asWazuhDecodes(value); value != nil {
				out[key] = value
			}
		}
		if len(out) == 0 {
			return nil
		}
		return out
	case json.Number:
		f, _ := v.Float64()
		if f == math.Trunc(f) && math.Abs(f) <= math.MaxInt32 {
			return strconv.FormatInt(int64(f), 10)
		}
		return strconv.FormatFloat(f, 'f', 6, 64)
	case bool:
		return strconv.FormatBool(v)
	case nil:
		return "null"
	}
	return v
}

// throughWazuh is the line that Wazuh 4 makes of an EVE line.
func throughWazuh(t *testing.T, line []byte, n int) []byte {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	var event any
	if err := decoder.Decode(&event); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(map[string]any{
		"timestamp": "2026-03-02T08:00:01.250+0000",
		"rule":      map[string]any{"level": 3, "id": "86601", "description": "Suricata: Alert", "groups": []string{"ids", "suricata"}, "firedtimes": n},
		"agent":     map[string]any{"id": "004", "name": "ids-01", "ip": "192.0.2.44"},
		"manager":   map[string]any{"name": "siem"},
		"id":        fmt.Sprintf("1772438401.%d", n),
		"decoder":   map[string]any{"name": "json"},
		"data":      asWazuhDecodes(event),
		"location":  "/var/log/suricata/eve.json",
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// throughFinding is the document that Wazuh 5 makes of an EVE line.
func throughFinding(t *testing.T, line []byte) []byte {
	t.Helper()
	out, err := json.Marshal(map[string]any{
		"@timestamp": "2026-03-02T08:00:01.250Z",
		"event":      map[string]any{"original": string(line), "kind": "alert"},
		"wazuh": map[string]any{
			"agent":       map[string]any{"id": "004", "name": "ids-01"},
			"integration": map[string]any{"name": "suricata", "category": "Network Activity"},
			"rule":        map[string]any{"id": "net-100", "title": "Suricata alert", "level": "informational"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// common is what an alert must say, whichever way it took.
func common(a soc.Alert) map[string]any {
	return map[string]any{
		"key": a.EventKey, "time": a.EventTime, "severity": a.Severity, "rule": a.Rule, "category": a.Category,
		"action": a.Action, "source": a.Source, "destination": a.Destination, "protocol": a.Protocol,
		"application": a.Application, "community": a.CommunityID, "file": a.File, "mitre": a.MITRE,
	}
}

// TestBothWaysGiveTheSameEvent takes Suricata's own recordings, wraps each alert as Wazuh
// 4 and 5 would, and reads it all three ways.
func TestBothWaysGiveTheSameEvent(t *testing.T) {
	roots := []string{filepath.Join("..", "..", "demo", "recording"), filepath.Join("..", "suricata", "testdata")}
	if root := os.Getenv("SOCME_CORPUS"); root != "" {
		roots = append(roots, filepath.Join(root, "eve"))
	}
	compareAddr := cmp.Comparer(func(a, b soc.Endpoint) bool { return a == b })
	for _, root := range roots {
		t.Run(filepath.Base(root), func(t *testing.T) {
			pairs, keys := 0, map[soc.EventKey]string{}
			collisions := 0
			each(t, root, func(path string, line []byte) {
				direct, is, err := suricata.Parse("node", line)
				if !is || err != nil || direct.Rule.ID == "" || len(direct.Rule.ID) > 15 || direct.EventTime.IsZero() {
					return
				}
				pairs++
				if before, there := keys[direct.EventKey]; there && before != string(line) {
					collisions++
				}
				keys[direct.EventKey] = string(line)
				through, is, err := wazuh.Parse("node", throughWazuh(t, line, pairs))
				if !is || err != nil || through.Via != soc.EngineWazuh {
					t.Fatalf("%s: through Wazuh: %v, %v, via %q", path, is, err, through.Via)
				}
				finding, is, err := wazuh.ParseFinding("node", ".ds-wazuh-findings-v5-network-activity-000001", "x", throughFinding(t, line))
				if !is || err != nil || finding.Via != soc.EngineWazuh {
					t.Fatalf("%s: a finding: %v, %v, via %q", path, is, err, finding.Via)
				}
				if direct.Via != "" || direct.EventKey == (soc.EventKey{}) {
					t.Fatalf("%s: Suricata's own: via %q, key %v", path, direct.Via, direct.EventKey)
				}
				if direct.Severity == soc.SeverityUnknown { // then the finding's own word is better
					finding.Severity = soc.SeverityUnknown
				}
				for _, other := range []soc.Alert{through, finding} {
					if diff := cmp.Diff(common(direct), common(other), compareAddr); diff != "" {
						t.Errorf("%s: %s\n%s", path, line, diff)
					}
				}
				// Each detail of Suricata's own stands in the one that Wazuh passed on.
				for _, d := range direct.Details {
					if !slices.Contains(through.Details, d) {
						t.Errorf("%s: %s=%q is lost on the way through Wazuh", path, d.Name, d.Value)
					}
				}
			})
			if pairs == 0 {
				t.Error("no pair")
			}
			t.Logf("%d pairs, %d events share a key with another line", pairs, collisions)
		})
	}
}

// each hands on the lines of all .jsonl files below a folder.
func each(t *testing.T, root string, line func(path string, line []byte)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".jsonl" {
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
			line(fmt.Sprintf("%s:%d", path, n), scanner.Bytes())
		}
		return scanner.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
}
