package main

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

func groupCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "group", Short: "Groups: alerts of one client with the same rule, source and destination",
		Long: "A group is alerts of one client with the same rule, source and destination; where\nthere is no address, the agent or host stands for it. What is done to a group is done\nto its alerts.",
	}
	cmd.AddCommand(groupList(), groupAlerts(), actionList("timeline ID", "What was done to a group, the newest first", cobra.ExactArgs(1),
		func(cmd *cobra.Command, api *sdk.Caller, args []string) ([]soc.Action, error) {
			return api.GroupTimeline(cmd.Context(), args[0])
		}))
	cmd.AddCommand(doing("group", func(cmd *cobra.Command, api *sdk.Caller, id string, d sdk.Doing) (soc.Action, error) {
		return api.ActOnGroup(cmd.Context(), id, d)
	}, false)...)
	return cmd
}

func groupList() *cobra.Command {
	var asJSON bool
	var states, clients []string
	var severity string
	var limit int
	cmd := &cobra.Command{
		Use: "list", Short: "List groups, the one with the newest alert first", Args: cobra.NoArgs,
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, _ []string) error {
			of := sdk.GroupsOf{Clients: clients}
			for _, state := range states {
				of.States = append(of.States, soc.AlertState(state))
			}
			var err error
			if severity != "" {
				if of.Severity, err = soc.ParseSeverity(severity); err != nil {
					return err
				}
			}
			var groups []soc.Group
			for len(groups) < limit {
				of.Limit = min(limit-len(groups), pageSize)
				page, err := api.Groups(cmd.Context(), of)
				if err != nil {
					return err
				}
				groups = append(groups, page.Items...)
				if page.Next == nil {
					break
				}
				of.Cursor = *page.Next
			}
			if asJSON {
				return jsonLines(cmd.OutOrStdout(), groups)
			}
			return printGroups(cmd, groups)
		}),
	}
	flags := cmd.Flags()
	flags.BoolVar(&asJSON, "json", false, "one JSON object a line")
	flags.StringSliceVar(&states, "state", []string{"open", "acknowledged", "escalated"}, "which states")
	flags.StringSliceVar(&clients, "client", nil, "ids of clients; all if absent")
	flags.StringVar(&severity, "severity", "", "at least this one")
	flags.IntVar(&limit, "limit", 50, "at most so many")
	return cmd
}

func printGroups(cmd *cobra.Command, groups []soc.Group) error {
	if len(groups) == 0 {
		_, err := fmt.Fprintln(cmd.OutOrStdout(), "No group is in these states. --state resolved shows what was resolved.")
		return err
	}
	table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NEWEST\tSEVERITY\tSTATE\tALERTS\tOWNER\tCLIENT\tRULE\tSOURCE\tDESTINATION\tID")
	for i := range groups {
		g := &groups[i]
		when := "unknown"
		if !g.LastTime.IsZero() {
			when = g.LastTime.Local().Format(time.DateTime)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\n", when, g.Severity, g.State, g.Alerts, dash(g.Owner), named(g.Client, g.Demo),
			oneLine(g.Rule.Name), dash(g.Source), dash(g.Destination), g.ID)
	}
	return table.Flush()
}

func dash(text string) string {
	if strings.TrimSpace(text) == "" {
		return "-"
	}
	return oneLine(text)
}

func groupAlerts() *cobra.Command {
	var asJSON bool
	var query string
	var limit int
	cmd := &cobra.Command{
		Use: "alerts ID", Short: "List the alerts of a group, newest event first", Args: cobra.ExactArgs(1),
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			if limit < 1 {
				return errors.New("--limit must be 1 or more")
			}
			p := newPrinter(cmd.OutOrStdout(), asJSON)
			for cursor, left := "", limit; left > 0; {
				page, err := api.GroupAlerts(cmd.Context(), args[0], query, cursor, min(left, pageSize))
				if err != nil {
					return err
				}
				if err := p.print(page.Items...); err != nil {
					return err
				}
				if left -= len(page.Items); page.Next == nil {
					break
				}
				cursor = *page.Next
			}
			return p.flush()
		}),
	}
	flags := cmd.Flags()
	flags.BoolVar(&asJSON, "json", false, "one JSON object a line")
	flags.StringVar(&query, "query", "", "only those that this finds")
	flags.IntVar(&limit, "limit", 50, "at most so many")
	return cmd
}
