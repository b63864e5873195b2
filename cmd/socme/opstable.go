package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/socme-project/socme/opsme"
)

// opsTable is the table below the output: a row for each host that is at work, and a line
// with the sum. What is printed goes above it.
type opsTable struct {
	screen *os.File
	stop   chan struct{}
	ended  sync.WaitGroup

	mu           sync.Mutex
	rows         []*opsRow // at work, by when they began
	hosts        int
	done, failed int
	drawn        int // lines on the screen
	over         bool
}

type opsRow struct {
	host, state, last string
	since             time.Time
}

func newOpsTable(screen *os.File) *opsTable { return &opsTable{screen: screen} }

// begin draws the table ten times a second until end.
func (t *opsTable) begin(hosts int) {
	t.mu.Lock()
	t.hosts, t.done, t.failed, t.rows, t.over = hosts, 0, 0, nil, false
	t.mu.Unlock()
	t.stop = make(chan struct{})
	tick := time.NewTicker(100 * time.Millisecond)
	t.ended.Go(func() {
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				t.above(func(io.Writer) {})
			case <-t.stop:
				return
			}
		}
	})
}

// end takes the table away.
func (t *opsTable) end() {
	close(t.stop)
	t.ended.Wait()
	t.mu.Lock()
	t.over = true
	t.mu.Unlock()
	t.above(func(io.Writer) {})
}

// note follows an event.
func (t *opsTable) note(event opsme.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e, ok := event.(opsme.Started); ok {
		t.rows = append(t.rows, &opsRow{host: e.Host, state: "connects", since: time.Now()})
		return
	}
	i := slices.IndexFunc(t.rows, func(r *opsRow) bool { return r.host == event.At() })
	if e, ok := event.(opsme.Result); ok {
		t.done++
		if !e.OK() {
			t.failed++
		}
		if i >= 0 {
			t.rows = slices.Delete(t.rows, i, i+1)
		}
		return
	}
	if i < 0 {
		return
	}
	switch e := event.(type) {
	case opsme.Connected:
		t.rows[i].state = "runs"
	case opsme.Progress:
		t.rows[i].state = fmt.Sprintf("copies %3.0f %%", 100*float64(e.Done)/float64(max(1, e.Total)))
		t.rows[i].last = size(e.Done) + " of " + size(e.Total)
	case opsme.Output:
		lines := bytes.Split(bytes.TrimRight(e.Data, "\r\n"), []byte("\n"))
		t.rows[i].last = oneLine(strings.ToValidUTF8(string(lines[len(lines)-1]), "?"))
	}
}

// above takes the table away, lets something be written, and draws it again below.
func (t *opsTable) above(write func(w io.Writer)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var b bytes.Buffer
	if t.drawn > 0 {
		fmt.Fprintf(&b, "\x1b[%dA\r\x1b[J", t.drawn)
	}
	_, _ = t.screen.Write(b.Bytes()) // a terminal that is gone shows nothing
	b.Reset()
	write(t.screen)
	t.draw(&b)
	_, _ = t.screen.Write(b.Bytes())
}

func (t *opsTable) draw(b *bytes.Buffer) {
	t.drawn = 0
	if t.over {
		return
	}
	width, height, err := term.GetSize(int(t.screen.Fd()))
	if err != nil || width <= 0 || height <= 0 {
		width, height = 80, 24
	}
	shown := t.rows[:min(len(t.rows), max(1, height/2-2))]
	name := 4
	for _, row := range shown {
		name = max(name, min(len(row.host), 32))
	}
	line := func(text string) {
		if runes := []rune(text); len(runes) > width-1 { // a line that wraps would be two
			text = string(runes[:max(0, width-2)]) + "…"
		}
		b.WriteString(text + "\n")
		t.drawn++
	}
	if len(shown) > 0 {
		line(fmt.Sprintf("%-*s  %-12s %7s  %s", name, "HOST", "STATE", "TIME", "LAST"))
	}
	for _, row := range shown {
		line(fmt.Sprintf("%-*.*s  %-12s %5.1f s  %s", name, name, oneLine(row.host), row.state, time.Since(row.since).Seconds(), row.last))
	}
	line(fmt.Sprintf("%d of %d done, %d failed, %d at work", t.done, t.hosts, t.failed, len(t.rows)))
}
