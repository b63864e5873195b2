package forgetfs

import (
	"bytes"
	"slices"
	"time"

	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"
)

// cached is how long the kernel may believe what it was told: it makes every change
// itself.
const cached = time.Hour

// mount is a disk between Mount and Unmount: what the kernel asks of it. Files are
// found by their number, which is never used twice, so nothing need be forgotten.
// Locks and mapped memory are the kernel's own affair.
type mount struct {
	fuse.RawFileSystem // answers ENOSYS to everything that is not here

	disk   *Disk
	dir    string
	server *fuse.Server
	dead   bool // the power is off; guarded by disk.mu
}

// at locks the disk and finds a file. unlock must be called, whatever the status.
func (m *mount) at(number uint64) (n *inode, unlock func(), status fuse.Status) {
	m.disk.mu.Lock()
	n = m.disk.files[number]
	switch {
	case m.dead:
		status = fuse.EIO
	case n == nil:
		status = fuse.ENOENT
	}
	return n, m.disk.mu.Unlock, status
}

func (n *inode) attr(out *fuse.Attr) {
	out.Ino, out.Mode, out.Nlink, out.Blksize = n.number, n.mode, 1, 4096
	out.Size = uint64(len(n.data))
	out.Blocks = (out.Size + sector - 1) / sector
	out.SetTimes(&n.changed, &n.changed, &n.changed)
}

func (n *inode) entry(out *fuse.EntryOut) {
	out.NodeId = n.number
	out.SetEntryTimeout(cached)
	out.SetAttrTimeout(cached)
	n.attr(&out.Attr)
}

func (m *mount) Lookup(_ <-chan struct{}, header *fuse.InHeader, name string, out *fuse.EntryOut) fuse.Status {
	n, unlock, status := m.at(header.NodeId)
	defer unlock()
	if !status.Ok() {
		return status
	}
	child := n.names[name]
	if child == nil {
		return fuse.ENOENT
	}
	child.entry(out)
	return fuse.OK
}

func (m *mount) GetAttr(_ <-chan struct{}, input *fuse.GetAttrIn, out *fuse.AttrOut) fuse.Status {
	n, unlock, status := m.at(input.NodeId)
	defer unlock()
	if status.Ok() {
		n.attr(&out.Attr)
		out.SetTimeout(cached)
	}
	return status
}

func (m *mount) SetAttr(_ <-chan struct{}, input *fuse.SetAttrIn, out *fuse.AttrOut) fuse.Status {
	n, unlock, status := m.at(input.NodeId)
	defer unlock()
	if !status.Ok() {
		return status
	}
	if mode, ok := input.GetMode(); ok {
		n.mode = n.mode&unix.S_IFMT | mode&^unix.S_IFMT
	}
	if size, ok := input.GetSize(); ok {
		n.write(write{offset: int64(size), resize: true})
	}
	n.attr(&out.Attr)
	out.SetTimeout(cached)
	return fuse.OK
}

// make makes a file or a folder; the folder's lock is held.
func (m *mount) make(folder *inode, name string, mode uint32, out *fuse.EntryOut) fuse.Status {
	if folder.names[name] != nil {
		return fuse.Status(unix.EEXIST)
	}
	n := m.disk.add(mode)
	folder.rename(naming{name: n})
	n.entry(out)
	return fuse.OK
}

func (m *mount) Create(_ <-chan struct{}, input *fuse.CreateIn, name string, out *fuse.CreateOut) fuse.Status {
	folder, unlock, status := m.at(input.NodeId)
	defer unlock()
	if !status.Ok() {
		return status
	}
	out.OpenFlags = fuse.FOPEN_KEEP_CACHE
	return m.make(folder, name, unix.S_IFREG|input.Mode&^(input.Umask|unix.S_IFMT), &out.EntryOut)
}

func (m *mount) Mkdir(_ <-chan struct{}, input *fuse.MkdirIn, name string, out *fuse.EntryOut) fuse.Status {
	folder, unlock, status := m.at(input.NodeId)
	defer unlock()
	if !status.Ok() {
		return status
	}
	return m.make(folder, name, unix.S_IFDIR|input.Mode&^(input.Umask|unix.S_IFMT), out)
}

func (m *mount) remove(header *fuse.InHeader, name string, dir bool) fuse.Status {
	folder, unlock, status := m.at(header.NodeId)
	defer unlock()
	if !status.Ok() {
		return status
	}
	switch n := folder.names[name]; {
	case n == nil:
		return fuse.ENOENT
	case dir && len(n.names) > 0:
		return fuse.Status(unix.ENOTEMPTY)
	}
	folder.rename(naming{name: nil})
	return fuse.OK
}

func (m *mount) Unlink(_ <-chan struct{}, header *fuse.InHeader, name string) fuse.Status {
	return m.remove(header, name, false)
}

func (m *mount) Rmdir(_ <-chan struct{}, header *fuse.InHeader, name string) fuse.Status {
	return m.remove(header, name, true)
}

// Rename works inside one folder, where a real disk does it whole or not at all.
func (m *mount) Rename(_ <-chan struct{}, input *fuse.RenameIn, oldName, newName string) fuse.Status {
	folder, unlock, status := m.at(input.NodeId)
	defer unlock()
	switch {
	case !status.Ok():
		return status
	case input.Newdir != input.NodeId || input.Flags != 0:
		return fuse.EXDEV
	case folder.names[oldName] == nil:
		return fuse.ENOENT
	}
	folder.rename(naming{oldName: nil, newName: folder.names[oldName]})
	return fuse.OK
}

func (m *mount) Open(_ <-chan struct{}, input *fuse.OpenIn, out *fuse.OpenOut) fuse.Status {
	_, unlock, status := m.at(input.NodeId)
	defer unlock()
	out.OpenFlags = fuse.FOPEN_KEEP_CACHE // pages of a mapped file must stay
	return status
}

func (m *mount) OpenDir(_ <-chan struct{}, input *fuse.OpenIn, _ *fuse.OpenOut) fuse.Status {
	_, unlock, status := m.at(input.NodeId)
	defer unlock()
	return status
}

func (m *mount) ReadDir(_ <-chan struct{}, input *fuse.ReadIn, out *fuse.DirEntryList) fuse.Status {
	folder, unlock, status := m.at(input.NodeId)
	defer unlock()
	if !status.Ok() {
		return status
	}
	var names []string
	for name := range folder.names {
		names = append(names, name)
	}
	slices.Sort(names)
	for i := int(input.Offset); i < len(names); i++ {
		n := folder.names[names[i]]
		if !out.AddDirEntry(fuse.DirEntry{Name: names[i], Mode: n.mode, Ino: n.number, Off: uint64(i + 1)}) {
			break
		}
	}
	return fuse.OK
}

func (m *mount) Read(_ <-chan struct{}, input *fuse.ReadIn, buf []byte) (fuse.ReadResult, fuse.Status) {
	n, unlock, status := m.at(input.NodeId)
	defer unlock()
	if !status.Ok() {
		return nil, status
	}
	from := min(input.Offset, uint64(len(n.data)))
	return fuse.ReadResultData(buf[:copy(buf, n.data[from:])]), fuse.OK
}

func (m *mount) Write(_ <-chan struct{}, input *fuse.WriteIn, data []byte) (uint32, fuse.Status) {
	n, unlock, status := m.at(input.NodeId)
	defer unlock()
	if !status.Ok() {
		return 0, status
	}
	n.write(write{offset: int64(input.Offset), data: bytes.Clone(data)})
	return uint32(len(data)), fuse.OK
}

// Fallocate makes room: only the size of the file tells of it.
func (m *mount) Fallocate(_ <-chan struct{}, input *fuse.FallocateIn) fuse.Status {
	n, unlock, status := m.at(input.NodeId)
	defer unlock()
	end := int64(input.Offset + input.Length)
	switch {
	case !status.Ok():
		return status
	case input.Mode&^unix.FALLOC_FL_KEEP_SIZE != 0:
		return fuse.Status(unix.EOPNOTSUPP)
	case input.Mode == 0 && end > int64(len(n.data)):
		n.write(write{offset: end, resize: true})
	}
	return fuse.OK
}

func (m *mount) Fsync(_ <-chan struct{}, input *fuse.FsyncIn) fuse.Status {
	n, unlock, status := m.at(input.NodeId)
	defer unlock()
	if status.Ok() {
		n.sync()
	}
	return status
}

func (m *mount) FsyncDir(cancel <-chan struct{}, input *fuse.FsyncIn) fuse.Status {
	return m.Fsync(cancel, input)
}

func (m *mount) StatFs(_ <-chan struct{}, _ *fuse.InHeader, out *fuse.StatfsOut) fuse.Status {
	const blocks = 1 << 20 // 4 GiB, all of it free
	out.Bsize, out.Frsize, out.NameLen = 4096, 4096, 255
	out.Blocks, out.Bfree, out.Bavail = blocks, blocks, blocks
	return fuse.OK
}
