// Package folder owns what is true of every data folder, a core's or a node's: it is its
// owner's alone, and one program at a time uses it. It imports nothing of ours.
package folder

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Open makes the data folder, for its owner only, and locks it: two programs on one
// folder would tear it. The lock goes with the process, however it ends.
func Open(dir string) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	if err := KeepPrivate(dir); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // a path inside the data folder
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = file.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("another socme uses %s; stop it first, or choose another folder with --data", dir)
		}
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	return func() { _ = file.Close() }, nil
}

// KeepPrivate makes the folder, and the files that this process makes from now on, its
// owner's.
func KeepPrivate(dir string) error {
	unix.Umask(0o077)
	if err := os.Chmod(dir, 0o700); err != nil { //nolint:gosec // a folder needs its x
		return fmt.Errorf("data folder: %w", err)
	}
	return nil
}
