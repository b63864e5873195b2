// Command socme is all of SOCme in one binary: the core, the node, and the command
// line that talks to them. See each subcommand's help.
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
)

// version is set by the build (-ldflags "-X main.version=…").
var version = "0.1.0-dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := root().ExecuteContext(ctx); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "socme: "+err.Error())
		os.Exit(1) //nolint:gocritic // stop only unhooks signals
	}
}

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "socme",
		Short: "A security operations center for people who guard other people's networks",
		Long: "A security operations center for people who guard other people's networks.\n\n" +
			"A node at each client watches and sends alerts only; the core stores them, shows\n" +
			"them and proves that none was lost. `socme up` runs both on this machine.",
		SilenceUsage: true, SilenceErrors: true, Version: version,
	}
	cmd.AddCommand(up(), userCommand(), sessionCommand(), auditCommand(), tokenCommand(), clientCommand(), nodeCommand(), agentCommand(), alertCommand(), groupCommand(), undoCommand(), mentionsCommand(), proofCommand(), verifyCommand(), demoCommand(), openapiCommand(), wazuhCommand(), notifyCommand(), opsCommand(), fetchCommand(), retentionCommand(), advisoryCommand(), publisherCommand(), applyCommand(), backupCommand(), viewCommand(), queryCommand(), overviewCommand(), aboutCommand(), statusCommand(), restoreCommand())
	return cmd
}

// newLog writes what people need to know to stderr, so that stdout stays for answers.
func newLog(verbose bool) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}
