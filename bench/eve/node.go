package main

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/socme-project/socme/bench/rig"
	"github.com/socme-project/socme/internal/node"
	"github.com/socme-project/socme/internal/source"
)

// collect takes the file the whole way that a node takes it, until every alert is
// committed in the outbox, with all that the ledger needs, every fsync on.
func collect(path string) (result, error) {
	dir, err := os.MkdirTemp("", "socme-bench-outbox-")
	if err != nil {
		return result{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		return result{}, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	log := slog.New(slog.DiscardHandler)
	outbox, err := node.OpenOutbox(ctx, node.OutboxOptions{Dir: dir, Node: "bench", Key: key, Log: log, Now: time.Now})
	if err != nil {
		return result{}, err
	}
	ended := make(chan error, 1)
	go func() { ended <- outbox.Run(ctx) }()
	total, err := readWhole(ctx, path, func(_ context.Context, batch source.Batch) error { return outbox.Emit(ctx, batch, nil) })
	if err != nil {
		return result{}, err
	}
	if err := outbox.Flush(ctx); err != nil {
		return result{}, err
	}
	_, latest := outbox.Latest()
	cancel()
	if err := <-ended; err != nil {
		return result{}, err
	}
	committed := int64(0)
	for _, seq := range latest {
		committed += int64(seq)
	}
	if committed != int64(total.Alerts) {
		return result{}, fmt.Errorf("%d alerts are committed, %d were found", committed, total.Alerts)
	}
	return result{Lines: int64(total.Lines), Alerts: committed}, outbox.Close()
}

// collectBare reads, filters and parses, and inserts what it finds into a plain table, a
// thousand a commit: as fast as the whole way can be with SQLite for the outbox.
func collectBare(path string) (result, error) {
	dir, err := os.MkdirTemp("", "socme-bench-plain-")
	if err != nil {
		return result{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ctx := context.Background()
	table, err := rig.OpenPlain(ctx, dir)
	if err != nil {
		return result{}, err
	}
	defer func() { _ = table.Close() }()
	var rows [][]any
	commit := func(least int) error {
		if len(rows) < least {
			return nil
		}
		defer func() { rows = nil }()
		return table.Commit(ctx, rows...)
	}
	total, err := readWhole(ctx, path, func(_ context.Context, batch source.Batch) error {
		for i := range batch.Alerts {
			alert := batch.Alerts[i] // the rows wait longer than the batch
			rows = append(rows, table.Row(&alert, alert.AppendJSON(nil)))
		}
		return commit(1000)
	})
	if err == nil {
		err = commit(1)
	}
	return result{Lines: int64(total.Lines), Alerts: int64(total.Alerts)}, err
}
