package opsme_test

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/socme-project/socme/opsme"
)

// silent accepts connections and says nothing.
func silent(t *testing.T) *net.TCPAddr {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer func() { _ = conn.Close() }()
		}
	}()
	return l.Addr().(*net.TCPAddr)
}

// hole is an address that takes packets and never answers: its queue of connections is
// full, so the kernel drops what comes.
func hole(t *testing.T) *net.TCPAddr {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	must(t, err)
	t.Cleanup(func() { _ = syscall.Close(fd) })
	must(t, syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	must(t, syscall.Listen(fd, 0))
	name, err := syscall.Getsockname(fd)
	must(t, err)
	address := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: name.(*syscall.SockaddrInet4).Port}
	for range 8 { // until one hangs
		conn, err := net.DialTimeout("tcp", address.String(), 200*time.Millisecond)
		if err != nil {
			return address
		}
		t.Cleanup(func() { _ = conn.Close() })
	}
	t.Fatal("the kernel still answers")
	return nil
}

// 200 hosts of which 5 are dead and 2 hang: all others are served, and each of the seven
// says what happened.
func TestDeadAndHangingHostsHoldNobodyUp(t *testing.T) {
	t.Parallel()
	s := startSSHD(t, "")
	var ips []string
	var hosts []opsme.Host
	want := map[string]opsme.Kind{}
	for i := range 194 {
		ips = append(ips, fmt.Sprintf("127.1.0.%d", i+1))
		hosts = append(hosts, s.at(fmt.Sprintf("host-%d", i+1), ips[i]))
	}
	want["host-194"] = opsme.TimedOut // signs in, and its command never ends
	hosts[193].Timeout = 3 * time.Second
	hosts[0], hosts[193] = hosts[193], hosts[0]
	odd := func(name string, at *net.TCPAddr, kind opsme.Kind) {
		want[name] = kind
		// Among the first, where they are most in the way.
		hosts = append([]opsme.Host{{Name: name, Address: at.IP.String(), Port: at.Port}}, hosts...)
	}
	for i := range 3 {
		odd(fmt.Sprintf("refusing-%d", i), &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: freePort(t)}, opsme.Refused)
	}
	for i := range 2 {
		odd(fmt.Sprintf("hole-%d", i), hole(t), opsme.TimedOut)
	}
	odd("silent", silent(t), opsme.TimedOut)

	options := s.options(t, s.pins(ips...))
	options.ConnectTimeout = 4 * time.Second // sshd needs some of it on a slow machine
	f := newFleet(t, options)
	began := time.Now()
	good, phases := 0, map[string]opsme.Phase{}
	job := opsme.Job{Task: command(`case $SSH_CONNECTION in *" 127.1.0.194 "*) sleep 600;; esac; echo done`), Parallel: 16}
	for _, o := range opsme.Collect(f.Do(t.Context(), hosts, job), 0) {
		var failed *opsme.Error
		switch {
		case o.OK() && string(o.Stdout) == "done\n" && want[o.Host] == "":
			good++
		case errors.As(o.Err, &failed) && failed.Kind == want[o.Host] && want[o.Host] != "":
			phases[strings.TrimRight(o.Host, "-0123456789")] = failed.Phase
			delete(want, o.Host)
			t.Logf("%s: %v", o.Host, o.Err)
		default:
			t.Errorf("%s: %v, wrote %q", o.Host, o.Err, o.Stdout)
		}
	}
	if good != 193 || len(want) > 0 {
		t.Errorf("%d hosts went well, want 193; not heard of: %v", good, want)
	}
	for host, phase := range map[string]opsme.Phase{"refusing": opsme.Connecting, "hole": opsme.Connecting, "silent": opsme.Handshaking, "host": opsme.Running} {
		if phases[host] != phase {
			t.Errorf("%s failed while %q, want %q", host, phases[host], phase)
		}
	}
	t.Logf("200 hosts in %.1f s", time.Since(began).Seconds())
}
