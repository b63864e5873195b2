// Package rig owns what the benchmarks share: the program as processes, and the lines of
// a sensor. It is for benchmarks only.
package rig

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Process is the program, running.
type Process struct{ cmd *exec.Cmd }

// Launch starts the program; it dies with the benchmark.
func Launch(ctx context.Context, binary string, args ...string) (*Process, error) {
	cmd := exec.CommandContext(ctx, binary, args...) //nolint:gosec // the program that is measured
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return &Process{cmd}, cmd.Start()
}

// Self is the benchmark's own process.
func Self() *Process { return &Process{&exec.Cmd{Process: &os.Process{Pid: os.Getpid()}}} }

// Stop ends it.
func (p *Process) Stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	_ = p.cmd.Wait()
}

// RSS is the resident memory now, in bytes.
func (p *Process) RSS() (int, error) { return p.status("VmRSS:") }

// Peak is the most resident memory there was, in bytes.
func (p *Process) Peak() (int, error) { return p.status("VmHWM:") }

// Worked is the processor's time that it has had, in steps of 10 ms.
func (p *Process) Worked() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	// The name in parentheses may hold spaces; utime and stime are fields 14 and 15.
	fields := strings.Fields(string(text)[strings.LastIndexByte(string(text), ')')+1:])
	if len(fields) < 13 {
		return 0, errors.New("/proc/PID/stat is shorter than it should be")
	}
	user, err := strconv.Atoi(fields[11])
	system, err2 := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond, errors.Join(err, err2)
}

func (p *Process) status(field string) (int, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, field); ok {
			kb, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")))
			return kb << 10, err
		}
	}
	return 0, errors.New("no " + field)
}

// Output runs the program and returns what it prints.
func Output(ctx context.Context, binary string, args ...string) (string, error) {
	text, err := exec.CommandContext(ctx, binary, args...).Output() //nolint:gosec // the program that is measured
	return strings.TrimSpace(string(text)), err
}

// FreePort is an address of the loopback that nothing listens on.
func FreePort(ctx context.Context) (string, error) {
	socket, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return socket.Addr().String(), socket.Close()
}

// Pause is how a benchmark waits between looks; what it times does not wait for it.
func Pause(d time.Duration) { <-time.After(d) }
