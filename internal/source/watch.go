package source

import (
	"context"
	"log/slog"
	"path/filepath"

	"github.com/fsnotify/fsnotify"
)

// watch wakes a reader when something happens in the file's directory. It is a help
// and no more: whoever is woken looks for himself, and looks now and then unwoken.
type watch struct {
	path   string
	notify *fsnotify.Watcher // nil where the kernel gives us none
	wake   chan struct{}
	ended  chan struct{}
}

func newWatch(ctx context.Context, path string, log *slog.Logger) *watch {
	w := &watch{path: path, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		log.WarnContext(ctx, "no news of the file from the kernel, looking for them instead", "err", err)
		close(w.ended)
		return w
	}
	w.notify = notify
	w.add()
	go w.listen()
	return w
}

func (w *watch) works() bool { return w.notify != nil }

// add watches the file's directory, and that of the file it is a link to. Adding
// again what is watched does nothing.
func (w *watch) add() {
	if w.notify == nil {
		return
	}
	_ = w.notify.Add(filepath.Dir(w.path)) // not there yet: the next tick tries again
	if target, err := filepath.EvalSymlinks(w.path); err == nil {
		_ = w.notify.Add(filepath.Dir(target))
	}
}

// listen turns any number of events into one signal. Too many for the kernel's
// queue are an error that says only that there were some.
func (w *watch) listen() {
	defer close(w.ended)
	for {
		var open bool
		select {
		case _, open = <-w.notify.Events:
		case _, open = <-w.notify.Errors:
		}
		if !open {
			return
		}
		select {
		case w.wake <- struct{}{}:
		default:
		}
	}
}

func (w *watch) close() {
	if w.notify != nil {
		_ = w.notify.Close()
	}
	<-w.ended
}
