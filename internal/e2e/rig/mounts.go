package rig

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// mountPrefix begins the names of what tests mount. The id of the process follows, so
// that what a killed run has left can be told from what is in use.
const mountPrefix = "socme-e2e-"

// MountName is what a mount of this process calls itself.
func MountName() string { return fmt.Sprint(mountPrefix, os.Getpid()) }

// SweepMounts unmounts what runs have left that were killed.
func SweepMounts(t testing.TB) {
	t.Helper()
	table, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(table)) {
		source, rest, _ := strings.Cut(line, " ")
		dir, _, _ := strings.Cut(rest, " ")
		name, ours := strings.CutPrefix(source, mountPrefix)
		pid, err := strconv.Atoi(name)
		if !ours || err != nil || !errors.Is(unix.Kill(pid, 0), unix.ESRCH) {
			continue
		}
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Logf("unmount %s, left by a run that was killed: %v", dir, err)
		}
	}
}
