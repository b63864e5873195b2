package e2e_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/config"
	"github.com/socme-project/socme/internal/core"
	"github.com/socme-project/socme/internal/e2e/rig"
	"github.com/socme-project/socme/internal/node"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

// patience is how long a test waits for what should take milliseconds.
const patience = rig.Patience

// running is something that runs until stop.
type running struct {
	stop func(t testing.TB)
}

func run(t testing.TB, name string, do func(ctx context.Context) error) running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- do(ctx) }()
	stopped := false
	stop := func(t testing.TB) {
		t.Helper()
		if stopped {
			return
		}
		stopped = true
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		case <-time.After(patience):
			t.Errorf("%s does not stop", name)
		}
	}
	t.Cleanup(func() { stop(t) })
	return running{stop}
}

// until polls until done, and fails the test with what last said.
func until(t testing.TB, what string, done func() (bool, string)) {
	t.Helper()
	within(t, patience, what, done)
}

// within is until for what may take longer.
func within(t testing.TB, limit time.Duration, what string, done func() (bool, string)) {
	t.Helper()
	rig.Within(t, limit, what, done)
}

func quiet() *slog.Logger {
	if testing.Verbose() {
		return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	return slog.New(slog.DiscardHandler)
}

// coreAt is a core in this process, and a caller with an admin's token.
type coreAt struct {
	running
	*core.Core
	dir string
	api *sdk.Caller
}

func startCore(t testing.TB, dir, listen string) *coreAt {
	t.Helper()
	c, err := core.New(t.Context(), core.Options{
		Dir: dir, Listen: listen, Version: "test", Page: http.NotFoundHandler(), Log: quiet(), Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	_, token, err := c.Store.AddToken(t.Context(), soc.System("test"), store.NewToken{Name: "test", Wanted: store.Wanted{Role: soc.RoleAdmin}})
	if err != nil {
		t.Fatal(err)
	}
	ready := make(chan struct{})
	r := run(t, "core", func(ctx context.Context) error {
		door := make(chan error, 1)
		go func() { door <- c.RunDoor(ctx) }()
		err := c.RunPeople(ctx, func() { close(ready) })
		if doorErr := <-door; err == nil {
			err = doorErr
		}
		if closeErr := c.Close(); err == nil {
			err = closeErr
		}
		return err
	})
	select {
	case <-ready:
	case <-time.After(patience):
		t.Fatal("the core does not start")
	}
	return &coreAt{running: r, Core: c, dir: dir, api: &sdk.Caller{URL: "http://" + listen, Token: token}}
}

func freePort(t testing.TB) string { t.Helper(); return rig.FreePort(t) }

// nodeAt is a node's folder with one Suricata file.
type nodeAt struct {
	dir, eve string
	id       node.Identity
}

func enrol(t testing.TB, c *coreAt, client string) nodeAt {
	t.Helper()
	token, err := c.LocalToken(t.Context(), client, "gate")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	id, err := node.Enrol(t.Context(), dir, token, "gate")
	if err != nil {
		t.Fatal(err)
	}
	return nodeAt{dir: dir, eve: filepath.Join(t.TempDir(), "eve.json"), id: id}
}

func (n nodeAt) start(t testing.TB) running {
	t.Helper()
	return n.startWith(t, func(*node.Options) {})
}

// startWith starts the node with options that change makes others.
func (n nodeAt) startWith(t testing.TB, change func(*node.Options)) running {
	t.Helper()
	o := node.Options{
		Dir: n.dir, Version: "test", Log: quiet(), Now: time.Now,
		Config: config.Node{Sources: []config.Source{{Name: "eve", Kind: config.KindSuricata, Path: n.eve}}},
	}
	change(&o)
	collector, err := node.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return run(t, "node", collector.Run)
}

// write appends n alerts to the node's file, the first of them number from.
func (n nodeAt) write(t testing.TB, from, count int) {
	t.Helper()
	file, err := os.OpenFile(n.eve, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	for i := from; i < from+count; i++ {
		if _, err := fmt.Fprintln(file, eveAlert(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

func eveAlert(n int) string { return rig.EveAlert(n) }

// node tells what the core knows of the node.
func (c *coreAt) node(t testing.TB, id soc.NodeID) soc.Node {
	t.Helper()
	n, err := c.Store.Node(t.Context(), soc.System("test"), id)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// all lists every alert of the core over the API.
func (c *coreAt) all(t testing.TB, query string) []soc.StoredAlert {
	t.Helper()
	var alerts []soc.StoredAlert
	for cursor := ""; ; {
		page, err := c.api.Alerts(t.Context(), query, cursor, 500)
		if err != nil {
			t.Fatal(err)
		}
		alerts = append(alerts, page.Items...)
		if page.Next == nil {
			return alerts
		}
		cursor = *page.Next
	}
}
