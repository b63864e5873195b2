package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// run feeds dir for d of the bubble's time, in UTC if f says nothing else: how busy an hour is depends on the zone.
func run(t *testing.T, f Feeder, d time.Duration) {
	t.Helper()
	if f.Now == nil {
		f.Now = func() time.Time { return time.Now().UTC() }
	}
	ctx, stop := context.WithTimeout(t.Context(), d)
	defer stop()
	if err := f.Run(ctx); err != nil {
		t.Fatal(err)
	}
}

// written is one line read back.
type written struct {
	at    time.Time
	id    string // flow_id or Wazuh's id; empty for Suricata's counters
	alert bool
	raw   string
}

// read returns a sensor's lines, the rotated file's first, and fails unless each is a whole JSON object.
func read(t *testing.T, dir, name string) []written {
	t.Helper()
	var all []written
	for _, path := range []string{name + ".1", name} {
		data, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if len(data) > 0 && !bytes.HasSuffix(data, []byte("\n")) {
			t.Fatalf("%s ends amid a line", path)
		}
		for raw := range strings.Lines(string(data)) {
			var e struct {
				Timestamp string          `json:"timestamp"`
				FlowID    uint64          `json:"flow_id"`
				ID        string          `json:"id"`
				Alert     json.RawMessage `json:"alert"`
				Rule      json.RawMessage `json:"rule"`
			}
			if err := json.Unmarshal([]byte(raw), &e); err != nil {
				t.Fatalf("%s: %v in %s", path, err, raw)
			}
			at, err := time.Parse("2006-01-02T15:04:05-0700", e.Timestamp)
			if err != nil {
				t.Fatal(err)
			}
			if e.FlowID != 0 {
				e.ID = strconv.FormatUint(e.FlowID, 10)
			}
			all = append(all, written{at: at, id: e.ID, alert: e.Alert != nil || e.Rule != nil, raw: strings.TrimSuffix(raw, "\n")})
		}
	}
	return all
}

// readBoth checks what holds for both files whatever happened, and returns the alerts of both.
func readBoth(t *testing.T, dir string) []written {
	t.Helper()
	var alerts []written
	seen := map[string]bool{}
	for _, name := range []string{EveFile, AlertsFile} {
		var before time.Time
		for _, w := range read(t, dir, name) {
			if w.at.Before(before) {
				t.Fatalf("%s goes back in time at %s", name, w.raw)
			}
			before = w.at
			for _, unique := range []string{w.raw, w.id} {
				if unique != "" && seen[unique] {
					t.Fatalf("%s holds this twice: %s", name, unique)
				}
				seen[unique] = true
			}
			if w.alert {
				alerts = append(alerts, w)
			}
		}
	}
	return alerts
}

func between(alerts []written, from, to time.Time) (n int) {
	for _, a := range alerts {
		if !a.at.Before(from) && a.at.Before(to) {
			n++
		}
	}
	return n
}

func wantAbout(t *testing.T, what string, got, low, high int) {
	t.Helper()
	if got < low || got > high {
		t.Errorf("%s: %d, want %d to %d", what, got, low, high)
	}
}

func TestAnEmptyFolderGetsTheLast24HoursAtOnceAndThenOneAlertASecond(t *testing.T) {
	tests := map[string]struct{ dayLeast, dayMost, liveLeast, liveMost int }{
		"clinic":  {1200, 1800, 480, 720},
		"shop":    {350, 580, 130, 235}, // .3 of it
		"factory": {350, 580, 130, 235},
	}
	each(t, func(t *testing.T, c Client) {
		want := tests[c.Key]
		synctest.Test(t, func(t *testing.T) {
			dir, start := filepath.Join(t.TempDir(), "new"), time.Now()
			run(t, Feeder{Client: c, Dir: dir, Seed: 1}, 10*time.Minute)
			alerts := readBoth(t, dir)
			wantAbout(t, "alerts of the last 24 hours", between(alerts, start.Add(-past), start), want.dayLeast, want.dayMost)
			wantAbout(t, "alerts older than that", between(alerts, time.Time{}, start.Add(-past)), 0, 0)
			wantAbout(t, "alerts of the first hour", between(alerts, start.Add(-past), start.Add(-past+time.Hour)), 1, 120)
			wantAbout(t, "alerts of ten minutes", between(alerts, start, start.Add(10*time.Minute)), want.liveLeast, want.liveMost)
			wantAbout(t, "alerts of the future", between(alerts, start.Add(10*time.Minute+time.Second), start.Add(past)), 0, 0)
			wantAbout(t, "events that are no alerts", len(read(t, dir, EveFile))+len(read(t, dir, AlertsFile))-len(alerts), want.dayLeast/3, want.dayMost)
		})
	})
}

func TestAClientThatIsNoneIsRefused(t *testing.T) {
	err := (&Feeder{Client: Client{Name: "nobody"}, Dir: t.TempDir()}).Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), `example client "nobody"`) {
		t.Errorf("a client without a recording = %v, want an error that names it", err)
	}
}

func TestARateOfTenGivesTenAlertsASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, start := t.TempDir(), time.Now()
		run(t, Feeder{Client: Clients()[0], Dir: dir, Rate: 10, Seed: 2}, time.Minute)
		wantAbout(t, "alerts of a minute", between(readBoth(t, dir), start, start.Add(time.Hour)), 480, 720)
	})
}

func TestARestartFillsOnlyTheGap(t *testing.T) {
	tests := []struct {
		name      string
		gap       time.Duration
		low, high int // alerts written for the gap
	}{
		{"of a second, with next to nothing", time.Second, 0, 5},
		{"of six hours, as thinly as history", 6 * time.Hour, 100, 700},
		{"of five days, by the last 24 hours", 5 * past, 1200, 1800},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := t.TempDir()
				run(t, Feeder{Client: Clients()[0], Dir: dir, Seed: 3}, time.Minute)
				before, stopped := readBoth(t, dir), time.Now()
				time.Sleep(tt.gap) //nolint:forbidigo // the bubble's clock
				run(t, Feeder{Client: Clients()[0], Dir: dir, Seed: 4}, time.Millisecond)
				after := readBoth(t, dir)
				wantAbout(t, "alerts for the gap", len(after)-len(before), tt.low, tt.high)
				wantAbout(t, "alerts added to what was there", between(after, time.Time{}, stopped)-len(before), 0, 0)
			})
		})
	}
}

func TestAMachineThatSleptIsFilledLikeARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		var slept atomic.Int64
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		now := func() time.Time { return time.Now().UTC().Add(time.Duration(slept.Load())) }
		go func() { done <- (&Feeder{Client: Clients()[0], Dir: dir, Seed: 5, Now: now}).Run(ctx) }()
		time.Sleep(time.Minute) //nolint:forbidigo // the bubble's clock
		synctest.Wait()
		before := len(readBoth(t, dir))
		slept.Store(int64(6 * time.Hour))
		time.Sleep(10 * time.Second) //nolint:forbidigo // the bubble's clock
		stop()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		wantAbout(t, "alerts for the sleep", len(readBoth(t, dir))-before, 100, 700)
	})
}

// A process that dies leaves both files cut at one moment of the merged order, perhaps amid a line.
func TestBeingKilledAmidTheFirstFillingNeitherRepeatsNorLeavesOut(t *testing.T) {
	dice := rand.New(rand.NewPCG(6, 6))
	for range 5 {
		synctest.Test(t, func(t *testing.T) {
			dir, start := t.TempDir(), time.Now()
			run(t, Feeder{Client: Clients()[0], Dir: dir, Seed: dice.Uint64()}, time.Millisecond)
			died := start.Add(-time.Duration(dice.Int64N(int64(past))))
			for _, name := range []string{EveFile, AlertsFile} {
				var kept []byte
				for _, w := range read(t, dir, name) {
					if w.at.After(died) {
						kept = append(kept, w.raw[:dice.IntN(len(w.raw))]...)
						break
					}
					kept = append(append(kept, w.raw...), '\n')
				}
				if err := os.WriteFile(filepath.Join(dir, name), kept, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			run(t, Feeder{Client: Clients()[0], Dir: dir, Seed: dice.Uint64()}, time.Millisecond)
			alerts := readBoth(t, dir)
			wantAbout(t, "alerts of the last 24 hours", between(alerts, start.Add(-past), start), 1150, 1850)
			// About forty an hour at the quietest time: an hour with fewer than five would be a hole.
			for at := died.Add(-time.Hour); at.Before(start.Add(-time.Hour)) && at.Before(died.Add(2*time.Hour)); at = at.Add(time.Hour) {
				wantAbout(t, "alerts of an hour around the death", between(alerts, at, at.Add(time.Hour)), 5, 300)
			}
		})
	}
}

func TestRotationLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		var kept []written
		seen := map[string]bool{}
		for seed := range uint64(10) {
			run(t, Feeder{Client: Clients()[0], Dir: dir, Seed: seed + 1, MaxSize: 250_000}, time.Minute)
			for _, w := range read(t, dir, AlertsFile) {
				if !seen[w.raw] {
					seen[w.raw] = true
					kept = append(kept, w)
				}
			}
		}
		if size := fileSize(t, filepath.Join(dir, AlertsFile)); size > 250_000 {
			t.Errorf("file of %d bytes was not rotated", size)
		}
		if fileSize(t, filepath.Join(dir, AlertsFile+".1")) == 0 {
			t.Error("nothing was rotated")
		}
		// An id's second half is the place in a file without end, so a lost line leaves a hole.
		for i, w := range kept[1:] {
			if before := kept[i]; number(t, w) != number(t, before)+int64(len(before.raw))+1 {
				t.Fatalf("lines are missing between %s and %s", before.id, w.id)
			}
		}
	})
}

func number(t *testing.T, w written) int64 {
	t.Helper()
	_, digits, _ := strings.Cut(w.id, ".")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func fileSize(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func TestAClockThatWasSetBackIsFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		run(t, Feeder{Client: Clients()[0], Dir: dir, Seed: 7}, time.Minute)
		early := func() time.Time { return time.Now().UTC().Add(-time.Hour) }
		before := len(read(t, dir, EveFile))
		run(t, Feeder{Client: Clients()[0], Dir: dir, Seed: 8, Now: early}, time.Minute)
		for _, w := range read(t, dir, EveFile)[before:] {
			if w.at.After(time.Now().Add(-30 * time.Minute)) {
				t.Fatalf("written for the future: %s", w.raw)
			}
		}
	})
}
