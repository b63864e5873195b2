package fetchme

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

func (r *Reader) suricata(ctx context.Context) func(m *Machine) {
	v := r.version(ctx, program{name: "suricata", packages: []string{"suricata"}, args: []string{"-V"}})
	return func(m *Machine) { m.Software.Suricata = v }
}

func (r *Reader) tailscale(ctx context.Context) func(m *Machine) {
	v := r.version(ctx, program{name: "tailscale", packages: []string{"tailscale"}, args: []string{"version"}})
	return func(m *Machine) { m.Software.Tailscale = v }
}

func (r *Reader) socme(ctx context.Context) func(m *Machine) {
	v := r.SOCme
	if v == "" {
		v = r.version(ctx, program{name: "socme", packages: []string{"socme"}, args: []string{"--version"}})
	}
	return func(m *Machine) { m.Software.SOCme = v }
}

// wazuh reads what Wazuh 4.8 and later write beside their programs; older ones are asked.
func (r *Reader) wazuh(ctx context.Context) func(m *Machine) {
	v := ""
	for _, home := range []string{"/var/ossec", "/var/wazuh-manager", "/var/wazuh-agent"} {
		var file struct{ Version string }
		if json.Unmarshal([]byte(r.read(home+"/VERSION.json")), &file) == nil && file.Version != "" {
			v = strings.TrimPrefix(file.Version, "v")
			break
		}
	}
	if v == "" {
		v = r.version(ctx, program{
			name: "/var/ossec/bin/wazuh-control", packages: []string{"wazuh-manager", "wazuh-agent"}, args: []string{"info"},
		})
	}
	return func(m *Machine) { m.Software.Wazuh = v }
}

// program is how to find out a version: by the packages that may hold it, or by asking it.
type program struct {
	name     string // a name on the path, or a file
	packages []string
	args     []string
}

// version is what was found, and of which file.
type version struct {
	path, text string
	size       int64
	changed    time.Time
}

// version finds a program's version. A package's is read from the package manager's own
// files, which is fast and runs nothing; only what came another way is asked.
func (r *Reader) version(ctx context.Context, p program) string {
	path := r.find(p.name)
	if path == "" {
		return r.packaged(p.packages) // a program that only root may see
	}
	info, err := os.Stat(r.path(path))
	if err == nil {
		r.mu.Lock()
		known := r.versions[p.name]
		r.mu.Unlock()
		if known.path == path && known.size == info.Size() && known.changed.Equal(info.ModTime()) {
			return known.text
		}
	}
	found := ""
	if target, err := os.Readlink(r.path(path)); err == nil && strings.HasPrefix(target, "/nix/store/") {
		found = nixVersion(target)
	}
	if found == "" && !strings.HasPrefix(path, "/usr/local/") && !strings.HasPrefix(path, "/opt/") {
		found = r.packaged(p.packages)
	}
	if found == "" && r.live() {
		found = ask(ctx, path, p.args...)
	}
	if found != "" && info != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.versions == nil {
			r.versions = map[string]version{}
		}
		r.versions[p.name] = version{path, found, info.Size(), info.ModTime()}
	}
	return found
}

// find is where a program is, or "".
func (r *Reader) find(name string) string {
	if r.live() {
		if path, err := exec.LookPath(name); err == nil {
			if path, err = filepath.Abs(path); err == nil {
				return path
			}
		}
	}
	if filepath.IsAbs(name) {
		if r.exists(name) {
			return name
		}
		return ""
	}
	for _, dir := range []string{"/usr/local/bin", "/usr/local/sbin", "/usr/bin", "/usr/sbin", "/bin", "/sbin", "/run/current-system/sw/bin"} {
		if _, err := os.Lstat(r.path(dir + "/" + name)); err == nil { // a link may lead out of Root
			return dir + "/" + name
		}
	}
	return ""
}

// nixVersion reads /nix/store/HASH-NAME-VERSION/….
func nixVersion(target string) string {
	folder, _, _ := strings.Cut(strings.TrimPrefix(target, "/nix/store/"), "/")
	return regexp.MustCompile(`-(\d+\.\d[0-9A-Za-z.]*)`).ReplaceAllString(regexp.MustCompile(`-\d+\.\d[0-9A-Za-z.]*`).FindString(folder), "$1")
}

// ask runs a program and returns the first version that it prints, or "". It may take
// longer than a field may: what it says then is there the next time.
func ask(ctx context.Context, path string, args ...string) string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	command := exec.CommandContext(ctx, path, args...) //nolint:gosec // one of four programs
	command.WaitDelay = 10 * time.Millisecond          // for a child that keeps its output open
	out, _ := command.CombinedOutput()                 // some answer with a status
	return string(regexp.MustCompile(`\d+\.\d+[0-9A-Za-z.-]*`).Find(out))
}
