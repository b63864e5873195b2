package folder_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/socme-project/socme/internal/folder"
)

func TestAFolderIsItsOwnersAndHasOneProgram(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	unlock, err := folder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o700 {
		t.Errorf("the folder's mode is %o, want 700", got)
	}
	if _, err := folder.Open(dir); err == nil || !strings.Contains(err.Error(), "another socme uses") {
		t.Errorf("a second program opens it: %v", err)
	}
	unlock()
	if unlock, err = folder.Open(dir); err != nil {
		t.Fatalf("once it is left, it cannot be opened: %v", err)
	}
	unlock()
}
