package node

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/config"
	"github.com/socme-project/socme/internal/source/indexer/indexertest"
	"github.com/socme-project/socme/soc"
)

// TestTheIndexerIsReadIntoTheOutbox runs the source as a node does, with a restart, and
// asks for its health when the indexer refuses it.
func TestTheIndexerIsReadIntoTheOutbox(t *testing.T) {
	server := indexertest.New()
	defer server.Close()
	server.Refresh, server.Username = 0, "socme"
	server.SetPassword("right")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "password"), []byte("right\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	outbox, err := OpenOutbox(t.Context(), OutboxOptions{Dir: dir, Node: "n1", Key: key, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	written := make(chan error, 1)
	go func() { written <- outbox.Run(ctx) }()
	filter, err := newFilter(config.Node{}, "c1", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	add := func(id int) {
		now := time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
		server.Add("wazuh-findings-v5-security", ".ds-wazuh-findings-v5-security-000001", fmt.Sprint(id),
			fmt.Appendf(nil, `{"@timestamp":%q,"wazuh":{"rule":{"id":"r1","title":"A finding","level":"low"}}}`, now))
	}
	start := func() (w *watched, stop func()) {
		t.Helper()
		w, err := newSource(config.Source{Name: "wazuh", Kind: config.KindWazuhIndexer, URL: server.URL, Username: "socme", PasswordFile: filepath.Join(dir, "password")}, "n1", filter, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(ctx)
		ended := make(chan error, 1)
		go func() { ended <- w.run(ctx, outbox) }()
		return w, func() { cancel(); <-ended }
	}
	delivered := func(want uint64) {
		t.Helper()
		eventually(t, func() error {
			if _, latest := outbox.Latest(); latest[soc.LaneNormal.String()] != want {
				return fmt.Errorf("the outbox holds %v, want %d", latest, want)
			}
			return nil
		})
	}
	_, stop := start()
	add(1)
	delivered(1)
	stop()
	add(2)
	w, stop := start()
	defer func() {
		stop()
		cancel()
		<-written
		if err := outbox.Close(); err != nil {
			t.Error(err)
		}
	}()
	delivered(2)
	if h := w.health(); h.State != "reading" || h.Alerts != 1 || h.Path != server.URL {
		t.Errorf("health = %+v, want one alert since the restart", h)
	}
	server.SetPassword("another")
	eventually(t, func() error {
		if h := w.health(); h.State != "error" || !strings.Contains(h.Error, "401") {
			return fmt.Errorf("health = %+v, want it to tell of the refusal", h)
		}
		return nil
	})
	server.SetPassword("right")
	add(3)
	delivered(3)
}

// eventually polls until ok returns no error.
func eventually(t *testing.T, ok func() error) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(20 * time.Second)
	for err := ok(); err != nil; err = ok() {
		select {
		case <-deadline:
			t.Fatal(err)
		case <-tick.C:
		}
	}
}
