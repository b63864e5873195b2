package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"syscall"
	"time"

	"github.com/socme-project/socme/internal/source"
	"github.com/socme-project/socme/internal/source/suricata"
)

// measureHere measures one way over path and prints the result as JSON.
func measureHere(way, path string) error {
	if err := warm(path); err != nil {
		return err
	}
	start, before := time.Now(), worked()
	var r result
	var err error
	switch way {
	case "socme":
		r, err = follow(path)
	case "node":
		r, err = collect(path)
	case "bare":
		r, err = collectBare(path)
	case "lines":
		r, err = countLines(path)
	default:
		err = fmt.Errorf("there is no way %q", way)
	}
	if err != nil {
		return err
	}
	r.Took, r.Worked = time.Since(start), worked()-before
	return json.NewEncoder(os.Stdout).Encode(r)
}

// worked is the processor's time that this process has had.
func worked() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// warm reads the file once, so that no way pays for the disk.
func warm(path string) error {
	file, err := os.Open(path) //nolint:gosec // the path is ours
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{file}, make([]byte, 1<<20))
	return err
}

// follow reads the file as a node does, until all of it is emitted.
func follow(path string) (result, error) {
	given := 0
	total, err := readWhole(context.Background(), path, func(_ context.Context, batch source.Batch) error {
		given += len(batch.Alerts)
		return nil
	})
	if err != nil {
		return result{}, err
	}
	if total.Malformed > 0 || total.TooLong > 0 || uint64(given) != total.Alerts {
		return result{}, fmt.Errorf("the counts are wrong: %+v with %d alerts handed over", total, given)
	}
	return result{Lines: int64(total.Lines), Alerts: int64(given)}, nil
}

// readWhole takes the file through a source until all of it was handed to emit.
func readWhole(ctx context.Context, path string, emit source.Emit) (source.Counts, error) {
	var total source.Counts
	info, err := os.Stat(path)
	if err != nil {
		return total, err
	}
	ctx, done := context.WithCancel(ctx)
	defer done()
	file := source.File{Name: "bench", Path: path, Node: "bench", Parse: suricata.Parse, Log: slog.New(slog.DiscardHandler)}
	err = file.Run(ctx, nil, func(ctx context.Context, batch source.Batch) error {
		if err := emit(ctx, batch); err != nil {
			return err
		}
		if total.Add(batch.Counts); total.Bytes == uint64(info.Size()) {
			done()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		return total, err
	}
	return total, nil
}

// countLines cuts the file into lines and does nothing with them.
func countLines(path string) (result, error) {
	file, err := os.Open(path) //nolint:gosec // the path is ours
	if err != nil {
		return result{}, err
	}
	defer file.Close()
	var r result
	block := make([]byte, 256<<10)
	for {
		n, err := file.Read(block)
		for rest := block[:n]; ; r.Lines++ {
			end := bytes.IndexByte(rest, '\n')
			if end < 0 {
				break
			}
			rest = rest[end+1:]
		}
		if errors.Is(err, io.EOF) {
			return r, nil
		}
		if err != nil {
			return r, err
		}
	}
}
