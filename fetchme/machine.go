package fetchme

import (
	"net/netip"
	"time"
)

// Machine is what a machine is. What could not be found is zero.
type Machine struct {
	OS           OS            `json:"os"`
	Kernel       Kernel        `json:"kernel"`
	Host         Host          `json:"host"`
	Virtual      Virtual       `json:"virtual"`
	Uptime       int64         `json:"uptime_seconds"`
	CPU          CPU           `json:"cpu"`
	GPUs         []GPU         `json:"gpus"`
	Memory       Space         `json:"memory"`
	Swap         Space         `json:"swap"`
	Disks        []Disk        `json:"disks"` // sorted by where they are mounted
	Load         [3]float64    `json:"load"`  // over 1, 5 and 15 minutes
	Temperatures []Temperature `json:"temperatures"`
	Addresses    []Address     `json:"addresses"` // without those that are of this machine alone
	Software     Software      `json:"software"`

	// Late names the fields that did not answer in time and are therefore missing.
	Late []string `json:"late"`
	// Took is how long each field took, in milliseconds.
	Took map[string]float64 `json:"took_ms,omitempty"`
}

// OS is the operating system.
type OS struct {
	ID      string `json:"id"`      // debian, nixos, raspbian
	Name    string `json:"name"`    // Debian GNU/Linux 12 (bookworm)
	Version string `json:"version"` // 12.9
}

// Kernel is what runs below it.
type Kernel struct {
	Name    string `json:"name"`    // Linux
	Release string `json:"release"` // 6.1.0-30-amd64
	Arch    string `json:"arch"`    // x86_64
}

// Host is the machine's name and make.
type Host struct {
	Name   string `json:"name"`
	Vendor string `json:"vendor"` // Dell Inc.
	Model  string `json:"model"`  // PowerEdge R640
}

// Virtual tells what the machine runs in.
type Virtual struct {
	Machine   string `json:"machine"`   // kvm, vmware, …, or "" for none
	Container string `json:"container"` // docker, lxc, …, or "" for none
}

// CPU is the processor.
type CPU struct {
	Model   string  `json:"model"`
	Cores   int     `json:"cores"`
	Threads int     `json:"threads"`
	MHz     float64 `json:"mhz"` // at most, or now where that is not known
}

// GPU is a graphics card.
type GPU struct {
	Vendor string `json:"vendor"`
	Model  string `json:"model"`
	Driver string `json:"driver"`
}

// Space is an amount in bytes.
type Space struct {
	Total uint64 `json:"total"`
	Used  uint64 `json:"used"`
}

// Disk is a file system on a device. One that is mounted several times counts once.
type Disk struct {
	Mount  string `json:"mount"`
	Device string `json:"device"`
	Type   string `json:"type"` // ext4
	Space
}

// Temperature is what a sensor feels.
type Temperature struct {
	Sensor  string  `json:"sensor"`
	Celsius float64 `json:"celsius"`
}

// Address is where the machine can be reached.
type Address struct {
	Interface string       `json:"interface"`
	Address   netip.Prefix `json:"address"`
	Tailnet   bool         `json:"tailnet"` // Tailscale's or Headscale's
}

// Software is which versions are installed; "" is not, or not found.
type Software struct {
	Suricata  string `json:"suricata"`
	Wazuh     string `json:"wazuh"`
	Tailscale string `json:"tailscale"`
	SOCme     string `json:"socme"`
}

// Up is Uptime as a duration.
func (m Machine) Up() time.Duration { return time.Duration(m.Uptime) * time.Second }
