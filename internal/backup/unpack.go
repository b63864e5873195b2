package backup

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"

	"github.com/socme-project/socme/soc"
)

// maxManifest bounds the manifest, in bytes: 10,000 nodes with a hundred epochs fit.
const maxManifest = 512 << 20

// unpack writes the files of a backup into a folder and holds them against its manifest.
// Fits hears the name of the first.
func unpack(ctx context.Context, in io.Reader, dir string, fits func(first string) error, identities []age.Identity) (Manifest, error) {
	var m Manifest
	opened, err := age.Decrypt(reading{ctx, in}, identities...)
	if err != nil {
		if _, none := errors.AsType[*age.NoIdentityMatchError](err); none {
			return m, errors.New("the backup was not encrypted for this key")
		}
		return m, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	plain, err := zstd.NewReader(opened, zstd.WithDecoderConcurrency(2))
	if err != nil {
		return m, err
	}
	defer plain.Close()
	root, err := os.OpenRoot(dir) // no name leads out of it
	if err != nil {
		return m, err
	}
	defer func() { _ = root.Close() }() // every file of it was synced
	var files []File
	for archive := tar.NewReader(plain); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return m, fmt.Errorf("%w: %w", ErrBroken, err)
		}
		if m.Format != 0 || header.Typeflag != tar.TypeReg {
			return m, fmt.Errorf("%w: %q has no place in it", ErrBroken, header.Name)
		}
		if header.Name == manifestName {
			if err := json.NewDecoder(io.LimitReader(archive, maxManifest)).Decode(&m); err != nil {
				return m, fmt.Errorf("%w: its manifest cannot be read: %w", ErrBroken, err)
			}
			if m.Format != Format && m.Format != formatPostgres {
				return m, fmt.Errorf("the backup has format %d and this socme knows %d and %d: install another socme", m.Format, Format, formatPostgres)
			}
			continue
		}
		if len(files) == 0 {
			if err := fits(header.Name); err != nil {
				return m, err
			}
		}
		file, err := unpackFile(root, filepath.FromSlash(header.Name), archive)
		if err != nil {
			return m, fmt.Errorf("restore %s: %w", header.Name, err)
		}
		file.Name = header.Name
		files = append(files, file)
	}
	// What follows the tar is zeros, and the end that age has sealed: it must be read.
	if _, err := io.Copy(io.Discard, plain); err != nil {
		return m, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	if m.Format == 0 || !slices.Equal(m.Files, files) {
		return m, fmt.Errorf("%w: it does not hold the files that it says it holds", ErrBroken)
	}
	return m, nil
}

func unpackFile(root *os.Root, name string, from io.Reader) (File, error) {
	var file File
	if folder := filepath.Dir(name); folder != "." {
		if err := root.MkdirAll(folder, 0o700); err != nil {
			return file, err
		}
	}
	to, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return file, err
	}
	sum := sha256.New()
	file.Size, err = io.Copy(io.MultiWriter(to, sum), from)
	file.SHA256 = soc.Hash(sum.Sum(nil))
	return file, errors.Join(err, to.Sync(), to.Close())
}
