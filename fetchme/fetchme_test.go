package fetchme

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/shirou/gopsutil/v4/disk"
)

var update = flag.Bool("update", false, "write the golden files anew")

// recording puts a machine that was recorded into a folder, and reads it from there. A
// recording is one text: files after lines with their names, links as NAME -> TARGET, and
// what no file holds after names that begin with an exclamation mark.
func recording(t *testing.T, path string) *Reader {
	t.Helper()
	text, err := os.ReadFile(path)
	must(t, err)
	r := &Reader{Root: t.TempDir()}
	usage := map[string]*disk.UsageStat{}
	var addresses []Address
	for part := range strings.SplitSeq("\n"+string(text), "\n-- ") {
		name, body, ok := strings.Cut(part+"\n", " --\n")
		if !ok {
			continue
		}
		name, target, link := strings.Cut(name, " -> ")
		if !strings.HasPrefix(name, "!") {
			must(t, os.MkdirAll(filepath.Dir(filepath.Join(r.Root, name)), 0o750))
		}
		switch {
		case link:
			must(t, os.Symlink(target, filepath.Join(r.Root, name)))
		case name == "!disks":
			for line := range strings.Lines(strings.TrimSpace(body)) {
				var at string
				u := &disk.UsageStat{}
				_, err := fmt.Sscan(line, &at, &u.Total, &u.Used)
				must(t, err)
				usage[at] = u
			}
		case name == "!addresses":
			for line := range strings.Lines(strings.TrimSpace(body)) {
				fields := strings.Fields(line)
				addresses = append(addresses, Address{Interface: fields[0], Address: netip.MustParsePrefix(fields[1])})
			}
		default:
			must(t, os.WriteFile(filepath.Join(r.Root, name), []byte(body), 0o600))
		}
	}
	r.machine.addresses = func() ([]Address, error) { return addresses, nil }
	r.machine.usage = func(path string) (*disk.UsageStat, error) {
		if u := usage[path]; u != nil {
			return u, nil
		}
		return nil, errors.New("no such disk was recorded")
	}
	return r
}

func TestMachinesThatWereRecorded(t *testing.T) {
	recordings, err := filepath.Glob("testdata/*.txt")
	must(t, err)
	if len(recordings) < 5 {
		t.Fatalf("recordings: %v", recordings)
	}
	for _, path := range recordings {
		name := strings.TrimSuffix(filepath.Base(path), ".txt")
		t.Run(name, func(t *testing.T) {
			m := recording(t, path).Fetch(t.Context())
			m.Took = nil
			got, err := json.MarshalIndent(m, "", "\t")
			must(t, err)
			golden(t, "testdata/"+name+".json", string(got)+"\n")
			golden(t, "testdata/"+name+".card", m.Card(Style{Width: 80}))
		})
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		must(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (- want, + got):\n%s", path, diff)
	}
}

func TestFieldsThatNobodyNeedsAreNotLookedFor(t *testing.T) {
	recordings, err := filepath.Glob("testdata/*.txt")
	must(t, err)
	r := recording(t, recordings[0])
	r.Without = []string{"os", "suricata"}
	m := r.Fetch(t.Context())
	if _, asked := m.Took["os"]; asked || m.OS != (OS{}) || m.Kernel.Release == "" {
		t.Errorf("asked for os %v, got %+v and kernel %+v; want no system and the kernel", asked, m.OS, m.Kernel)
	}
}

// The machine that runs the tests is real, and what is told of it can be checked.
func TestThisMachine(t *testing.T) {
	r := &Reader{}
	m := r.Fetch(t.Context())
	name, err := os.Hostname()
	must(t, err)
	if m.Host.Name != name || m.Kernel.Release == "" || m.Kernel.Arch == "" || m.OS.Name == "" {
		t.Errorf("host %q, want %q; kernel %+v, system %+v", m.Host.Name, name, m.Kernel, m.OS)
	}
	if m.CPU.Threads < 1 || m.CPU.Cores < 1 || m.CPU.Cores > m.CPU.Threads || m.Uptime < 1 {
		t.Errorf("CPU %+v, up for %v", m.CPU, m.Up())
	}
	if m.Memory.Total < 64<<20 || m.Memory.Used == 0 || m.Memory.Used >= m.Memory.Total {
		t.Errorf("memory %+v", m.Memory)
	}
	if len(m.Disks) == 0 || m.Disks[0].Mount != "/" || m.Disks[0].Total == 0 {
		t.Errorf("disks %+v", m.Disks)
	}
	warm := r.Fetch(t.Context())
	for field, ms := range warm.Took {
		t.Logf("%-12s %7.2f ms, cold %7.2f ms", field, ms, m.Took[field])
	}
	if len(warm.Took)+len(warm.Late) < len(fields()) {
		t.Errorf("told of %d fields, want %d", len(warm.Took), len(fields()))
	}
}

// slow is a field that answers when it may.
func slow(gate <-chan struct{}, begun *atomic.Int32) field {
	return field{"slow", func(*Reader, context.Context) func(m *Machine) {
		begun.Add(1)
		<-gate
		return func(m *Machine) { m.Host.Name = "answered" }
	}}
}

func TestNoFieldIsWaitedForLongerThan200ms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var begun atomic.Int32
		gate := make(chan struct{})
		quick := field{"quick", func(*Reader, context.Context) func(m *Machine) {
			return func(m *Machine) { m.OS.ID = "quick" }
		}}
		r := &Reader{}
		for range 3 {
			began := time.Now()
			m := r.fetch(t.Context(), []field{slow(gate, &begun), quick})
			if took := time.Since(began); took != 200*time.Millisecond || m.OS.ID != "quick" || m.Host.Name != "" || len(m.Late) != 1 || m.Late[0] != "slow" {
				t.Errorf("after %v: %+v", took, m)
			}
		}
		if n := begun.Load(); n != 1 {
			t.Errorf("what hangs was asked %d times", n)
		}
		close(gate)
		synctest.Wait()
		if m := r.fetch(t.Context(), []field{slow(gate, &begun), quick}); m.Host.Name != "answered" || len(m.Late) != 0 || begun.Load() != 1 {
			t.Errorf("what was late is not there the next time: %+v", m)
		}
		if m := r.fetch(t.Context(), []field{slow(gate, &begun)}); m.Host.Name != "answered" || begun.Load() != 2 {
			t.Errorf("an answer was told twice: %+v, asked %d times", m, begun.Load())
		}
	})
}

func TestADiskThatHangsHoldsUpNoOther(t *testing.T) {
	r := recording(t, "testdata/debian.txt")
	usage, gate := r.machine.usage, make(chan struct{})
	defer close(gate)
	r.machine.usage = func(path string) (*disk.UsageStat, error) {
		if path == "/boot/efi" {
			<-gate
		}
		return usage(path)
	}
	m := r.Fetch(t.Context())
	if len(m.Disks) != 2 || m.Disks[0].Mount != "/" || m.Disks[1].Mount != "/var/log" || !cmp.Equal(m.Late, []string{"disk /boot/efi"}) {
		t.Errorf("disks %+v, late %v", m.Disks, m.Late)
	}
}

func TestWhatProgramsSayIsKeptUntilTheyChange(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	program, runs := filepath.Join(dir, "suricata"), filepath.Join(dir, "runs")
	install := func(version string) {
		script := "#!/bin/sh\necho x >>" + runs + "\necho This is Suricata version " + version + " RELEASE\n"
		must(t, os.WriteFile(program, []byte(script), 0o750))
	}
	r := &Reader{}
	for i, version := range []string{"7.0.10", "7.0.10", "8.0.1-dev"} {
		if i != 1 {
			install(version)
		}
		if got := r.version(t.Context(), program0()); got != version {
			t.Errorf("version %q, want %q", got, version)
		}
	}
	if text, err := os.ReadFile(runs); err != nil || len(bytes.Fields(text)) != 2 {
		t.Errorf("it ran %q times, want 2: %v", text, err)
	}
}

// program0 is one of no package, so that it is asked.
func program0() program { return program{name: "suricata", args: []string{"-V"}} }

func TestCardsKeepToTheirWidth(t *testing.T) {
	m := recording(t, "testdata/debian.txt").Fetch(t.Context())
	m.Host.Model = "機械機械機械機械 with a name of many letters, and \x1b[2Jan escape"
	for columns := 10; columns <= 140; columns++ {
		plain, colored := m.Card(Style{Width: columns}), m.Card(Style{Width: columns, Color: true})
		for line := range strings.Lines(plain) {
			line = strings.TrimSuffix(line, "\n")
			if wide := utf8.RuneCountInString(line) + strings.Count(line, "機") + strings.Count(line, "械"); wide > max(columns, 13) {
				t.Errorf("%d columns: %q has %d", columns, line, wide)
			}
		}
		if strings.Contains(plain, "\x1b") {
			t.Fatalf("plain has an escape: %q", plain)
		}
		for _, code := range []string{accent, strong, "\x1b[0m"} {
			colored = strings.ReplaceAll(colored, code, "")
		}
		if trimmed(colored) != plain {
			t.Fatalf("with colours it says something else:\n%s\n%s", colored, plain)
		}
	}
}

// trimmed takes the space off the ends of lines.
func trimmed(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return b.String()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
