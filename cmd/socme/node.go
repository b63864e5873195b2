package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/internal/node/command"
	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

func nodeCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "node", Short: "Nodes: what watches at a client"}
	cmd.AddCommand(nodeToken(), nodeList(), nodeShow(), nodeRevoke())
	cmd.AddCommand(command.Program{Version: version, Log: newLog}.Commands()...)
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
