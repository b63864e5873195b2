package fetchme

import (
	"bytes"
	"os"
	"strings"
	"sync"
	"time"
)

// packages is what a package manager's file says of the programs that are told of.
type packages struct {
	mu       sync.Mutex // held while the file is read, so that it is read once
	path     string
	size     int64
	changed  time.Time
	versions map[string]string
}

// ofInterest are the packages that a version is taken from.
func ofInterest() []string {
	return []string{"suricata", "tailscale", "socme", "wazuh-manager", "wazuh-agent"}
}

// packaged is the version of the first of these packages that is installed, by the files
// of dpkg or apk, or "".
func (r *Reader) packaged(names []string) string {
	r.packages.mu.Lock()
	defer r.packages.mu.Unlock()
	for _, file := range []struct{ path, name, version, installed string }{
		{"/var/lib/dpkg/status", "Package: ", "Version: ", "Status: install ok installed"},
		{"/lib/apk/db/installed", "P:", "V:", ""},
	} {
		info, err := os.Stat(r.path(file.path))
		if err != nil {
			continue
		}
		if p := &r.packages; p.path != file.path || p.size != info.Size() || !p.changed.Equal(info.ModTime()) {
			text, err := os.ReadFile(r.path(file.path))
			if err != nil {
				continue
			}
			p.path, p.size, p.changed, p.versions = file.path, info.Size(), info.ModTime(), map[string]string{}
			for _, name := range ofInterest() {
				p.versions[name] = upstream(stanza(text, file.name, name, file.version, file.installed))
			}
		}
		for _, name := range names {
			if v := r.packages.versions[name]; v != "" {
				return v
			}
		}
		return ""
	}
	return ""
}

// stanza finds a field of the paragraph whose key has that value, if it has the line must.
func stanza(text []byte, key, value, field, must string) string {
	start := []byte(key + value + "\n")
	after, ok := bytes.CutPrefix(text, start)
	if !ok {
		if _, after, ok = bytes.Cut(text, append([]byte("\n"), start...)); !ok {
			return ""
		}
	}
	paragraph, _, _ := bytes.Cut(after, []byte("\n\n"))
	found, installed := "", must == ""
	for line := range bytes.Lines(paragraph) {
		text := strings.TrimRight(string(line), "\n")
		if v, ok := strings.CutPrefix(text, field); ok {
			found = v
		}
		installed = installed || text == must
	}
	if !installed {
		return ""
	}
	return found
}

// upstream takes a package's epoch and revision off: 1:7.0.10-1~bpo12+1 is 7.0.10.
func upstream(v string) string {
	if _, rest, ok := strings.Cut(v, ":"); ok {
		v = rest
	}
	if i := strings.LastIndexByte(v, '-'); i > 0 {
		v = v[:i]
	}
	v, _, _ = strings.Cut(v, "+")
	return v
}
