package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// reserve is room on the disk that the outbox holds for bad times: a database needs room
// also to delete. When the disk is full, the reserve is given up, so that deliveries can
// be confirmed and forgotten; it is taken again when there is room.
type reserve struct {
	path string
	size int64
}

// reserveSize is enough for the log of many small transactions.
const reserveSize = 16 << 20

func newReserve(dir string, quota int64) *reserve {
	return &reserve{path: filepath.Join(dir, "outbox.reserve"), size: min(reserveSize, quota/4)}
}

// take makes the reserve where there is room for it twice over.
func (r *reserve) take() error {
	if info, err := os.Stat(r.path); err == nil && info.Size() == r.size {
		return nil
	}
	free, err := r.free()
	if err != nil || free < 2*r.size {
		return err
	}
	file, err := os.OpenFile(r.path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("reserve room on the disk: %w", err)
	}
	if err = unix.Fallocate(int(file.Fd()), 0, 0, r.size); errors.Is(err, unix.EOPNOTSUPP) {
		_, err = file.Write(make([]byte, r.size))
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return errors.Join(fmt.Errorf("reserve room on the disk: %w", err), os.Remove(r.path))
	}
	return nil
}

// giveUp frees the reserve.
func (r *reserve) giveUp() error {
	if err := os.Remove(r.path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("give up the reserve: %w", err)
	}
	return nil
}

// free is how many bytes the disk has left.
func (r *reserve) free() (int64, error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(filepath.Dir(r.path), &stat); err != nil {
		return 0, fmt.Errorf("look at the disk: %w", err)
	}
	return int64(stat.Bavail) * stat.Bsize, nil
}

// isFull says whether an error means that the disk, or the file system's quota, is full.
func isFull(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_FULL ||
		errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// relieve makes the best of a full disk: what the core has is forgotten, so that pages
// of the outbox become free for what comes. It says whether the writer may try again.
func (b *Outbox) relieve(ctx context.Context) (bool, error) {
	if free, err := b.reserve.free(); err != nil || free >= 2*b.reserve.size {
		return err == nil, err
	}
	if err := b.reserve.giveUp(); err != nil {
		return false, err
	}
	if _, err := b.forget(ctx); err != nil {
		return false, err
	}
	var pages int64 // that are free inside the file: to use them makes nothing grow
	if err := b.write.QueryRowContext(ctx, `PRAGMA freelist_count`).Scan(&pages); err != nil {
		return false, err
	}
	return pages >= relievedPages, nil
}

// relievedPages is room for a commit of the largest size, in pages of the database.
const relievedPages = 2048
