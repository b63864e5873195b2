package opsme

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Upload copies a file to the hosts. It grows beside its place under a name with its
// hash, is checked by sha256, and then takes its place at once; so nobody sees half of
// it. A transfer that was cut goes on where it was when the same file is sent again. A
// file that is there already is not sent.
type Upload struct {
	Local  string
	Remote string      // a file, or a folder if it ends with /; relative to the user's home
	Mode   fs.FileMode // permissions; 0 takes those of the local file
}

func (u Upload) String() string { return "upload: " + u.Local + " to " + u.Remote }

// sending is an upload whose local file was looked at.
type sending struct {
	local, remote, sum string
	size               int64
	mode               fs.FileMode
}

func (u Upload) prepare() (work, error) {
	sum, info, err := sumFile(expand(u.Local))
	if err != nil {
		return nil, fmt.Errorf("upload: %w", err)
	}
	s := sending{local: expand(u.Local), remote: u.Remote, sum: sum, size: info.Size(), mode: info.Mode().Perm()}
	if u.Mode != 0 {
		s.mode = u.Mode.Perm()
	}
	if s.remote == "" || strings.HasSuffix(s.remote, "/") {
		s.remote += filepath.Base(s.local)
	}
	return s.send, nil
}

// part is where the file grows.
func (s sending) part() string {
	return path.Join(path.Dir(s.remote), "."+path.Base(s.remote)+"."+s.sum[:16]+".part")
}

func (s sending) send(ctx context.Context, t *turn) error {
	f, done, err := t.files(ctx)
	if err != nil {
		return err
	}
	defer done()
	if err := s.sendTo(ctx, f); err != nil {
		return t.cut(ctx, err)
	}
	t.result.Code = 0
	return nil
}

func (s sending) sendTo(ctx context.Context, f *files) error {
	if there, err := f.Stat(s.remote); err == nil {
		if there.IsDir() {
			return fmt.Errorf("%s is a folder; end it with / to put the file into it", s.remote)
		}
		if there.Size() == s.size {
			if sum, err := f.sum(ctx, s.remote); err == nil && sum == s.sum {
				f.turn.tell(Progress{Host: f.turn.host.Name, Done: s.size, Total: s.size})
				return f.Chmod(s.remote, s.mode)
			}
		}
	}
	for again := false; ; again = true {
		resumed, err := s.grow(f)
		if err != nil {
			return fmt.Errorf("write %s: %w", s.part(), err)
		}
		sum, err := f.sum(ctx, s.part())
		if err != nil {
			return fmt.Errorf("check %s: %w", s.part(), err)
		}
		if sum == s.sum {
			break
		}
		_ = f.Remove(s.part()) // it is worth nothing
		if !resumed || again {
			return fmt.Errorf("%s arrived with other content than was sent; is %s being written to?", s.remote, s.local)
		}
	}
	if err := f.Chmod(s.part(), s.mode); err != nil {
		return fmt.Errorf("set the permissions of %s: %w", s.remote, err)
	}
	if err := f.PosixRename(s.part(), s.remote); err != nil {
		return fmt.Errorf("put %s in its place: %w", s.remote, err)
	}
	return nil
}

// grow sends what is missing, and tells whether something was there.
func (s sending) grow(f *files) (resumed bool, err error) {
	local, err := os.Open(s.local)
	if err != nil {
		return false, err
	}
	defer func() { _ = local.Close() }()
	remote, err := f.OpenFile(s.part(), os.O_RDWR|os.O_CREATE)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, remote.Close()) }()
	if err := remote.Chmod(0o600); err != nil { // until it is whole
		return false, err
	}
	info, err := remote.Stat()
	if err != nil {
		return false, err
	}
	from := max(0, min(info.Size(), s.size)-overlap)
	if err := remote.Truncate(from); err != nil {
		return false, err
	}
	if _, err := remote.Seek(from, io.SeekStart); err != nil {
		return false, err
	}
	// Not more than was hashed, should the file grow meanwhile.
	m := &meter{from: io.NewSectionReader(local, from, s.size-from), turn: f.turn, done: from, total: s.size}
	n, err := remote.ReadFromWithConcurrency(m, inFlight)
	if err == nil && n != s.size-from {
		err = io.ErrShortWrite
	}
	return from > 0, err
}
