package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/socme-project/socme/internal/config"
	"github.com/socme-project/socme/internal/core"
	"github.com/socme-project/socme/internal/demo"
	"github.com/socme-project/socme/internal/node"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// examples are the example clients of `socme up --demo`, each with a node of its own and
// a feeder that plays its sensors.
type examples struct {
	core *core.Core
	dir  string // data/demo
	log  *slog.Logger
}

// demoClients are the names of the example clients, for people.
func demoClients() string {
	var names []string
	for _, client := range demo.Clients() {
		names = append(names, strconv.Quote(client.Name))
	}
	return strings.Join(names, ", ")
}

// start brings up the nodes and feeders of the example clients and adds what is not there
// yet. It refuses a core with clients of its user's.
func (e examples) start(ctx context.Context, group *errgroup.Group) error {
	scope := soc.System("demo")
	clients, err := e.core.Store.Clients(ctx, scope)
	if err != nil {
		return err
	}
	demos := map[soc.ClientID]bool{}
	for _, client := range clients {
		if !client.Demo && client.Name != localClient {
			return fmt.Errorf("this folder holds the real client %q, and example data must not stand beside real; start without --demo, or choose another folder with --data", client.Name)
		}
		if client.Demo {
			demos[client.ID] = true
		}
	}
	if len(demos) == 0 {
		if err := e.addAdvisories(ctx, scope); err != nil {
			return err
		}
	}
	nodes, err := e.core.Store.Nodes(ctx, scope)
	if err != nil {
		return err
	}
	// Those of a client that is being deleted are still among them.
	nodes = slices.DeleteFunc(nodes, func(n soc.Node) bool { return !demos[n.ClientID] })
	// All of them are enrolled before the first has a day of alerts to deliver: beside that it takes its time.
	var run []func() error
	for _, client := range demo.Clients() {
		err := e.add(ctx, scope, client, nodes)
		var n *node.Node
		if err == nil {
			n, err = e.open(ctx, client)
		}
		if err != nil {
			return fmt.Errorf("example client %q: %w", client.Name, err)
		}
		feeder := &demo.Feeder{Client: client, Dir: e.sensors(client), Log: e.log, Now: time.Now}
		run = append(run, func() error { return n.Run(ctx) }, func() error { return feeder.Run(ctx) })
	}
	for _, f := range run {
		group.Go(f)
	}
	return nil
}

// add adds a client unless its node is one of those given, by whatever name the client
// goes by now.
func (e examples) add(ctx context.Context, scope soc.Scope, client demo.Client, nodes []soc.Node) error {
	id, err := node.ReadIdentity(e.node(client))
	if err != nil && !errors.Is(err, node.ErrNotEnrolled) {
		return err
	}
	for _, n := range nodes {
		if err == nil && n.ID == id.Node {
			return nil
		}
	}
	// What an earlier demo left on the disk belongs to a client that is gone.
	if err := errors.Join(os.RemoveAll(e.node(client)), os.RemoveAll(e.sensors(client))); err != nil {
		return err
	}
	added, err := e.core.Store.AddClient(ctx, scope, client.Name, true)
	if errors.Is(err, soc.ErrConflict) { // a start that ended before the node was there
		return nil
	}
	if err != nil || client.Notes == "" {
		return err
	}
	_, err = e.core.Store.SetClient(ctx, scope, string(added.ID), store.ClientChange{Contacts: &client.Contacts, Notes: &client.Notes})
	return err
}

func (e examples) open(ctx context.Context, client demo.Client) (*node.Node, error) {
	feed := e.sensors(client)
	if err := os.MkdirAll(feed, 0o700); err != nil {
		return nil, err
	}
	began := time.Now()
	example := localNode{dir: e.node(client), client: client.Name, name: client.Node, config: config.Node{Sources: []config.Source{
		{Name: "Suricata (recorded)", Kind: config.KindSuricata, Path: filepath.Join(feed, demo.EveFile)},
		{Name: "Wazuh (recorded)", Kind: config.KindWazuh, Path: filepath.Join(feed, demo.AlertsFile)},
	}}, agents: func() ([]soc.ManagedAgent, error) { return client.Agents(began) }}
	return example.open(ctx, e.core, e.log)
}

func (e examples) node(client demo.Client) string { return filepath.Join(e.folder(client), "node") }

func (e examples) sensors(client demo.Client) string {
	return filepath.Join(e.folder(client), "sensors")
}

// folder is where a client's things stand: the first one's where they stood when it was
// the only one, so that a folder of then goes on.
func (e examples) folder(client demo.Client) string {
	if client.Key == demo.Clients()[0].Key {
		return e.dir
	}
	return filepath.Join(e.dir, client.Key)
}

func (e examples) addAdvisories(ctx context.Context, scope soc.Scope) error {
	for _, p := range demo.Publishers() {
		p, err := e.core.Store.SavePublisher(ctx, scope, p)
		if err == nil {
			err = e.core.Store.NotePublished(ctx, scope, p, demo.Advisories(p.Kind, time.Now()))
		}
		if err != nil && !errors.Is(err, soc.ErrConflict) {
			return err
		}
	}
	return nil
}
