// Command ops measures how long it takes to run one command on 100 hosts over SSH: with
// socme ops, with pssh, and with ansible's ad-hoc mode. The hosts are addresses of the
// loopback, all served by one OpenSSH server of its own; each tool signs in anew, with a
// key, to hosts whose keys are known, 64 at a time.
//
// The server's work is the same for all; what the client itself used is shown beside. It
// exits with 1 if ours is not the fastest. A peer that is not installed is left
// out.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

func main() {
	hosts := flag.Int("hosts", 100, "how many hosts, at most 250")
	rounds := flag.Int("rounds", 3, "how often; the middle one counts")
	binary := flag.String("socme", "bin/socme", "the program")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := bench(ctx, *hosts, *rounds, *binary)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/ops:", err)
		os.Exit(1)
	}
}

const parallel = "64"

// tool runs `hostname` on all hosts; its output must hold a line of each.
type tool struct {
	name, program string
	args, env     []string
	once          bool // it takes long, and its figure is far from the others
	took, worked  []time.Duration
	left          error // why it did not take part
}

func bench(ctx context.Context, hosts, rounds int, binary string) error {
	dir, err := os.MkdirTemp("", "socme-bench-ops-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	f, err := startField(ctx, dir, min(hosts, 250))
	if err != nil {
		return err
	}
	defer f.server.Stop()
	binary, err = filepath.Abs(binary)
	if err != nil {
		return err
	}
	options := []string{"UserKnownHostsFile=" + f.known, "IdentityFile=" + f.key, "IdentitiesOnly=yes", "StrictHostKeyChecking=yes", "LogLevel=ERROR"}
	ansible := []string{
		"ANSIBLE_CONFIG=" + f.config, "ANSIBLE_LOCAL_TEMP=" + dir + "/local", "ANSIBLE_REMOTE_TEMP=" + dir + "/remote",
		// Its own settings, of which one keeps connections between its steps.
		"ANSIBLE_SSH_ARGS=-C -o ControlMaster=auto -o ControlPersist=60s -o " + strings.Join(options, " -o "), "ANSIBLE_NOCOLOR=1",
	}
	tools := []*tool{
		{name: "socme ops run", program: binary, args: []string{"ops", "run", "--inventory", f.inventory, "--known-hosts", f.known, "--key", f.key, "--agent", "", "--parallel", parallel, "echo well"}},
		{name: "pssh", program: "parallel-ssh", args: slices.Concat([]string{"-i", "-h", f.list, "-p", parallel, "-t", "0"}, prefixed("-O", options), []string{"echo well"})},
		{name: "ansible -m raw", program: "ansible", args: []string{"all", "-i", f.ini, "-f", parallel, "-m", "raw", "-a", "echo well"}, env: ansible},
		{name: "ansible -m command", program: "ansible", args: []string{"all", "-i", f.ini, "-f", parallel, "-m", "command", "-a", "echo well"}, env: ansible, once: true},
	}
	for round := range rounds { // in turns, so that a slow minute meets all
		for _, t := range tools {
			if t.left != nil || t.once && round > 0 {
				continue
			}
			// Nothing may be left open from the round before.
			sockets := filepath.Join(dir, fmt.Sprintf("c%d%s", round, t.name[max(0, len(t.name)-3):]))
			err := t.run(ctx, f.hosts, "ANSIBLE_SSH_CONTROL_PATH_DIR="+sockets)
			switch {
			case err != nil && t != tools[0] && errors.Is(err, exec.ErrNotFound):
				t.left = err
			case err != nil:
				return fmt.Errorf("%s: %w", t.name, err)
			}
		}
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "one command on %d hosts\ttook\thosts/s\tclient's CPU\t\n", f.hosts)
	for _, t := range tools {
		if t.left != nil {
			fmt.Fprintf(table, "%s\tleft out: %v\t\t\t\n", t.name, t.left)
			continue
		}
		took, worked := middle(t.took), middle(t.worked)
		fmt.Fprintf(table, "%s\t%.2f s\t%.0f\t%.2f s\t\n", t.name, took.Seconds(), float64(f.hosts)/took.Seconds(), worked.Seconds())
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, t := range tools[1:] {
		if t.left == nil && middle(t.took) <= middle(tools[0].took) {
			return fmt.Errorf("%s is faster than socme", t.name)
		}
	}
	fmt.Println("\ngoal: faster than pssh and ansible: met")
	return nil
}

func prefixed(flag string, values []string) []string {
	var result []string
	for _, v := range values {
		result = append(result, flag, v)
	}
	return result
}

func (t *tool) run(ctx context.Context, hosts int, more string) error {
	cmd := exec.CommandContext(ctx, t.program, t.args...) //nolint:gosec // the tools that are measured
	cmd.Env = append(append(os.Environ(), t.env...), more)
	began := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, last(out))
	}
	if n := strings.Count("\n"+strings.ReplaceAll(string(out), ": well\n", ":\nwell\n"), "\nwell"); n != hosts {
		return fmt.Errorf("%d hosts answered, want %d: %s", n, hosts, last(out))
	}
	t.took = append(t.took, time.Since(began))
	t.worked = append(t.worked, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
	return nil
}

func last(out []byte) string { return string(out[max(0, len(out)-600):]) }

func middle(times []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[len(sorted)/2]
}
