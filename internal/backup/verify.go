package backup

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"

	"github.com/socme-project/socme/internal/store"
)

// Report is what Verify found.
type Report struct {
	Manifest Manifest         `json:"manifest"`
	Ledger   store.LedgerWalk `json:"ledger"`
}

// Good says that the backup can be relied on.
func (r *Report) Good() bool { return len(r.Ledger.Problems) == 0 }

// Verify restores a backup into a folder of its own inside scratch, holds counts and
// ledger heads against the manifest, brings the database up to date as a start would, and
// walks every chain of the ledger. The folder holds all secrets meanwhile; it is removed
// at the end. A backup of a core on PostgreSQL needs a server: the rows go into a scratch
// database there, which is dropped at the end, and nothing else of it is touched.
func Verify(ctx context.Context, in io.Reader, scratch Target, identities ...age.Identity) (r Report, err error) {
	to := Target{}
	if scratch.Database != "" {
		var drop func(context.Context) error
		if to.Database, drop, err = store.Scratch(ctx, scratch.Database); err != nil {
			return r, err
		}
		defer func() { err = errors.Join(err, drop(context.WithoutCancel(ctx))) }()
	}
	dir, err := os.MkdirTemp(scratch.Dir, "socme-verify-*")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	to.Dir = filepath.Join(dir, "data")
	if r.Manifest, err = Restore(ctx, in, to, identities...); err != nil {
		return r, err
	}
	s, err := store.Open(ctx, store.Options{Dir: to.Dir, Database: to.Database, Now: time.Now})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	r.Ledger, err = s.VerifyLedger(ctx, system)
	return r, err
}
