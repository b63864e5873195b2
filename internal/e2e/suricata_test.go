package e2e_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/socme-project/socme/soc"
)

// TestRealSuricataReachesTheCore lets Suricata read our capture and write the very
// file that a node follows; the same alerts, to the byte, must come back over the API.
func TestRealSuricataReachesTheCore(t *testing.T) {
	suricata, err := exec.LookPath("suricata")
	if err != nil {
		t.Fatal("suricata is not installed; tools/setup test installs it")
	}
	_, _, env, api := upAt(t)
	logs := t.TempDir()
	eve := filepath.Join(logs, "eve.json")
	remoteNode(t, env, "acme", fmt.Sprintf("[[source]]\nkind = \"suricata\"\npath = %q\n", eve))

	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	recording := filepath.Join(root, "internal", "demo", "recording", "clinic")
	out, err := exec.Command(suricata, "-r", filepath.Join(recording, "attack.pcap"), "-S", filepath.Join(recording, "local.rules"),
		"-c", filepath.Join(root, "tools", "record", "suricata.yaml"), "-k", "none", "-l", logs).CombinedOutput()
	if err != nil {
		t.Fatalf("suricata: %v\n%s", err, out)
	}
	text, err := os.ReadFile(eve)
	if err != nil {
		t.Fatal(err)
	}
	want := map[soc.Hash]int{}
	alerts := 0
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		var event struct {
			Type string `json:"event_type"`
		}
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Fatal(err)
		}
		if event.Type == "alert" {
			want[sha256.Sum256([]byte(line))]++
			alerts++
		}
	}
	if alerts < 100 {
		t.Fatalf("suricata raised %d alerts over the capture, want at least 100", alerts)
	}
	until(t, "all of them at the core", func() (bool, string) {
		nodes, err := api.Nodes(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return nodes[0].Delivered == uint64(alerts) && nodes[0].Waiting == 0, fmt.Sprintf("delivered %d of %d", nodes[0].Delivered, alerts)
	})
	got := lines[soc.StoredAlert](t, command(t, env, "alert", "list", "--json", "--all"))
	for _, a := range got {
		if want[a.RawSHA256] == 0 {
			t.Errorf("alert %s (%s) is none that suricata wrote", a.ID, a.Rule.Name)
		}
		delete(want, a.RawSHA256)
	}
	if len(want) != 0 {
		t.Errorf("%d alerts of suricata's are not at the core", len(want))
	}
	t.Logf("suricata wrote %d lines, %d of them alerts; %d are at the core", strings.Count(string(text), "\n"), alerts, len(got))
}
