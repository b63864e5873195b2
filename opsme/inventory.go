package opsme

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

// Host is a machine to sign in to. Only Name is needed.
type Host struct {
	Name    string        // how events and people call it
	Address string        // name or IP address; Name if empty
	Port    int           // 22 if 0
	User    string        // who signs in; the user of this process if empty
	Keys    []string      // private key files, tried before the fleet's
	Jump    []string      // jump hosts, the nearest first: names of the inventory, or user@host:port
	Timeout time.Duration // for the host's turn, where the job has none; 0 is none
	Groups  []string      // sorted
	Tags    []string      // sorted
}

// Target is the host's address as known_hosts and a dialer want it: host:port.
func (h Host) Target() string {
	return net.JoinHostPort(cmp.Or(h.Address, h.Name), strconv.Itoa(cmp.Or(h.Port, 22)))
}

// ParseHost reads [user@]host[:port]. An IPv6 address with a port stands in brackets.
func ParseHost(text string) (Host, error) {
	h := Host{Name: text}
	if user, rest, ok := strings.Cut(text, "@"); ok {
		h.User, text = user, rest
	}
	h.Address = strings.Trim(text, "[]")
	if strings.Count(text, ":") == 1 || strings.Contains(text, "]:") {
		address, port, err := net.SplitHostPort(text)
		if err != nil {
			return Host{}, fmt.Errorf("host %q: %w", text, err)
		}
		n, err := strconv.Atoi(port)
		if err != nil || n < 1 || n > 65535 {
			return Host{}, fmt.Errorf("host %q: the port is not 1 to 65535", text)
		}
		h.Address, h.Port = address, n
	}
	if h.Address == "" || strings.HasPrefix(h.Address, "-") || strings.ContainsAny(h.Address, " \t\n/@") {
		return Host{}, fmt.Errorf("host %q: not of the form [user@]host[:port]", text)
	}
	return h, nil
}

// Inventory is the fleet by name, with its groups and tags.
type Inventory struct {
	hosts map[string]Host
}

// settings may be set for all hosts, a group or a host; the nearest wins.
type settings struct {
	User    string        `toml:"user"`
	Port    int           `toml:"port"`
	Keys    []string      `toml:"keys"`
	Jump    []string      `toml:"jump"`
	Timeout time.Duration `toml:"timeout"`
	Tags    []string      `toml:"tags"` // these add up
}

type inventoryFile struct {
	Defaults settings `toml:"defaults"`
	Groups   map[string]struct {
		settings
		Hosts  []string `toml:"hosts"`
		Groups []string `toml:"groups"`
	} `toml:"groups"`
	Hosts map[string]struct {
		settings
		Address string   `toml:"address"`
		Groups  []string `toml:"groups"`
	} `toml:"hosts"`
}

// LoadInventory reads an inventory from a TOML file.
func LoadInventory(path string) (*Inventory, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the caller's file
	if err != nil {
		return nil, fmt.Errorf("inventory: %w", err)
	}
	inventory, err := ParseInventory(string(text))
	if err != nil {
		return nil, fmt.Errorf("inventory %s: %w", path, err)
	}
	return inventory, nil
}

// ParseInventory reads an inventory; see the package's documentation for its form. A key
// that it does not know is an error, and so are two groups that disagree over a host.
func ParseInventory(text string) (*Inventory, error) {
	var file inventoryFile
	meta, err := toml.Decode(text, &file)
	if err != nil {
		return nil, err
	}
	if odd := meta.Undecoded(); len(odd) > 0 {
		return nil, fmt.Errorf("unknown key %s", odd[0])
	}
	members, err := file.members()
	if err != nil {
		return nil, err
	}
	inventory := &Inventory{hosts: map[string]Host{}}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		h, err := file.host(name, members[name])
		if err != nil {
			return nil, fmt.Errorf("host %s: %w", name, err)
		}
		inventory.hosts[name] = h
	}
	if len(inventory.hosts) == 0 {
		return nil, errors.New("it names no hosts")
	}
	for name, h := range inventory.hosts {
		if err := inventory.checkJump(h, []string{name}); err != nil {
			return nil, fmt.Errorf("host %s: %w", name, err)
		}
	}
	return inventory, nil
}

// members finds each host's groups, and how many steps away each is.
func (f *inventoryFile) members() (map[string]map[string]int, error) {
	members := map[string]map[string]int{}
	join := func(host, group string, steps int) {
		if members[host] == nil {
			members[host] = map[string]int{}
		}
		if was, ok := members[host][group]; group != "" && (!ok || steps < was) {
			members[host][group] = steps
		}
	}
	parents := map[string][]string{} // of a group
	for name, g := range f.Groups {
		for _, child := range g.Groups {
			if _, ok := f.Groups[child]; !ok {
				return nil, fmt.Errorf("group %s: there is no group %s", name, child)
			}
			parents[child] = append(parents[child], name)
		}
	}
	var climb func(host, group string, path []string) error
	climb = func(host, group string, path []string) error {
		if slices.Contains(path, group) {
			return fmt.Errorf("group %s holds itself", group)
		}
		join(host, group, len(path))
		for _, parent := range parents[group] {
			if err := climb(host, parent, append(path, group)); err != nil {
				return err
			}
		}
		return nil
	}
	for name, h := range f.Hosts {
		join(name, "", 0)
		for _, group := range h.Groups {
			if _, ok := f.Groups[group]; !ok {
				return nil, fmt.Errorf("host %s: there is no group %s", name, group)
			}
			if err := climb(name, group, nil); err != nil {
				return nil, err
			}
		}
	}
	for group, g := range f.Groups {
		for _, host := range g.Hosts {
			join(host, "", 0)
			if err := climb(host, group, nil); err != nil {
				return nil, err
			}
		}
	}
	return members, nil
}

// host puts a host's settings together: its own, then those of its groups from near to
// far, then the defaults.
func (f *inventoryFile) host(name string, groups map[string]int) (Host, error) {
	own := f.Hosts[name]
	result, tags := own.settings, slices.Clone(own.Tags)
	names := slices.SortedFunc(maps.Keys(groups), func(a, b string) int {
		return cmp.Or(cmp.Compare(groups[a], groups[b]), cmp.Compare(a, b))
	})
	fixed := new(settings).fill(own.settings) // by the host itself
	from := map[string]string{}               // setting → group that gave it
	for _, group := range names {
		tags = append(tags, f.Groups[group].Tags...)
		for setting, differs := range result.fill(f.Groups[group].settings) {
			giver := from[setting]
			if _, ok := fixed[setting]; !ok && giver == "" {
				from[setting] = group
			} else if differs && giver != "" && groups[giver] == groups[group] {
				return Host{}, fmt.Errorf("groups %s and %s disagree over its %s; set it at the host", giver, group, setting)
			}
		}
	}
	tags = append(tags, f.Defaults.Tags...)
	result.fill(f.Defaults)
	slices.Sort(tags)
	parsed, err := ParseHost(cmp.Or(own.Address, name))
	if err != nil {
		return Host{}, err
	}
	slices.Sort(names)
	return Host{
		Name: name, Address: parsed.Address, Port: cmp.Or(parsed.Port, result.Port), User: cmp.Or(parsed.User, result.User),
		Keys: result.Keys, Jump: result.Jump, Timeout: result.Timeout, Groups: names, Tags: slices.Compact(tags),
	}, nil
}

// fill sets what is not set yet. It names each setting that the other has, and whether
// it is another than was set already.
func (s *settings) fill(other settings) map[string]bool {
	seen := map[string]bool{}
	if other.User != "" {
		s.User = cmp.Or(s.User, other.User)
		seen["user"] = s.User != other.User
	}
	if other.Port != 0 {
		s.Port = cmp.Or(s.Port, other.Port)
		seen["port"] = s.Port != other.Port
	}
	if other.Timeout != 0 {
		s.Timeout = cmp.Or(s.Timeout, other.Timeout)
		seen["timeout"] = s.Timeout != other.Timeout
	}
	if other.Keys != nil {
		if s.Keys == nil {
			s.Keys = other.Keys
		}
		seen["keys"] = !slices.Equal(s.Keys, other.Keys)
	}
	if other.Jump != nil {
		if s.Jump == nil {
			s.Jump = other.Jump
		}
		seen["jump"] = !slices.Equal(s.Jump, other.Jump)
	}
	return seen
}

func (inv *Inventory) checkJump(h Host, path []string) error {
	for _, name := range h.Jump {
		if slices.Contains(path, name) {
			return fmt.Errorf("jump host %s leads back to itself", name)
		}
		via, err := inv.jump(name)
		if err != nil {
			return err
		}
		if err := inv.checkJump(via, append(path, name)); err != nil {
			return err
		}
	}
	return nil
}

// jump finds a jump host: one of the inventory, or one that is written out. Inv may be nil.
func (inv *Inventory) jump(name string) (Host, error) {
	if inv != nil {
		if h, ok := inv.hosts[name]; ok {
			return h, nil
		}
	}
	return ParseHost(name)
}
