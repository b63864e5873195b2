package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/socme-project/socme/soc"
)

// The types of a Socket, as Suricata's filetype names them after "unix_".
const (
	SocketStream   = "stream"
	SocketDatagram = "datagram"
)

const (
	socketMode = 0o660 // the sensor's group may write, and nobody else
	maxPath    = 100   // bytes; the kernel takes 108, and ours is made under a longer name
)

// Socket listens on a unix socket that a sensor writes its events to, one a line or one
// a datagram. It is faster than a file and not as safe: what a sensor writes while
// nobody listens is lost, and there is no cursor to go on from.
type Socket struct {
	Path string // made anew, at most 100 bytes; its folder must exist
	// Type is SocketStream, which any number of writers may connect to, or
	// SocketDatagram; "" is SocketStream.
	Type  string
	Node  soc.NodeID // whose alerts they are
	Parse Parse
	Log   *slog.Logger // nil is slog.Default

	now func() time.Time // for tests; nil is time.Now

	writers atomic.Int64 // that are connected, or 1 once a datagram came
	waiting pending
}

// State tells that the socket waits while nobody is connected, or until a datagram has
// come. The lag is what was read and the node has had no room for yet.
func (s *Socket) State() State {
	state := State{Waiting: s.writers.Load() == 0}
	state.LagBytes, state.LagTime = s.waiting.lag()
	return state
}

// Run listens until ctx ends, and then returns its error; resume is not used. A socket
// that nobody listens on any more is replaced; another process's is an error.
func (s *Socket) Run(ctx context.Context, _ []Cursor, emit Emit) error {
	var err error
	switch s.Type {
	case "", SocketStream:
		err = s.run(ctx, emit, s.listen)
	case SocketDatagram:
		err = s.run(ctx, emit, s.receive)
	default:
		err = fmt.Errorf("%w: there is no type %q, only %s and %s", soc.ErrInvalid, s.Type, SocketStream, SocketDatagram)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("listen on %s: %w", s.Path, err)
}

// run runs what reads beside what emits, until one of them fails or ctx ends.
func (s *Socket) run(ctx context.Context, emit Emit, read func(context.Context) error) error {
	if len(s.Path) > maxPath {
		return fmt.Errorf("%w: the path of a socket has at most %d bytes", soc.ErrInvalid, maxPath)
	}
	if err := s.vacant(ctx); err != nil {
		return err
	}
	s.writers.Store(0)
	s.waiting.open(s.clock)
	defer s.waiting.close()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.waiting.emit(ctx, emit) })
	group.Go(func() error { return read(ctx) })
	return group.Wait()
}

func (s *Socket) clock() time.Time {
	if s.now != nil {
		return s.now()
	}
	return time.Now()
}

// vacant says whether nobody listens at Path.
func (s *Socket) vacant(ctx context.Context) error {
	info, err := os.Lstat(s.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode().Type() != fs.ModeSocket {
		return errors.New("something else than a socket stands there")
	}
	for _, network := range []string{"unix", "unixgram"} {
		conn, err := new(net.Dialer).DialContext(ctx, network, s.Path)
		switch {
		case err == nil:
			_ = conn.Close()
			return errors.New("another process listens there already")
		case errors.Is(err, syscall.ECONNREFUSED):
			return nil // a dead process left it
		case !errors.Is(err, syscall.EPROTOTYPE): // somebody listens, to the other type
			return fmt.Errorf("ask whether another process listens there: %w", err)
		}
	}
	return errors.New("another process listens there already")
}

// occupy gives the socket that bind makes its mode before it gets its name, so that
// nobody can connect who may not. The name is taken away again by the function that
// it returns.
func (s *Socket) occupy(bind func(path string) error) (leave func(), err error) {
	fresh := s.Path + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := bind(fresh); err != nil {
		return nil, err
	}
	if err = os.Chmod(fresh, socketMode); err == nil {
		err = os.Rename(fresh, s.Path)
	}
	if err != nil {
		return nil, errors.Join(err, os.Remove(fresh))
	}
	mine, err := os.Lstat(s.Path)
	if err != nil {
		return nil, err
	}
	return func() {
		if now, err := os.Lstat(s.Path); err == nil && os.SameFile(mine, now) {
			_ = os.Remove(s.Path) // whoever comes next replaces it otherwise
		}
	}, nil
}

// listen takes connections and reads each to its end.
func (s *Socket) listen(ctx context.Context) error {
	var listener *net.UnixListener
	leave, err := s.occupy(func(path string) (err error) {
		if listener, err = net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"}); err == nil {
			listener.SetUnlinkOnClose(false)
		}
		return err
	})
	if err != nil {
		return err
	}
	defer leave()
	defer context.AfterFunc(ctx, func() { _ = listener.Close() })()
	group, ctx := errgroup.WithContext(ctx)
	for {
		conn, err := listener.AcceptUnix()
		if err != nil {
			_ = listener.Close()
			return errors.Join(group.Wait(), err)
		}
		group.Go(func() error {
			s.writers.Add(1)
			defer s.writers.Add(-1)
			defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
			defer func() { _ = conn.Close() }()
			return s.stream(ctx, conn)
		})
	}
}

// stream cuts a connection into lines.
func (s *Socket) stream(ctx context.Context, conn *net.UnixConn) error {
	_ = conn.SetReadBuffer(soc.MaxRaw) // as much as the system grants
	l := newLines(connection{conn}, 0)
	for {
		n, err := l.fill()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil || n == 0 {
			if err != nil {
				s.log().WarnContext(ctx, "connection broke off", "path", s.Path, "err", err)
			}
			// An event that was cut off does not parse, and counts as malformed.
			rest := l.last()
			return s.waiting.put(ctx, func(b *Batch) error {
				if len(rest) > 0 {
					s.line(b, rest)
				}
				return nil
			})
		}
		err = s.waiting.put(ctx, func(b *Batch) error {
			tooLong, err := l.cut(func(line []byte) error { s.line(b, line); return nil })
			b.Counts.Bytes += uint64(n)
			b.Counts.TooLong += tooLong
			b.Counts.Lines += tooLong
			return err
		})
		if err != nil {
			return err
		}
	}
}

// connection reads a stream as lines reads a file, one block after the other.
type connection struct{ *net.UnixConn }

func (c connection) ReadAt(block []byte, _ int64) (int, error) {
	n, err := c.Read(block)
	if n > 0 || errors.Is(err, io.EOF) {
		return n, nil // the next read says what else there is
	}
	return n, err
}

// receive takes datagrams.
func (s *Socket) receive(ctx context.Context) error {
	var conn *net.UnixConn
	leave, err := s.occupy(func(path string) (err error) {
		conn, err = net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
		return err
	})
	if err != nil {
		return err
	}
	defer leave()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	_ = conn.SetReadBuffer(4 * soc.MaxRaw)       // as much as the system grants
	room := make([]byte, soc.MaxRaw+len("\n")+1) // the last byte is there to see that it is too long
	for {
		n, err := conn.Read(room)
		if err != nil {
			return errors.Join(err, conn.Close())
		}
		s.writers.Store(1)
		line := room[:n]
		if n > 0 && line[n-1] == '\n' {
			line = line[:n-1]
		}
		err = s.waiting.put(ctx, func(b *Batch) error {
			b.Counts.Bytes += uint64(n)
			if len(line) > soc.MaxRaw {
				b.Counts.Lines++
				b.Counts.TooLong++
				return nil
			}
			s.line(b, line)
			return nil
		})
		if err != nil {
			return err
		}
	}
}

// line parses one event into the batch.
func (s *Socket) line(b *Batch, line []byte) {
	b.LastLine = s.clock().UTC()
	if alert := b.parse(s.Parse, s.Node, line); alert != nil {
		alert.SeenTime = b.LastLine
		alert.Place = &soc.Place{Path: s.Path}
	}
}

func (s *Socket) log() *slog.Logger {
	if s.Log != nil {
		return s.Log
	}
	return slog.Default()
}
