package main

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

// process is the program, running.
type process struct{ cmd *exec.Cmd }

func launch(ctx context.Context, binary string, args ...string) (*process, error) {
	cmd := exec.CommandContext(ctx, binary, args...) //nolint:gosec // the program that is measured
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return &process{cmd}, cmd.Start()
}

func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	_ = p.cmd.Wait()
}

// rss is the resident memory now, peak the most there was, in bytes.
func (p *process) rss() (int, error)  { return p.status("VmRSS:") }
func (p *process) peak() (int, error) { return p.status("VmHWM:") }

func (p *process) status(field string) (int, error) {
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

func output(ctx context.Context, binary string, args ...string) (string, error) {
	text, err := exec.CommandContext(ctx, binary, args...).Output() //nolint:gosec // the program that is measured
	return strings.TrimSpace(string(text)), err
}

func freePort(ctx context.Context) (string, error) {
	socket, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return socket.Addr().String(), socket.Close()
}

// pause is how a benchmark waits between looks; what it times does not wait for it.
func pause(d time.Duration) { <-time.After(d) }
