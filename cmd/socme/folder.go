package main

import (
	"fmt"
	"os"

	"github.com/socme-project/socme/internal/core"
	"github.com/socme-project/socme/internal/folder"
)

// mustBeCores refuses a folder that holds something and no core, or that is not
// there: a mistyped --data must not make a second core. An empty folder will do.
func mustBeCores(dir string) error {
	if core.HasData(dir) {
		return folder.KeepPrivate(dir)
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) == 0 {
		return folder.KeepPrivate(dir)
	}
	return fmt.Errorf("%s is no data folder of a core; start one with `socme up --data %s`", dir, dir)
}
