package opsme_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/socme-project/socme/opsme"
)

// random writes a file of that size and returns its content.
func random(t *testing.T, path string, size int) []byte {
	t.Helper()
	data := make([]byte, size)
	_, _ = rand.Read(data)
	must(t, os.WriteFile(path, data, 0o640))
	return data
}

func sameFile(t *testing.T, path string, want []byte, mode fs.FileMode) {
	t.Helper()
	got, err := os.ReadFile(path)
	must(t, err)
	if !bytes.Equal(got, want) {
		t.Errorf("%s has other content: %d bytes, want %d", path, len(got), len(want))
	}
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm() != mode {
		t.Errorf("%s has mode %v, want %v", path, info.Mode(), mode)
	}
	parts, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*.part"))
	if len(parts) > 0 {
		t.Errorf("left over: %v", parts)
	}
}

// leaky is a network that is cut when so many bytes have gone through, once.
type leaky struct {
	net.Conn
	left *atomic.Int64
}

func (l leaky) spend(n int, err error) (int, error) {
	if left := l.left.Add(-int64(n)); left < 0 && left > -1<<40 {
		l.left.Store(-1 << 41) // not again
		_ = l.Close()
	}
	return n, err
}

func (l leaky) Read(b []byte) (int, error)  { return l.spend(l.Conn.Read(b)) }
func (l leaky) Write(b []byte) (int, error) { return l.spend(l.Conn.Write(b)) }

func TestTransfers(t *testing.T) {
	const size = 100 << 20
	s := startSSHD(t, "")
	var left atomic.Int64
	options := s.options(t, s.pins("127.0.0.1"))
	options.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return leaky{conn, &left}, err
	}
	f, h := newFleet(t, options), s.at("here", "127.0.0.1")
	source := filepath.Join(t.TempDir(), "source.bin")
	data := random(t, source, size)

	there, folder := t.TempDir(), t.TempDir()
	target := filepath.Join(there, "target it's.bin")
	for _, tt := range []struct {
		name string
		task opsme.Task
		at   string // where the file arrives
		mode fs.FileMode
	}{
		{"up", opsme.Upload{Local: source, Remote: target, Mode: 0o751}, target, 0o751},
		{"down", opsme.Download{Remote: source, Folder: folder}, filepath.Join(folder, "here", "source.bin"), 0o640},
	} {
		t.Run(tt.name, func(t *testing.T) {
			left.Store(size * 6 / 10)
			o := one(t, f, h, tt.task)
			fails(t, o.Err, opsme.Lost, opsme.Running)
			if _, err := os.Stat(tt.at); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("half of it has its place already: %v", err)
			}
			again := one(t, f, h, tt.task)
			must(t, again.Err)
			sameFile(t, tt.at, data, tt.mode)
			if again.Bytes < size*3/10 || again.Bytes > size/2 {
				t.Errorf("the second time sent %d of %d bytes, want 40 %%", again.Bytes, size)
			}
		})
	}
	t.Run("what is there is not sent again, but for its mode", func(t *testing.T) {
		o := one(t, f, h, opsme.Upload{Local: source, Remote: target})
		must(t, o.Err)
		if o.Bytes != 0 {
			t.Errorf("%d bytes were sent", o.Bytes)
		}
		sameFile(t, target, data, 0o640)
	})
}

func TestTransfersThatCannotBe(t *testing.T) {
	s := startSSHD(t, "")
	f, h := s.fleet(t), s.at("../here", "127.0.0.1")
	dir := t.TempDir()
	small := filepath.Join(dir, "small")
	data := random(t, small, 1000)
	hidden := filepath.Join(dir, "sub")
	must(t, os.Mkdir(hidden, 0o700))
	tests := []struct {
		name string
		task opsme.Task
		kind opsme.Kind
		says string
	}{
		{"a local file that is not there", opsme.Upload{Local: dir + "/no", Remote: "/tmp/x"}, opsme.Local, "no such file"},
		{"a local folder", opsme.Upload{Local: dir, Remote: "/tmp/x"}, opsme.Local, "no plain file"},
		{"into a folder that is not there", opsme.Upload{Local: small, Remote: dir + "/no/x"}, opsme.Transfer, "not exist"},
		{"in the place of a folder", opsme.Upload{Local: small, Remote: hidden}, opsme.Transfer, "end it with /"},
		{"a remote file that is not there", opsme.Download{Remote: dir + "/no", Folder: dir}, opsme.Transfer, "not exist"},
		{"a remote folder", opsme.Download{Remote: hidden, Folder: dir}, opsme.Transfer, "no plain file"},
		{"nothing", opsme.Download{Remote: "..", Folder: dir}, opsme.Local, "is no file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var e *opsme.Error
			if o := one(t, f, h, tt.task); !errors.As(o.Err, &e) || e.Kind != tt.kind || !strings.Contains(e.Error(), tt.says) {
				t.Errorf("error = %v, want %q with %q", o.Err, tt.kind, tt.says)
			}
		})
	}
	t.Run("a host's name leads out of no folder", func(t *testing.T) {
		folder := t.TempDir()
		must(t, one(t, f, h, opsme.Download{Remote: small, Folder: folder}).Err)
		sameFile(t, filepath.Join(folder, ".._here", "small"), data, 0o640)
	})
	t.Run("a folder gets the file under its name", func(t *testing.T) {
		must(t, one(t, f, h, opsme.Upload{Local: small, Remote: hidden + "/"}).Err)
		sameFile(t, filepath.Join(hidden, "small"), data, 0o640)
	})
	t.Run("a beginning that is damaged is noticed and thrown away", func(t *testing.T) {
		large := filepath.Join(dir, "large")
		data := random(t, large, 5<<20)
		folder := filepath.Join(t.TempDir(), "to")
		must(t, os.Mkdir(folder, 0o700))
		must(t, one(t, f, h, opsme.Upload{Local: large, Remote: folder + "/"}).Err)
		sum := fmt.Sprintf("%x", sha256.Sum256(data))
		bad := bytes.Clone(data[:4<<20])
		bad[17]++
		part := filepath.Join(folder, ".large."+sum[:16]+".part")
		must(t, os.Remove(filepath.Join(folder, "large")))
		must(t, os.WriteFile(part, bad, 0o600))
		o := one(t, f, h, opsme.Upload{Local: large, Remote: folder + "/"})
		must(t, o.Err)
		sameFile(t, filepath.Join(folder, "large"), data, 0o640)
		if o.Bytes <= int64(len(data)) {
			t.Errorf("%d bytes were sent: the damaged part was not tried", o.Bytes)
		}
	})
}

// A host that runs no commands is checked by reading back.
func TestTransfersWhereNothingRuns(t *testing.T) {
	s := startSSHD(t, "ForceCommand internal-sftp\n")
	f, h := s.fleet(t), s.at("here", "127.0.0.1")
	dir := t.TempDir()
	data := random(t, filepath.Join(dir, "a"), 3<<20)
	must(t, one(t, f, h, opsme.Upload{Local: filepath.Join(dir, "a"), Remote: filepath.Join(dir, "b")}).Err)
	sameFile(t, filepath.Join(dir, "b"), data, 0o640)
	must(t, one(t, f, h, opsme.Download{Remote: filepath.Join(dir, "b"), Folder: dir}).Err)
	sameFile(t, filepath.Join(dir, "here", "b"), data, 0o640)
}
