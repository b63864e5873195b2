package e2e_test

import (
	"crypto/ed25519"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/config"
	"github.com/socme-project/socme/internal/node"
	"github.com/socme-project/socme/internal/source"
	"github.com/socme-project/socme/soc"
)

// startBoth runs a node that reads a file and listens on a socket.
func (n nodeAt) startBoth(t testing.TB, socket config.Source) running {
	t.Helper()
	r := n.startWith(t, func(o *node.Options) { o.Config.Sources = append(o.Config.Sources, socket) })
	until(t, "the socket", func() (bool, string) {
		_, err := os.Stat(socket.Path)
		return err == nil, fmt.Sprint(err)
	})
	return r
}

// TestALineFromFileAndSocketIsOneAlert: whichever way a line comes, it has one id.
func TestALineFromFileAndSocketIsOneAlert(t *testing.T) {
	c := startCore(t, t.TempDir(), freePort(t))
	if _, err := c.api.AddClient(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	n := enrol(t, c, "acme")
	socket := config.Source{Name: "sock", Kind: config.KindSuricataSocket, Path: filepath.Join(t.TempDir(), "eve.sock")}
	running := n.startBoth(t, socket)
	n.write(t, 0, 1)
	until(t, "the alert from the file", func() (bool, string) {
		got := c.node(t, n.id.Node)
		return got.Delivered == 1, fmt.Sprint(got.Delivered)
	})
	conn, err := net.Dial("unix", socket.Path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintln(conn, eveAlert(0)); err != nil {
		t.Fatal(err)
	}
	until(t, "the same from the socket", func() (bool, string) {
		got := c.node(t, n.id.Node)
		return got.Delivered == 2 && got.Waiting == 0, fmt.Sprint(got.Delivered)
	})
	if got := c.node(t, n.id.Node); got.Repeated != 1 {
		t.Errorf("repeated %d, want 1", got.Repeated)
	}
	if got := c.all(t, ""); len(got) != 1 || got[0].Place == nil || got[0].Place.Path != n.eve {
		t.Errorf("the core has %d alerts, want one from the file: %+v", len(got), got)
	}
	_ = conn.Close()
	running.stop(t)

	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	box, err := node.OpenOutbox(t.Context(), node.OutboxOptions{Dir: n.dir, Node: n.id.Node, Key: key, Log: quiet(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = box.Close() }()
	for name, want := range map[string]int{"eve": 1, "sock": 0, "": 0} {
		cursors, err := box.Cursors(t.Context(), name)
		if err != nil || len(cursors) != want {
			t.Errorf("source %q has cursors %+v, %v; want %d", name, cursors, err, want)
		}
	}
}

// TestRealSuricataWritesToTheSocket lets Suricata write every event over our capture
// into a file and into a socket at once: both bring the same lines, and each is one alert.
func TestRealSuricataWritesToTheSocket(t *testing.T) {
	suricata, err := exec.LookPath("suricata")
	if err != nil {
		t.Fatal("suricata is not installed; tools/setup test installs it")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	recording := filepath.Join(root, "internal", "demo", "recording", "clinic")
	settings, err := os.ReadFile(filepath.Join(root, "tools", "record", "suricata.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(settings), "outputs:\n  - eve-log:\n")
	output, after, ok := strings.Cut(rest, "\n\n")
	if !ok || !strings.Contains(output, "filename: eve.json") {
		t.Fatal("the settings have no output that we know")
	}
	for kind, filetype := range map[string]string{source.SocketStream: "unix_stream", source.SocketDatagram: "unix_dgram"} {
		t.Run(kind, func(t *testing.T) {
			c := startCore(t, t.TempDir(), freePort(t))
			if _, err := c.api.AddClient(t.Context(), "acme"); err != nil {
				t.Fatal(err)
			}
			n := enrol(t, c, "acme")
			socket := config.Source{Name: "sock", Kind: config.KindSuricataSocket, Path: filepath.Join(t.TempDir(), "eve.sock"), Type: kind}
			n.startBoth(t, socket)
			second := strings.NewReplacer("filetype: regular", "filetype: "+filetype, "filename: eve.json", "filename: "+socket.Path).Replace(output)
			both := filepath.Join(t.TempDir(), "suricata.yaml")
			if err := os.WriteFile(both, []byte(before+"outputs:\n  - eve-log:\n"+output+"\n  - eve-log:\n"+second+"\n\n"+after), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command(suricata, "-r", filepath.Join(recording, "attack.pcap"), "-S", filepath.Join(recording, "local.rules"),
				"-c", both, "-k", "none", "-l", filepath.Dir(n.eve)).CombinedOutput()
			if err != nil {
				t.Fatalf("suricata: %v\n%s", err, out)
			}
			text, err := os.ReadFile(n.eve)
			if err != nil {
				t.Fatal(err)
			}
			alerts := uint64(strings.Count(string(text), `"event_type":"alert"`))
			if alerts < 100 {
				t.Fatalf("suricata raised %d alerts over the capture, want at least 100", alerts)
			}
			var got soc.Node
			until(t, "both witnesses of every alert", func() (bool, string) {
				got = c.node(t, n.id.Node)
				return got.Delivered == 2*alerts && got.Waiting == 0, fmt.Sprintf("delivered %d of %d, repeated %d", got.Delivered, 2*alerts, got.Repeated)
			})
			if all := c.all(t, ""); got.Repeated != alerts || len(all) != int(alerts) {
				t.Errorf("repeated %d of %d alerts, and the core has %d", got.Repeated, alerts, len(all))
			}
		})
	}
}
