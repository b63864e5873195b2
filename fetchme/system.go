package fetchme

import (
	"bufio"
	"context"
	"runtime"
	"strconv"
	"strings"

	"github.com/shirou/gopsutil/v4/host"
)

// os finds the operating system, by os-release where there is one.
func (r *Reader) os(ctx context.Context) func(m *Machine) {
	text := r.read("/etc/os-release")
	if text == "" {
		text = r.read("/usr/lib/os-release")
	}
	release := map[string]string{}
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		if key, value, ok := strings.Cut(lines.Text(), "="); ok && !strings.HasPrefix(key, "#") {
			release[key] = unquote(value)
		}
	}
	result := OS{ID: release["ID"], Name: release["PRETTY_NAME"], Version: release["VERSION_ID"]}
	if result.Name == "" {
		result.Name = strings.TrimSpace(release["NAME"] + " " + release["VERSION"])
	}
	switch {
	case r.exists("/etc/rpi-issue") && (result.ID == "debian" || result.ID == "raspbian"):
		// The 64-bit one calls itself Debian.
		result.Name = strings.TrimSpace("Raspberry Pi OS " + release["VERSION"])
		result.ID = "raspbian"
		result.Version = better(result.Version, r.read("/etc/debian_version"))
	case result.ID == "debian":
		result.Version = better(result.Version, r.read("/etc/debian_version"))
	case len(release) == 0 && r.live():
		platform, _, version, err := host.PlatformInformationWithContext(ctx)
		if err != nil {
			return nil
		}
		result = OS{ID: platform, Name: strings.TrimSpace(platform + " " + version), Version: version}
	}
	return func(m *Machine) { m.OS = result }
}

// better takes a point release (12.9) for the release that it is of (12).
func better(version, point string) string {
	if strings.HasPrefix(point, version+".") {
		return point
	}
	return version
}

func unquote(value string) string {
	value = strings.TrimSpace(value)
	if len(value) >= 2 && (value[0] == '"' || value[0] == '\'') && value[len(value)-1] == value[0] {
		value = value[1 : len(value)-1]
	}
	return strings.NewReplacer(`\"`, `"`, `\$`, `$`, `\\`, `\`, "\\`", "`").Replace(value)
}

func (r *Reader) kernel(ctx context.Context) func(m *Machine) {
	k := Kernel{Name: r.read("/proc/sys/kernel/ostype"), Release: r.read("/proc/sys/kernel/osrelease"), Arch: r.read("/proc/sys/kernel/arch")}
	if r.live() {
		if k.Name == "" {
			k.Name = runtime.GOOS
			k.Release, _ = host.KernelVersionWithContext(ctx) // "" is not found
		}
		if k.Arch == "" { // Linux before 6.1
			k.Arch, _ = host.KernelArch()
		}
	}
	return func(m *Machine) { m.Kernel = k }
}

func (r *Reader) host(ctx context.Context) func(m *Machine) {
	h := Host{Name: r.read("/proc/sys/kernel/hostname")}
	if h.Name == "" {
		h.Name = r.read("/etc/hostname")
	}
	if h.Name == "" && r.live() {
		if info, err := host.InfoWithContext(ctx); err == nil {
			h.Name = info.Hostname
		}
	}
	if h.Model = r.read("/proc/device-tree/model"); h.Model == "" { // ARM
		h.Vendor, h.Model = r.dmi("sys_vendor"), r.dmi("product_name")
		if version := r.dmi("product_version"); strings.EqualFold(h.Vendor, "lenovo") && version != "" {
			h.Model = version // there the name is only a number
		}
	}
	return func(m *Machine) { m.Host = h }
}

// dmi reads what a firmware says, if it says something.
func (r *Reader) dmi(name string) string {
	text := r.read("/sys/class/dmi/id/" + name)
	switch strings.ToLower(text) {
	case "to be filled by o.e.m.", "system manufacturer", "system product name", "default string", "not specified", "none", "system version", "not applicable":
		return ""
	}
	return text
}

func (r *Reader) uptime(ctx context.Context) func(m *Machine) {
	first, _, _ := strings.Cut(r.read("/proc/uptime"), " ")
	seconds, err := strconv.ParseFloat(first, 64)
	if err != nil && r.live() {
		whole, _ := host.UptimeWithContext(ctx) // 0 is not found
		seconds = float64(whole)
	}
	return func(m *Machine) { m.Uptime = int64(seconds) }
}

// virtual finds what the machine runs in: a virtual machine, a container, or both.
func (r *Reader) virtual(context.Context) func(m *Machine) {
	v := Virtual{Machine: r.hypervisor(), Container: r.container()}
	return func(m *Machine) { m.Virtual = v }
}

func (r *Reader) hypervisor() string {
	if strings.Contains(strings.ToLower(r.read("/proc/sys/kernel/osrelease")), "microsoft") {
		return "wsl"
	}
	if r.read("/sys/hypervisor/type") == "xen" || strings.Contains(r.read("/proc/xen/capabilities"), "domU") {
		return "xen"
	}
	// What the firmware of a virtual machine says, in the order in which it is told apart.
	firmware := strings.ToLower(strings.Join([]string{r.dmi("sys_vendor"), r.dmi("product_name"), r.dmi("bios_vendor"), r.dmi("board_vendor")}, "|"))
	for _, known := range [][2]string{
		{"amazon ec2", "amazon"},
		{"google compute engine", "google"},
		{"openstack", "kvm"},
		{"kubevirt", "kvm"},
		{"kvm", "kvm"},
		{"vmware", "vmware"},
		{"virtualbox", "virtualbox"},
		{"innotek", "virtualbox"},
		{"parallels", "parallels"},
		{"bhyve", "bhyve"},
		{"apple virtualization", "apple"},
		{"virtual machine|", "hyperv"},
		{"qemu", "qemu"},
	} {
		// Amazon's bare metal has the same vendor; only virtual ones have the flag.
		if strings.Contains(firmware, known[0]) && (known[1] != "amazon" || r.flagged()) {
			if known[1] == "qemu" && r.flagged() { // with a processor of the real machine
				return "kvm"
			}
			return known[1]
		}
	}
	if compatible := r.read("/proc/device-tree/hypervisor/compatible"); compatible != "" { // ARM
		name, _, _ := strings.Cut(compatible, "\x00")
		_, name, _ = strings.Cut(","+strings.TrimPrefix(name, "linux,"), ",")
		return name
	}
	if r.flagged() {
		return "vm" // one that does not say which
	}
	return ""
}

// flagged tells whether the processor says that a hypervisor is below.
func (r *Reader) flagged() bool {
	for line := range strings.Lines(r.read("/proc/cpuinfo")) {
		if strings.HasPrefix(line, "flags") {
			return strings.Contains(line+" ", " hypervisor")
		}
	}
	return false
}

func (r *Reader) container() string {
	if name := r.read("/run/systemd/container"); name != "" {
		return name
	}
	for variable := range strings.SplitSeq(r.read("/proc/1/environ"), "\x00") {
		if name, ok := strings.CutPrefix(variable, "container="); ok && name != "" {
			return name
		}
	}
	for file, name := range map[string]string{"/.dockerenv": "docker", "/run/.containerenv": "podman", "/dev/.lxc-boot-id": "lxc"} {
		if r.exists(file) {
			return name
		}
	}
	if r.live() && strings.Contains(r.read("/proc/1/cgroup"), "kubepods") {
		return "kubernetes"
	}
	return ""
}
