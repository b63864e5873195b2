package soc

import "time"

// Machine is what the machine under a node is, as the node told it. What could not be
// found is empty.
type Machine struct {
	ToldTime time.Time `json:"told_time" doc:"when the core heard of it"`
	Host     string    `json:"host,omitempty" doc:"the machine's own name"`
	Model    string    `json:"model,omitempty" doc:"maker and model"`
	OS       string    `json:"os,omitempty"`
	Kernel   string    `json:"kernel,omitempty" doc:"with its release and architecture"`
	Inside   string    `json:"inside,omitempty" doc:"the virtual machine or container that it is; empty for none"`
	BootTime time.Time `json:"boot_time,omitzero" doc:"when it was started"`

	CPU     string  `json:"cpu,omitempty" doc:"the processor's model"`
	Cores   int     `json:"cores,omitempty"`
	Threads int     `json:"threads,omitempty"`
	MHz     float64 `json:"mhz,omitempty" doc:"at most, or now where that is not known"`

	GPUs      []string         `json:"gpus,omitempty" nullable:"false"`
	Memory    Space            `json:"memory,omitzero"`
	Swap      Space            `json:"swap,omitzero" doc:"absent if there is none"`
	Disks     []MachineDisk    `json:"disks,omitempty" nullable:"false" doc:"by where they are mounted"`
	Addresses []MachineAddress `json:"addresses,omitempty" nullable:"false" doc:"without those that are of this machine alone"`
}

// The most that is kept of a machine's lists, and of each text in bytes.
const (
	MachineListMost = 32
	MachineTextMost = 128
)

// Space is an amount in bytes.
type Space struct {
	Total int64 `json:"total" doc:"bytes"`
	Used  int64 `json:"used" doc:"bytes"`
}

// MachineDisk is a file system on a device.
type MachineDisk struct {
	Mount string `json:"mount"`
	Type  string `json:"type,omitempty" doc:"such as ext4"`
	Space
}

// MachineAddress is where the machine can be reached.
type MachineAddress struct {
	Interface string `json:"interface"`
	Address   string `json:"address" doc:"with the length of its network, such as 10.0.0.7/24"`
	Tailnet   bool   `json:"tailnet,omitempty"`
}

// Bound cuts every list and text to what is kept.
func (m *Machine) Bound() {
	for _, text := range []*string{&m.Host, &m.Model, &m.OS, &m.Kernel, &m.Inside, &m.CPU} {
		*text = cutText(*text)
	}
	m.GPUs = m.GPUs[:min(len(m.GPUs), MachineListMost)]
	for i := range m.GPUs {
		m.GPUs[i] = cutText(m.GPUs[i])
	}
	m.Disks = m.Disks[:min(len(m.Disks), MachineListMost)]
	for i := range m.Disks {
		m.Disks[i].Mount, m.Disks[i].Type = cutText(m.Disks[i].Mount), cutText(m.Disks[i].Type)
	}
	m.Addresses = m.Addresses[:min(len(m.Addresses), MachineListMost)]
	for i := range m.Addresses {
		m.Addresses[i].Interface, m.Addresses[i].Address = cutText(m.Addresses[i].Interface), cutText(m.Addresses[i].Address)
	}
}
