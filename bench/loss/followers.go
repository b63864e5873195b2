package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"

	"github.com/socme-project/socme/internal/source"
	"github.com/socme-project/socme/internal/source/suricata"
)

// follower reads the sensor's file. After stop, which is sudden, it may be started again.
type follower interface {
	name() string
	start(ctx context.Context) error
	stop()
	seen() map[int]int // how often each line has come
}

// tally counts lines.
type tally struct {
	mu    sync.Mutex
	lines map[int]int
}

func (t *tally) add(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lines == nil {
		t.lines = map[int]int{}
	}
	t.lines[n]++
}

func (t *tally) seen() map[int]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.lines)
}

var number = regexp.MustCompile(`"signature_id":([0-9]+),"rev":1,.*\}\}$`)

// count counts the complete lines of a text.
func (t *tally) count(from io.Reader) {
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		if match := number.FindSubmatch(lines.Bytes()); match != nil {
			n, _ := strconv.Atoi(string(match[1]))
			t.add(n)
		}
	}
}

// ours is what a node follows a file with. Cursors are kept with the lines, as the
// outbox does; whatever it has beyond them is gone when it stops.
type ours struct {
	tally
	path    string
	cursors map[[2]uint64]source.Cursor
	cancel  context.CancelFunc
	ended   chan error
}

func (o *ours) name() string { return "socme" }

func (o *ours) start(ctx context.Context) error {
	if o.cursors == nil {
		o.cursors = map[[2]uint64]source.Cursor{}
	}
	file := &source.File{Name: "bench", Path: o.path, Node: "bench", Parse: suricata.Parse, Log: slog.New(slog.DiscardHandler)}
	ctx, o.cancel = context.WithCancel(ctx)
	o.ended = make(chan error, 1)
	var resume []source.Cursor
	for _, c := range o.cursors {
		resume = append(resume, c)
	}
	go func() { o.ended <- file.Run(ctx, resume, o.emit) }()
	return nil
}

func (o *ours) emit(ctx context.Context, b source.Batch) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, a := range b.Alerts {
		n, err := strconv.Atoi(a.Rule.ID)
		if err != nil {
			return fmt.Errorf("read the number of line %s: %w", a.Raw, err)
		}
		o.add(n)
	}
	for _, c := range b.Done {
		delete(o.cursors, [2]uint64{c.Device, c.Inode})
	}
	for _, c := range append(b.Also, b.Cursor) {
		if c.Source != "" {
			o.cursors[[2]uint64{c.Device, c.Inode}] = c
		}
	}
	return nil
}

func (o *ours) stop() {
	if o.cancel != nil {
		o.cancel()
		<-o.ended //nolint:errcheck // it ends because it was told to
		o.cancel = nil
	}
}

// process is a follower that is a program.
type process struct {
	command *exec.Cmd
}

func (p *process) stop() {
	if p.command != nil {
		_ = p.command.Process.Kill()
		_ = p.command.Wait()
		p.command = nil
	}
}

// tail is tail -F. It has no place to go on from: started again, it begins with the
// lines that come from then on, as it is used.
type tail struct {
	tally
	process
	path    string
	started bool
	read    sync.WaitGroup
}

func (t *tail) name() string { return "tail -F" }

func (t *tail) start(ctx context.Context) error {
	from := "+1"
	if t.started {
		from = "0"
	}
	t.started = true
	command := exec.CommandContext(ctx, "tail", "-n", from, "-F", t.path) //nolint:gosec // the path is ours
	out, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return err
	}
	t.command = command
	t.read.Go(func() { t.count(out) })
	return nil
}

func (t *tail) stop() {
	if t.command != nil {
		_ = t.command.Process.Kill()
		t.read.Wait()
	}
	t.process.stop()
}

// rsyslog is rsyslogd with imfile and its state, and settings of its own.
type rsyslog struct {
	process
	path, dir string
}

const rsyslogSettings = `global(workDirectory="%[1]s" maxMessageSize="1m")
module(load="imfile" mode="inotify")
template(name="line" type="string" string="%%msg%%\n")
ruleset(name="lines") { action(type="omfile" file="%[1]s/out" template="line" asyncWriting="off") }
input(type="imfile" file="%[2]s" tag="eve" ruleset="lines" reopenOnTruncate="on" persistStateInterval="100")
`

func (r *rsyslog) name() string { return "rsyslog imfile" }

func (r *rsyslog) start(ctx context.Context) error {
	program, err := exec.LookPath("rsyslogd")
	if err != nil {
		if program, err = exec.LookPath("/usr/sbin/rsyslogd"); err != nil {
			return fmt.Errorf("rsyslogd is not installed: %w", err)
		}
	}
	state := filepath.Join(r.dir, "rsyslog")
	if err := os.MkdirAll(state, 0o750); err != nil {
		return err
	}
	settings := filepath.Join(state, "rsyslog.conf")
	if err := os.WriteFile(settings, fmt.Appendf(nil, rsyslogSettings, state, r.path), 0o600); err != nil {
		return err
	}
	pid := filepath.Join(state, "pid")
	_ = os.Remove(pid)                                                            // of the one that was killed
	command := exec.CommandContext(ctx, program, "-n", "-f", settings, "-i", pid) //nolint:gosec // the paths are ours
	if err := command.Start(); err != nil {
		return err
	}
	r.command = command
	return until(ctx, patience, "rsyslogd to start", func() bool { _, err := os.Stat(pid); return err == nil })
}

func (r *rsyslog) seen() map[int]int {
	var t tally
	if out, err := os.Open(filepath.Join(r.dir, "rsyslog", "out")); err == nil {
		t.count(out)
		_ = out.Close()
	}
	return t.seen()
}
