package wazuh

import (
	"context"
	"iter"
	"strings"
)

// Syscollector is what agents say of their machines. Up to 4.14; in the indexer since
// 4.13 ([Indexer.States]). What a call could be narrowed by beyond [Query] can be said
// in Q, such as vendor=Debian.
type Syscollector struct{ c *Client }

// Scan is when something was seen.
type Scan struct {
	ID   Int  `json:"id"`
	Time Time `json:"time,omitzero"`
}

// OS is an agent's system.
type OS struct {
	Agent        AgentID `json:"agent_id"`
	Hostname     string  `json:"hostname"`
	Architecture string  `json:"architecture"`
	OS           AgentOS `json:"os"`
	Sysname      string  `json:"sysname"`
	Release      string  `json:"release"`
	Version      string  `json:"version"`
	Scan         Scan    `json:"scan"`
}

// Hardware is an agent's machine.
type Hardware struct {
	Agent  AgentID `json:"agent_id"`
	Serial string  `json:"board_serial"`
	CPU    struct {
		Cores Int     `json:"cores"`
		MHz   float64 `json:"mhz"`
		Name  string  `json:"name"`
	} `json:"cpu"`
	RAM struct {
		Free  Int `json:"free"`  // KiB
		Total Int `json:"total"` // KiB
		Usage Int `json:"usage"` // percent
	} `json:"ram"`
	Scan Scan `json:"scan"`
}

// Package is a program that is installed.
type Package struct {
	Agent        AgentID `json:"agent_id"`
	Name         string  `json:"name"`
	Version      string  `json:"version"`
	Architecture string  `json:"architecture"`
	Format       string  `json:"format"` // deb, rpm, win, pypi, …
	Vendor       string  `json:"vendor,omitempty"`
	Description  string  `json:"description,omitempty"`
	Source       string  `json:"source,omitempty"`
	Section      string  `json:"section,omitempty"`
	Priority     string  `json:"priority,omitempty"`
	Multiarch    string  `json:"multiarch,omitempty"`
	Location     string  `json:"location,omitempty"`
	Size         Int     `json:"size"` // KiB
	Installed    Time    `json:"install_time,omitzero"`
	Scan         Scan    `json:"scan"`
}

// Port is an open port or a connection.
type Port struct {
	Agent    AgentID `json:"agent_id"`
	Protocol string  `json:"protocol"` // tcp, udp, tcp6, udp6
	Local    Socket  `json:"local"`
	Remote   Socket  `json:"remote"`
	State    string  `json:"state,omitempty"`
	PID      Int     `json:"pid"`
	Process  string  `json:"process,omitempty"`
	Inode    Int     `json:"inode"`
	RxQueue  Int     `json:"rx_queue"`
	TxQueue  Int     `json:"tx_queue"`
	Scan     Scan    `json:"scan"`
}

// Socket is an end of a connection.
type Socket struct {
	IP   string `json:"ip"`
	Port Int    `json:"port"`
}

// Process is one that runs.
type Process struct {
	Agent     AgentID `json:"agent_id"`
	PID       Int     `json:"pid"`
	PPID      Int     `json:"ppid"`
	Name      string  `json:"name"`
	Command   string  `json:"cmd"`
	Arguments Text    `json:"argvs,omitempty"`
	State     string  `json:"state"`
	User      string  `json:"euser"`
	RealUser  string  `json:"ruser"`
	Group     string  `json:"egroup"`
	Started   Int     `json:"start_time"` // Unix seconds, or ticks since boot in old agents
	Resident  Int     `json:"resident"`   // KiB
	VMSize    Int     `json:"vm_size"`    // KiB
	Priority  Int     `json:"priority"`
	Nice      Int     `json:"nice"`
	Session   Int     `json:"session"`
	Threads   Int     `json:"nlwp"`
	UserTime  Int     `json:"utime"`
	SysTime   Int     `json:"stime"`
	Scan      Scan    `json:"scan"`
}

// Address is of an interface.
type Address struct {
	Agent     AgentID `json:"agent_id"`
	Interface string  `json:"iface"`
	Protocol  string  `json:"proto"` // ipv4, ipv6
	Address   string  `json:"address"`
	Netmask   string  `json:"netmask"`
	Broadcast string  `json:"broadcast"`
	Scan      Scan    `json:"scan"`
}

// Interface is one of the network.
type Interface struct {
	Agent   AgentID  `json:"agent_id"`
	Name    string   `json:"name"`
	Adapter string   `json:"adapter,omitempty"`
	Type    string   `json:"type"`
	State   string   `json:"state"` // up, down
	MAC     string   `json:"mac"`
	MTU     Int      `json:"mtu"`
	Rx      Counters `json:"rx"`
	Tx      Counters `json:"tx"`
	Scan    Scan     `json:"scan"`
}

// Counters are of an interface, one way.
type Counters struct {
	Bytes   Int `json:"bytes"`
	Packets Int `json:"packets"`
	Errors  Int `json:"errors"`
	Dropped Int `json:"dropped"`
}

// Gateway is how an interface leaves its network.
type Gateway struct {
	Agent     AgentID `json:"agent_id"`
	Interface string  `json:"iface"`
	Type      string  `json:"type"` // ipv4, ipv6
	Gateway   string  `json:"gateway"`
	DHCP      Text    `json:"dhcp"` // enabled, disabled, unknown
	Scan      Scan    `json:"scan"`
}

// Hotfix is an update of Windows.
type Hotfix struct {
	Agent  AgentID `json:"agent_id"`
	Hotfix string  `json:"hotfix"`
	Scan   Scan    `json:"scan"`
}

const sysOp = "GET /syscollector/{agent_id}/"

func single[T any](ctx context.Context, c *Client, op string, agent AgentID, fields []string) (T, error) {
	if err := empty(op, "agent", string(agent)); err != nil {
		var none T
		return none, err
	}
	return one[T](ctx, c, request(op, string(agent)).set("select", strings.Join(fields, ",")))
}

func ofAgent[T any](ctx context.Context, c *Client, op string, agent AgentID, q Query) iter.Seq2[T, error] {
	if err := empty(op, "agent", string(agent)); err != nil {
		return failing[T](err)
	}
	return pages(ctx, c, list[T]{call: request(op, string(agent)).with(q), size: q.PageSize})
}

// failing is a list that cannot be read.
func failing[T any](err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		yield(none, err)
	}
}

// OS returns an agent's system. [ErrNotFound] if it has not told it yet.
func (s *Syscollector) OS(ctx context.Context, agent AgentID, fields ...string) (OS, error) {
	return single[OS](ctx, s.c, sysOp+"os", agent, fields)
}

// Hardware returns an agent's machine. [ErrNotFound] if it has not told it yet.
func (s *Syscollector) Hardware(ctx context.Context, agent AgentID, fields ...string) (Hardware, error) {
	return single[Hardware](ctx, s.c, sysOp+"hardware", agent, fields)
}

// Packages returns what is installed.
func (s *Syscollector) Packages(ctx context.Context, agent AgentID, q Query) iter.Seq2[Package, error] {
	return ofAgent[Package](ctx, s.c, sysOp+"packages", agent, q)
}

// Ports returns open ports and connections.
func (s *Syscollector) Ports(ctx context.Context, agent AgentID, q Query) iter.Seq2[Port, error] {
	return ofAgent[Port](ctx, s.c, sysOp+"ports", agent, q)
}

// Processes returns what runs.
func (s *Syscollector) Processes(ctx context.Context, agent AgentID, q Query) iter.Seq2[Process, error] {
	return ofAgent[Process](ctx, s.c, sysOp+"processes", agent, q)
}

// Addresses returns the addresses of interfaces.
func (s *Syscollector) Addresses(ctx context.Context, agent AgentID, q Query) iter.Seq2[Address, error] {
	return ofAgent[Address](ctx, s.c, sysOp+"netaddr", agent, q)
}

// Interfaces returns the interfaces of the network.
func (s *Syscollector) Interfaces(ctx context.Context, agent AgentID, q Query) iter.Seq2[Interface, error] {
	return ofAgent[Interface](ctx, s.c, sysOp+"netiface", agent, q)
}

// Gateways returns the gateways of interfaces.
func (s *Syscollector) Gateways(ctx context.Context, agent AgentID, q Query) iter.Seq2[Gateway, error] {
	return ofAgent[Gateway](ctx, s.c, sysOp+"netproto", agent, q)
}

// Hotfixes returns the updates of Windows.
func (s *Syscollector) Hotfixes(ctx context.Context, agent AgentID, q Query) iter.Seq2[Hotfix, error] {
	return ofAgent[Hotfix](ctx, s.c, sysOp+"hotfixes", agent, q)
}
