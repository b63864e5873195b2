package fetchme

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/shirou/gopsutil/v4/disk"
)

// remote are file systems of other machines: no disks of this one, and what hangs most.
const remote = " nfs nfs4 cifs smb3 9p ceph glusterfs fuse.sshfs afs ncpfs lustre "

// injected are single files that a container gets from outside.
const injected = " /etc/hosts /etc/hostname /etc/resolv.conf "

// disks finds the file systems on devices, and the root whatever it is on.
func (r *Reader) disks(ctx context.Context) func(m *Machine) {
	mounts, err := disk.PartitionsWithContext(ctx, false)
	if err != nil {
		return nil
	}
	if !slices.ContainsFunc(mounts, func(p disk.PartitionStat) bool { return p.Mountpoint == "/" }) {
		if all, err := disk.PartitionsWithContext(ctx, true); err == nil { // a container's overlay
			for _, p := range all {
				if p.Mountpoint == "/" && p.Fstype != "rootfs" {
					mounts = append(mounts, p)
				}
			}
		}
	}
	var chosen []disk.PartitionStat
	seen := map[string]bool{}
	for _, p := range mounts {
		// The first place is where the device was mounted, others show a part of it again.
		// Read-only images are always full, and say nothing of the disk that they lie on.
		image := p.Fstype == "squashfs" || p.Fstype == "iso9660" || strings.HasPrefix(p.Mountpoint, "/snap/")
		if image || strings.Contains(injected, " "+p.Mountpoint+" ") || strings.Contains(remote, " "+p.Fstype+" ") || seen[p.Device] && p.Device != "overlay" {
			continue
		}
		seen[p.Device] = true
		chosen = append(chosen, p)
	}
	slices.SortFunc(chosen, func(a, b disk.PartitionStat) int { return cmp.Compare(a.Mountpoint, b.Mountpoint) })
	return r.full(ctx, chosen)
}

// full asks how full the disks are, all at once: one that hangs holds up no other, and is
// not asked again before it has answered.
func (r *Reader) full(ctx context.Context, chosen []disk.PartitionStat) func(m *Machine) {
	questions := make([]*asked, len(chosen))
	for i, p := range chosen {
		questions[i] = r.ask("disk "+p.Mountpoint, func() func(m *Machine) {
			d := Disk{Mount: p.Mountpoint, Device: p.Device, Type: p.Fstype}
			usage, err := r.usage(ctx, p.Mountpoint)
			if err == nil && usage.Total > 0 {
				d.Space = Space{Total: usage.Total, Used: usage.Used}
			} else if err == nil || !r.live() && r.machine.usage != nil {
				return nil // nothing that holds files
			}
			return func(m *Machine) { m.Disks = append(m.Disks, d) }
		})
	}
	// A little earlier than all: what is known of the others must still be in time.
	soon, cancel := context.WithTimeout(ctx, limit*9/10)
	defer cancel()
	var writes []func(m *Machine)
	for i, p := range chosen {
		name := "disk " + p.Mountpoint
		if !r.answered(soon, name, questions[i]) {
			writes = append(writes, func(m *Machine) { m.Late = append(m.Late, name) })
		} else if questions[i].write != nil {
			writes = append(writes, questions[i].write)
		}
	}
	return func(m *Machine) {
		for _, write := range writes {
			write(m)
		}
	}
}
