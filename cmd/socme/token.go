package main

import (
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

func tokenCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "API tokens for scripts"}
	cmd.AddCommand(tokenCreate(), tokenList(), tokenDelete())
	return cmd
}

func tokenCreate() *cobra.Command {
	var data, databaseFile, name, role string
	var days int
	var clients sdk.For
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Make an API token and print it, this once",
		Long: "Make an API token and print it, this once. With SOCME_TOKEN set, and without --data, the\n" +
			"core makes it, and it may do no more than that token. Otherwise it is made in a data\n" +
			"folder, also while `socme up` runs. Without --client it is for the clients of whoever\n" +
			"makes it; in a data folder these are all.",
		Example: "  socme token create --name wall --role viewer --client acme --days 90",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !cmd.Flags().Changed("data") && os.Getenv("SOCME_TOKEN") != "" {
				api, err := newCaller()
				if err != nil {
					return err
				}
				made, err := api.AddToken(cmd.Context(), name, soc.Role(role), clients, days)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintln(cmd.OutOrStdout(), string(made.Secret))
				return err
			}
			return onFolder(cmd.Context(), data, databaseFile, func(s *store.Store) error {
				n := store.NewToken{Name: name, Wanted: store.Wanted{Role: soc.Role(role), AllClients: clients.AllClients, Clients: clients.Clients}}
				if days > 0 {
					n.Expires = time.Now().Add(time.Duration(days) * 24 * time.Hour)
				}
				_, secret, err := s.AddToken(cmd.Context(), byHand("token create"), n)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintln(cmd.OutOrStdout(), string(secret))
				return err
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&data, "data", "data", "data folder of the core")
	addDatabaseFlag(cmd, &databaseFile)
	flags.StringVar(&name, "name", "", "what the token is for")
	flags.StringVar(&role, "role", string(soc.RoleViewer), "admin, analyst or viewer")
	flags.IntVar(&days, "days", 0, "how long it is good (default: for ever)")
	forFlags(cmd, &clients)
	_ = cmd.MarkFlagRequired("name") // the flag exists
	return cmd
}

func tokenList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List the API tokens", Args: cobra.NoArgs,
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, _ []string) error {
			tokens, err := api.Tokens(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return jsonLines(cmd.OutOrStdout(), tokens)
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "NAME\tROLE\tCLIENTS\tMAKER\tUNTIL\tUSED\tID")
			for _, t := range tokens {
				until := "no end"
				if !t.ExpiresTime.IsZero() {
					until = t.ExpiresTime.Format("2006-01-02")
				}
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", t.Name, t.Role, clientsOf(t.Grant), t.Maker, until, ago(t.LastUsedTime, time.Now()), t.ID)
			}
			return table.Flush()
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

func tokenDelete() *cobra.Command {
	return &cobra.Command{
		Use: "delete ID", Short: "End an API token, at once", Args: cobra.ExactArgs(1),
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			if err := api.DeleteToken(cmd.Context(), args[0]); err != nil {
				return err
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "Ended.")
			return err
		}),
	}
}
