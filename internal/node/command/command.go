// Package command owns the subcommands that run where a node stands: enrol, run and key.
// socme has them below `socme node`; socme-node has nothing else. It imports nothing of
// the core.
package command

import (
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/internal/config"
	"github.com/socme-project/socme/internal/folder"
	"github.com/socme-project/socme/internal/node"
	"github.com/socme-project/socme/soc"
)

// Program is the program that the subcommands belong to.
type Program struct {
	Version string
	Log     func(verbose bool) *slog.Logger
}

// Commands are enrol, run and key.
func (p Program) Commands() []*cobra.Command {
	return []*cobra.Command{enrol(), p.run(), key()}
}

func enrol() *cobra.Command {
	var data, name string
	cmd := &cobra.Command{
		Use: "enrol TOKEN", Short: "Make a data folder a node of the token's client", Args: cobra.ExactArgs(1),
		Long: "Make a data folder a node of the token's client. A folder that was enrolled before\nkeeps its id and what waits in its outbox.",
		RunE: func(cmd *cobra.Command, args []string) error {
			unlock, err := folder.Open(data)
			if err != nil {
				return err
			}
			defer unlock()
			id, err := node.Enrol(cmd.Context(), data, args[0], name)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "Enrolled as node %s of client %s.\nName the sensors in %s/%s, then: %s run --data %s\n",
				id.Name, id.Client, data, config.NodeFile, cmd.Parent().CommandPath(), data)
			return err
		},
	}
	dataFlag(cmd, &data)
	cmd.Flags().StringVar(&name, "name", Hostname(), "what the node is called, if the token does not say")
	return cmd
}

func (p Program) run() *cobra.Command {
	var data string
	var verbose bool
	cmd := &cobra.Command{
		Use: "run", Short: "Read the sensors named in node.toml and deliver their alerts", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			unlock, err := folder.Open(data)
			if err != nil {
				return err
			}
			defer unlock()
			conf, err := config.ReadNode(data)
			if err != nil {
				return err
			}
			log := p.Log(verbose)
			n, err := node.New(cmd.Context(), node.Options{Dir: data, Config: conf, Version: p.Version, Log: log, Now: time.Now})
			if err != nil {
				return err
			}
			if len(conf.Sources) == 0 {
				log.WarnContext(cmd.Context(), "no source is configured, so nothing is watched", "file", data+"/"+config.NodeFile)
			}
			log.InfoContext(cmd.Context(), "node runs", "node", n.Identity.Name, "client", n.Identity.Client, "sources", len(conf.Sources))
			return n.Run(cmd.Context())
		},
	}
	dataFlag(cmd, &data)
	cmd.Flags().BoolVar(&verbose, "verbose", false, "log more")
	return cmd
}

func key() *cobra.Command {
	var data string
	cmd := &cobra.Command{
		Use: "key", Short: "Print the public ledger key of a data folder, to compare with a proof", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			key, err := node.LedgerKey(data)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), soc.HexBytes(key))
			return err
		},
	}
	dataFlag(cmd, &data)
	return cmd
}

func dataFlag(cmd *cobra.Command, data *string) {
	cmd.Flags().StringVar(data, "data", "node-data", "data folder of the node")
}

// Hostname is what a node is called if nobody says otherwise.
func Hostname() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "this machine"
	}
	return name
}
