package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

func agentCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "agent", Short: "Agents: the machines that report to the clients' Wazuh managers"}
	cmd.AddCommand(agentList())
	return cmd
}

func agentList() *cobra.Command {
	var asJSON bool
	var node, status string
	var limit int
	filter := sdk.AgentFilter{}
	cmd := &cobra.Command{
		Use: "list", Short: "List Wazuh agents by name, and tell how many are active and disconnected", Args: cobra.NoArgs,
		Long: "List Wazuh agents by name, as the nodes have them from their managers. A node tells\nof them if [wazuh_api] of its node.toml names the manager's API.",
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, _ []string) error {
			filter.Status = soc.AgentStatus(strings.ReplaceAll(status, "-", "_"))
			if node != "" {
				found, err := findNode(cmd, api, node)
				if err != nil {
					return err
				}
				filter.Node = found.ID
			}
			var agents []soc.ListedAgent
			var totals *soc.AgentTotals
			for len(agents) < limit {
				filter.Limit = min(limit-len(agents), pageSize)
				page, err := api.Agents(cmd.Context(), filter)
				if err != nil {
					return err
				}
				agents, totals = append(agents, page.Items...), page.Totals
				if page.Next == nil {
					break
				}
				filter.Cursor = *page.Next
			}
			if asJSON {
				return jsonLines(cmd.OutOrStdout(), agents)
			}
			return printAgents(cmd.OutOrStdout(), agents, totals)
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	cmd.Flags().StringVar(&filter.Client, "client", "", "of one client, by its name or id")
	cmd.Flags().StringVar(&node, "node", "", "of one node, by its name or id")
	cmd.Flags().StringVar(&status, "status", "", "active, disconnected, pending or never-connected")
	cmd.Flags().StringVar(&filter.Search, "search", "", "what name, address, number or system hold")
	cmd.Flags().IntVar(&limit, "limit", 1000, "at most so many")
	completeClients(cmd)
	return cmd
}

func printAgents(out io.Writer, agents []soc.ListedAgent, totals *soc.AgentTotals) error {
	if totals == nil {
		_, err := fmt.Fprintln(out, "No node tells of agents. Name the Wazuh manager's API in [wazuh_api] of a node's node.toml.")
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "AGENT\tSTATUS\tSEEN\tADDRESS\tSYSTEM\tWAZUH\tID\tCLIENT\tNODE")
	for _, a := range agents {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", oneLine(a.Name), statusText(a.Status), seenText(a.ManagedAgent, time.Now()),
			dash(a.Address), dash(a.OS), dash(a.Version), a.ID, named(a.Client, a.Demo), oneLine(a.NodeName))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	text := agentCounts(totals.AgentCounts)
	if totals.Stale > 0 {
		text += fmt.Sprintf("; of %d of %d nodes these are older counts", totals.Stale, totals.Nodes)
	}
	_, err := fmt.Fprintln(out, "\n"+text)
	return err
}

func agentCounts(c soc.AgentCounts) string {
	return fmt.Sprintf("%d active, %d disconnected, %d pending, %d never connected", c.Active, c.Disconnected, c.Pending, c.NeverConnected)
}

func statusText(s soc.AgentStatus) string { return strings.ReplaceAll(string(s), "_", " ") }

// seenText is when an agent was last heard of; of an active one that is now.
func seenText(a soc.ManagedAgent, now time.Time) string {
	if a.Status == soc.AgentActive {
		return "now"
	}
	return ago(a.SeenTime, now)
}
