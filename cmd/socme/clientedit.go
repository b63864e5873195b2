package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

func clientShow() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "show NAME", Short: "Show a client: contacts and notes", Args: cobra.ExactArgs(1),
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			client, err := api.Client(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return printClient(cmd.OutOrStdout(), client, asJSON)
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the client as JSON")
	return cmd
}

func printClient(out io.Writer, c soc.Client, asJSON bool) error {
	if asJSON {
		return jsonLines(out, []soc.Client{c})
	}
	fmt.Fprintf(out, "%s, since %s, %d nodes\n", named(c.Name, c.Demo), c.CreatedTime.Format(time.DateOnly), c.Nodes)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, p := range c.Contacts {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", oneLine(p.Name), dash(p.Mail), dash(p.Phone), dash(p.Note))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for line := range strings.Lines(c.Notes) {
		fmt.Fprintln(out, oneLine(strings.TrimRight(line, "\r\n")))
	}
	return nil
}

func clientSet() *cobra.Command {
	var name, notes string
	var contacts []string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "set NAME", Short: "Change a client's name, contacts or notes", Args: cobra.ExactArgs(1),
		Example: "  socme client set acme --contact 'Ada Lovelace;ada@acme.example;+44 20 7946 0000;nights only' --contact 'Front desk;;+44 20 7946 0001'\n" +
			"  socme client set acme --notes \"$(cat acme.md)\"",
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			var change sdk.ClientChange
			if cmd.Flags().Changed("name") {
				change.Name = &name
			}
			if cmd.Flags().Changed("notes") {
				change.Notes = &notes
			}
			if cmd.Flags().Changed("contact") {
				people := []soc.Contact{}
				for _, text := range contacts {
					if text == "" {
						continue
					}
					part := append(strings.SplitN(text, ";", 4), "", "", "")
					people = append(people, soc.Contact{Name: part[0], Mail: part[1], Phone: part[2], Note: part[3]})
				}
				change.Contacts = &people
			}
			client, err := api.SetClient(cmd.Context(), args[0], change)
			if err != nil {
				return err
			}
			return printClient(cmd.OutOrStdout(), client, asJSON)
		}),
	}
	flags := cmd.Flags()
	flags.StringVar(&name, "name", "", "another name")
	flags.StringVar(&notes, "notes", "", "Markdown; the client's own people read it, too")
	flags.StringArrayVar(&contacts, "contact", nil, "NAME;MAIL;PHONE;NOTE, again for more: they take the place of all that there were")
	flags.BoolVar(&asJSON, "json", false, "print the client as JSON")
	return cmd
}

func clientDelete() *cobra.Command {
	var dryRun, asJSON bool
	var name string
	cmd := &cobra.Command{
		Use: "delete NAME", Short: "Delete a client with its alerts and ledgers, for ever", Args: cobra.ExactArgs(1),
		Long: "Delete a client with its alerts and ledgers, for ever. Its nodes must be revoked before,\nand no legal hold may be about it. The name must be typed, or given again by --name.",
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			would, err := api.DeleteClient(cmd.Context(), args[0], "", true)
			if err != nil {
				return err
			}
			if dryRun {
				return printRemoval(cmd.OutOrStdout(), would, asJSON)
			}
			if name == "" {
				if err := printRemoval(cmd.ErrOrStderr(), would, false); err != nil {
					return err
				}
				fmt.Fprint(cmd.ErrOrStderr(), "Type the client's name to delete it: ")
				line, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), 1024))
				if name, _, _ = strings.Cut(string(line), "\n"); err != nil || name == "" {
					return errors.New("nothing was deleted")
				}
			}
			done, err := api.DeleteClient(cmd.Context(), args[0], strings.TrimSpace(name), false)
			if err != nil {
				return err
			}
			return printRemoval(cmd.OutOrStdout(), done, asJSON)
		}),
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "tell what would go, and delete nothing")
	cmd.Flags().StringVar(&name, "name", "", "the client's name, exactly, instead of typing it")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	return cmd
}

func printRemoval(out io.Writer, r soc.Removal, asJSON bool) error {
	if asJSON {
		return jsonLines(out, []soc.Removal{r})
	}
	verb := "would go"
	if r.Begun {
		verb = "are going"
	}
	_, err := fmt.Fprintf(out, "%d alerts and %d nodes with their ledgers %s. %d users and %d tokens see this client no more.\n", r.Alerts, r.Nodes, verb, r.Users, r.Tokens)
	if r.Delivering > 0 || r.Holds > 0 {
		fmt.Fprintf(out, "First revoke %d nodes and release %d holds.\n", r.Delivering, r.Holds)
	}
	return err
}

func clientRecords() *cobra.Command {
	var asJSON bool
	var node string
	var limit int
	cmd := &cobra.Command{
		Use: "records NAME", Short: "List what left a client's site, the newest record first", Args: cobra.ExactArgs(1),
		Long: "List what left a client's site: every record that its nodes delivered, the newest\nfirst. `socme alert raw ID` prints a record to the byte.",
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			var records []soc.LedgerRecord
			for cursor := ""; len(records) < limit; {
				page, err := api.ClientRecords(cmd.Context(), args[0], soc.NodeID(node), cursor, min(limit-len(records), pageSize))
				if err != nil {
					return err
				}
				records = append(records, page.Items...)
				if page.Next == nil {
					break
				}
				cursor = *page.Next
			}
			if asJSON {
				return jsonLines(cmd.OutOrStdout(), records)
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "RECEIVED\tNODE\tLANE\tSEQ\tKIND\tBYTES\tRULE\tALERT")
			for _, r := range records {
				rule := "-"
				if r.Rule != nil {
					rule = oneLine(r.Rule.Name)
				}
				fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\t%d\t%s\t%s\n", r.ReceivedTime.Local().Format(time.DateTime), oneLine(r.NodeName), r.Lane, r.Seq, r.Kind, r.RawSize, rule, r.AlertID)
			}
			return table.Flush()
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	cmd.Flags().StringVar(&node, "node", "", "the id of one node")
	cmd.Flags().IntVar(&limit, "limit", 50, "at most so many")
	return cmd
}

func clientLogo() *cobra.Command {
	cmd := &cobra.Command{Use: "logo", Short: "A client's logo"}
	get := &cobra.Command{
		Use: "get NAME FILE", Short: "Write a client's logo into a new file, as PNG", Args: cobra.ExactArgs(2),
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			image, err := api.ClientLogo(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			file, err := os.OpenFile(args[1], os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
			if err != nil {
				return err
			}
			_, err = file.Write(image)
			return errors.Join(err, file.Close())
		}),
	}
	set := &cobra.Command{
		Use: "set NAME FILE", Short: "Give a client a logo: PNG, JPEG or WebP, at most 256 KiB", Args: cobra.ExactArgs(2),
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			image, err := os.ReadFile(args[1])
			if err != nil {
				return err
			}
			_, err = api.SetClientLogo(cmd.Context(), args[0], image)
			return err
		}),
	}
	remove := &cobra.Command{
		Use: "delete NAME", Short: "Take a client's logo away", Args: cobra.ExactArgs(1),
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			return api.DeleteClientLogo(cmd.Context(), args[0])
		}),
	}
	cmd.AddCommand(get, set, remove)
	return cmd
}
