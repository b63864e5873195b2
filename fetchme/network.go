package fetchme

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/shirou/gopsutil/v4/disk"
)

// probes are questions that no file answers. Nil asks the running machine.
type probes struct {
	usage     func(path string) (*disk.UsageStat, error)
	addresses func() ([]Address, error)
}

var errNotLive = errors.New("not the running machine")

func (r *Reader) usage(ctx context.Context, path string) (*disk.UsageStat, error) {
	switch {
	case r.machine.usage != nil:
		return r.machine.usage(path)
	case r.live():
		return disk.UsageWithContext(ctx, path)
	}
	return nil, errNotLive
}

func (r *Reader) addresses(context.Context) func(m *Machine) {
	find := r.machine.addresses
	if find == nil && r.live() {
		find = ownAddresses
	}
	if find == nil {
		return nil
	}
	all, err := find()
	if err != nil {
		return nil
	}
	result := []Address{}
	for _, a := range all {
		if ip := a.Address.Addr(); ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsMulticast() {
			continue
		}
		a.Tailnet = tailnet(a, all)
		result = append(result, a)
	}
	return func(m *Machine) { m.Addresses = result }
}

// ownAddresses are those of the interfaces that are up.
func ownAddresses() ([]Address, error) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	var result []Address
	for _, i := range interfaces {
		addresses, err := i.Addrs()
		if err != nil || i.Flags&net.FlagUp == 0 {
			continue // it may have gone meanwhile
		}
		for _, a := range addresses {
			if prefix, err := netip.ParsePrefix(a.String()); err == nil {
				result = append(result, Address{Interface: i.Name, Address: prefix})
			}
		}
	}
	return result, nil
}

// tailnet tells whether an address is one of a tailnet. The IPv6 ones are a range of its
// own. The IPv4 ones are providers' too, so there the interface must have both or the name.
func tailnet(a Address, all []Address) bool {
	six, four := netip.MustParsePrefix("fd7a:115c:a1e0::/48"), netip.MustParsePrefix("100.64.0.0/10")
	ip := a.Address.Addr()
	if six.Contains(ip) {
		return true
	}
	return four.Contains(ip) && (strings.HasPrefix(a.Interface, "tailscale") ||
		slices.ContainsFunc(all, func(b Address) bool { return b.Interface == a.Interface && six.Contains(b.Address.Addr()) }))
}
