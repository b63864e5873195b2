package main

import (
	"os/exec"
	"strings"
	"testing"
)

// TestItIsANodeAlone: what only a core or an analyst needs has no place at a client, and
// would make the program large again.
func TestItIsANodeAlone(t *testing.T) {
	text, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := strings.Fields(string(text))
	if len(packages) < 50 {
		t.Fatalf("it depends on %d packages only: %v", len(packages), packages)
	}
	const ours = "github.com/socme-project/socme/"
	for _, name := range packages {
		for _, never := range []string{
			ours + "internal/core", ours + "internal/api", ours + "internal/ingest", ours + "internal/store",
			ours + "web", ours + "sdk", ours + "notifyme", ours + "opsme",
			"gorm.io", "github.com/gin-gonic", "github.com/jackc", "golang.org/x/crypto/ssh",
		} {
			if name == never || strings.HasPrefix(name, never+"/") {
				t.Errorf("it depends on %s", name)
			}
		}
	}
}
