// Package forgetfs is a disk for tests that loses what was not synced. A program
// uses it as a file system (FUSE, so Linux and root); PowerLoss then does to it what
// a power cut does to a real disk with a write cache. It holds everything in memory
// and knows nothing of SOCme. Only tests import it.
//
// What survives a loss for sure: the bytes of a file up to its last fsync or
// fdatasync, and the names of a folder up to the folder's last fsync. Of what came
// later anything between nothing and all may survive, as on a real disk.
//
// The process that serves the disk must not map its files into memory: a page fault
// that waits for its own process stops it. CopyTo is for looking at files.
package forgetfs

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"
)

// Disk is a file system in memory: what programs see of it, and what is on the
// platter. New makes one.
type Disk struct {
	mu    sync.Mutex // guards what follows and every inode
	name  string
	files map[uint64]*inode
	last  uint64 // number of the newest inode
	mount *mount // nil while it is not mounted
}

// New is an empty disk. The table of mounts shows its name.
func New(name string) *Disk {
	d := &Disk{name: name, files: map[uint64]*inode{}}
	root := d.add(unix.S_IFDIR | 0o700)
	if root.number != fuse.FUSE_ROOT_ID {
		panic("the first inode is not the root")
	}
	return d
}

func (d *Disk) add(mode uint32) *inode {
	d.last++
	n := &inode{number: d.last, mode: mode, changed: time.Now()}
	if n.isDir() {
		n.names, n.kept = map[string]*inode{}, map[string]*inode{}
	}
	d.files[n.number] = n
	return n
}

// Mount makes the disk appear in an empty folder. What stands there is gone with the
// next Unmount or PowerLoss.
func (d *Disk) Mount(dir string) error {
	m := &mount{RawFileSystem: fuse.NewDefaultRawFileSystem(), disk: d, dir: dir}
	server, err := fuse.NewServer(m, dir, &fuse.MountOptions{
		DirectMountStrict: true, FsName: d.name, Name: "forgetfs",
		DisableXAttrs: true, DisableReadDirPlus: true, MaxWrite: 1 << 20,
	})
	if err != nil {
		return fmt.Errorf("mount a disk that forgets: %w", err)
	}
	m.server = server
	go server.Serve()
	if err := server.WaitMount(); err != nil {
		return fmt.Errorf("mount a disk that forgets: %w", err)
	}
	d.mu.Lock()
	d.mount = m
	d.mu.Unlock()
	return nil
}

// Unmount takes the disk out of its folder. It loses nothing. Nobody may use it
// still.
func (d *Disk) Unmount() error {
	d.mu.Lock()
	m := d.mount
	d.mount = nil
	d.mu.Unlock()
	if m == nil {
		return nil
	}
	// Whoever looks at all that is mounted, as df and lsof do, holds it for a moment, and
	// on a busy machine the kernel lets go late of what a dead process had open.
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for began := time.Now(); ; <-tick.C {
		err := m.server.Unmount()
		if err == nil {
			return nil
		}
		if !errors.Is(err, unix.EBUSY) || time.Since(began) > busyMost {
			return fmt.Errorf("unmount the disk that forgets: %w", err)
		}
	}
}

// busyMost is how long somebody may hold the disk that is to be unmounted.
const busyMost = 10 * time.Second

// Loss is what a power loss did: counts of what had not been synced.
type Loss struct {
	Files, Writes, WritesLost int // files with unsynced writes; the writes; those lost or torn
	Names, NamesLost          int // changes of folders
}

func (l Loss) String() string {
	return fmt.Sprintf("%d of %d unsynced writes in %d files lost or torn, %d of %d unsynced names lost", l.WritesLost, l.Writes, l.Files, l.NamesLost, l.Names)
}

// PowerLoss unmounts the disk, forgets, and mounts it again where it was. The
// processes that used it must be dead: what they left in the kernel's cache is gone
// too.
func (d *Disk) PowerLoss(random *rand.Rand) (Loss, error) {
	var loss Loss
	d.mu.Lock()
	m := d.mount
	if m == nil {
		d.mu.Unlock()
		return loss, fmt.Errorf("power loss: %w: the disk is not mounted", os.ErrInvalid)
	}
	m.dead = true // from here on nothing reaches the disk
	for number := uint64(1); number <= d.last; number++ {
		d.files[number].lose(random, &loss) // in the order of their numbers: a seed repeats a loss
	}
	d.mu.Unlock()
	if err := d.Unmount(); err != nil {
		return loss, err
	}
	return loss, d.Mount(m.dir)
}

// Sync makes everything safe, as sync(2) does.
func (d *Disk) Sync() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, n := range d.files {
		n.sync()
	}
}

// CopyTo writes what programs see on the disk into a folder that exists.
func (d *Disk) CopyTo(dir string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return copyTo(dir, d.files[fuse.FUSE_ROOT_ID])
}

func copyTo(dir string, folder *inode) error {
	for name, n := range folder.names {
		path := filepath.Join(dir, name)
		if !n.isDir() {
			if err := os.WriteFile(path, n.data, 0o600); err != nil {
				return err
			}
			continue
		}
		if err := os.MkdirAll(path, 0o700); err != nil {
			return err
		}
		if err := copyTo(path, n); err != nil {
			return err
		}
	}
	return nil
}
