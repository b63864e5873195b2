package opsme

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Download copies a file from each host to Folder/HOST/. It grows beside its place, is
// checked by sha256, and then takes its place at once. A transfer that was cut goes on
// where it was, as long as the file at the host is as large and as old as before.
type Download struct {
	Remote string // relative to the user's home
	Folder string // made if it is not there
}

func (d Download) String() string { return "download: " + d.Remote + " to " + d.Folder }

func (d Download) prepare() (work, error) {
	base := path.Base(d.Remote)
	if d.Remote == "" || base == "." || base == ".." || base == "/" || strings.HasSuffix(d.Remote, "/") {
		return nil, fmt.Errorf("download: %q is no file", d.Remote)
	}
	d.Folder = expand(d.Folder)
	return func(ctx context.Context, t *turn) error {
		f, done, err := t.files(ctx)
		if err != nil {
			return err
		}
		defer done()
		if err := d.fetch(ctx, f); err != nil {
			return t.cut(ctx, err)
		}
		t.result.Code = 0
		return nil
	}, nil
}

// folder is where a host's files go. A name cannot lead out of the folder.
func (d Download) folder(host string) string {
	name := strings.Map(func(r rune) rune {
		if r == '/' || r == os.PathSeparator || r < ' ' {
			return '_'
		}
		return r
	}, host)
	if strings.Trim(name, ".") == "" {
		name = "_" + name
	}
	return filepath.Join(d.Folder, name)
}

func (d Download) fetch(ctx context.Context, f *files) error {
	remote, err := f.Open(d.Remote)
	if err != nil {
		return fmt.Errorf("read %s: %w", d.Remote, err)
	}
	defer func() { _ = remote.Close() }()
	info, err := remote.Stat()
	if err != nil {
		return fmt.Errorf("read %s: %w", d.Remote, err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no plain file; pack a folder first (tar)", d.Remote)
	}
	folder := d.folder(f.turn.host.Name)
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return &Error{Kind: Local, Phase: Running, Err: err}
	}
	target := filepath.Join(folder, path.Base(d.Remote))
	// The name holds what the file was, so that never two different ones are joined.
	mark := sha256.Sum256(fmt.Appendf(nil, "%s %d %d", d.Remote, info.Size(), info.ModTime().Unix()))
	part := filepath.Join(folder, "."+path.Base(d.Remote)+"."+hex.EncodeToString(mark[:8])+".part")
	for again := false; ; again = true {
		resumed, sum, err := grow(f, remote, part, info.Size())
		if err != nil {
			return err
		}
		want, err := f.sum(ctx, d.Remote)
		if err != nil {
			return fmt.Errorf("check %s: %w", d.Remote, err)
		}
		if sum == want {
			break
		}
		_ = os.Remove(part) // it is worth nothing
		if !resumed || again {
			return fmt.Errorf("%s changed while it was read", d.Remote)
		}
	}
	if err := os.Chmod(part, info.Mode().Perm()); err != nil {
		return &Error{Kind: Local, Phase: Running, Err: err}
	}
	if err := os.Rename(part, target); err != nil {
		return &Error{Kind: Local, Phase: Running, Err: err}
	}
	return nil
}

// reading is a file at a host that can be read from anywhere.
type reading interface {
	io.Seeker
	io.WriterTo
}

// grow reads what is missing. It tells whether something was there, and the hash of all.
func grow(f *files, remote reading, part string, size int64) (resumed bool, sum string, err error) {
	local, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // inside the caller's folder
	if err != nil {
		return false, "", &Error{Kind: Local, Phase: Running, Err: err}
	}
	defer func() { err = errors.Join(err, local.Close()) }()
	hash := sha256.New()
	// What is written here is written in order, so what is there is the file's beginning.
	from, err := io.Copy(hash, io.LimitReader(local, size))
	if err != nil {
		return false, "", &Error{Kind: Local, Phase: Running, Err: err}
	}
	if _, err := remote.Seek(from, io.SeekStart); err != nil {
		return false, "", err
	}
	m := &meter{turn: f.turn, done: from, total: size, hash: hash}
	if _, err := remote.WriteTo(io.MultiWriter(local, m)); err != nil {
		return from > 0, "", err
	}
	return from > 0, hex.EncodeToString(hash.Sum(nil)), nil
}
