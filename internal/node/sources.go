package node

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/socme-project/socme/internal/config"
	"github.com/socme-project/socme/internal/source"
	"github.com/socme-project/socme/internal/source/indexer"
	"github.com/socme-project/socme/internal/source/suricata"
	"github.com/socme-project/socme/internal/source/wazuh"
	"github.com/socme-project/socme/soc"
)

// Source reads a sensor. Run hands what it finds to emit, one batch at a time, and
// goes on from the cursors that were committed, until ctx ends or it fails; then it is
// run again. State may be asked at any time.
type Source interface {
	Run(ctx context.Context, resume []source.Cursor, emit source.Emit) error
	State() source.State
}

// maker makes a source of one kind.
type maker func(c config.Source, node soc.NodeID, log *slog.Logger) Source

// kinds is the table of the kinds of source. A new one is one line here.
var kinds = map[string]maker{
	config.KindSuricata: func(c config.Source, node soc.NodeID, log *slog.Logger) Source {
		return &source.File{Name: c.Name, Path: c.Path, Node: node, Parse: suricata.Parse, Log: log}
	},
	config.KindSuricataSocket: func(c config.Source, node soc.NodeID, log *slog.Logger) Source {
		return &source.Socket{Path: c.Path, Type: c.Type, Node: node, Parse: suricata.Parse, Log: log}
	},
	config.KindWazuh: func(c config.Source, node soc.NodeID, log *slog.Logger) Source {
		return &source.File{Name: c.Name, Path: c.Path, Node: node, Parse: wazuh.Parse, Log: log, Rotated: wazuh.Rotated(c.Path), Order: wazuh.Order}
	},
	config.KindWazuhIndexer: func(c config.Source, node soc.NodeID, log *slog.Logger) Source {
		return &indexer.Source{Name: c.Name, URL: c.URL, Index: c.Index, Username: c.Username, PasswordFile: c.PasswordFile, CAFile: c.CAFile, Fingerprint: c.Fingerprint, Node: node, Log: log}
	},
}

// hearsTwice says whether the node reads Suricata itself and also a Wazuh, which may
// pass the same events on.
func hearsTwice(sources []config.Source) bool {
	suricata := func(s config.Source) bool {
		return s.Kind == config.KindSuricata || s.Kind == config.KindSuricataSocket
	}
	wazuh := func(s config.Source) bool { return s.Kind == config.KindWazuh || s.Kind == config.KindWazuhIndexer }
	return slices.ContainsFunc(sources, suricata) && slices.ContainsFunc(sources, wazuh)
}

// newSource makes the source that a configuration describes.
func newSource(c config.Source, node soc.NodeID, f *filter, log *slog.Logger) (*watched, error) {
	maker, ok := kinds[c.Kind]
	if !ok {
		return nil, fmt.Errorf("%w: source %s: there is no kind %q", soc.ErrInvalid, c.Name, c.Kind)
	}
	return &watched{Source: c, source: maker(c, node, log), filter: f, log: log}, nil
}

// watched is a source with what is known of it.
type watched struct {
	config.Source
	source Source
	filter *filter
	keys   bool // the node hears of one event in two ways: alerts keep their EventKey
	log    *slog.Logger

	mu       sync.Mutex
	counts   soc.Counts
	lastLine time.Time
	failures uint64
	err      error
}

// run keeps the source running: when it fails, it is started again from the places
// that were committed.
func (w *watched) run(ctx context.Context, outbox *Outbox) error {
	emit := func(ctx context.Context, batch source.Batch) error {
		if batch.Cursor != (source.Cursor{}) {
			batch.Cursor.Source = w.Name
		}
		for _, cursors := range [][]source.Cursor{batch.Also, batch.Done} {
			for i := range cursors {
				cursors[i].Source = w.Name
			}
		}
		if !w.keys {
			for i := range batch.Alerts {
				batch.Alerts[i].EventKey = soc.EventKey{}
			}
		}
		var withheld []soc.Withheld
		batch.Alerts, withheld = w.filter.apply(batch.Alerts)
		for _, h := range withheld {
			batch.Counts.Filtered += h.Count
		}
		if err := outbox.Emit(ctx, batch, withheld); err != nil {
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
			err = w.source.Run(ctx, resume, emit)
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
	if w.err = err; err != nil {
		w.failures++
	}
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
	state := w.source.State()
	w.mu.Lock()
	defer w.mu.Unlock()
	h := soc.SourceHealth{Name: w.Name, Kind: w.Kind, Path: cmp.Or(w.Path, w.URL), State: "reading", Counts: w.counts, Failures: w.failures, LastLineTime: w.lastLine}
	switch {
	case errors.Is(w.err, fs.ErrPermission):
		h.State, h.Error = "error", w.err.Error()+"; let the node's user read it"
	case w.err != nil:
		h.State, h.Error = "error", w.err.Error()
	case state.Err != nil:
		h.State, h.Error = "error", state.Err.Error()
	case state.Waiting:
		h.State = "waiting"
	}
	if h.LagBytes = state.LagBytes; !state.LagTime.IsZero() {
		h.LagSeconds = max(0, time.Since(state.LagTime).Seconds())
	}
	return h
}
