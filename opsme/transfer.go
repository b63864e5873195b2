package opsme

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/pkg/sftp"
)

const (
	packet   = 32 << 10 // what every SFTP server takes
	inFlight = 64       // packets that are on their way at a time
	// overlap is what a cut transfer sends again: the packets that were on their way may
	// have arrived with holes between them.
	overlap = packet * inFlight
	// tellEvery is how often Progress is told.
	tellEvery = 200 * time.Millisecond
)

// files is SFTP at a host.
type files struct {
	*sftp.Client
	turn *turn
	link *link
}

// files opens SFTP. The connection is closed if ctx ends, since nothing else makes a
// transfer stop at once.
func (t *turn) files(ctx context.Context) (*files, func(), error) {
	l, session, err := t.fleet.session(ctx, t.host, t.tell)
	if err != nil {
		return nil, nil, err
	}
	stop := context.AfterFunc(ctx, func() { t.fleet.drop(l) })
	client, err := func() (*sftp.Client, error) {
		out, err := session.StdoutPipe()
		if err != nil {
			return nil, err
		}
		in, err := session.StdinPipe()
		if err != nil {
			return nil, err
		}
		if err := session.RequestSubsystem("sftp"); err != nil {
			return nil, errors.New("the host offers no SFTP")
		}
		return sftp.NewClientPipe(out, in, sftp.UseConcurrentWrites(true), sftp.MaxConcurrentRequestsPerFile(inFlight), sftp.MaxPacket(packet))
	}()
	if err != nil {
		stop()
		_ = session.Close()
		return nil, nil, t.cut(ctx, err)
	}
	return &files{client, t, l}, func() {
		stop()
		_ = client.Close()
		_ = session.Close()
	}, nil
}

// cut explains a transfer that failed.
func (t *turn) cut(ctx context.Context, err error) error {
	var known *Error
	if late := ended(ctx, Running); late != nil {
		return late
	}
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return err
	case broken(err), errors.Is(err, sftp.ErrSSHFxConnectionLost), errors.Is(err, sftp.ErrSSHFxNoConnection):
		return &Error{Kind: Lost, Phase: Running, Err: plain(err)}
	}
	return &Error{Kind: Transfer, Phase: Running, Err: err}
}

// sum is the sha256 of a file at the host: by sha256sum where that can be run, else by
// reading the file back.
func (f *files) sum(ctx context.Context, path string) (string, error) {
	var out bytes.Buffer
	quiet := *f.turn
	quiet.result, quiet.tell = &Result{}, func(Event) {}
	err := quiet.run(ctx, program{line: "sha256sum -- " + quote(path), bare: true, out: &out, err: io.Discard})
	if text := strings.TrimPrefix(out.String(), `\`); err == nil && len(text) >= 64 {
		return text[:64], nil
	}
	if late := ended(ctx, Running); late != nil {
		return "", late
	}
	file, err := f.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	hash := sha256.New()
	if _, err := file.WriteTo(hash); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// meter counts what a transfer reads, tells of it, and hashes it if hash is set.
type meter struct {
	from        io.Reader
	turn        *turn
	done, total int64
	told        time.Time
	hash        hash.Hash
}

func (m *meter) Read(data []byte) (int, error) {
	n, err := m.from.Read(data)
	m.count(data[:n])
	return n, err
}

func (m *meter) Write(data []byte) (int, error) {
	m.count(data)
	return len(data), nil
}

func (m *meter) count(data []byte) {
	if m.hash != nil {
		_, _ = m.hash.Write(data)
	}
	m.done += int64(len(data))
	m.turn.result.Bytes += int64(len(data))
	if now := time.Now(); m.done == m.total || now.Sub(m.told) >= tellEvery {
		m.told = now
		m.turn.tell(Progress{Host: m.turn.host.Name, Done: m.done, Total: m.total})
	}
}

// sumFile is the sha256 of a file here.
func sumFile(path string) (string, fs.FileInfo, error) {
	file, err := os.Open(path) //nolint:gosec // the caller's file
	if err != nil {
		return "", nil, err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return "", nil, err
	}
	if !info.Mode().IsRegular() {
		return "", nil, fmt.Errorf("%s is no plain file; pack a folder first (tar)", path)
	}
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", nil, err
	}
	return hex.EncodeToString(hash.Sum(nil)), info, nil
}
