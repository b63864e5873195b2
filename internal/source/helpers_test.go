package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/socme-project/socme/soc"
)

// number is a Parse for lines {"n":1}: each is an alert whose rule is the number.
func number(_ soc.NodeID, line []byte) (soc.Alert, bool, error) {
	line = bytes.TrimRight(line, "\r")
	if !bytes.HasPrefix(line, []byte(`{"n":`)) || !bytes.HasSuffix(line, []byte("}")) {
		return soc.Alert{}, false, soc.ErrInvalid
	}
	return soc.Alert{Rule: soc.Rule{ID: string(line[5 : len(line)-1])}, Raw: bytes.Clone(line)}, true, nil
}

// node takes what a File emits as the outbox does: alerts and cursors together.
type node struct {
	mu      sync.Mutex
	seen    map[string]int
	order   []string
	places  map[string][]soc.Place
	cursors map[ident]Cursor
	counts  Counts
	batches int
	tooMany bool                          // a batch held more alerts than it may
	kill    func() (dead, committed bool) // asked at each batch: whether the node dies now, and after its commit
}

func newNode() *node {
	return &node{seen: map[string]int{}, places: map[string][]soc.Place{}, cursors: map[ident]Cursor{}}
}

func (n *node) emit(ctx context.Context, b Batch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	dead, committed := false, true
	if n.kill != nil {
		dead, committed = n.kill()
	}
	if dead && !committed {
		return errKilled
	}
	if len(b.Alerts) > maxAlerts {
		n.tooMany = true
	}
	for _, a := range b.Alerts {
		n.seen[a.Rule.ID]++
		n.order = append(n.order, a.Rule.ID)
		n.places[a.Rule.ID] = append(n.places[a.Rule.ID], *a.Place)
	}
	for _, c := range b.Done {
		delete(n.cursors, c.ident())
	}
	for _, c := range append(b.Also, b.Cursor) {
		if c.Source != "" {
			n.cursors[c.ident()] = c
		}
	}
	n.counts.Add(b.Counts)
	n.batches++
	if dead {
		return errKilled
	}
	return nil
}

var errKilled = errors.New("killed")

func (n *node) resume() []Cursor {
	n.mu.Lock()
	defer n.mu.Unlock()
	var cursors []Cursor
	for _, c := range n.cursors {
		cursors = append(cursors, c)
	}
	return cursors
}

// times is how often a line was seen.
func (n *node) times(id string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.seen[id]
}

func (n *node) count() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.order)
}

// follow runs a File on path into n until the test or the returned function ends it.
func follow(t *testing.T, path string, n *node) (stop func()) {
	t.Helper()
	return start(t, testFile(path), n)
}

func testFile(path string) *File {
	return &File{
		Name: "test", Path: path, Parse: number, Log: slog.New(slog.DiscardHandler),
		poll: 20 * time.Millisecond, late: 300 * time.Millisecond,
	}
}

func start(t *testing.T, f *File, n *node) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f.Run(ctx, n.resume(), n.emit) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Errorf("Run = %v, want context.Canceled", err)
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

// wait polls until ok.
func wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	deadline := time.After(20 * time.Second)
	for !ok() {
		select {
		case <-deadline:
			t.Errorf("waited for nothing: %s", what)
			return
		case <-tick.C:
		}
	}
}

// exact says whether n saw each of 0 … total-1 once.
func (n *node) exact(t *testing.T, total int) {
	t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	lost, doubled := 0, 0
	var first []int
	for i := range total {
		switch n.seen[strconv.Itoa(i)] {
		case 0:
			if lost++; lost < 10 {
				first = append(first, i)
			}
		case 1:
		default:
			doubled++
		}
	}
	if n.tooMany {
		t.Errorf("a batch held more than %d alerts", maxAlerts)
	}
	if lost > 0 || doubled > 0 || len(n.seen) != total {
		t.Errorf("of %d lines lost %d %v, doubled %d; %d different ones seen", total, lost, first, doubled, len(n.seen))
	}
}

// openFiles counts the files below dir that this process has open.
func openFiles(t *testing.T, dir string) (n int) {
	t.Helper()
	links, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range links {
		target, err := os.Readlink("/proc/self/fd/" + link.Name())
		if err == nil && strings.HasPrefix(target, dir+"/") {
			n++
		}
	}
	return n
}

func appendFile(t *testing.T, path, text string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func line(n int) string { return fmt.Sprintf("{\"n\":%d}\n", n) }

func numbered(from, to int) string {
	var b bytes.Buffer
	for i := from; i < to; i++ {
		b.WriteString(line(i))
	}
	return b.String()
}

// writer is a sensor that writes numbered lines and rotates its file now and then.
type writer struct {
	t    *testing.T
	path string
	file *os.File
	next int // the number of the next line
}

func newWriter(t *testing.T, path string) *writer {
	t.Helper()
	w := &writer{t: t, path: path}
	w.create()
	t.Cleanup(func() { _ = w.file.Close() })
	return w
}

func (w *writer) create() {
	w.t.Helper()
	file, err := os.OpenFile(w.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		w.t.Fatal(err)
	}
	w.file = file
}

func (w *writer) write(lines int) {
	w.t.Helper()
	if _, err := w.file.WriteString(numbered(w.next, w.next+lines)); err != nil {
		w.t.Fatal(err)
	}
	w.next += lines
}

// shift renames path to path.1, path.1 to path.2 and so on.
func (w *writer) shift() {
	w.t.Helper()
	for i := 1000; i > 0; i-- {
		from := fmt.Sprintf("%s.%d", w.path, i)
		if _, err := os.Stat(from); err == nil {
			rename(w.t, from, fmt.Sprintf("%s.%d", w.path, i+1))
		}
	}
	rename(w.t, w.path, w.path+".1")
}

// rotate makes the file anew; late lines are still written to the old one after that.
func (w *writer) rotate(late int) {
	w.t.Helper()
	w.shift()
	old := w.file
	w.create()
	w.file, old = old, w.file
	w.write(late)
	_ = w.file.Close()
	w.file = old
}
