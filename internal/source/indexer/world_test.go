package indexer

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/source"
	"github.com/socme-project/socme/internal/source/indexer/indexertest"
	"github.com/socme-project/socme/soc"
)

var (
	errEnd    = errors.New("the test's time is over")
	errKilled = errors.New("killed")
)

// world is an indexer, the documents that will be indexed, a node that takes what the
// source emits, and the one clock of all of them. It moves only when the source waits
// or asks, so hours pass in seconds.
type world struct {
	t      *testing.T
	server *indexertest.Server
	log    bytes.Buffer

	mu   sync.Mutex
	now  time.Time
	end  time.Time
	plan []planned // by time
	rest int       // of the plan, the index of the next one
	want map[string]bool
	seen map[string]int
	ids  map[soc.AlertID]bool
	raws map[string][]byte // what was indexed
	mark string

	current *Source
	step    time.Duration // the shortest wait
	counts  source.Counts
	batches int
	lag     bool // State told of one
	tooMany bool
	kill    func() (dead, committed bool)
}

// planned is a document that will be indexed.
type planned struct {
	at                  time.Time
	stream, name, id    string
	source              []byte
	deletes, irrelevant bool // an index is deleted instead; a document that is no alert or too old
}

func newWorld(t *testing.T, start time.Time) *world {
	t.Helper()
	w := &world{t: t, now: start, step: 4 * time.Second, want: map[string]bool{}, seen: map[string]int{}, ids: map[soc.AlertID]bool{}, raws: map[string][]byte{}}
	w.server = indexertest.New()
	t.Cleanup(w.server.Close)
	w.server.Now = w.time
	w.server.Username = "socme"
	w.server.SetPassword("right")
	w.server.Fault = func(indexertest.Request) *indexertest.Fault { w.pass(2 * time.Millisecond); return nil }
	return w
}

func (w *world) time() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// pass lets time go by, and indexes what is due.
func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	to := w.now.Add(d)
	for w.rest < len(w.plan) && !w.plan[w.rest].at.After(to) {
		p := w.plan[w.rest]
		w.rest++
		if p.at.After(w.now) {
			w.now = p.at
		}
		w.mu.Unlock()
		if p.deletes {
			w.server.Delete(p.name)
		} else {
			w.server.Add(p.stream, p.name, p.id, p.source)
		}
		w.mu.Lock()
	}
	w.now = to
	w.mu.Unlock()
}

func (w *world) add(p planned) {
	if !p.irrelevant && !p.deletes {
		w.want[p.name+"/"+p.id] = true
		w.raws[p.name+"/"+p.id] = p.source
	}
	w.plan = append(w.plan, p)
}

// alert plans an alert of Wazuh 4 that bears a time and is indexed at another.
func (w *world) alert(id int, event, at time.Time) {
	name := "wazuh-alerts-4.x-" + event.Format("2006.01.02")
	text := fmt.Sprintf(`{"@timestamp":%q,"timestamp":%q,"rule":{"level":%d,"id":"5710","description":"sshd: unknown user","groups":["sshd"]},`+
		`"agent":{"id":"001","name":"web"},"manager":{"name":"wazuh"},"id":"%d.%d","full_log":"Failed password %d","location":"/var/log/auth.log"}`,
		event.Format("2006-01-02T15:04:05.000Z"), event.Format("2006-01-02T15:04:05.000-0700"), 3+id%13, event.Unix(), id, id)
	w.add(planned{at: at, stream: name, name: name, id: fmt.Sprintf("a%d", id), source: []byte(text)})
}

var categories = []string{"security", "system-activity", "network-activity", "access-management"}

// finding plans a finding of Wazuh 5, in the backing index of one of its data streams.
func (w *world) finding(id int, event, at time.Time) {
	stream := "wazuh-findings-v5-" + categories[id%len(categories)]
	text := fmt.Sprintf(`{"@timestamp": %q, "event": {"kind": "alert"}, "wazuh": {"agent": {"id": "002"}, "rule": {"id": "r-%d", "title": "A finding", "level": "high"}}}`,
		event.Format("2006-01-02T15:04:05.000Z"), id%50)
	w.add(planned{at: at, stream: stream, name: ".ds-" + stream + "-000001", id: fmt.Sprintf("f%d", id), source: []byte(text)})
}

// source is a new Source on the world's indexer.
func (w *world) source() *Source {
	password := filepath.Join(w.t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("right\n"), 0o600); err != nil {
		w.t.Fatal(err)
	}
	s := &Source{
		Name: "test", URL: w.server.URL, Username: "socme", PasswordFile: password, Node: "node",
		Log: slog.New(slog.NewTextHandler(&w.log, nil)), now: w.time,
	}
	s.pause = func(ctx context.Context, d time.Duration) error {
		w.pass(max(d, w.step))
		if w.time().After(w.end) {
			return errEnd
		}
		return ctx.Err()
	}
	return s
}

// run lets a source read until a time, and says how that ended.
func (w *world) run(s *Source, end time.Time) error {
	w.t.Helper()
	slices.SortStableFunc(w.plan[w.rest:], func(a, b planned) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
	w.end, w.current = end, s
	var resume []source.Cursor
	if w.mark != "" {
		resume = []source.Cursor{{Mark: w.mark}}
	}
	return s.Run(context.Background(), resume, w.emit)
}

// read is run that must come to the end.
func (w *world) read(s *Source, end time.Time) {
	w.t.Helper()
	if err := w.run(s, end); !errors.Is(err, errEnd) {
		w.t.Fatalf("Run = %v, want to be ended by the test; log:\n%s", err, w.log.String())
	}
}

// emit takes a batch as the outbox does: alerts and mark together, or neither.
func (w *world) emit(_ context.Context, b source.Batch) error {
	dead, committed := false, true
	if w.kill != nil {
		dead, committed = w.kill()
	}
	if dead && !committed {
		return errKilled
	}
	w.tooMany = w.tooMany || len(b.Alerts) > 1000
	for _, a := range b.Alerts {
		w.seen[a.Place.Path]++
		w.ids[a.ID] = true
		if !bytes.Equal(a.Raw, w.raws[a.Place.Path]) {
			w.t.Errorf("raw of %s is not what was indexed", a.Place.Path)
		}
	}
	w.counts.Add(b.Counts)
	w.batches++
	w.lag = w.lag || !w.current.State().LagTime.IsZero()
	if len(b.Cursor.Mark) > maxMark {
		w.t.Errorf("the mark has %d bytes", len(b.Cursor.Mark))
	}
	w.mark = b.Cursor.Mark
	if dead {
		return errKilled
	}
	return nil
}

// check says whether every document was emitted, and how many were more than once.
func (w *world) check() (repeated int) {
	w.t.Helper()
	lost := 0
	for name := range w.want {
		if w.seen[name] == 0 {
			if lost++; lost < 5 {
				w.t.Errorf("lost: %s", name)
			}
		}
	}
	other := 0
	for name, n := range w.seen {
		repeated += n - 1
		if !w.want[name] {
			other++
		}
	}
	if lost > 0 || other > 0 || w.tooMany {
		w.t.Errorf("of %d documents lost %d; %d that nobody wanted; a batch too large: %v", len(w.want), lost, other, w.tooMany)
	}
	return repeated
}
