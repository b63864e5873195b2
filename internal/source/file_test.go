package source

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
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
	cursors map[[2]uint64]Cursor
	counts  Counts
	batches int
	stop    func() bool // ends the run after a batch, to try a restart
}

func newNode() *node {
	return &node{seen: map[string]int{}, cursors: map[[2]uint64]Cursor{}}
}

func (n *node) emit(ctx context.Context, b Batch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, a := range b.Alerts {
		n.seen[a.Rule.ID]++
		n.order = append(n.order, a.Rule.ID)
	}
	n.cursors[[2]uint64{b.Cursor.Device, b.Cursor.Inode}] = b.Cursor
	for _, c := range b.Done {
		delete(n.cursors, [2]uint64{c.Device, c.Inode})
	}
	n.counts.Add(b.Counts)
	n.batches++
	if n.stop != nil && n.stop() {
		return context.Canceled
	}
	return nil
}

func (n *node) resume() []Cursor {
	n.mu.Lock()
	defer n.mu.Unlock()
	var cursors []Cursor
	for _, c := range n.cursors {
		cursors = append(cursors, c)
	}
	return cursors
}

func (n *node) count() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.order)
}

// follow runs a File on path into n until the test or the returned function ends it.
func follow(t *testing.T, path string, n *node) (stop func()) {
	t.Helper()
	f := &File{Name: "test", Path: path, Parse: number, poll: 20 * time.Millisecond, late: 300 * time.Millisecond}
	return start(t, f, n)
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
			if err := <-done; err != context.Canceled {
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
	if lost > 0 || doubled > 0 || len(n.seen) != total {
		t.Errorf("of %d lines lost %d %v, doubled %d; %d different ones seen", total, lost, first, doubled, len(n.seen))
	}
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

func TestRunReadsWhatIsThereAndWhatComes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "eve.json")
	n := newNode()
	follow(t, path, n)
	appendFile(t, path, numbered(0, 2500))
	wait(t, "the first lines", func() bool { return n.count() == 2500 })
	appendFile(t, path, `{"n":25`)
	appendFile(t, path, "00}\n")
	wait(t, "a line in two parts", func() bool { return n.count() == 2501 })
	n.exact(t, 2501)
}

func TestRunLosesNothingWhenTheFileIsRenamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "eve.json")
	n := newNode()
	const total, each = 20000, 700
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(line(0)); err != nil {
		t.Fatal(err)
	}
	follow(t, path, n)
	wait(t, "the first line", func() bool { return n.count() == 1 })
	for i := 1; i < total; i++ {
		if i%each == each-1 {
			for k := 40; k > 0; k-- {
				_ = os.Rename(fmt.Sprintf("%s.%d", path, k), fmt.Sprintf("%s.%d", path, k+1))
			}
			rename(t, path, path+".1")
			fresh, err := os.Create(path)
			if err != nil {
				t.Fatal(err)
			}
			// The writer has not noticed yet.
			if _, err := file.WriteString(line(i)); err != nil {
				t.Fatal(err)
			}
			_ = file.Close()
			file = fresh
			continue
		}
		if _, err := file.WriteString(line(i)); err != nil {
			t.Fatal(err)
		}
	}
	_ = file.Close()
	wait(t, "all lines", func() bool { return n.count() >= total })
	n.exact(t, total)
}
