package forgetfs_test

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/socme-project/socme/internal/e2e/forgetfs"
	"github.com/socme-project/socme/internal/e2e/rig"
)

func mounted(t *testing.T) (*forgetfs.Disk, string) {
	t.Helper()
	if _, err := os.Stat("/dev/fuse"); err != nil || os.Getuid() != 0 {
		t.Skip("a disk that forgets needs root and /dev/fuse")
	}
	rig.SweepMounts(t)
	disk, dir := forgetfs.New(rig.MountName()), t.TempDir()
	if err := disk.Mount(dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := disk.Unmount(); err != nil {
			t.Error(err)
		}
	})
	return disk, dir
}

func syncDir(t *testing.T, dir string) {
	t.Helper()
	folder, err := os.Open(dir)
	if err == nil {
		err = errors.Join(folder.Sync(), folder.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestSyncedBytesSurviveAndOthersMayNot(t *testing.T) {
	disk, dir := mounted(t)
	random := rand.New(rand.NewPCG(1, 2))
	safe, loose := bytes.Repeat([]byte("s"), 10_000), bytes.Repeat([]byte("l"), 10_000)
	ends := map[string]bool{}
	for range 40 {
		file, err := os.Create(filepath.Join(dir, "data"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = file.Write(safe)
		err = errors.Join(err, file.Sync())
		syncDir(t, dir)
		_, looseErr := file.Write(loose)
		if err := errors.Join(err, looseErr, file.Close()); err != nil {
			t.Fatal(err)
		}
		if _, err := disk.PowerLoss(random); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(dir, "data"))
		if err != nil || !bytes.HasPrefix(got, safe) {
			t.Fatalf("%d bytes, %v: what was synced is lost", len(got), err)
		}
		switch rest := got[len(safe):]; {
		case len(rest) == 0:
			ends["lost"] = true
		case bytes.Equal(rest, loose):
			ends["kept"] = true
		case bytes.HasPrefix(loose, rest):
			ends["cut"] = true
		default:
			ends["torn"] = true
		}
	}
	if len(ends) != 4 {
		t.Errorf("40 losses ended as %v, want lost, kept, cut and torn", ends)
	}
}

func TestANameThatWasNotSyncedMayBeLostWithItsBytesSafe(t *testing.T) {
	disk, dir := mounted(t)
	random := rand.New(rand.NewPCG(3, 4))
	there, gone, old := 0, 0, 0
	for range 40 {
		if err := os.WriteFile(filepath.Join(dir, "name"), []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
		disk.Sync()
		if err := os.WriteFile(filepath.Join(dir, "part"), []byte("new"), 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := os.OpenFile(filepath.Join(dir, "part"), os.O_RDWR, 0)
		if err := errors.Join(err, file.Sync(), file.Close(), os.Rename(filepath.Join(dir, "part"), filepath.Join(dir, "name"))); err != nil {
			t.Fatal(err)
		}
		if _, err := disk.PowerLoss(random); err != nil {
			t.Fatal(err)
		}
		switch text, err := os.ReadFile(filepath.Join(dir, "name")); {
		case err == nil && string(text) == "new":
			there++
		case err == nil && string(text) == "old":
			old++
		default:
			t.Fatalf("%q, %v: a rename must leave the old file or the new", text, err)
		}
		if err := os.Remove(filepath.Join(dir, "part")); errors.Is(err, fs.ErrNotExist) {
			gone++
		}
	}
	if there == 0 || old == 0 || gone == 0 {
		t.Errorf("new %d, old %d, part gone %d; want some of each", there, old, gone)
	}
}
