package source

import (
	"context"
	"path/filepath"
	"sync/atomic"

	"github.com/fsnotify/fsnotify"
)

// watch wakes a reader when something happens in the folders of its files. It is a help
// and no more: whoever is woken looks for himself, and looks now and then unwoken.
type watch struct {
	names  family
	notify *fsnotify.Watcher // nil where the kernel gives us none
	wake   chan struct{}
	// stirred is set when names have changed that may be those of its files.
	stirred *atomic.Bool
	ended   chan struct{}
	at      ident // the file that is watched itself
}

func newWatch(ctx context.Context, r *run) *watch {
	w := &watch{names: r.names, stirred: &r.stirred, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		r.log.WarnContext(ctx, "no news of the file from the kernel, looking for them instead", "err", err)
		close(w.ended)
		return w
	}
	w.notify = notify
	w.add()
	go w.listen()
	return w
}

func (w *watch) works() bool { return w.notify != nil }

// add watches the folders of the files, and that of the file that Path is a link to.
// Adding again what is watched does nothing.
func (w *watch) add() {
	if w.notify == nil {
		return
	}
	dirs := []string{filepath.Dir(w.names.path)}
	if w.names.many {
		dirs, _ = filepath.Glob(dirs[0]) // a bad pattern is told when files are looked for
	} else if target, err := filepath.EvalSymlinks(w.names.path); err == nil {
		dirs = append(dirs, filepath.Dir(target))
	}
	for _, dir := range dirs {
		_ = w.notify.Add(dir) // not there yet: the next tick tries again
	}
}

// follow watches the file itself, too: what is written through a second name of it that
// lies elsewhere is no news of its folder.
func (w *watch) follow(p *place) {
	if w.notify == nil || w.names.many || p == nil || p.ident() == w.at {
		return
	}
	_ = w.notify.Remove(w.names.path) // not watched: all the better
	if w.notify.Add(w.names.path) == nil {
		w.at = p.ident()
		w.rouse() // for what came before it was watched
	}
}

// listen turns any number of events into one signal. Too many for the kernel's
// queue are an error that says only that there were some.
func (w *watch) listen() {
	defer close(w.ended)
	for {
		select {
		case event, open := <-w.notify.Events:
			if !open {
				return
			}
			if event.Has(fsnotify.Create|fsnotify.Rename|fsnotify.Remove) && w.names.belongs(event.Name) {
				w.stirred.Store(true)
			}
		case _, open := <-w.notify.Errors:
			if !open {
				return
			}
			w.stirred.Store(true)
		}
		w.rouse()
	}
}

func (w *watch) rouse() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *watch) close() {
	if w.notify != nil {
		_ = w.notify.Close()
	}
	<-w.ended
}
