package source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/socme-project/socme/soc"
)

func listening(t *testing.T, kind string, n *node) (*Socket, func()) {
	t.Helper()
	s := &Socket{Path: filepath.Join(t.TempDir(), "eve.sock"), Type: kind, Parse: number, Log: slog.New(slog.DiscardHandler)}
	return s, serve(t, s, n)
}

func serve(t *testing.T, s *Socket, n *node) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx, nil, n.emit) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Run = %v, want context.Canceled", err)
		}
	})
	t.Cleanup(stop)
	wait(t, "the socket", func() bool { _, err := os.Stat(s.Path); return err == nil })
	return stop
}

func dial(t *testing.T, network, path string) net.Conn {
	t.Helper()
	conn, err := net.Dial(network, path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func send(t *testing.T, conn net.Conn, text string) {
	t.Helper()
	if _, err := conn.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

func (n *node) total() Counts {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.counts
}

func TestASocketTakesLinesOfSeveralWriters(t *testing.T) {
	n := newNode()
	s, _ := listening(t, "", n)
	if !s.State().Waiting {
		t.Error("it does not wait for anybody")
	}
	info, err := os.Stat(s.Path)
	if err != nil || info.Mode() != fs.ModeSocket|0o660 {
		t.Errorf("its mode is %s, %v", info.Mode(), err)
	}
	var writers sync.WaitGroup
	for i := range 4 {
		conn := dial(t, "unix", s.Path)
		writers.Go(func() {
			for from := i * 1000; from < (i+1)*1000; from += 10 {
				text := numbered(from, from+10)
				_, _ = conn.Write([]byte(text[:15])) // a line in two parts
				_, _ = conn.Write([]byte(text[15:]))
			}
		})
	}
	writers.Wait()
	wait(t, "all lines", func() bool { return n.count() == 4000 })
	if s.State().Waiting {
		t.Error("it waits although writers are connected")
	}
	n.exact(t, 4000)
	if len(n.resume()) != 0 {
		t.Errorf("cursors %+v", n.resume())
	}
	if place := n.places["7"]; len(place) != 1 || place[0] != (soc.Place{Path: s.Path}) {
		t.Errorf("place %+v", place)
	}
}

func TestASocketCountsWhatIsNoLine(t *testing.T) {
	long := strings.Repeat("x", soc.MaxRaw)
	n := newNode()
	s, _ := listening(t, SocketStream, n)
	conn := dial(t, "unix", s.Path)
	send(t, conn, line(0)+long+"x\n"+line(1)+"nothing\n\n"+long+"\n{\"n\":2}")
	_ = conn.Close() // the last line lacks its newline, and is whole
	cut := dial(t, "unix", s.Path)
	send(t, cut, line(3)+"{\"n\":4")
	_ = cut.Close()
	wait(t, "everything", func() bool { return n.total().Lines == 9 })
	want := soc.Counts{Lines: 9, Alerts: 4, Malformed: 3, TooLong: 1, Bytes: n.total().Bytes}
	if got := n.total(); got != want {
		t.Errorf("counts %+v, want %+v", got, want)
	}
	n.exact(t, 4)
}

func TestADatagramIsAnEvent(t *testing.T) {
	n := newNode()
	s, _ := listening(t, SocketDatagram, n)
	conn := dial(t, "unixgram", s.Path)
	if err := conn.(*net.UnixConn).SetWriteBuffer(4 * soc.MaxRaw); err != nil {
		t.Fatal(err)
	}
	if !s.State().Waiting {
		t.Error("it does not wait for anybody")
	}
	send(t, conn, line(0))
	send(t, conn, strings.TrimSpace(line(1)))
	send(t, conn, "no event")
	big := "{\"n\":2" + strings.Repeat("0", 100_000) + "}\n"
	send(t, conn, big)
	send(t, conn, line(3))
	wait(t, "all of them", func() bool { return n.total().Lines == 5 })
	if got := n.total(); got.Alerts != 4 || got.Malformed != 1 || got.Bytes != uint64(len(line(0)+line(1)+"no event"+big+line(3))-1) {
		t.Errorf("counts %+v", got)
	}
	if s.State().Waiting {
		t.Error("it waits still")
	}
	// How long a datagram may be is up to the writer's system.
	most := strings.Repeat("x", soc.MaxRaw)
	for i, text := range []string{most + "\n", most + "x", most + "x\n"} {
		if _, err := conn.Write([]byte(text)); err != nil {
			t.Logf("a datagram of %d bytes cannot be sent here: %v", len(text), err)
			return
		}
		wait(t, "it to be counted", func() bool { return n.total().Lines == uint64(6+i) })
	}
	if got := n.total(); got.TooLong != 2 || got.Malformed != 2 {
		t.Errorf("counts %+v, want two too long", got)
	}
}

// A line is emitted when it comes, not when somebody looks the next time.
func TestASocketEmitsAtOnce(t *testing.T) {
	n := newNode()
	s, _ := listening(t, SocketStream, n)
	conn := dial(t, "unix", s.Path)
	begin := time.Now()
	for i := range 100 {
		send(t, conn, line(i))
		wait(t, "the line", func() bool { return n.count() == i+1 })
	}
	if took := time.Since(begin); took > 50*time.Second { // a look a second would take 100
		t.Errorf("100 lines one after the other took %s", took)
	}
}

func TestADeadProcessesSocketIsReplacedAndALiveOnesIsNot(t *testing.T) {
	for _, kind := range []string{SocketStream, SocketDatagram} {
		t.Run(kind, func(t *testing.T) {
			n := newNode()
			s, stop := listening(t, kind, n)
			for _, other := range []string{SocketStream, SocketDatagram} {
				second := &Socket{Path: s.Path, Type: other, Parse: number}
				if err := second.Run(t.Context(), nil, n.emit); err == nil || !strings.Contains(err.Error(), "another process listens there") {
					t.Errorf("a second one, for a %s: %v", other, err)
				}
			}
			stop()
			if _, err := os.Lstat(s.Path); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the socket was left: %v", err)
			}
			// What a process leaves that is killed.
			network := map[string]string{SocketStream: "unix", SocketDatagram: "unixgram"}[kind]
			if network == "unix" {
				dead, err := net.ListenUnix(network, &net.UnixAddr{Name: s.Path, Net: network})
				if err != nil {
					t.Fatal(err)
				}
				dead.SetUnlinkOnClose(false)
				_ = dead.Close()
			} else {
				dead, err := net.ListenUnixgram(network, &net.UnixAddr{Name: s.Path, Net: network})
				if err != nil {
					t.Fatal(err)
				}
				_ = dead.Close()
			}
			if _, err := os.Lstat(s.Path); err != nil {
				t.Fatal("no socket was left")
			}
			serve(t, s, n)
			wait(t, "it to listen", func() bool {
				conn, err := net.Dial(network, s.Path)
				if err == nil {
					_, err = conn.Write([]byte(line(0)))
					_ = conn.Close()
				}
				return err == nil
			})
			wait(t, "the line", func() bool { return n.count() > 0 })
		})
	}
}

func TestASocketSaysWhyItCannotListen(t *testing.T) {
	dir := t.TempDir()
	appendFile(t, filepath.Join(dir, "file"), "text")
	tests := []struct{ name, path, kind, want string }{
		{"a file stands there", filepath.Join(dir, "file"), "", "something else than a socket"},
		{"no folder", filepath.Join(dir, "none", "eve.sock"), "", "no such file"},
		{"a long path", filepath.Join(dir, strings.Repeat("x", 100)), "", "at most 100 bytes"},
		{"a strange type", filepath.Join(dir, "eve.sock"), "pipe", "stream and datagram"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := &Socket{Path: tt.path, Type: tt.kind, Parse: number}
			if err := s.Run(t.Context(), nil, newNode().emit); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Run = %v, want %q", err, tt.want)
			}
		})
	}
	if text, err := os.ReadFile(filepath.Join(dir, "file")); err != nil || string(text) != "text" {
		t.Errorf("the file is touched: %q, %v", text, err)
	}
}

// While the node has no room the socket is read on, up to a bound.
func TestASocketIsReadOnWhileTheNodeIsBusy(t *testing.T) {
	n := newNode()
	gate := make(chan struct{})
	s := &Socket{Path: filepath.Join(t.TempDir(), "eve.sock"), Parse: number, Log: slog.New(slog.DiscardHandler)}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- s.Run(ctx, nil, func(ctx context.Context, b Batch) error { <-gate; return n.emit(ctx, b) })
	}()
	wait(t, "the socket", func() bool { _, err := os.Stat(s.Path); return err == nil })
	conn := dial(t, "unix", s.Path)
	sent := make(chan int, 1)
	go func() { // more than may wait
		i := 0
		for size := 0; size < 2*maxPending; i++ {
			text := fmt.Sprintf("{\"n\":%d%s}\n", i, strings.Repeat(" ", 10_000))
			_, _ = conn.Write([]byte(text))
			size += len(text)
		}
		sent <- i
	}()
	wait(t, "so much to wait as may", func() bool { return s.State().LagBytes >= maxPending })
	if state := s.State(); state.LagBytes > maxPending+4*blockSize || state.LagTime.IsZero() {
		t.Errorf("state %+v", state)
	}
	close(gate)
	total := <-sent
	wait(t, "all lines", func() bool { return n.count() == total })
	if state := s.State(); state.LagBytes != 0 || !state.LagTime.IsZero() {
		t.Errorf("state %+v when all is told", state)
	}
	if n.tooMany {
		t.Error("a batch held too many")
	}
	cancel()
	<-done
}
