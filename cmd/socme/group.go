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
	cmd.AddCommand(groupList(), groupShow(), groupFacets(), groupBy(), groupAlerts(), actionList("timeline ID", "What was done to a group, the newest first", cobra.ExactArgs(1),
		func(cmd *cobra.Command, api *sdk.Caller, args []string) ([]soc.Action, error) {
			return api.GroupTimeline(cmd.Context(), args[0])
		}))
	cmd.AddCommand(doing("group", func(cmd *cobra.Command, api *sdk.Caller, id string, d sdk.Doing) (soc.Action, error) {
		return api.ActOnGroup(cmd.Context(), id, d)
	})...)
	return cmd
}

func groupList() *cobra.Command {
	var asJSON bool
	var of sdk.GroupsOf
	var sort string
	var limit int
	cmd := &cobra.Command{
		Use: "list", Short: "List the groups that a query finds", Args: cobra.NoArgs,
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, _ []string) error {
			if sort != "newest" && sort != "severity" {
				return fmt.Errorf("--sort %s: it is newest or severity", sort)
			}
			of.WorstFirst = sort == "severity"
			var groups []soc.Group
			for len(groups) < limit {
				of.Limit = min(limit-len(groups), pageSize)
				page, err := api.Groups(cmd.Context(), of)
				if err != nil {
					return err
				}
				groups = append(groups, page.Items...)
				if !page.Complete {
					fmt.Fprintln(cmd.ErrOrStderr(), "Groups may be missing: only the newest alerts that have it were looked at. Narrow the query, for example by after: and a time.")
				}
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
	flags.StringVar(&of.Query, "query", "-is:resolved", "what is asked of the groups, or of an alert in them")
	flags.StringVar(&sort, "sort", "newest", "newest: the newest alert first; severity: the worst first")
	flags.IntVar(&limit, "limit", 50, "at most so many")
	return cmd
}

func groupShow() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "show ID", Short: "Show one group", Args: cobra.ExactArgs(1),
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			group, err := api.Group(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return jsonLines(cmd.OutOrStdout(), []soc.Group{group})
			}
			return printGroups(cmd, []soc.Group{group})
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the group as JSON")
	return cmd
}

func printGroups(cmd *cobra.Command, groups []soc.Group) error {
	if len(groups) == 0 {
		_, err := fmt.Fprintln(cmd.OutOrStdout(), "The query finds no group. --query is:resolved shows what was resolved.")
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

func groupFacets() *cobra.Command {
	var asJSON bool
	var query string
	cmd := &cobra.Command{
		Use: "facets", Short: "Count the groups that a query finds, by severity, state, owner and more", Args: cobra.NoArgs,
		Long: "Each field is counted as if the query did not ask for it: so it tells what another\nchoice would give.",
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, _ []string) error {
			f, err := api.GroupFacets(cmd.Context(), query)
			if err != nil {
				return err
			}
			if asJSON {
				return jsonLines(cmd.OutOrStdout(), []sdk.GroupFacets{f})
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, field := range []struct {
				name   string
				facets []sdk.GroupFacet
			}{
				{"severity", f.Severities},
				{"state", f.States},
				{"owner", f.Owners},
				{"client", f.Clients},
				{"engine", f.Engines},
				{"rule", f.Rules},
				{"source", f.Sources},
				{"destination", f.Destinations},
			} {
				for _, facet := range field.facets {
					fmt.Fprintf(table, "%s\t%d\t%s\t%s\n", field.name, facet.Count, oneLine(facet.Value), oneLine(facet.Label))
				}
			}
			return table.Flush()
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	cmd.Flags().StringVar(&query, "query", "-is:resolved", "what is asked of the groups, or of an alert in them")
	return cmd
}

func groupBy() *cobra.Command {
	var asJSON bool
	var query string
	var limit int
	cmd := &cobra.Command{
		Use: "by KEY[,KEY]", Short: "Group the newest alerts that a query finds by other keys", Args: cobra.ExactArgs(1),
		Long: "Keys, one to three: client, rule, engine, severity, source, destination, host, user, node.",
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			found, err := api.GroupBy(cmd.Context(), query, strings.Split(args[0], ","), limit)
			if err != nil {
				return err
			}
			if asJSON {
				return jsonLines(cmd.OutOrStdout(), found.Items)
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintf(table, "ALERTS\tOPEN\tSEVERITY\tCLIENTS\t%s\n", strings.ToUpper(strings.ReplaceAll(args[0], ",", "\t")))
			for _, row := range found.Items {
				fmt.Fprintf(table, "%d\t%d\t%s\t%d", row.Alerts, row.Open, row.Severity, row.Clients)
				for _, v := range row.Values {
					fmt.Fprintf(table, "\t%s", dash(strings.TrimSpace(v.Value+" "+v.Label)))
				}
				fmt.Fprintln(table)
			}
			if !found.Complete {
				fmt.Fprintf(cmd.ErrOrStderr(), "Only the newest %d alerts were counted.\n", found.Alerts)
			}
			return table.Flush()
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	cmd.Flags().StringVar(&query, "query", "after:-24h", "what finds the alerts")
	cmd.Flags().IntVar(&limit, "limit", 50, "at most so many rows")
	return cmd
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
