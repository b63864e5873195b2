package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

func viewCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "view", Short: "Views: queries that are saved under a name",
		Long: "Views: queries that are saved under a name. A token's views are those of whoever made it.",
	}
	cmd.AddCommand(viewList(), viewSave(), viewDelete(), viewBegin())
	return cmd
}

func viewList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List one's own views, and those that others share", Args: cobra.NoArgs,
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, _ []string) error {
			views, err := api.Views(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return jsonLines(cmd.OutOrStdout(), views)
			}
			if len(views) == 0 {
				fmt.Fprintln(cmd.OutOrStdout(), "Nobody has saved a view yet.")
				return nil
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "NAME\tOF\tSHARED\tQUERY\tID")
			for _, v := range views {
				name := oneLine(v.Name)
				if v.Standard {
					name += " (first)"
				}
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", name, oneLine(v.Owner), yesNo(v.Shared), oneLine(v.Query), v.ID)
			}
			return table.Flush()
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

func yesNo(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

// viewOf finds a view by its id or name, one's own before those of others.
func viewOf(cmd *cobra.Command, api *sdk.Caller, idOrName string) (soc.View, error) {
	views, err := api.Views(cmd.Context())
	if err != nil {
		return soc.View{}, err
	}
	i := slices.IndexFunc(views, func(v soc.View) bool { return v.ID == idOrName || strings.EqualFold(v.Name, idOrName) })
	if i < 0 {
		return soc.View{}, fmt.Errorf("there is no view %q", idOrName)
	}
	return views[i], nil
}

func viewSave() *cobra.Command {
	var to sdk.ViewChange
	var asJSON bool
	cmd := &cobra.Command{
		Use: "save NAME QUERY", Short: "Save a query under a name; one's own view of that name is changed", Args: cobra.ExactArgs(2),
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			to.Name, to.Query = args[0], args[1]
			id := ""
			if old, err := viewOf(cmd, api, to.Name); err == nil && old.Own {
				id = old.ID
			}
			view, err := api.SaveView(cmd.Context(), id, to)
			if err != nil {
				return err
			}
			if asJSON {
				return jsonLines(cmd.OutOrStdout(), []soc.View{view})
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "View %s saved.\n", oneLine(view.Name))
			return err
		}),
	}
	cmd.Flags().BoolVar(&to.Shared, "shared", false, "everybody may use it; each sees in it what they may see")
	cmd.Flags().BoolVar(&to.Standard, "first", false, "begin with it")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the view as JSON")
	return cmd
}

func viewDelete() *cobra.Command {
	return &cobra.Command{
		Use: "delete NAME", Short: "Delete one's own view", Args: cobra.ExactArgs(1),
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			view, err := viewOf(cmd, api, args[0])
			if err != nil {
				return err
			}
			return api.DeleteView(cmd.Context(), view.ID)
		}),
	}
}

func viewBegin() *cobra.Command {
	return &cobra.Command{
		Use: "begin [NAME]", Short: "Begin with a view, one's own or a shared one; without a name with none", Args: cobra.MaximumNArgs(1),
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			if len(args) == 0 {
				return api.BeginWith(cmd.Context(), "")
			}
			view, err := viewOf(cmd, api, args[0])
			if err != nil {
				return err
			}
			return api.BeginWith(cmd.Context(), view.ID)
		}),
	}
}
