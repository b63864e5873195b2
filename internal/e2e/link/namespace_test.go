package link_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// prefix begins the names of our network namespaces. The id of the process follows,
// so that what a killed run has left can be told from one that runs.
const prefix = "socme-e2e-"

// newNamespace makes a network of its own, with nothing in it but the loopback.
func newNamespace(t *testing.T, name string) string {
	t.Helper()
	name = fmt.Sprintf("%s%d-%s", prefix, os.Getpid(), name)
	ip(t, "netns", "add", name)
	t.Cleanup(func() { ip(t, "netns", "del", name) })
	ip(t, "-n", name, "link", "set", "lo", "up")
	return name
}

func ip(t *testing.T, args ...string) {
	t.Helper()
	if text, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v: %s", strings.Join(args, " "), err, text)
	}
}

// sweep removes the namespaces of runs that were killed.
func sweep(t *testing.T) {
	t.Helper()
	left, err := filepath.Glob("/run/netns/" + prefix + "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range left {
		name := filepath.Base(path)
		pid, _, _ := strings.Cut(strings.TrimPrefix(name, prefix), "-")
		number, err := strconv.Atoi(pid)
		if err != nil {
			continue // not of ours
		}
		if err := unix.Kill(number, 0); errors.Is(err, unix.ESRCH) {
			ip(t, "netns", "del", name)
		}
	}
}

// inside runs do on a thread of the namespace: sockets that it makes belong there.
// The thread goes back, since the death of a thread kills processes that it started.
func inside(name string, do func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	home, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		return err
	}
	defer func() { _ = home.Close() }()
	there, err := os.Open("/run/netns/" + name)
	if err != nil {
		return err
	}
	defer func() { _ = there.Close() }()
	if err := unix.Setns(int(there.Fd()), unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("enter namespace %s: %w", name, err)
	}
	done := do()
	if err := unix.Setns(int(home.Fd()), unix.CLONE_NEWNET); err != nil {
		panic(err) // the thread is lost: no later test may use it
	}
	return done
}

// callerIn is an HTTP client that calls from inside the namespace.
func callerIn(name string) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (conn net.Conn, err error) {
			err = inside(name, func() error {
				conn, err = (&net.Dialer{}).DialContext(ctx, network, address)
				return err
			})
			return conn, err
		},
	}}
}
