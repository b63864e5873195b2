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
	took, err := accept(ctx, store.Options{Dir: dir, Now: time.Now}, batches)
	if err != nil {
		return err
	}
	row("alerts into the store on SQLite", took, "")
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
	fmt.Printf("%-52s %-13s %s\n", "the store needs, times the faster of the bare ones", fmt.Sprintf("%.2f", ours.Seconds()/min(copied, inserted).Seconds()), "1.5")
	return nil
}
