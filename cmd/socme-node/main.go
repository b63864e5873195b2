// Command socme-node is a node and nothing else: the subcommands of `socme node` that run
// at a client, in a program of a third of the size. On a machine that is somebody
// else's it brings no server, no database of a core, no shell over SSH.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/internal/node/command"
)

// version is set by the build (-ldflags "-X main.version=…").
var version = "0.1.0-dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	cmd := &cobra.Command{
		Use:          "socme-node",
		Short:        "A node of SOCme: it reads what Suricata and Wazuh find, and delivers their alerts",
		SilenceUsage: true, SilenceErrors: true, Version: version,
	}
	cmd.AddCommand(command.Program{Version: version, Log: newLog}.Commands()...)
	if err := cmd.ExecuteContext(ctx); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "socme-node: "+err.Error())
		os.Exit(1) //nolint:gocritic // stop only unhooks signals
	}
}

func newLog(verbose bool) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}
