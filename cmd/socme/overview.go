package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/sdk"
)

func overviewCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "overview", Short: "What needs somebody now, and how clients and nodes do", Args: cobra.NoArgs,
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, _ []string) error {
			o, err := api.Overview(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return jsonLines(cmd.OutOrStdout(), []sdk.Overview{o})
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "SEVERITY\tGROUPS\tOPEN\tUNCLAIMED\tOPEN ALERTS\tOLDEST UNCLAIMED")
			for _, s := range o.Severities {
				oldest := "-"
				if !s.Oldest.IsZero() {
					oldest = s.Oldest.Local().Format(time.DateTime)
				}
				fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%s\n", s.Severity, s.Groups, s.OpenGroups, s.Unclaimed, s.OpenAlerts, oldest)
			}
			fmt.Fprintln(table, "\nCLIENT\tGROUPS\tOPEN\tUNCLAIMED\tNODES\tDELIVERED")
			for _, c := range o.Clients {
				fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d of %d\t%d of %d\n", named(c.Name, c.Demo), c.Waiting.Groups, c.Waiting.OpenGroups, c.Waiting.Unclaimed,
					c.States.Delivering, c.States.Delivering+c.States.Lagging+c.States.Offline+c.States.New, c.Delivered, c.Delivered+c.Behind+c.Missing)
			}
			if err := table.Flush(); err != nil {
				return err
			}
			if o.Agents != nil {
				fmt.Fprintf(cmd.OutOrStdout(), "\nWazuh agents: %s\n", agentCounts(o.Agents.AgentCounts))
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "\n%d claimed since %s, after %s at the median\n", o.Claims.Count, o.Claims.Since.Local().Format(time.DateTime),
				time.Duration(o.Claims.Median*float64(time.Second)).Round(time.Second))
			return err
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	return cmd
}
