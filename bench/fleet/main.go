// Command fleet measures a core as a whole, with nodes that speak to it over mutual TLS:
// how many alerts a second it takes in from few nodes and from many, what two thousand
// nodes cost it, how soon five hundred streams hear of an alert, and how long a step to
// 50,000 alerts takes. It needs bin/socme (make build) and PostgreSQL's programs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/socme-project/socme/bench/rig"
	"github.com/socme-project/socme/internal/store/storetest"
)

func main() {
	f := fleet{}
	flag.StringVar(&f.binary, "bin", "bin/socme", "the program")
	flag.IntVar(&f.alerts, "alerts", 50_000, "alerts of each way of ingest")
	flag.IntVar(&f.nodes, "nodes", 2000, "nodes that are connected")
	flag.IntVar(&f.streams, "streams", 500, "streams that are open")
	flag.DurationVar(&f.steady, "steady", 40*time.Second, "how long nodes and streams are watched")
	parts := flag.String("parts", "sqlite,postgres,nodes,streams", "what to measure")
	flag.Parse()
	if err := f.run(context.Background(), *parts); err != nil {
		fmt.Fprintln(os.Stderr, "bench/fleet: "+err.Error())
		os.Exit(1)
	}
}

type fleet struct {
	binary                 string
	alerts, nodes, streams int
	steady                 time.Duration
}

func row(what, here, goal string) { fmt.Printf("%-58s %-26s %s\n", what, here, goal) }

func (f *fleet) run(ctx context.Context, parts string) error {
	row("what", "here", "goal")
	for _, part := range []struct {
		name string
		do   func(ctx context.Context, dir string) error
	}{
		{"sqlite", f.onSQLite}, {"postgres", f.onPostgres}, {"nodes", f.connected}, {"streams", f.listening},
	} {
		if !strings.Contains(parts, part.name) {
			continue
		}
		dir, err := os.MkdirTemp("", "socme-bench-fleet-")
		if err != nil {
			return err
		}
		if err := errors.Join(part.do(ctx, dir), os.RemoveAll(dir)); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

func (f *fleet) onSQLite(ctx context.Context, dir string) error {
	return f.ingest(ctx, dir, "SQLite", "8,000/s")
}

func (f *fleet) onPostgres(ctx context.Context, dir string) (err error) {
	server, err := storetest.Start(ctx, "", "shared_buffers=512MB", "max_wal_size=4GB", "synchronous_commit=on", "fsync=on")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	url, _, err := server.New(ctx)
	if err != nil {
		return err
	}
	const database = "SOCME_DATABASE" // every command of the program reads it
	if err := os.Setenv(database, string(url)); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Unsetenv(database)) }()
	return f.ingest(ctx, dir, "PostgreSQL", "12,000/s")
}

// start is a core that people may ask as often as the benchmark does.
func (f *fleet) start(ctx context.Context, dir string) (*rig.Setting, error) {
	return rig.SetUpCore(ctx, f.binary, dir, "--rate", "100000")
}
