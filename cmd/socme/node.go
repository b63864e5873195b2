package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/internal/config"
	"github.com/socme-project/socme/internal/node"
	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

func nodeCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "node", Short: "Nodes: what watches at a client"}
	cmd.AddCommand(nodeToken(), nodeEnrol(), nodeRun(), nodeKey(), nodeList(), nodeShow(), nodeRevoke())
	return cmd
}

func nodeToken() *cobra.Command {
	var client, name string
	cmd := &cobra.Command{
		Use: "token", Short: "Make a token that enrols one node of a client, and print it", Args: cobra.NoArgs,
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, _ []string) error {
			token, _, err := api.AddNodeToken(cmd.Context(), client, name)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), token)
			return err
		}),
	}
	cmd.Flags().StringVar(&client, "client", "", "the client's name or id")
	cmd.Flags().StringVar(&name, "name", "", "what the node is called (default: its host name)")
	_ = cmd.MarkFlagRequired("client") // the flag exists
	completeClients(cmd)
	return cmd
}

func nodeEnrol() *cobra.Command {
	var data, name string
	cmd := &cobra.Command{
		Use: "enrol TOKEN", Short: "Make a data folder a node of the token's client", Args: cobra.ExactArgs(1),
		Long: "Make a data folder a node of the token's client. A folder that was enrolled before\nkeeps its id and what waits in its outbox.",
		RunE: func(cmd *cobra.Command, args []string) error {
			unlock, err := openFolder(data)
			if err != nil {
				return err
			}
			defer unlock()
			id, err := node.Enrol(cmd.Context(), data, args[0], name)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "Enrolled as node %s of client %s.\nName the sensors in %s/%s, then: socme node run --data %s\n",
				id.Name, id.Client, data, config.NodeFile, data)
			return err
		},
	}
	cmd.Flags().StringVar(&data, "data", "node-data", "data folder of the node")
	cmd.Flags().StringVar(&name, "name", hostname(), "what the node is called, if the token does not say")
	return cmd
}

func nodeRun() *cobra.Command {
	var data string
	var verbose bool
	cmd := &cobra.Command{
		Use: "run", Short: "Read the sensors named in node.toml and deliver their alerts", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			unlock, err := openFolder(data)
			if err != nil {
				return err
			}
			defer unlock()
			conf, err := config.ReadNode(data)
			if err != nil {
				return err
			}
			log := newLog(verbose)
			n, err := node.New(cmd.Context(), node.Options{Dir: data, Config: conf, Version: version, Log: log, Now: time.Now})
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
	cmd.Flags().StringVar(&data, "data", "node-data", "data folder of the node")
	cmd.Flags().BoolVar(&verbose, "verbose", false, "log more")
	return cmd
}

func nodeList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List the nodes and what they have delivered", Args: cobra.NoArgs,
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, _ []string) error {
			nodes, err := api.Nodes(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return jsonLines(cmd.OutOrStdout(), nodes)
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "CLIENT\tNODE\tSTATE\tHEARD\tDELIVERED\tWAITING\tREPEATED\tDROPPED\tMISSING\tOUTBOX\tID")
			for _, n := range nodes {
				outbox := "-"
				if n.Health != nil {
					outbox = size(n.Health.OutboxBytes)
				}
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%s\t%s\n",
					named(n.Client, n.Demo), n.Name, n.State, ago(n.LastSeenTime, time.Now()), n.Delivered, n.Waiting, n.Repeated, n.Dropped, n.Missing, outbox, n.ID)
			}
			return table.Flush()
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

func nodeRevoke() *cobra.Command {
	return &cobra.Command{
		Use: "revoke ID", Short: "End a node's right to deliver, at once", Args: cobra.ExactArgs(1),
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			if err := api.RevokeNode(cmd.Context(), soc.NodeID(args[0])); err != nil {
				return err
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "Revoked. What it delivered stays; to let it deliver again, enrol it with a new token.")
			return err
		}),
	}
}
