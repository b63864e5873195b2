package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

func retentionCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "retention", Short: "How long alerts are kept, and what is held"}
	cmd.AddCommand(retentionList(), retentionSet(), retentionAudit(), retentionHold(), retentionRelease(), retentionRun())
	return cmd
}

func retentionList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List the policies and holds", Args: cobra.NoArgs,
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, _ []string) error {
			r, err := api.Retention(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return jsonLines(cmd.OutOrStdout(), []soc.Retention{r})
			}
			return printRetention(cmd.OutOrStdout(), r)
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

func printRetention(out io.Writer, r soc.Retention) error {
	if len(r.Policies) == 0 {
		fmt.Fprintln(out, "Every alert is kept for ever. See `socme retention set --help`.")
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if len(r.Policies) > 0 {
		fmt.Fprintln(table, "CLIENT\tSEVERITY\tKEPT")
	}
	for _, p := range r.Policies {
		fmt.Fprintf(table, "%s\t%s\t%s\n", clientOrAll(p.Client), orLower(p.Severity), kept(p.Days))
	}
	if len(r.Holds) > 0 {
		fmt.Fprintln(table, "\nHELD\tFROM\tUNTIL\tREASON\tBY\tID")
	}
	for _, h := range r.Holds {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", clientOrAll(h.Client), moment(h.From, "the beginning"), moment(h.Until, "for ever"), oneLine(h.Reason), h.PlacedBy, h.ID)
	}
	if r.AuditDays != nil {
		fmt.Fprintf(table, "\nThe audit is kept %s.\n", kept(*r.AuditDays))
	}
	return table.Flush()
}

func clientOrAll(client string) string {
	if client == "" {
		return "all clients"
	}
	return client
}

func orLower(s soc.Severity) string {
	if s == soc.SeverityUnknown {
		return s.String()
	}
	return s.String() + " or lower"
}

func kept(days int) string {
	if days == 0 {
		return "for ever"
	}
	return fmt.Sprintf("%d days", days)
}

func moment(t time.Time, zero string) string {
	if t.IsZero() {
		return zero
	}
	return t.Format(time.RFC3339)
}

func retentionSet() *cobra.Command {
	var client string
	cmd := &cobra.Command{
		Use: "set SEVERITY DAYS", Short: "Set how long alerts of a severity, or a lower one, are kept", Args: cobra.ExactArgs(2),
		Long: "Set how long alerts of a severity, or a lower one, are kept after the core received\nthem. DAYS is a number (4 at least), forever, or none, which takes the policy away.\n" +
			"A policy of a client goes before those of all clients.",
		Example: "  socme retention set low 90\n  socme retention set critical 730\n  socme retention set critical forever --client Acme",
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			severity, err := soc.ParseSeverity(args[0])
			if err != nil {
				return err
			}
			days, err := parseDays(args[1])
			if err != nil {
				return err
			}
			r, err := api.Retention(cmd.Context())
			if err != nil {
				return err
			}
			name := client
			if client != "" {
				if name, err = clientName(cmd, api, client); err != nil {
					return err
				}
			}
			policies := slices.DeleteFunc(r.Policies, func(p soc.RetentionPolicy) bool { return p.Client == name && p.Severity == severity })
			if days >= 0 {
				policies = append(policies, soc.RetentionPolicy{Client: name, Severity: severity, Days: days})
			}
			if err := api.SetRetention(cmd.Context(), policies); err != nil {
				return err
			}
			if r, err = api.Retention(cmd.Context()); err != nil {
				return err
			}
			return printRetention(cmd.OutOrStdout(), r)
		}),
		ValidArgsFunction: completeSeverity,
	}
	cmd.Flags().StringVar(&client, "client", "", "the client's name or id (default: all clients)")
	completeClients(cmd)
	return cmd
}

func retentionAudit() *cobra.Command {
	return &cobra.Command{
		Use: "audit DAYS", Short: "Set how long the audit is kept", Args: cobra.ExactArgs(1),
		Long:    "Set how long the audit is kept: a number of days, 180 at least, or forever. What is older\nis deleted once a day; what remains can be verified as before.",
		Example: "  socme retention audit 400\n  socme retention audit forever",
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			days, err := parseDays(args[0])
			if err == nil && days < 0 {
				err = errors.New("write a number of days, or forever")
			}
			if err == nil {
				err = api.SetAuditKept(cmd.Context(), days)
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "The audit is kept %s.\n", kept(days))
			return err
		}),
	}
}

// parseDays is -1 for none.
func parseDays(text string) (int, error) {
	switch text {
	case "none":
		return -1, nil
	case "forever":
		return 0, nil
	}
	days, err := strconv.Atoi(strings.TrimSuffix(text, "d"))
	if err != nil || days < 1 {
		return 0, fmt.Errorf("%q are no days; write a number, forever or none", text)
	}
	return days, nil
}

// clientName is the name of a client that is given by its name or id.
func clientName(cmd *cobra.Command, api *sdk.Caller, idOrName string) (string, error) {
	clients, err := api.Clients(cmd.Context())
	if err != nil {
		return "", err
	}
	for _, c := range clients {
		if string(c.ID) == idOrName || strings.EqualFold(c.Name, idOrName) {
			return c.Name, nil
		}
	}
	return "", fmt.Errorf("there is no client %q; `socme client list` shows them", idOrName)
}

func retentionHold() *cobra.Command {
	var hold soc.Hold
	var alert, from, until string
	var around time.Duration
	var all bool
	cmd := &cobra.Command{
		Use: "hold", Short: "Hold alerts: nothing of them is deleted, whatever the policies say", Args: cobra.NoArgs,
		Example: "  socme retention hold --client Acme --reason 'letter of the court'\n" +
			"  socme retention hold --client Acme --from 2026-03-01 --until 2026-04-01 --reason 'case 12'\n" +
			"  socme retention hold --alert 019b76daa8007b98e46675d36ddb3823 --around 48h --reason 'case 12'",
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, _ []string) error {
			if hold.Client == "" && alert == "" && !all {
				return errors.New("say what to hold: --client, --alert, or --all for all clients")
			}
			var err error
			if alert != "" {
				a, err := api.Alert(cmd.Context(), alert)
				if err != nil {
					return err
				}
				at := a.SortKey.Time()
				hold.Client, hold.From, hold.Until = string(a.ClientID), at.Add(-around), at.Add(around)
			}
			if from != "" {
				if hold.From, err = parseMoment(from, time.Now()); err != nil {
					return err
				}
			}
			if until != "" {
				if hold.Until, err = parseMoment(until, time.Now()); err != nil {
					return err
				}
			}
			placed, err := api.AddHold(cmd.Context(), hold)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "Held: %s, from %s until %s. To release it: socme retention release %s\n",
				clientOrAll(placed.Client), moment(placed.From, "the beginning"), moment(placed.Until, "for ever"), placed.ID)
			return err
		}),
	}
	flags := cmd.Flags()
	flags.StringVar(&hold.Client, "client", "", "the client's name or id")
	flags.BoolVar(&all, "all", false, "all clients")
	flags.StringVar(&alert, "alert", "", "id of an alert: its client, and the time around it")
	flags.DurationVar(&around, "around", 24*time.Hour, "how much time around the alert")
	flags.StringVar(&from, "from", "", "a time of the event, such as 2026-03-01 or -24h (default: the beginning)")
	flags.StringVar(&until, "until", "", "the end, exclusive (default: for ever)")
	flags.StringVar(&hold.Reason, "reason", "", "why, such as the number of a case")
	_ = cmd.MarkFlagRequired("reason") // the flag exists
	completeClients(cmd)
	return cmd
}

func retentionRelease() *cobra.Command {
	return &cobra.Command{
		Use: "release ID", Short: "Release a hold: the policies count again", Args: cobra.ExactArgs(1),
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			return api.ReleaseHold(cmd.Context(), args[0])
		}),
	}
}

func retentionRun() *cobra.Command {
	var dryRun, asJSON bool
	cmd := &cobra.Command{
		Use: "run", Short: "Delete now what the policies let go (the core does so every hour)", Args: cobra.NoArgs,
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, _ []string) error {
			out, deleted := cmd.OutOrStdout(), int64(0)
			for {
				did, err := api.RunRetention(cmd.Context(), dryRun)
				if err != nil {
					return err
				}
				deleted += did.Deleted
				if dryRun && asJSON {
					return jsonLines(out, did.Would)
				}
				if dryRun {
					return printExpired(out, did.Would)
				}
				if did.Done {
					_, err = fmt.Fprintf(out, "%d alerts deleted.\n", deleted)
					return err
				}
			}
		}),
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "count what would be deleted, and delete nothing")
	cmd.Flags().BoolVar(&asJSON, "json", false, "with --dry-run: one JSON object a line")
	return cmd
}

func printExpired(out io.Writer, would []soc.Expired) error {
	if len(would) == 0 {
		_, err := fmt.Fprintln(out, "Nothing would be deleted.")
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "CLIENT\tSEVERITY\tKEPT\tWOULD BE DELETED")
	for _, e := range would {
		fmt.Fprintf(table, "%s\t%s\t%s\t%d alerts\n", e.Client, e.Severity, kept(e.Days), e.Alerts)
	}
	return table.Flush()
}
