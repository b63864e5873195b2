package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/user"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/internal/core"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

func userCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "user", Short: "Users: who can sign in, as what, and for which clients"}
	cmd.AddCommand(userList(), userInvite(), userLink(), userSet(), userDisabled("disable", true), userDisabled("enable", false), userDelete())
	return cmd
}

// forFlags are the flags that name clients.
func forFlags(cmd *cobra.Command, f *sdk.For) {
	cmd.Flags().StringArrayVar(&f.Clients, "client", nil, "a client, by name or id; give it again for more")
	cmd.Flags().BoolVar(&f.AllClients, "all-clients", false, "every client, those of the future as well")
	cmd.MarkFlagsMutuallyExclusive("client", "all-clients")
}

// clientsOf names a grant's clients.
func clientsOf(g soc.Grant) string {
	if g.AllClients {
		return "all"
	}
	names := make([]string, len(g.Clients))
	for i, c := range g.Clients {
		names[i] = c.Name
	}
	if len(names) > 3 {
		names = append(names[:3], fmt.Sprintf("and %d more", len(names)-3))
	}
	return strings.Join(names, ", ")
}

func userList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List the users", Args: cobra.NoArgs,
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, _ []string) error {
			users, err := api.Users(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return jsonLines(cmd.OutOrStdout(), users)
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "NAME\tROLE\tCLIENTS\tSTATE\tCODE\tSIGNED IN\tID")
			for _, u := range users {
				code := "no"
				if u.HasTOTP {
					code = "yes"
				}
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", u.Name, u.Role, clientsOf(u.Grant), userState(u), code, ago(u.SignedInTime, time.Now()), u.ID)
			}
			return table.Flush()
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

func userState(u soc.User) string {
	switch {
	case u.Disabled:
		return "disabled"
	case !u.HasPassword:
		return "invited"
	}
	return "good"
}

func userInvite() *cobra.Command {
	var clients sdk.For
	var role string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "invite NAME", Short: "Make a user, and print the link that lets them in once", Args: cobra.ExactArgs(1),
		Example: "  socme user invite ada --role analyst --all-clients\n  socme user invite \"Acme IT\" --role viewer --client acme",
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			if !clients.AllClients && len(clients.Clients) == 0 {
				return errors.New("say for which clients: --client NAME, or --all-clients")
			}
			invited, err := api.Invite(cmd.Context(), args[0], soc.Role(role), clients)
			if err != nil {
				return err
			}
			return printLink(cmd.OutOrStdout(), api.URL, invited, asJSON)
		}),
	}
	forFlags(cmd, &clients)
	cmd.Flags().StringVar(&role, "role", "", "admin, analyst or viewer")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the user and the link as JSON")
	_ = cmd.MarkFlagRequired("role") // the flag exists
	return cmd
}

func printLink(out io.Writer, url string, invited sdk.Invited, asJSON bool) error {
	link := strings.TrimRight(url, "/") + invited.Path
	if asJSON {
		return jsonLines(out, []struct {
			User        soc.User  `json:"user"`
			Link        string    `json:"link"`
			ExpiresTime time.Time `json:"expires_time"`
		}{{invited.User, link, invited.ExpiresTime}})
	}
	_, err := fmt.Fprintf(out, "%s signs in with this link, once, until %s:\n%s\n", invited.User.Name, invited.ExpiresTime.Local().Format("2006-01-02 15:04 MST"), link)
	return err
}

func userLink() *cobra.Command {
	var data, databaseFile, url string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "link NAME", Short: "Print a link for a user who has lost the password or the phone", Args: cobra.ExactArgs(1),
		Long: "Print a link for a user who has lost the password or the phone. When it is used, both\n" +
			"are gone and a new password is set. With --data it works on a core's data folder, also\n" +
			"while `socme up` runs: for when nobody can sign in any more.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if data == "" {
				return withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
					invited, err := api.UserLink(cmd.Context(), args[0])
					if err != nil {
						return err
					}
					return printLink(cmd.OutOrStdout(), api.URL, invited, asJSON)
				})(cmd, args)
			}
			return onFolder(cmd.Context(), data, databaseFile, func(s *store.Store) error {
				i, err := s.AddUserLink(cmd.Context(), byHand("user link"), args[0])
				if err != nil {
					return err
				}
				invited := sdk.Invited{User: i.User, Path: "/sign-in#link=" + string(i.Secret), ExpiresTime: i.ExpiresTime}
				return printLink(cmd.OutOrStdout(), url, invited, asJSON)
			})
		},
	}
	cmd.Flags().StringVar(&data, "data", "", "data folder of the core, instead of SOCME_URL")
	addDatabaseFlag(cmd, &databaseFile)
	cmd.Flags().StringVar(&url, "url", "http://127.0.0.1:8080", "the core's address for the link, with --data")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the user and the link as JSON")
	return cmd
}

// onFolder opens a core's database without the core.
func onFolder(ctx context.Context, data, databaseFile string, do func(*store.Store) error) error {
	if err := mustBeCores(data); err != nil {
		return err
	}
	database, err := readDatabase(databaseFile)
	if err != nil {
		return err
	}
	s, err := core.OpenStore(ctx, data, database)
	if err != nil {
		return err
	}
	return errors.Join(do(s), s.Close())
}

// byHand is the scope of who works on the data folder itself, named for the audit.
func byHand(what string) soc.Scope {
	scope := soc.System(what)
	if u, err := user.Current(); err == nil {
		scope = scope.As(soc.Actor{Kind: soc.ActorSystem, Name: u.Username + " by socme " + what})
	}
	return scope
}

func userSet() *cobra.Command {
	var clients sdk.For
	var role, name string
	var noTOTP, asJSON bool
	cmd := &cobra.Command{
		Use: "set NAME", Short: "Change a user's role, clients or name, or take the second factor away", Args: cobra.ExactArgs(1),
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			change := sdk.UserChange{Role: soc.Role(role), NoTOTP: noTOTP, For: clients}
			if name != "" {
				change.Name = &name
			}
			grants := clients.AllClients || len(clients.Clients) > 0
			if (role != "") != grants {
				user, err := api.User(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				if role == "" {
					change.Role = user.Role
				} else {
					change.AllClients = user.AllClients
					for _, c := range user.Clients {
						change.Clients = append(change.Clients, string(c.ID))
					}
				}
			}
			user, err := api.SetUser(cmd.Context(), args[0], change)
			if err != nil {
				return err
			}
			return printUser(cmd.OutOrStdout(), user, asJSON)
		}),
	}
	forFlags(cmd, &clients)
	cmd.Flags().StringVar(&role, "role", "", "admin, analyst or viewer")
	cmd.Flags().StringVar(&name, "name", "", "another name")
	cmd.Flags().BoolVar(&noTOTP, "no-totp", false, "take the second factor away")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the user as JSON")
	return cmd
}

func printUser(out io.Writer, u soc.User, asJSON bool) error {
	if asJSON {
		return jsonLines(out, []soc.User{u})
	}
	_, err := fmt.Fprintf(out, "%s: %s, clients: %s, %s\n", u.Name, u.Role, clientsOf(u.Grant), userState(u))
	return err
}

func userDisabled(verb string, disabled bool) *cobra.Command {
	var asJSON bool
	short := "Let a user sign in again"
	if disabled {
		short = "Sign a user out at once, and refuse them and their tokens"
	}
	cmd := &cobra.Command{
		Use: verb + " NAME", Short: short, Args: cobra.ExactArgs(1),
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			user, err := api.SetUser(cmd.Context(), args[0], sdk.UserChange{Disabled: &disabled})
			if err != nil {
				return err
			}
			return printUser(cmd.OutOrStdout(), user, asJSON)
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the user as JSON")
	return cmd
}

func userDelete() *cobra.Command {
	return &cobra.Command{
		Use: "delete NAME", Short: "Delete a user with their sessions and tokens", Args: cobra.ExactArgs(1),
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			if err := api.DeleteUser(cmd.Context(), args[0]); err != nil {
				return err
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "Deleted. What they did stays in the audit.")
			return err
		}),
	}
}
