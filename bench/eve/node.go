package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/socme-project/socme/bench/rig"
	"github.com/socme-project/socme/internal/node"
	"github.com/socme-project/socme/internal/source"
	"github.com/socme-project/socme/internal/source/suricata"
)

// collect takes the file the whole way that a node takes it, until every alert is
// committed in the outbox, with all that the ledger needs, every fsync on.
func collect(path string) (result, error) {
	info, err := os.Stat(path)
	if err != nil {
		return result{}, err
	}
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
	var total source.Counts
	file := source.File{Name: "bench", Path: path, Node: "bench", Parse: suricata.Parse, Log: log}
	reading, done := context.WithCancel(ctx)
	defer done()
	err = file.Run(reading, nil, func(_ context.Context, batch source.Batch) error {
		if err := outbox.Emit(ctx, batch, nil); err != nil {
			return err
		}
		if total.Add(batch.Counts); total.Bytes == uint64(info.Size()) {
			done()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
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
	info, err := os.Stat(path)
	if err != nil {
		return result{}, err
	}
	dir, err := os.MkdirTemp("", "socme-bench-plain-")
	if err != nil {
		return result{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ctx, done := context.WithCancel(context.Background())
	defer done()
	table, err := rig.OpenPlain(ctx, dir)
	if err != nil {
		return result{}, err
	}
	defer func() { _ = table.Close() }()
	var total source.Counts
	var rows [][]any
	file := source.File{Name: "bench", Path: path, Node: "bench", Parse: suricata.Parse, Log: slog.New(slog.DiscardHandler)}
	err = file.Run(ctx, nil, func(ctx context.Context, batch source.Batch) error {
		for i := range batch.Alerts {
			alert := batch.Alerts[i]
			rows = append(rows, table.Row(&alert, alert.AppendJSON(nil)))
		}
		total.Add(batch.Counts)
		ended := total.Bytes == uint64(info.Size())
		if len(rows) >= 1000 || ended {
			if err := table.Commit(ctx, rows...); err != nil {
				return err
			}
			rows = nil
		}
		if ended {
			done()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		return result{}, err
	}
	return result{Lines: int64(total.Lines), Alerts: int64(total.Alerts)}, nil
}
