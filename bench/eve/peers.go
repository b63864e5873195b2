package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// peer is a tool that people use for the same.
type peer struct {
	name    string
	program string
	args    []string
	text    bool // it prints how many lines hold a text; else it prints alerts
}

func peers(path string) []peer {
	return []peer{
		{name: `rg -c '"event_type":"alert"'`, program: "rg", args: []string{"-j", "1", "-c", `"event_type":"alert"`, path}, text: true},
		{name: "jq -c 'select(.event_type==\"alert\")'", program: "jq", args: []string{"-c", `select(.event_type=="alert")`, path}},
	}
}

func (p peer) run(ctx context.Context) (result, error) {
	program, err := exec.LookPath(p.program)
	if err != nil {
		return result{}, errors.New("it is not installed")
	}
	command := exec.CommandContext(ctx, program, p.args...) //nolint:gosec // from the table above
	out, err := command.StdoutPipe()
	if err != nil {
		return result{}, err
	}
	start := time.Now()
	if err := command.Start(); err != nil {
		return result{}, err
	}
	var r result
	scanner := bufio.NewScanner(out)
	scanner.Buffer(nil, 2<<20)
	for scanner.Scan() {
		if !p.text {
			r.Alerts++
			continue
		}
		if r.Alerts, err = strconv.ParseInt(strings.TrimSpace(scanner.Text()), 10, 64); err != nil {
			return r, fmt.Errorf("read its count: %w", err)
		}
	}
	if err := errors.Join(scanner.Err(), command.Wait()); err != nil {
		return r, err
	}
	r.Took, r.RSS = time.Since(start), peak(command)
	r.Worked = command.ProcessState.UserTime() + command.ProcessState.SystemTime()
	return r, nil
}
