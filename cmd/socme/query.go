package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/sdk"
)

func queryCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "query", Short: "The query language: its fields, and what may stand where"}
	cmd.AddCommand(queryFields(), queryComplete())
	return cmd
}

func queryFields() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "fields", Short: "List the fields of the query language", Args: cobra.NoArgs,
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, _ []string) error {
			fields, err := api.QueryFields(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return jsonLines(cmd.OutOrStdout(), fields)
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "FIELD\tOPERATORS\tEXAMPLE\tWHAT")
			for _, f := range fields {
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", strings.Join(append([]string{f.Name}, f.Also...), ", "), strings.Join(f.Operators, " "), f.Example, f.Doc)
			}
			return table.Flush()
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

func queryComplete() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "complete QUERY", Short: "What may stand at the end of a query that is being written", Args: cobra.ExactArgs(1),
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			done, err := api.CompleteQuery(cmd.Context(), args[0], utf8.RuneCountInString(args[0]))
			if err != nil {
				return err
			}
			if asJSON {
				return jsonLines(cmd.OutOrStdout(), done.Items)
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, item := range done.Items {
				fmt.Fprintf(table, "%s\t%s\n", oneLine(item.Text), oneLine(item.Doc))
			}
			return table.Flush()
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

// plainly is a command that prints one answer of the core as it is, which is JSON.
func plainly(use, short string, args cobra.PositionalArgs, ask func(*cobra.Command, *sdk.Caller, []string) (json.RawMessage, error)) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Args: args,
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			answer, err := ask(cmd, api, args)
			if err != nil {
				return err
			}
			encoder := json.NewEncoder(cmd.OutOrStdout())
			encoder.SetEscapeHTML(false)
			if asJSON, err := cmd.Flags().GetBool("json"); err != nil || !asJSON {
				encoder.SetIndent("", "  ")
			}
			return encoder.Encode(answer)
		}),
	}
	cmd.Flags().Bool("json", false, "on one line")
	return cmd
}

func aboutCommand() *cobra.Command {
	return plainly("about", "What answers at SOCME_URL: its version and host", cobra.NoArgs, func(cmd *cobra.Command, api *sdk.Caller, _ []string) (json.RawMessage, error) {
		return api.About(cmd.Context())
	})
}

func statusCommand() *cobra.Command {
	return plainly("status", "How the core does: its clock, and what keeps it from taking alerts in", cobra.NoArgs, func(cmd *cobra.Command, api *sdk.Caller, _ []string) (json.RawMessage, error) {
		return api.Status(cmd.Context())
	})
}
