package e2e_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/socme-project/socme/internal/e2e/rig"
)

// smallDisk mounts a disk of that many MiB.
func smallDisk(t *testing.T, size int) (dir string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("a small disk needs root, to mount a tmpfs")
	}
	rig.SweepMounts(t)
	dir = t.TempDir()
	if err := unix.Mount(rig.MountName(), dir, "tmpfs", 0, fmt.Sprintf("size=%dm,mode=0700", size)); err != nil {
		t.Fatalf("mount a tmpfs: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// ballast is a file that takes every byte of a disk, and those that become free, too.
type ballast struct {
	dir, path string
	stop      chan struct{}
	done      sync.WaitGroup
}

func fill(t *testing.T, dir string) *ballast {
	t.Helper()
	b := &ballast{dir: dir, path: filepath.Join(dir, "ballast"), stop: make(chan struct{})}
	file, err := os.Create(b.path)
	if err != nil {
		t.Fatal(err)
	}
	b.top(t, file)
	b.done.Go(func() {
		defer func() { _ = file.Close() }() // nothing is in a buffer of ours
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-b.stop:
				return
			case <-tick.C:
				b.top(t, file)
			}
		}
	})
	t.Cleanup(func() { b.free(t) })
	return b
}

// top fills the disk to the last byte.
func (b *ballast) top(t *testing.T, file *os.File) {
	for _, size := range []int{1 << 20, 4096, 1} {
		chunk := make([]byte, size)
		for {
			if _, err := file.Write(chunk); errors.Is(err, unix.ENOSPC) {
				break
			} else if err != nil {
				t.Error(err)
				return
			}
		}
	}
}

// full fails the test if the disk has room.
func (b *ballast) full(t *testing.T) {
	t.Helper()
	within(t, patience, "the disk is full", func() (bool, string) {
		var disk unix.Statfs_t
		err := unix.Statfs(b.dir, &disk)
		return err == nil && disk.Bavail == 0, fmt.Sprint(disk.Bavail, " blocks are free, ", err)
	})
}

// free gives the space back.
func (b *ballast) free(t *testing.T) {
	t.Helper()
	select {
	case <-b.stop:
		return
	default:
	}
	close(b.stop)
	b.done.Wait()
	if err := os.Remove(b.path); err != nil {
		t.Error(err)
	}
}
