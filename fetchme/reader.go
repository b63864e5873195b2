package fetchme

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/shirou/gopsutil/v4/common"
)

// limit is how long a field may take. What is late is left out, not waited for.
const limit = 200 * time.Millisecond

// Fetch looks at this machine. It takes at most about 200 ms, mostly a few.
func Fetch(ctx context.Context) Machine { return new(Reader).Fetch(ctx) }

// Reader looks at a machine again and again. What was late the last time, such as a disk
// that does not answer, is there the next time if it answered meanwhile; until it does,
// nobody asks it again. Versions of programs are kept until their files change. The zero
// Reader looks at this machine; it may be used by many at a time.
type Reader struct {
	// Root is where the machine's files are: "/" if empty. With another, an image or a
	// host's file system in a container for example, no program is run, and what only
	// the running kernel knows is left out: addresses, and how full disks are.
	Root string
	// SOCme is the version of the program that asks, if that is SOCme.
	SOCme string
	// Without names fields that nobody needs to look for, such as suricata or
	// temperatures. They stay empty.
	Without []string

	machine probes // what is not in files; tests put a recording in its place

	mu       sync.Mutex
	running  map[string]*asked
	versions map[string]version
	packages packages
}

// field is a part of Machine, and who finds it. What fill returns writes it down: a late
// one must not write into a Machine that was given away.
type field struct {
	name string
	fill func(r *Reader, ctx context.Context) func(m *Machine)
}

// fields are all of them, in the order of Machine.
func fields() []field {
	return []field{
		{"os", (*Reader).os},
		{"kernel", (*Reader).kernel},
		{"host", (*Reader).host},
		{"virtual", (*Reader).virtual},
		{"uptime", (*Reader).uptime},
		{"cpu", (*Reader).cpu},
		{"gpus", (*Reader).gpus},
		{"memory", (*Reader).memory},
		{"disks", (*Reader).disks},
		{"load", (*Reader).load},
		{"temperatures", (*Reader).temperatures},
		{"addresses", (*Reader).addresses},
		{"suricata", (*Reader).suricata},
		{"wazuh", (*Reader).wazuh},
		{"tailscale", (*Reader).tailscale},
		{"socme", (*Reader).socme},
	}
}

// asked is a question that is being answered.
type asked struct {
	done  chan struct{}
	write func(m *Machine)
	took  time.Duration
}

// Fetch looks at the machine. It never fails: what cannot be found is missing.
func (r *Reader) Fetch(ctx context.Context) Machine {
	return r.fetch(ctx, slices.DeleteFunc(fields(), func(f field) bool { return slices.Contains(r.Without, f.name) }))
}

func (r *Reader) fetch(ctx context.Context, fields []field) Machine {
	// Gopsutil takes this for the environment.
	ctx = context.WithValue(ctx, common.EnvKey, common.EnvMap{
		common.HostProcEnvKey: r.path("/proc"), common.HostSysEnvKey: r.path("/sys"), common.HostEtcEnvKey: r.path("/etc"),
		common.HostVarEnvKey: r.path("/var"), common.HostRunEnvKey: r.path("/run"), common.HostDevEnvKey: r.path("/dev"),
		common.HostRootEnvKey: r.path("/"),
	})
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	questions := map[string]*asked{}
	for _, f := range fields {
		questions[f.name] = r.ask(f.name, func() func(m *Machine) { return f.fill(r, ctx) })
	}
	m := Machine{GPUs: []GPU{}, Disks: []Disk{}, Temperatures: []Temperature{}, Addresses: []Address{}, Late: []string{}, Took: map[string]float64{}}
	for name, q := range questions {
		if !r.answered(ctx, name, q) {
			m.Late = append(m.Late, name)
			continue
		}
		m.Took[name] = float64(q.took.Microseconds()) / 1000
		if q.write != nil {
			q.write(&m)
		}
	}
	slices.Sort(m.Late)
	return m
}

// ask begins to answer a question, unless it is still being answered.
func (r *Reader) ask(name string, find func() func(m *Machine)) *asked {
	r.mu.Lock()
	defer r.mu.Unlock()
	if q, ok := r.running[name]; ok {
		return q
	}
	if r.running == nil {
		r.running = map[string]*asked{}
	}
	q := &asked{done: make(chan struct{})}
	r.running[name] = q
	go func() {
		began := time.Now()
		q.write = find()
		q.took = time.Since(began)
		close(q.done)
	}()
	return q
}

// answered waits for an answer until ctx ends, and forgets the question if it came.
func (r *Reader) answered(ctx context.Context, name string, q *asked) bool {
	select {
	case <-q.done:
	default:
		select {
		case <-q.done:
		case <-ctx.Done():
			return false
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running[name] == q {
		delete(r.running, name)
	}
	return true
}

// live tells whether it is the running machine that is looked at.
func (r *Reader) live() bool { return r.Root == "" || r.Root == "/" }

// path is where a file of the machine is.
func (r *Reader) path(path string) string { return filepath.Join("/", r.Root, path) }

// read returns a short text of a file, without the space around it, or "". Files that the
// kernel makes for devices of ARM end with a zero byte.
func (r *Reader) read(path string) string {
	text, err := os.ReadFile(r.path(path))
	if err != nil {
		return ""
	}
	return strings.Trim(string(text), " \t\r\n\x00")
}

// exists tells whether there is a file of that name.
func (r *Reader) exists(path string) bool {
	_, err := os.Stat(r.path(path))
	return err == nil
}

// glob lists files of the machine by their paths there.
func (r *Reader) glob(pattern string) []string {
	found, _ := filepath.Glob(r.path(pattern)) // the patterns are ours
	for i, path := range found {
		found[i] = "/" + strings.TrimPrefix(strings.TrimPrefix(path, r.path("/")), "/")
	}
	return found
}
