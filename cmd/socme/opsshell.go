package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/socme-project/socme/opsme"
)

func (o *ops) shellCommand() *cobra.Command {
	return &cobra.Command{
		Use: "shell", Short: "A shell on one host; with several, each line runs on all of them", Args: cobra.NoArgs,
		Long: "A shell on the host that --on picks. If it picks several, each line that is typed runs\n" +
			"on all of them, over connections that stay open. Every line begins in the home folder.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			view := newOpsView(cmd.OutOrStdout(), cmd.ErrOrStderr(), o.asJSON)
			fleet, hosts, err := o.open(view)
			if err != nil {
				return err
			}
			defer func() { _ = fleet.Close() }()
			if len(hosts) == 1 {
				if keyboard := terminalOf(cmd.InOrStdin()); keyboard != nil && view.table != nil {
					return oneShell(cmd.Context(), fleet, hosts[0], keyboard, view.table.screen)
				}
			}
			return o.manyShells(cmd, view, fleet, hosts)
		},
	}
}

// oneShell joins this terminal and a shell at the host.
func oneShell(ctx context.Context, fleet *opsme.Fleet, host opsme.Host, keyboard, screen *os.File) error {
	width, height, err := term.GetSize(int(screen.Fd()))
	if err != nil {
		width, height = 80, 24
	}
	was, err := term.MakeRaw(int(keyboard.Fd()))
	if err != nil {
		return fmt.Errorf("terminal: %w", err)
	}
	defer func() { _ = term.Restore(int(keyboard.Fd()), was) }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	changes, sizes := make(chan os.Signal, 1), make(chan [2]int)
	signal.Notify(changes, syscall.SIGWINCH)
	defer signal.Stop(changes)
	go func() {
		for {
			select {
			case <-changes:
			case <-ctx.Done():
				return
			}
			if width, height, err := term.GetSize(int(screen.Fd())); err == nil {
				select {
				case sizes <- [2]int{width, height}:
				case <-ctx.Done():
				}
			}
		}
	}()
	err = fleet.Shell(ctx, host, opsme.Terminal{
		In: keyboard, Out: screen, Kind: os.Getenv("TERM"), Width: width, Height: height, Resized: sizes,
	})
	if errors.Is(err, opsme.Exit) { // of the last command there: no failure of ours
		return nil
	}
	return err
}

// manyShells runs each line that is read on all hosts.
func (o *ops) manyShells(cmd *cobra.Command, view *opsView, fleet *opsme.Fleet, hosts []opsme.Host) error {
	asks := terminalOf(cmd.InOrStdin()) != nil
	lines := bufio.NewScanner(cmd.InOrStdin())
	var last error
	for {
		if asks {
			fmt.Fprintf(cmd.ErrOrStderr(), "%d hosts> ", len(hosts))
		}
		if !lines.Scan() || cmd.Context().Err() != nil {
			if !asks {
				return errors.Join(last, lines.Err())
			}
			return lines.Err()
		}
		line := strings.TrimSpace(lines.Text())
		switch line {
		case "":
			continue
		case "exit", "logout":
			return nil
		}
		job := o.job
		job.Task = opsme.Command{Line: line}
		if err := view.show(fleet.Do(cmd.Context(), hosts, job), len(hosts)); err != nil {
			last = err
		}
	}
}
