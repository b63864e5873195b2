// Package backup owns the copy of a core: one encrypted file with the database and the
// keys, how it is written while the core runs, restored and verified. It imports store
// and soc, and knows nothing of a running core.
//
// The file is age over zstd over tar. The tar holds the files of the data folder under
// their names, the database first, and last manifest.json, which says what came before
// it. Without it a file is cut off. A database on PostgreSQL is a folder of rows, in the
// text form of its COPY.
package backup

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// Formats of the file: a program restores those that it knows. The second has the rows of
// a database on PostgreSQL.
const (
	Format         = 1
	formatPostgres = 2
)

// manifestName is the last file of the tar.
const manifestName = "manifest.json"

// Manifest says what a backup holds.
type Manifest struct {
	Format   int            `json:"socme_backup"`
	Version  string         `json:"version"` // of the program that wrote it
	Host     string         `json:"host"`
	MadeTime time.Time      `json:"made_time"`
	Database store.Contents `json:"database"`
	Files    []File         `json:"files"`
}

// File is a file of the data folder.
type File struct {
	Name   string   `json:"name"` // from the data folder, with slashes
	Size   int64    `json:"size"`
	SHA256 soc.Hash `json:"sha256"`
}

// Options of Write.
type Options struct {
	Store      *store.Store
	Dir        string // the data folder
	Version    string
	Recipients []age.Recipient
	Now        func() time.Time
}

var system = soc.System("backup")

// Write writes a backup while the core runs. A database on SQLite is copied into the data
// folder first, which must have room for it; the copy is removed at the end.
func Write(ctx context.Context, out io.Writer, o Options) (m Manifest, err error) {
	m = Manifest{Format: Format, Version: o.Version, MadeTime: o.Now().UTC()}
	m.Host, _ = os.Hostname() // an unknown name is an empty one
	scratch, err := os.MkdirTemp(o.Dir, scratchPattern)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	sealed, err := age.Encrypt(out, o.Recipients...)
	if err != nil {
		return m, fmt.Errorf("encrypt the backup: %w", err)
	}
	packed, err := zstd.NewWriter(sealed, zstd.WithEncoderConcurrency(2))
	if err != nil {
		return m, err
	}
	w := writer{ctx: ctx, tar: tar.NewWriter(packed), manifest: &m}
	if m.Database, err = o.Store.Dump(ctx, system, scratch, w.part); err != nil {
		return m, err
	}
	if m.Database.OnPostgres() {
		m.Format = formatPostgres
	}
	if err := w.all(scratch, o.Dir); err != nil {
		return m, fmt.Errorf("write the backup: %w", err)
	}
	if err := errors.Join(w.tar.Close(), packed.Close(), sealed.Close()); err != nil {
		return m, fmt.Errorf("write the backup: %w", err)
	}
	return m, nil
}

// scratchPattern names the folder of the copy; leftOut knows it by its beginning.
const scratchPattern = "backup-*"

// leftOut says which files of a data folder are no part of a backup: the database itself,
// of which there is a copy, and what is made anew. Of the outbox a copy is worse than
// none: it would say that it had not delivered what it has.
func leftOut(name string) bool {
	base := filepath.Base(name)
	return strings.HasPrefix(name, "core.db") || strings.HasPrefix(name, "backup-") || name == "demo" ||
		base == "lock" || strings.HasPrefix(base, "outbox.")
}

type writer struct {
	ctx      context.Context //nolint:containedctx // lives no longer than the call that made it
	tar      *tar.Writer
	manifest *Manifest
}

func (w *writer) all(scratch, dir string) error {
	for _, root := range []string{scratch, dir} {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			name, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			if root == dir && leftOut(name) {
				if entry.IsDir() {
					return fs.SkipDir
				}
				return nil
			}
			if !entry.Type().IsRegular() {
				return nil // folders, and sockets that sensors write to
			}
			return w.file(path, filepath.ToSlash(name))
		})
		if err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(w.manifest, "", "  ")
	if err != nil {
		return err
	}
	if err := w.header(manifestName, int64(len(text))); err != nil {
		return err
	}
	_, err = w.tar.Write(text)
	return err
}

func (w *writer) header(name string, size int64) error {
	return w.tar.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: w.manifest.MadeTime, Format: tar.FormatPAX})
}

// part writes a piece of the database.
func (w *writer) part(name string, part []byte) error {
	if err := w.header(name, int64(len(part))); err != nil {
		return err
	}
	if _, err := w.tar.Write(part); err != nil {
		return err
	}
	w.manifest.Files = append(w.manifest.Files, File{Name: name, Size: int64(len(part)), SHA256: sha256.Sum256(part)})
	return nil
}

func (w *writer) file(path, name string) error {
	file, err := os.Open(path) //nolint:gosec // a file of the data folder
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was read only
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if err := w.header(name, info.Size()); err != nil {
		return err
	}
	sum := sha256.New()
	if _, err := io.CopyN(io.MultiWriter(w.tar, sum), reading{w.ctx, file}, info.Size()); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	w.manifest.Files = append(w.manifest.Files, File{Name: name, Size: info.Size(), SHA256: soc.Hash(sum.Sum(nil))})
	return nil
}

// reading ends when ctx does.
type reading struct {
	ctx context.Context //nolint:containedctx // lives no longer than the call that made it
	io.Reader
}

func (r reading) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(b)
}

// ErrBroken means that the file is no whole backup, or that what it holds is not what was
// written.
var ErrBroken = errors.New("the backup is broken")

// partFolder is where the files of a restore wait, inside the data folder.
const partFolder = ".restoring"

// Target is where a backup is restored to.
type Target struct {
	Dir      string     // the data folder: empty, or not there
	Database soc.Secret // as store.Options has it; on PostgreSQL it must be empty
}

// Restore unpacks a backup into a data folder, and the rows of one on PostgreSQL into a
// database. Nothing stands in the folder until everything was read and checked.
func Restore(ctx context.Context, in io.Reader, to Target, identities ...age.Identity) (m Manifest, err error) {
	if to.Database != "" {
		if err := store.CheckEmpty(ctx, to.Database); err != nil {
			return m, err
		}
	}
	dir := to.Dir
	entries, err := os.ReadDir(dir)
	made := errors.Is(err, os.ErrNotExist)
	switch {
	case made:
		err = os.Mkdir(dir, 0o700)
	case err == nil && len(entries) > 0:
		return m, fmt.Errorf("%s is not empty: restore into a new folder", dir)
	case err == nil:
		err = os.Chmod(dir, 0o700) //nolint:gosec // a folder needs its x
	}
	if err != nil {
		return m, err
	}
	part := filepath.Join(dir, partFolder)
	if err := os.Mkdir(part, 0o700); err != nil {
		return m, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(part))
			if made {
				err = errors.Join(err, os.Remove(dir))
			}
		}
	}()
	if m, err = unpack(ctx, in, part, to.fits, identities); err != nil {
		return m, err
	}
	if err := to.database(ctx, part, m.Database); err != nil {
		return m, err
	}
	return m, moveUp(part, dir)
}

// fits refuses a backup of another kind of database, which the first file tells of.
func (to *Target) fits(first string) error {
	rows := strings.HasPrefix(first, store.FolderRows+"/")
	switch {
	case rows && to.Database == "":
		return fmt.Errorf("%w: the backup is of a core on PostgreSQL: name an empty database with --database-file or in SOCME_DATABASE", soc.ErrInvalid)
	case !rows && to.Database != "":
		return fmt.Errorf("%w: the backup is of a core on SQLite, which cannot be restored into PostgreSQL: name no database", soc.ErrInvalid)
	}
	return nil
}

// database brings the database to where it belongs, if that is not the folder, and holds
// it against the manifest.
func (to *Target) database(ctx context.Context, part string, want store.Contents) error {
	check := func(got store.Contents) error {
		if different := differences(want, got); len(different) > 0 {
			return fmt.Errorf("%w: %s", ErrBroken, different[0])
		}
		return nil
	}
	if to.Database != "" {
		rows := filepath.Join(part, store.FolderRows)
		if _, err := store.LoadDump(ctx, to.Database, rows, want, check); err != nil {
			return fmt.Errorf("load the database: %w", err)
		}
		return os.RemoveAll(rows)
	}
	got, err := store.ContentsOf(ctx, part)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return check(got)
}

// moveUp moves the files to where they belong.
func moveUp(part, dir string) error {
	entries, err := os.ReadDir(part)
	if err != nil {
		return err
	}
	last := func(e os.DirEntry) int { // a folder without a database is no core's
		if slices.ContainsFunc(store.Files(), func(file string) bool { return strings.HasPrefix(e.Name(), file) }) {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(entries, func(a, b os.DirEntry) int { return last(a) - last(b) })
	for _, e := range entries {
		if err := os.Rename(filepath.Join(part, e.Name()), filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	if err := os.Remove(part); err != nil {
		return err
	}
	return syncDir(dir)
}

// differences say in what a restored database is not as the manifest says.
func differences(want, got store.Contents) []string {
	var found []string
	if want.Schema != got.Schema {
		found = append(found, fmt.Sprintf("the schema is %d, it was %d", got.Schema, want.Schema))
	}
	for table, rows := range want.Tables {
		if got.Tables[table] != rows {
			found = append(found, fmt.Sprintf("%s has %d rows, it had %d", table, got.Tables[table], rows))
		}
	}
	for name, last := range want.Sequences {
		if got.Sequences[name] != last {
			found = append(found, fmt.Sprintf("the sequence %s is at %d, it was at %d", name, got.Sequences[name], last))
		}
	}
	slices.Sort(found)
	if !slices.Equal(want.Heads, got.Heads) {
		found = append(found, "the heads of the ledger are not those that were written down")
	}
	return found
}

func syncDir(dir string) error {
	f, err := os.Open(dir) //nolint:gosec // the data folder
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
