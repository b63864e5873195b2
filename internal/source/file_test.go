package source

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/soc"
)

func TestRunReadsWhatIsThereAndWhatComes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "eve.json")
	n := newNode()
	appendFile(t, path, numbered(0, 2500))
	follow(t, path, n)
	wait(t, "the first lines", func() bool { return n.count() == 2500 })
	appendFile(t, path, `{"n":25`)
	appendFile(t, path, "00}\n")
	wait(t, "a line in two parts", func() bool { return n.count() == 2501 })
	n.exact(t, 2501)
}

func TestRunWaitsForTheFileAndItsFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log", "suricata")
	path := filepath.Join(dir, "eve.json")
	n := newNode()
	f := testFile(path)
	start(t, f, n)
	wait(t, "it to say that it waits", func() bool { return f.State().Waiting })
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	appendFile(t, path, numbered(0, 10))
	wait(t, "the lines", func() bool { return n.count() == 10 })
	if f.State().Waiting {
		t.Error("it still says that it waits")
	}
	n.exact(t, 10)
}

func TestRunSaysWhyItCannotRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "eve.json")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	err := testFile(path).Run(t.Context(), nil, newNode().emit)
	if err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("Run on a folder = %v", err)
	}
}

// A line is emitted when it is written, not when somebody looks the next time.
func TestRunIsWokenByTheKernel(t *testing.T) {
	path := filepath.Join(t.TempDir(), "eve.json")
	appendFile(t, path, line(0))
	n := newNode()
	f := testFile(path)
	f.poll = time.Hour
	start(t, f, n)
	for i := 1; i <= 20; i++ {
		wait(t, "the line before", func() bool { return n.count() == i })
		appendFile(t, path, line(i))
	}
	wait(t, "the last line", func() bool { return n.count() == 21 })
	n.exact(t, 21)
}

// Nor is one that is written through a name in another folder, as Wazuh does.
func TestRunIsWokenThroughAnotherNameOfTheFile(t *testing.T) {
	path, other := filepath.Join(t.TempDir(), "alerts.json"), filepath.Join(t.TempDir(), "ossec-alerts-25.json")
	appendFile(t, other, line(0))
	if err := os.Link(other, path); err != nil {
		t.Fatal(err)
	}
	n := newNode()
	f := testFile(path)
	f.poll = time.Hour
	start(t, f, n)
	for i := 1; i <= 20; i++ {
		wait(t, "the line before", func() bool { return n.count() == i })
		appendFile(t, other, line(i))
	}
	wait(t, "the last line", func() bool { return n.count() == 21 })
	n.exact(t, 21)
}

func TestGarbageIsCountedAndTheLinesAroundItSurvive(t *testing.T) {
	long := strings.Repeat("x", soc.MaxRaw)
	tests := []struct {
		name, text string
		want       soc.Counts // beside the three good lines, and bytes
	}{
		{"an empty line", "\n", soc.Counts{Lines: 1}},
		{"space and a carriage return", " \t\r\n", soc.Counts{Lines: 1}},
		{"no JSON", "Nov 24 suricata: started\n", soc.Counts{Lines: 1, Malformed: 1}},
		{"a line that was cut and goes on with the next", "{\"n\":7{\"n\":8\n", soc.Counts{Lines: 1, Malformed: 1}},
		{"bytes of nothing", "\x00\x00\xff\xfe\n", soc.Counts{Lines: 1, Malformed: 1}},
		{"a line of 1 MiB and one byte", long + "x\n", soc.Counts{Lines: 1, TooLong: 1}},
		{"a line of 1 MiB, which may be", long + "\n", soc.Counts{Lines: 1, Malformed: 1}},
		{"lines of many MiB", strings.Repeat(long, 5) + "\n" + strings.Repeat(long, 3) + "\n", soc.Counts{Lines: 2, TooLong: 2}},
		{"an alert whose text is no UTF-8", "{\"n\":\xff}\n", soc.Counts{Lines: 1, Alerts: 1, InvalidUTF8: 1}},
		{"a carriage return before the newline", "{\"n\":x}\r\n", soc.Counts{Lines: 1, Alerts: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "eve.json")
			text := line(0) + tt.text + line(1) + tt.text + line(2)
			n := newNode()
			follow(t, path, n)
			appendFile(t, path, text)
			read := func() soc.Counts { n.mu.Lock(); defer n.mu.Unlock(); return n.counts }
			wait(t, "all of it", func() bool { return read().Bytes == uint64(len(text)) })
			want := soc.Counts{Lines: 3, Alerts: 3, Bytes: uint64(len(text))}
			want.Add(tt.want)
			want.Add(tt.want)
			if got := read(); got != want {
				t.Errorf("counts = %+v, want %+v", got, want)
			}
			for _, id := range []string{"0", "1", "2"} {
				if n.seen[id] != 1 {
					t.Errorf("line %s was seen %d times", id, n.seen[id])
				}
			}
		})
	}
}

// What passes only noise still moves the cursor, but not with every line.
func TestNoiseMovesTheCursorSeldom(t *testing.T) {
	path := filepath.Join(t.TempDir(), "eve.json")
	n := newNode()
	f := testFile(path)
	f.Parse = func(soc.NodeID, []byte) (soc.Alert, bool, error) { return soc.Alert{}, false, nil }
	start(t, f, n)
	size := 0
	for range 2000 {
		text := line(1)
		appendFile(t, path, text)
		size += len(text)
	}
	wait(t, "the cursor to reach the end", func() bool {
		cursors := n.resume()
		return len(cursors) == 1 && cursors[0].Offset == int64(size)
	})
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.batches > 200 {
		t.Errorf("%d batches for 2,000 lines of noise", n.batches)
	}
	if n.counts.Lines != 2000 {
		t.Errorf("%d lines counted", n.counts.Lines)
	}
}

// The node dies at random batches, before or after it has committed them, while the
// file is written and rotated, and sometimes stays dead for several rotations.
func TestRunAgainFromTheLastCursorLosesAndDoublesNothing(t *testing.T) {
	for seed := range uint64(3) {
		random := rand.New(rand.NewPCG(seed, 1))
		path := filepath.Join(t.TempDir(), "eve.json")
		w, n := newWriter(t, path), newNode()
		work := func() {
			for range random.IntN(4) {
				w.write(1 + random.IntN(1500))
				if random.IntN(3) == 0 {
					w.rotate(random.IntN(3))
				}
			}
		}
		w.write(1)
		stop := follow(t, path, n)
		wait(t, "the first cursor", func() bool { return n.count() == 1 })
		stop()
		n.kill = func() (dead, committed bool) { return random.IntN(3) == 0, random.IntN(2) == 0 }
		for range 40 {
			work()
			ctx, cancel := context.WithTimeout(t.Context(), 60*time.Millisecond)
			err := testFile(path).Run(ctx, n.resume(), n.emit)
			cancel()
			if !errors.Is(err, errKilled) && !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("seed %d: Run = %v", seed, err)
			}
		}
		n.kill = nil
		w.write(1)
		stop = follow(t, path, n)
		wait(t, "all lines", func() bool { return n.count() >= w.next })
		stop()
		n.exact(t, w.next)
		if t.Failed() {
			t.Fatalf("with seed %d", seed)
		}
	}
}

func TestRawOfABatchIsNotTheReadersBuffer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "eve.json")
	n := newNode()
	var raws [][]byte
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	appendFile(t, path, numbered(0, 50000))
	err := testFile(path).Run(ctx, nil, func(ctx context.Context, b Batch) error {
		for _, a := range b.Alerts {
			raws = append(raws, a.Raw)
		}
		if len(raws) == 50000 {
			cancel()
		}
		return n.emit(ctx, b)
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if got := append(bytes.Join(raws, []byte("\n")), '\n'); string(got) != numbered(0, 50000) {
		t.Error("the raw lines together are not the file")
	}
}

// BenchmarkLineToEmit is the time from the write of a line to its emission.
func BenchmarkLineToEmit(b *testing.B) {
	path := filepath.Join(b.TempDir(), "eve.json")
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	ctx, cancel := context.WithCancel(b.Context())
	came, done := make(chan time.Time, 1), make(chan error, 1)
	go func() {
		done <- testFile(path).Run(ctx, nil, func(_ context.Context, batch Batch) error {
			if len(batch.Alerts) > 0 {
				came <- time.Now()
			}
			return nil
		})
	}()
	var took []time.Duration
	for b.Loop() {
		begin := time.Now()
		if _, err := file.WriteString(line(1)); err != nil {
			b.Fatal(err)
		}
		took = append(took, (<-came).Sub(begin))
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		b.Fatal(err)
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}
