package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/internal/core"
	"github.com/socme-project/socme/soc"
)

func tokenCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "API tokens for scripts"}
	cmd.AddCommand(tokenCreate())
	return cmd
}

func tokenCreate() *cobra.Command {
	var data, databaseFile, name, role string
	var days int
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Make an API token in a data folder and print it, this once",
		Long:  "Make an API token in a data folder and print it, this once. Works while `socme up` runs.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := mustBeCores(data); err != nil {
				return err
			}
			database, err := readDatabase(databaseFile)
			if err != nil {
				return err
			}
			s, err := core.OpenStore(cmd.Context(), data, database)
			if err != nil {
				return err
			}
			defer func() { _ = s.Close() }() // everything is committed by then
			var expires time.Time
			if days > 0 {
				expires = time.Now().Add(time.Duration(days) * 24 * time.Hour)
			}
			_, secret, err := s.AddToken(cmd.Context(), soc.System("token create"), name, soc.Role(role), expires)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), string(secret))
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&data, "data", "data", "data folder of the core")
	addDatabaseFlag(cmd, &databaseFile)
	flags.StringVar(&name, "name", "", "what the token is for")
	flags.StringVar(&role, "role", string(soc.RoleViewer), "admin, analyst or viewer")
	flags.IntVar(&days, "days", 0, "how long it is good (default: for ever)")
	_ = cmd.MarkFlagRequired("name") // the flag exists
	return cmd
}
