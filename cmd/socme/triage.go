package main

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

// doing adds a subcommand for each verb to alert and group. one acts on one id; with
// --query they act on a whole filter.
func doing(noun string, one func(*cobra.Command, *sdk.Caller, string, sdk.Doing) (soc.Action, error)) []*cobra.Command {
	short := map[soc.Verb]string{
		soc.VerbAcknowledge: "Say that it was seen", soc.VerbClaim: "Make it one's own (needs somebody who is signed in, not a token)",
		soc.VerbAssign: "Give it to somebody", soc.VerbRelease: "Make it nobody's again", soc.VerbEscalate: "Escalate it",
		soc.VerbResolve: "Resolve it with a verdict", soc.VerbReopen: "Open it again", soc.VerbComment: "Write a comment; @name mentions a user", soc.VerbTag: "Give it a tag", soc.VerbUntag: "Take a tag away",
	}
	var cmds []*cobra.Command
	for _, verb := range append(soc.Verbs(), soc.VerbComment, soc.VerbTag, soc.VerbUntag) {
		var verdict, query string
		var yes, asJSON, visible bool
		d := sdk.Doing{Verb: verb}
		use := string(verb) + " ID"
		args := cobra.ExactArgs(1)
		if verb != soc.VerbComment {
			use, args = string(verb)+" ID|--query QUERY", cobra.MaximumNArgs(1)
		}
		cmd := &cobra.Command{
			Use: use, Short: short[verb], Args: args,
			RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
				var err error
				if d.Verdict, err = soc.ParseVerdict(verdict); err != nil {
					return err
				}
				if cmd.Flags().Changed("visible") {
					internal := !visible
					d.Internal = &internal
				}
				var action soc.Action
				switch {
				case len(args) == 1 && query == "":
					action, err = one(cmd, api, args[0], d)
				case len(args) == 0 && query != "":
					action, err = onFilter(cmd, api, sdk.Filter{Query: query, Groups: noun == "group"}, d, yes)
				default:
					return fmt.Errorf("name the id of one %s, or a filter by --query", noun)
				}
				if err != nil {
					return err
				}
				if asJSON {
					return jsonLines(cmd.OutOrStdout(), []soc.Action{action})
				}
				if verb != soc.VerbComment {
					fmt.Fprintf(cmd.OutOrStdout(), "%s: %d changed. Take it back within %s: socme undo %s\n", verb, action.Alerts, soc.UndoFor, action.ID)
				}
				return nil
			}),
		}
		flags := cmd.Flags()
		flags.BoolVar(&asJSON, "json", false, "print the action as JSON")
		flags.StringVar(&d.Text, "text", "", "the comment, or the reason")
		switch verb {
		case soc.VerbResolve:
			flags.StringVar(&verdict, "verdict", "", "true-positive, false-positive, benign or expected")
			_ = cmd.MarkFlagRequired("verdict") // it was added above
		case soc.VerbAssign:
			flags.StringVar(&d.Owner, "to", "", "the user's name or id")
			_ = cmd.MarkFlagRequired("to")
		case soc.VerbTag, soc.VerbUntag:
			flags.StringVar(&d.Tag, "tag", "", "the tag")
			_ = cmd.MarkFlagRequired("tag")
		case soc.VerbComment:
			flags.BoolVar(&visible, "visible", false, "the client's own people may read it (default: only if you see named clients alone)")
			_ = cmd.MarkFlagRequired("text")
		}
		if verb != soc.VerbComment {
			flags.StringVar(&query, "query", "", "act on all that this finds")
			flags.BoolVar(&yes, "yes", false, "do not ask, with --query")
		}
		cmds = append(cmds, cmd)
	}
	return cmds
}

// onFilter says how many alerts it is about, and asks.
func onFilter(cmd *cobra.Command, api *sdk.Caller, f sdk.Filter, d sdk.Doing, yes bool) (soc.Action, error) {
	found, err := api.Preview(cmd.Context(), f, d)
	if err != nil {
		return soc.Action{}, err
	}
	if !yes {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s %d alerts of %d groups? Type yes: ", d.Verb, found.Alerts, found.Groups)
		var answer string
		if _, err := fmt.Fscanln(cmd.InOrStdin(), &answer); err != nil || strings.ToLower(answer) != "yes" {
			return soc.Action{}, errors.New("nothing was done")
		}
	}
	d.AsOf = found.AsOf
	return api.ActOnFilter(cmd.Context(), f, d)
}

func undoCommand() *cobra.Command {
	return &cobra.Command{
		Use: "undo ACTION", Short: "Take back what one did to alerts, within 30 seconds", Args: cobra.ExactArgs(1),
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			action, err := api.Undo(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d given back\n", action.Alerts)
			return nil
		}),
	}
}

// actionList is a subcommand that lists actions.
func actionList(use, short string, args cobra.PositionalArgs, list func(*cobra.Command, *sdk.Caller, []string) ([]soc.Action, error)) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: use, Short: short, Args: args,
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			actions, err := list(cmd, api, args)
			if err != nil || asJSON {
				return errors.Join(err, jsonLines(cmd.OutOrStdout(), actions))
			}
			if len(actions) == 0 {
				fmt.Fprintln(cmd.OutOrStdout(), "Nothing yet.")
				return nil
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "TIME\tWHO\tDID\tALERTS\tTEXT")
			for _, a := range actions {
				did := string(a.Verb)
				switch {
				case a.Verdict != soc.VerdictNone:
					did += " as " + a.Verdict.String()
				case a.Verb == soc.VerbAssign:
					did += " to " + oneLine(a.Owner)
				}
				if a.Internal {
					did += " (internal)"
				}
				if a.Undone {
					did += " (taken back)"
				}
				fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\n", a.Time.Local().Format(time.DateTime), oneLine(a.Who), did, a.Alerts, oneLine(a.Text))
			}
			return table.Flush()
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

func mentionsCommand() *cobra.Command {
	return actionList("mentions", "List the comments that mention who asks", cobra.NoArgs, func(cmd *cobra.Command, api *sdk.Caller, _ []string) ([]soc.Action, error) {
		return api.Mentions(cmd.Context())
	})
}
