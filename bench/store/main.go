// Command store measures how many alerts a second the core's store takes in, on SQLite and
// on PostgreSQL with every commit synced. Beside it stand the bare rows: those that the
// store has written, copied into a second database of the same tables and indexes, by COPY
// and by INSERT of many rows. Run it with go run ./bench/store; it needs PostgreSQL's
// programs (tools/setup bench).
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/internal/store/storetest"
)

func main() {
	batches := flag.Int("batches", 200, "batches of 1,000 alerts")
	flag.Parse()
	if err := bench(context.Background(), *batches); err != nil {
		fmt.Fprintln(os.Stderr, "bench/store: "+err.Error())
		os.Exit(1)
	}
}

func bench(ctx context.Context, batches int) (err error) {
	dir, err := os.MkdirTemp("", "socme-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	server, err := storetest.Start(ctx, "", "shared_buffers=512MB", "max_wal_size=4GB", "synchronous_commit=on", "fsync=on")
	if err != nil {
		return err
	}
	defer func() {
		if stopErr := server.Stop(); err == nil {
			err = stopErr
		}
	}()
	first, _, err := server.New(ctx)
	if err != nil {
		return err
	}
	second, _, err := server.New(ctx)
	if err != nil {
		return err
	}
	third, _, err := server.New(ctx)
	if err != nil {
		return err
	}

	fmt.Println("what                                                 here          goal")
	row := func(what string, took time.Duration, goal string) {
		fmt.Printf("%-52s %-13s %s\n", what, fmt.Sprintf("%.0f/s", float64(batches*perBatch)/took.Seconds()), goal)
	}
	if err := os.Mkdir(filepath.Join(dir, "bare"), 0o700); err != nil {
		return err
	}
	took, err := accept(ctx, store.Options{Dir: dir, Now: time.Now}, batches)
	if err != nil {
		return err
	}
	row("alerts into the store on SQLite", took, "8,000/s")
	plain, err := bareSQLite(ctx, dir, filepath.Join(dir, "bare"), batches)
	if err != nil {
		return err
	}
	row("limit: the same rows bare, a prepared insert each", plain, "")
	times := func(ours, bare time.Duration) {
		fmt.Printf("%-52s %-13s %s\n", "the store needs, times the bare", fmt.Sprintf("%.2f", ours.Seconds()/bare.Seconds()), "1.5")
	}
	times(took, plain)
	ours, err := accept(ctx, store.Options{Database: first, Now: time.Now}, batches)
	if err != nil {
		return err
	}
	row("alerts into the store on PostgreSQL", ours, "12,000/s")
	copied, err := bare(ctx, string(first), string(second), batches, byCopy)
	if err != nil {
		return err
	}
	row("limit: the same rows bare, by COPY", copied, "")
	inserted, err := bare(ctx, string(first), string(third), batches, byInsert)
	if err != nil {
		return err
	}
	row("limit: the same rows bare, by INSERT of many", inserted, "")
	times(ours, min(copied, inserted))
	return nil
}
