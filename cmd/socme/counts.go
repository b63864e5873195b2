package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

// periodFlags are the flags of what is counted.
func periodFlags(cmd *cobra.Command, query *string, since *time.Duration, asJSON *bool) {
	flags := cmd.Flags()
	flags.BoolVar(asJSON, "json", false, "print the answer as JSON")
	flags.StringVar(query, "query", "", `such as 'severity>=high client:acme'`)
	flags.DurationVar(since, "since", 24*time.Hour, "how far back")
}

func alertHistogram() *cobra.Command {
	var query string
	var since time.Duration
	var asJSON bool
	cmd := &cobra.Command{
		Use: "histogram", Short: "How many alerts there were over time, by severity", Args: cobra.NoArgs,
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, _ []string) error {
			h, err := api.Histogram(cmd.Context(), sdk.Period{Query: query, From: time.Now().Add(-since), Until: time.Now()})
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(h)
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', tabwriter.AlignRight)
			fmt.Fprint(table, "FROM\t")
			severities := []soc.Severity{soc.SeverityCritical, soc.SeverityHigh, soc.SeverityMedium, soc.SeverityLow, soc.SeverityInformational, soc.SeverityUnknown}
			for _, s := range severities {
				fmt.Fprint(table, strings.ToUpper(s.String())+"\t")
			}
			fmt.Fprintln(table)
			for _, b := range h.Buckets {
				fmt.Fprint(table, b.Time.Local().Format(time.DateTime)+"\t")
				for _, s := range severities {
					fmt.Fprintf(table, "%d\t", b.Severities[s.String()])
				}
				fmt.Fprintln(table)
			}
			if err := table.Flush(); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d alerts%s\n", h.Total, partly(h.Complete))
			return nil
		}),
	}
	periodFlags(cmd, &query, &since, &asJSON)
	return cmd
}

// partly says so where not all was counted.
func partly(complete bool) string {
	if complete {
		return ""
	}
	return ": the newest only, there are more"
}

func alertFacets() *cobra.Command {
	var query string
	var since time.Duration
	var asJSON bool
	cmd := &cobra.Command{
		Use: "facets", Short: "The most frequent rules, addresses, hosts, users, techniques and clients", Args: cobra.NoArgs,
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, _ []string) error {
			f, err := api.Facets(cmd.Context(), sdk.Period{Query: query, From: time.Now().Add(-since), Until: time.Now()})
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(f)
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, kind := range []struct {
				name   string
				values []sdk.Facet
			}{{"RULE", f.Rules}, {"SOURCE", f.Sources}, {"DESTINATION", f.Destinations}, {"HOST", f.Hosts}, {"USER", f.Users}, {"TECHNIQUE", f.Techniques}, {"CLIENT", f.Clients}} {
				for _, v := range kind.values {
					fmt.Fprintf(table, "%s\t%d\t%s\t%s\n", kind.name, v.Count, oneLine(v.Value), oneLine(v.Label))
				}
			}
			if err := table.Flush(); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "from %s to %s%s\n", f.From.Local().Format(time.DateTime), f.Until.Local().Format(time.DateTime), partly(f.Complete))
			return nil
		}),
	}
	periodFlags(cmd, &query, &since, &asJSON)
	return cmd
}

func alertSimilar() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "similar ID", Short: "What alerts of the same rule turned out to be", Args: cobra.ExactArgs(1),
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			s, err := api.Similar(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(s)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "seen %d times at %d clients", s.Seen, s.Clients)
			for _, v := range soc.Verdicts() {
				if n := s.Verdicts[v.String()]; n > 0 {
					fmt.Fprintf(cmd.OutOrStdout(), ", %d %s", n, v)
				}
			}
			if s.LastWho != "" {
				fmt.Fprintf(cmd.OutOrStdout(), "; last by %s at %s", oneLine(s.LastWho), s.LastTime.Local().Format(time.DateTime))
			}
			fmt.Fprintln(cmd.OutOrStdout())
			return nil
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the answer as JSON")
	return cmd
}

func alertSightings() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "sightings ID", Short: "Where else its addresses, names and hashes were seen in the last 30 days", Args: cobra.ExactArgs(1),
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			seen, err := api.Sightings(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return jsonLines(cmd.OutOrStdout(), seen)
			}
			if len(seen) == 0 {
				fmt.Fprintln(cmd.OutOrStdout(), "There is nothing in it to look for elsewhere.")
				return nil
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "WHAT\tVALUE\tALERTS\tCLIENTS")
			for _, s := range seen {
				more := ""
				if s.More {
					more = "+"
				}
				fmt.Fprintf(table, "%s\t%s\t%d%s\t%d\n", s.Type, oneLine(s.Value), s.Alerts, more, s.Clients)
			}
			return table.Flush()
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

func viewsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "views", Short: "List the saved views that everybody may use", Args: cobra.NoArgs,
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, _ []string) error {
			views, err := api.Views(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return jsonLines(cmd.OutOrStdout(), views)
			}
			if len(views) == 0 {
				fmt.Fprintln(cmd.OutOrStdout(), "Nobody shares a view yet.")
				return nil
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "NAME\tOF\tQUERY")
			for _, v := range views {
				fmt.Fprintf(table, "%s\t%s\t%s\n", oneLine(v.Name), oneLine(v.Owner), oneLine(v.Query))
			}
			return table.Flush()
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}
