package node

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"github.com/socme-project/socme/internal/config"
	"github.com/socme-project/socme/internal/source"
	"github.com/socme-project/socme/internal/source/suricata"
	"github.com/socme-project/socme/internal/source/wazuh"
	"github.com/socme-project/socme/soc"
)

// kind is how a kind of sensor's file is read.
type kind struct {
	parse source.Parse
	// rotated are patterns of where the sensor puts old files, beside the usual ones
	// that begin with the file's own name; nil for none.
	rotated func(path string) []string
}

// kinds is the table of the kinds of source. A new one is one line here.
var kinds = map[string]kind{
	soc.EngineSuricata: {parse: suricata.Parse},
	soc.EngineWazuh:    {parse: wazuh.Parse, rotated: wazuh.Rotated},
}

// newSource makes the source that a configuration describes.
func newSource(c config.Source, node soc.NodeID, log *slog.Logger) *watched {
	k := kinds[c.Kind]
	file := &source.File{Name: c.Name, Path: c.Path, Node: node, Parse: k.parse, Log: log}
	if k.rotated != nil {
		file.Rotated = k.rotated(c.Path)
	}
	return &watched{Source: c, file: file, log: log}
}

// watched is a source with what is known of it.
type watched struct {
	config.Source
	file *source.File
	log  *slog.Logger

	mu       sync.Mutex
	counts   soc.Counts
	lastLine time.Time
	err      error
}

// run keeps the source running: when it fails, it is started again from the places
// that were committed.
func (w *watched) run(ctx context.Context, outbox *Outbox) error {
	emit := func(ctx context.Context, batch source.Batch) error {
		batch.Cursor.Source = w.Name
		for i := range batch.Done {
			batch.Done[i].Source = w.Name
		}
		if err := outbox.Emit(ctx, batch); err != nil {
			return err
		}
		w.note(batch)
		return nil
	}
	for retry := newBackoff(30 * time.Second); ; {
		// What the last run brought must be on the disk, or it would be read again.
		err := outbox.Flush(ctx)
		var resume []source.Cursor
		if err == nil {
			resume, err = outbox.Cursors(ctx, w.Name)
		}
		if err == nil {
			w.noteError(nil) // it stands until the source has been started again
			err = w.file.Run(ctx, resume, emit)
		}
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the node is stopping: how the source ended says nothing
		}
		if err == nil {
			err = errors.New("it ended by itself")
		}
		w.log.ErrorContext(ctx, "source failed, starting it again", "source", w.Name, "err", err)
		w.noteError(err)
		_ = retry.wait(ctx) // the next look at ctx ends the loop
	}
}

func (w *watched) noteError(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.err = err
}

func (w *watched) note(batch source.Batch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts.Add(batch.Counts)
	if batch.LastLine.After(w.lastLine) {
		w.lastLine = batch.LastLine
	}
}

// health is what the core is told of the source.
func (w *watched) health() soc.SourceHealth {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := soc.SourceHealth{Name: w.Name, Kind: w.Kind, Path: w.Path, State: "reading", Counts: w.counts, LastLineTime: w.lastLine}
	switch {
	case errors.Is(w.err, fs.ErrPermission):
		h.State, h.Error = "error", w.err.Error()+"; let the node's user read it"
	case w.err != nil:
		h.State, h.Error = "error", w.err.Error()
	case w.file.Waiting():
		h.State = "waiting"
	}
	return h
}
