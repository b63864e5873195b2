package node

import (
	"context"
	"strings"
	"time"

	"github.com/socme-project/socme/fetchme"
	"github.com/socme-project/socme/soc"
)

// looker looks at what the machine is.
func looker() func(context.Context) soc.Machine {
	reader := &fetchme.Reader{Without: []string{"suricata", "wazuh", "tailscale", "socme", "load", "temperatures"}}
	return func(ctx context.Context) soc.Machine { return described(reader.Fetch(ctx), time.Now()) }
}

// described is a machine in our words.
func described(f fetchme.Machine, now time.Time) soc.Machine {
	words := func(parts ...string) string { return strings.Join(strings.Fields(strings.Join(parts, " ")), " ") }
	m := soc.Machine{
		Host: f.Host.Name, OS: f.OS.Name, Kernel: words(f.Kernel.Name, f.Kernel.Release, f.Kernel.Arch), Model: f.Host.Model,
		CPU: f.CPU.Model, Cores: f.CPU.Cores, Threads: f.CPU.Threads, MHz: f.CPU.MHz, Memory: space(f.Memory), Swap: space(f.Swap),
	}
	if !strings.Contains(m.Model, f.Host.Vendor) {
		m.Model = words(f.Host.Vendor, f.Host.Model)
	}
	if m.Inside = words(f.Virtual.Container, f.Virtual.Machine); f.Virtual.Container != "" && f.Virtual.Machine != "" {
		m.Inside = f.Virtual.Container + " on " + f.Virtual.Machine
	}
	if f.Uptime > 0 {
		// To the minute: the seconds would differ each time.
		m.BootTime = now.Add(-f.Up()).Round(time.Minute).UTC()
	}
	for _, g := range f.GPUs {
		if strings.Contains(g.Model, g.Vendor) {
			g.Vendor = ""
		}
		m.GPUs = append(m.GPUs, words(g.Vendor, g.Model))
	}
	for _, d := range f.Disks {
		m.Disks = append(m.Disks, soc.MachineDisk{Mount: d.Mount, Type: d.Type, Space: space(d.Space)})
	}
	for _, a := range f.Addresses {
		m.Addresses = append(m.Addresses, soc.MachineAddress{Interface: a.Interface, Address: a.Address.String(), Tailnet: a.Tailnet})
	}
	m.Bound()
	return m
}

func space(s fetchme.Space) soc.Space { return soc.Space{Total: int64(s.Total), Used: int64(s.Used)} }
