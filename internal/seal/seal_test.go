package seal_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/socme-project/socme/internal/seal"
)

func open(t *testing.T, dir string) *seal.Key {
	t.Helper()
	key, err := seal.OpenKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestASealedValueOpensWithItsKeyForItsPurposeOnly(t *testing.T) {
	dir, secret := t.TempDir(), []byte("the second factor")
	sealed := open(t, dir).Seal(secret, "totp of u1")
	if bytes.Contains(sealed, secret) {
		t.Fatal("the sealed value shows what it seals")
	}
	again := open(t, dir) // the file is the key
	if got, err := again.Open(sealed, "totp of u1"); err != nil || !bytes.Equal(got, secret) {
		t.Errorf("opened = %q, %v", got, err)
	}
	if _, err := again.Open(sealed, "totp of u2"); !errors.Is(err, seal.ErrOtherKey) {
		t.Errorf("opened for somebody else = %v, want ErrOtherKey", err)
	}
	if _, err := open(t, t.TempDir()).Open(sealed, "totp of u1"); !errors.Is(err, seal.ErrOtherKey) {
		t.Errorf("opened with another key = %v, want ErrOtherKey", err)
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		if _, err := again.Open(changed, "totp of u1"); !errors.Is(err, seal.ErrOtherKey) {
			t.Errorf("with byte %d changed = %v, want ErrOtherKey", i, err)
		}
	}
	if _, err := again.Open(sealed[:10], "totp of u1"); !errors.Is(err, seal.ErrOtherKey) {
		t.Errorf("a piece of it = %v, want ErrOtherKey", err)
	}
	if bytes.Equal(sealed, again.Seal(secret, "totp of u1")) {
		t.Error("sealed twice it looks the same")
	}
}

func TestTheKeyFileIsItsOwnersAndIsNeverMadeAnewOverOne(t *testing.T) {
	dir := t.TempDir()
	open(t, dir)
	path := filepath.Join(dir, "seal.key")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file is %v, %v; want 0600", info.Mode(), err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, %v; want the key alone", entries, err)
	}
	if err := os.WriteFile(path, []byte("not a key\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.OpenKey(dir); err == nil {
		t.Error("a broken key file was taken")
	}
}
