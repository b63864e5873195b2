package node

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/disk"
	"github.com/shirou/gopsutil/v4/host"
	"github.com/shirou/gopsutil/v4/load"
	"github.com/shirou/gopsutil/v4/mem"
	"github.com/shirou/gopsutil/v4/process"

	"github.com/socme-project/socme/soc"
)

// machine tells how the node's process and the machine under it do. What cannot be read
// is left at zero: it must never keep a beat from its way.
type machine struct {
	dir     string // on the disk of interest
	self    *process.Process
	started time.Time

	// What changes seldom is looked for once an hour.
	looked          time.Time
	system          string
	suricata, wazuh string
	busy, all       float64   // seconds that the machine's cores had worked, and had in all
	cpu             float64   // seconds that the process had used
	measured        time.Time // when
	share           float64   // what was told last, in percent of a core
	usage           float64   // likewise, of the whole machine
}

// lookEvery is how often versions are looked for; to ask for one may take this long.
const (
	lookEvery = time.Hour
	lookWait  = 2 * time.Second
)

func newMachine(dir string, now time.Time) *machine {
	m := &machine{dir: dir, started: now, measured: now}
	// What the machine had worked before is no share of later seconds.
	m.worked()
	m.self, _ = process.NewProcess(int32(os.Getpid())) // nil tells nothing of the process
	if m.self != nil {
		if times, err := m.self.Times(); err == nil {
			m.cpu = times.User + times.System // what the start cost is no share of later seconds
		}
	}
	return m
}

// fill writes what it finds into the health.
func (m *machine) fill(ctx context.Context, h *soc.NodeHealth, now time.Time) {
	m.versions(ctx, now)
	h.System, h.Suricata, h.Wazuh, h.StartTime, h.Cores = m.system, m.suricata, m.wazuh, m.started, runtime.NumCPU()
	if m.self != nil {
		if memory, err := m.self.MemoryInfoWithContext(ctx); err == nil {
			h.MemoryBytes = int64(memory.RSS)
		}
		if times, err := m.self.TimesWithContext(ctx); err == nil {
			used := times.User + times.System
			if elapsed := now.Sub(m.measured).Seconds(); elapsed >= 1 {
				h.CPUPercent = max(0, 100*(used-m.cpu)/elapsed)
				m.share, m.cpu, m.measured = h.CPUPercent, used, now
				m.usage = m.worked()
			} else {
				h.CPUPercent = m.share // too short a time to tell
			}
		}
	}
	h.CPUUsage = m.usage
	if average, err := load.AvgWithContext(ctx); err == nil {
		h.Load = average.Load1
	}
	if memory, err := mem.VirtualMemoryWithContext(ctx); err == nil {
		h.MemoryFree, h.MemoryTotal = int64(memory.Available), int64(memory.Total)
	}
	if usage, err := disk.UsageWithContext(ctx, m.dir); err == nil {
		h.DiskFree, h.DiskTotal = int64(usage.Free), int64(usage.Total)
	}
}

// worked is the share of the machine's time that its cores have worked since the last
// call, in percent.
func (m *machine) worked() float64 {
	times, err := cpu.Times(false)
	if err != nil || len(times) == 0 {
		return 0
	}
	t := times[0]
	idle := t.Idle + t.Iowait
	busy := t.User + t.System + t.Nice + t.Irq + t.Softirq + t.Steal
	share := 0.0
	if all := busy + idle - m.all; m.all > 0 && all > 0 {
		share = min(100, max(0, 100*(busy-m.busy)/all))
	}
	m.busy, m.all = busy, busy+idle
	return share
}

func (m *machine) versions(ctx context.Context, now time.Time) {
	if !m.looked.IsZero() && now.Sub(m.looked) < lookEvery {
		return
	}
	m.looked = now
	if info, err := host.InfoWithContext(ctx); err == nil {
		m.system = strings.TrimSpace(info.Platform + " " + info.PlatformVersion + ", " + info.OS + " " + info.KernelVersion + ", " + info.KernelArch)
	}
	m.suricata = suricataVersion(ctx)
	m.wazuh = wazuhVersion(ctx)
}

var versionPattern = regexp.MustCompile(`\d+\.\d+[0-9A-Za-z.-]*`)

// suricataVersion asks the program, as `suricata -V` answers
// "This is Suricata version 7.0.10 RELEASE".
func suricataVersion(ctx context.Context) string { return ask(ctx, "suricata", "-V") }

// wazuhVersion reads what Wazuh 4.8 and later writes beside its programs, or asks an
// older one, which answers WAZUH_VERSION="v4.7.5".
func wazuhVersion(ctx context.Context) string {
	for _, home := range []string{"/var/ossec", "/var/wazuh-manager"} {
		text, err := os.ReadFile(home + "/VERSION.json") //nolint:gosec // a fixed path
		var file struct{ Version string }
		if err == nil && json.Unmarshal(text, &file) == nil && file.Version != "" {
			return file.Version
		}
	}
	return ask(ctx, "/var/ossec/bin/wazuh-control", "info")
}

// ask runs a program and returns the first version in what it prints, or "".
func ask(ctx context.Context, program string, args ...string) string {
	path, err := exec.LookPath(program)
	if err != nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, lookWait)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, args...).CombinedOutput() //nolint:gosec // fixed programs
	if err != nil && len(out) == 0 {
		return ""
	}
	return string(versionPattern.Find(out))
}
