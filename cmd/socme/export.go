package main

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/sdk"
)

func alertExport() *cobra.Command {
	var query, format, output string
	var columns []string
	var limit int
	cmd := &cobra.Command{
		Use: "export", Short: "Write all alerts that a query finds as CSV or JSON lines", Args: cobra.NoArgs,
		Long: "Write all alerts that a query finds, newest event first, at most 100,000. In CSV a\ncell that a spreadsheet would take for a formula begins with a quote.",
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, _ []string) (err error) {
			out := cmd.OutOrStdout()
			if output != "" {
				file, err := os.OpenFile(output, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the user names it
				if err != nil {
					return err
				}
				return errors.Join(api.Export(cmd.Context(), query, format, columns, limit, file), file.Close())
			}
			return api.Export(cmd.Context(), query, format, columns, limit, out)
		}),
	}
	flags := cmd.Flags()
	flags.StringVar(&query, "query", "after:-24h", "what finds the alerts")
	flags.StringVar(&format, "format", "csv", "csv or jsonl")
	flags.StringSliceVar(&columns, "columns", nil, "of csv, such as time,client,name,source; all if absent")
	flags.IntVar(&limit, "limit", 100_000, "at most so many")
	flags.StringVarP(&output, "output", "o", "", "a new file; standard output if absent")
	return cmd
}
