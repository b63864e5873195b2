package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"time"
)

// fever measures Debian's fever, which takes EVE over a unix socket and forwards alerts
// to another one, over the same file. It writes nothing down. wanted is how many alerts
// there are: when that many came, or none for a while, it is done.
func fever(ctx context.Context, path string, wanted int64) (result, error) {
	program, err := exec.LookPath("fever")
	if err != nil {
		return result{}, errors.New("it is not installed")
	}
	dir, err := os.MkdirTemp("", "socme-bench-fever-")
	if err != nil {
		return result{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	in, out := filepath.Join(dir, "in.sock"), filepath.Join(dir, "out.sock")
	listener, err := (&net.ListenConfig{}).Listen(ctx, "unix", out)
	if err != nil {
		return result{}, err
	}
	defer func() { _ = listener.Close() }()
	var alerts atomic.Int64
	go count(listener, &alerts)
	command := exec.CommandContext(ctx, program, "run", "--in-socket", in, "--out-socket", out, "--in-buffer-drop=false", //nolint:gosec // found above
		"--fwd-event-types", "alert", "--logfile", filepath.Join(dir, "log"))
	command.Dir = dir
	start := time.Now()
	if err := command.Start(); err != nil {
		return result{}, err
	}
	err = feed(ctx, in, path)
	for last, since := int64(-1), time.Now(); err == nil && alerts.Load() < wanted; {
		if n := alerts.Load(); n != last {
			last, since = n, time.Now()
		} else if time.Since(since) > 10*time.Second {
			break
		}
		select {
		case <-ctx.Done():
			err = ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	r := result{Alerts: alerts.Load(), Took: time.Since(start)}
	_ = command.Process.Signal(os.Interrupt) // how it ends says nothing of how it worked
	ended := make(chan struct{})
	go func() { _ = command.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		_ = command.Process.Kill()
		<-ended
	}
	r.RSS = peak(command)
	r.Worked = command.ProcessState.UserTime() + command.ProcessState.SystemTime()
	return r, err
}

// feed writes the file into the socket once somebody listens there.
func feed(ctx context.Context, socket, path string) error {
	file, err := os.Open(path) //nolint:gosec // the path is ours
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	for tries := 0; ; tries++ {
		conn, err := (&net.Dialer{}).DialContext(ctx, "unix", socket)
		if err == nil {
			_, err = io.Copy(conn, file)
			return errors.Join(err, conn.Close())
		}
		if tries == 500 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// count counts the lines that come over any connection.
func count(listener net.Listener, lines *atomic.Int64) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			scanner := bufio.NewScanner(conn)
			scanner.Buffer(nil, 2<<20)
			for scanner.Scan() {
				lines.Add(1)
			}
			_ = conn.Close() // read to its end
		}()
	}
}
