package node_test

import (
	"context"
	"crypto/ed25519"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/internal/node"
	"github.com/socme-project/socme/internal/source"
)

// TestOfEachFileTheLastPlaceInACommitCounts: one commit takes many batches, in which a
// file moves on, is done with, or begins again under the number of one that was.
func TestOfEachFileTheLastPlaceInACommitCounts(t *testing.T) {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := node.OpenOutbox(t.Context(), node.OutboxOptions{Dir: t.TempDir(), Node: "n1", Key: key, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	at := func(inode uint64, offset int64) source.Cursor {
		return source.Cursor{Source: "eve", Path: "/x", Device: 1, Inode: inode, Offset: offset}
	}
	// They wait for the writer, which then takes them together.
	for _, batch := range []source.Batch{
		{Cursor: at(1, 10), Done: []source.Cursor{at(4, 0)}},
		{Cursor: at(1, 20), Also: []source.Cursor{at(2, 5), at(4, 7)}},
		{Cursor: at(1, 30), Done: []source.Cursor{at(2, 5)}},
		{Cursor: at(3, 1), Also: []source.Cursor{at(1, 40)}},
	} {
		if err := b.Emit(t.Context(), batch, nil); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	if err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	cursors, err := b.Cursors(t.Context(), "eve")
	if err != nil {
		t.Fatal(err)
	}
	got := map[uint64]int64{}
	for _, c := range cursors {
		got[c.Inode] = c.Offset
	}
	if diff := cmp.Diff(map[uint64]int64{1: 40, 3: 1, 4: 7}, got); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}
