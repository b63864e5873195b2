package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

func clientCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "client", Short: "Clients: the organisations that are watched"}
	cmd.AddCommand(clientAdd(), clientList(), clientShow(), clientSet(), clientDelete(), clientRecords(), clientLogo(), clientColleagues())
	return cmd
}

func clientAdd() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "add NAME", Short: "Add a client", Args: cobra.ExactArgs(1),
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			client, err := api.AddClient(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return jsonLines(cmd.OutOrStdout(), []soc.Client{client})
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "Client %s added. Next: socme node token --client %q\n", client.Name, client.Name)
			return err
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the client as JSON")
	return cmd
}

func clientList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List the clients", Args: cobra.NoArgs,
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, _ []string) error {
			clients, err := api.Clients(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return jsonLines(cmd.OutOrStdout(), clients)
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "NAME\tNODES\tSINCE\tID")
			for _, c := range clients {
				fmt.Fprintf(table, "%s\t%d\t%s\t%s\n", named(c.Name, c.Demo), c.Nodes, c.CreatedTime.Format("2006-01-02"), c.ID)
			}
			return table.Flush()
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

// named marks what is example data.
func named(name string, demo bool) string {
	if demo {
		return name + " (demo)"
	}
	return name
}

func clientColleagues() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "colleagues CLIENT", Short: "List who may work on a client's alerts", Args: cobra.ExactArgs(1),
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			colleagues, err := api.Colleagues(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return jsonLines(cmd.OutOrStdout(), colleagues)
			}
			for _, c := range colleagues {
				fmt.Fprintf(cmd.OutOrStdout(), "%s (%s)\n", oneLine(c.Name), c.Role)
			}
			return nil
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}
