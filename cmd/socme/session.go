package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/sdk"
)

func sessionCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "session", Short: "Sessions: sign-ins that last"}
	cmd.AddCommand(sessionList(), sessionRevoke())
	return cmd
}

func sessionList() *cobra.Command {
	var user string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List the sessions", Args: cobra.NoArgs,
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, _ []string) error {
			sessions, err := api.Sessions(cmd.Context(), user)
			if err != nil {
				return err
			}
			if asJSON {
				return jsonLines(cmd.OutOrStdout(), sessions)
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "USER\tFROM\tSINCE\tUSED\tUNTIL\tID\tBROWSER")
			for _, s := range sessions {
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%.40q\n", s.User, s.Address, s.CreatedTime.Format("2006-01-02 15:04"),
					ago(s.UsedTime, time.Now()), s.ExpiresTime.Format("2006-01-02"), s.ID, s.Agent)
			}
			return table.Flush()
		}),
	}
	cmd.Flags().StringVar(&user, "user", "", "of this user alone")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

func sessionRevoke() *cobra.Command {
	return &cobra.Command{
		Use: "revoke ID...", Short: "End sessions, at once", Args: cobra.MinimumNArgs(1),
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			for _, id := range args {
				if err := api.EndSession(cmd.Context(), id); err != nil {
					return fmt.Errorf("session %s: %w", id, err)
				}
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "Ended.")
			return err
		}),
	}
}
