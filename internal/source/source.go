// Package source owns what every way of reading a sensor has in common: following
// a file through its rotations, and the batches that a source hands to the node.
// It knows nothing of the outbox, of HTTP, or of any one sensor's format; those live
// in its subpackages, which parse and nothing else.
package source

import (
	"context"
	"time"

	"github.com/socme-project/socme/soc"
)

// Parse turns one line of a sensor into an alert of the node. It is pure: the same
// node and line always give the same alert. Raw is a copy of line; SeenTime is left
// to the caller. False without an error is an event that is no alert.
type Parse func(node soc.NodeID, line []byte) (alert soc.Alert, is bool, err error)

// Cursor is a place in a file that survives renaming, and cannot be mistaken for the
// same place in another file: inodes are reused, so the hash of the file's beginning
// is part of it.
type Cursor struct {
	Source string // the source that reads, as the node names it
	Path   string // where the file stood last
	Device uint64 // 0 of content that has no file any more; Inode then only numbers it
	Inode  uint64
	// HeadSize is how many bytes from the file's start Head covers: its first lines that
	// have 64 bytes together, or 1,024 bytes, or fewer while there are no more; 0 while
	// the file was empty.
	HeadSize int
	Head     soc.Hash
	Offset   int64 // bytes read, up to and including the last newline
	// Mark is the place of a source that reads no file, in its own words, at most 4 KiB;
	// all that tells of a file is zero then.
	Mark string
}

// State is how a source does at a moment.
type State struct {
	Waiting bool // what it reads is not there yet
	// LagBytes is how much stands there and is not read, as far as the source can tell.
	LagBytes int64
	// LagTime is since when something that is not read has stood there (the node's
	// clock); zero if all is read.
	LagTime time.Time
	// Err is why nothing can be read at the moment although Run goes on and tries again.
	Err error
}

// Counts is what a source did with what it read.
type Counts = soc.Counts

// Batch is what a source found up to a cursor. The node commits both together, so a
// crash can neither lose an alert nor read one twice.
type Batch struct {
	Alerts []soc.Alert // at most 1,000, in the order of the file
	// Cursor is the place reached after Alerts, and Also are others that belong to the
	// same moment. Of a source that has no place to go on from, Cursor is zero and none
	// is kept. Done lists those of files that are gone and will not be asked for again.
	Cursor Cursor
	Also   []Cursor
	Done   []Cursor
	Counts Counts
	// LastLine is when the newest line of the batch was read (the node's clock).
	LastLine time.Time
}

// Emit hands a batch to the node and returns when the node has room for the next;
// it returns an error only when ctx ended or the node is shutting down.
type Emit func(ctx context.Context, batch Batch) error
