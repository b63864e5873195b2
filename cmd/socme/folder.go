package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/socme-project/socme/internal/core"
)

// openFolder makes the data folder, for its owner only, and locks it: two programs
// on one folder would tear it. The lock goes with the process, however it ends.
func openFolder(dir string) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	if err := keepPrivate(dir); err != nil {
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

// keepPrivate makes the folder, and the files that are made from now on, its owner's.
func keepPrivate(dir string) error {
	unix.Umask(0o077)
	if err := os.Chmod(dir, 0o700); err != nil { //nolint:gosec // a folder needs its x
		return fmt.Errorf("data folder: %w", err)
	}
	return nil
}

// mustBeCores refuses a folder that holds something and no core, or that is not
// there: a mistyped --data must not make a second core. An empty folder will do.
func mustBeCores(dir string) error {
	if core.HasData(dir) {
		return keepPrivate(dir)
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) == 0 {
		return keepPrivate(dir)
	}
	return fmt.Errorf("%s is no data folder of a core; start one with `socme up --data %s`", dir, dir)
}
