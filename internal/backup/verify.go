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
// at the end.
func Verify(ctx context.Context, in io.Reader, scratch string, identities ...age.Identity) (r Report, err error) {
	dir, err := os.MkdirTemp(scratch, "socme-verify-*")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	data := filepath.Join(dir, "data")
	if r.Manifest, err = Restore(ctx, in, data, identities...); err != nil {
		return r, err
	}
	s, err := store.Open(ctx, store.Options{Dir: data, Now: time.Now})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	r.Ledger, err = s.VerifyLedger(ctx, system)
	return r, err
}
