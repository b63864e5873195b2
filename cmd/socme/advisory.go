package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

func advisoryCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "advisory", Short: "What publishers such as CERT-FR published"}
	cmd.AddCommand(advisoryList())
	return cmd
}

func advisoryList() *cobra.Command {
	var q sdk.AdvisoryQuery
	var kind, publisher string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list [WORD…]", Short: "List advisories, the newest first, that hold every word",
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			q.Kind, q.Text = soc.AdvisoryKind(kind), strings.Join(args, " ")
			if publisher != "" {
				p, err := publisherNamed(cmd, api, publisher)
				if err != nil {
					return err
				}
				q.Publisher = p.ID
			}
			items, _, err := api.Advisories(cmd.Context(), q, "")
			if err != nil {
				return err
			}
			if asJSON {
				return jsonLines(cmd.OutOrStdout(), items)
			}
			return printAdvisories(cmd.OutOrStdout(), items)
		}),
	}
	flags := cmd.Flags()
	flags.StringVar(&kind, "kind", "", "alert, advisory or report (default: all)")
	flags.StringVar(&publisher, "publisher", "", "its name or id (default: all)")
	flags.IntVar(&q.Limit, "limit", 50, "how many, at most 500")
	flags.BoolVar(&asJSON, "json", false, "one JSON object a line")
	completeKinds(cmd)
	return cmd
}

func printAdvisories(out io.Writer, items []soc.Advisory) error {
	if len(items) == 0 {
		_, err := fmt.Fprintln(out, "There is no such advisory. `socme publisher list` shows whose are read.")
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "DAY\tKIND\tPUBLISHER\tTITLE")
	for _, a := range items {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", a.PublishedTime.Format(time.DateOnly), a.Kind, oneLine(a.Publisher), oneLine(a.Title))
	}
	return table.Flush()
}

func publisherCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "publisher", Short: "Whose advisories the core reads"}
	cmd.AddCommand(publisherList(), publisherAdd(), publisherChange(), publisherDelete(), publisherRead())
	return cmd
}

func publisherList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List the publishers", Args: cobra.NoArgs,
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, _ []string) error {
			publishers, err := api.Publishers(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return jsonLines(cmd.OutOrStdout(), publishers)
			}
			if len(publishers) == 0 {
				_, err := fmt.Fprintln(cmd.OutOrStdout(), "No publisher yet. Add one: socme publisher add --help")
				return err
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "NAME\tKIND\tHELD\tREAD\tURL\tID")
			for _, p := range publishers {
				read := moment(p.ReadTime, "not yet")
				if p.Problem != "" {
					read = "failed: " + oneLine(p.Problem)
				}
				fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%s\t%s\n", oneLine(p.Name), p.Kind, p.Advisories, read, oneLine(p.URL), p.ID)
			}
			return table.Flush()
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

func publisherAdd() *cobra.Command {
	p := soc.Publisher{}
	var kind string
	cmd := &cobra.Command{
		Use: "add NAME URL", Short: "Read advisories of one more publisher, from RSS or Atom", Args: cobra.ExactArgs(2),
		Example: "  socme publisher add CERT-FR https://www.cert.ssi.gouv.fr/avis/feed/\n" +
			"  socme publisher add CERT-FR https://www.cert.ssi.gouv.fr/alerte/feed/ --kind alert\n" +
			"  socme publisher add CERT-FR https://www.cert.ssi.gouv.fr/cti/feed/ --kind report",
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			p.Name, p.URL, p.Kind = args[0], args[1], soc.AdvisoryKind(kind)
			added, err := api.SavePublisher(cmd.Context(), p)
			if err != nil {
				return err
			}
			if added, err = api.ReadPublisher(cmd.Context(), added.ID); err != nil {
				return err
			}
			return printRead(cmd.OutOrStdout(), added)
		}),
	}
	cmd.Flags().StringVar(&kind, "kind", string(soc.AdvisoryNotice), "alert, advisory or report")
	completeKinds(cmd)
	return cmd
}

func printRead(out io.Writer, p soc.Publisher) error {
	if p.Problem != "" {
		return fmt.Errorf("%s could not be read: %s", p.Name, p.Problem)
	}
	_, err := fmt.Fprintf(out, "%s was read. `socme advisory list --publisher %s` shows what it published.\n", p.Name, p.ID)
	return err
}

func publisherChange() *cobra.Command {
	var name, url, kind string
	cmd := &cobra.Command{
		Use: "change NAME", Short: "Change a publisher's name, URL or kind", Args: cobra.ExactArgs(1),
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			p, err := publisherNamed(cmd, api, args[0])
			if err != nil {
				return err
			}
			if name != "" {
				p.Name = name
			}
			if url != "" {
				p.URL = url
			}
			if kind != "" {
				p.Kind = soc.AdvisoryKind(kind)
			}
			_, err = api.SavePublisher(cmd.Context(), p)
			return err
		}),
	}
	flags := cmd.Flags()
	flags.StringVar(&name, "name", "", "its new name")
	flags.StringVar(&url, "url", "", "its new URL")
	flags.StringVar(&kind, "kind", "", "alert, advisory or report")
	completeKinds(cmd)
	return cmd
}

func publisherDelete() *cobra.Command {
	return &cobra.Command{
		Use: "delete NAME", Short: "Delete a publisher with its advisories", Args: cobra.ExactArgs(1),
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			p, err := publisherNamed(cmd, api, args[0])
			if err != nil {
				return err
			}
			return api.DeletePublisher(cmd.Context(), p.ID)
		}),
	}
}

func publisherRead() *cobra.Command {
	return &cobra.Command{
		Use: "read NAME", Short: "Read a publisher's advisories now (the core does so every hour)", Args: cobra.ExactArgs(1),
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			p, err := publisherNamed(cmd, api, args[0])
			if err != nil {
				return err
			}
			if p, err = api.ReadPublisher(cmd.Context(), p.ID); err != nil {
				return err
			}
			return printRead(cmd.OutOrStdout(), p)
		}),
	}
}

// publisherNamed finds a publisher by its id, or by its name if only one has it.
func publisherNamed(cmd *cobra.Command, api *sdk.Caller, idOrName string) (soc.Publisher, error) {
	publishers, err := api.Publishers(cmd.Context())
	if err != nil {
		return soc.Publisher{}, err
	}
	var named []soc.Publisher
	for _, p := range publishers {
		if p.ID == idOrName {
			return p, nil
		}
		if p.Name == idOrName {
			named = append(named, p)
		}
	}
	switch len(named) {
	case 0:
		return soc.Publisher{}, fmt.Errorf("there is no publisher %q; `socme publisher list` shows them", idOrName)
	case 1:
		return named[0], nil
	}
	return soc.Publisher{}, errors.New("several publishers have this name; use the id that `socme publisher list` shows")
}

func completeKinds(cmd *cobra.Command) {
	var kinds []string
	for _, kind := range soc.AdvisoryKinds() {
		kinds = append(kinds, string(kind))
	}
	// The flag exists: there is no error.
	_ = cmd.RegisterFlagCompletionFunc("kind", cobra.FixedCompletions(kinds, cobra.ShellCompDirectiveNoFileComp))
}
