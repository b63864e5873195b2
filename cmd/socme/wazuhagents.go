package main

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/wazuh"
)

func splitPath(text string) (string, url.Values, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host != "" || !strings.HasPrefix(u.Path, "/") {
		return "", nil, fmt.Errorf("%q is no path of the API: it begins with /", text)
	}
	return u.EscapedPath(), u.Query(), nil
}

func agentIDs(args []string) []wazuh.AgentID {
	ids := make([]wazuh.AgentID, len(args))
	for i, a := range args {
		ids[i] = wazuh.AgentID(a)
		if n, err := strconv.ParseUint(a, 10, 32); err == nil {
			ids[i] = wazuh.AgentID(fmt.Sprintf("%03d", n)) // 1 is 001
		}
	}
	return ids
}

func wazuhAgents(s *wazuhSettings) *cobra.Command {
	var f wazuh.AgentFilter
	cmd := &cobra.Command{
		Use: "agents [ID…]", Short: "Agents: list, add, key, delete, restart",
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, args []string) error {
			f.IDs, f.PageSize = agentIDs(args), s.pageOf()
			return printAll(cmd, s, c.Agents.List(cmd.Context(), f),
				column[wazuh.Agent]{"ID", func(a wazuh.Agent) string { return string(a.ID) }},
				column[wazuh.Agent]{"NAME", func(a wazuh.Agent) string { return a.Name }},
				column[wazuh.Agent]{"STATUS", func(a wazuh.Agent) string { return a.Status }},
				column[wazuh.Agent]{"ADDRESS", func(a wazuh.Agent) string { return a.IP }},
				column[wazuh.Agent]{"VERSION", func(a wazuh.Agent) string { return strings.TrimPrefix(a.Version, "Wazuh ") }},
				column[wazuh.Agent]{"GROUPS", func(a wazuh.Agent) string { return strings.Join(a.Groups, ",") }},
				column[wazuh.Agent]{"SEEN", func(a wazuh.Agent) string { return seen(a.LastKeepAlive) }},
				column[wazuh.Agent]{"SYSTEM", func(a wazuh.Agent) string { return strings.TrimSpace(a.OS.Name + " " + a.OS.Version) }})
		}),
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&f.Status, "status", nil, "active, disconnected, never_connected or pending")
	flags.StringVar(&f.Group, "group", "", "only those of a group")
	flags.StringVar(&f.OlderThan, "older-than", "", "not seen for so long, such as 7d")
	flags.StringVar(&f.Q, "query", "", "Wazuh's query, such as 'os.platform=windows;status!=active'")
	flags.StringVar(&f.Search, "search", "", "a text that any field holds")
	limitFlag(cmd, 200)
	cmd.AddCommand(wazuhAgentAdd(s), wazuhAgentKey(s), wazuhAgentDelete(s),
		wazuhOrder(s, "restart", "Restart agents, or all of them with --all", func(c *wazuh.Client) order { return c.Agents.Restart }),
		wazuhOrder(s, "reconnect", "Make agents connect anew, or all of them with --all", func(c *wazuh.Client) order { return c.Agents.Reconnect }),
		wazuhOrder(s, "scan", "Make agents look at their files now (FIM), or all of them with --all", func(c *wazuh.Client) order { return c.Syscheck.Run }))
	return cmd
}

func seen(t wazuh.Time) string {
	if t.Year() >= 9999 {
		return "always" // agent 000
	}
	return local(t)
}

func wazuhAgentAdd(s *wazuhSettings) *cobra.Command {
	var ip string
	cmd := &cobra.Command{
		Use: "add NAME", Short: "Enrol an agent and print its id and key (a secret)", Args: cobra.ExactArgs(1),
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, args []string) error {
			key, err := c.Agents.Add(cmd.Context(), args[0], ip)
			return printKey(cmd, s, key, err)
		}),
	}
	cmd.Flags().StringVar(&ip, "ip", "", "its address; any, if empty")
	return cmd
}

func wazuhAgentKey(s *wazuhSettings) *cobra.Command {
	return &cobra.Command{
		Use: "key ID", Short: "Print the key of an agent (a secret)", Args: cobra.ExactArgs(1),
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, args []string) error {
			key, err := c.Agents.Key(cmd.Context(), agentIDs(args)[0])
			return printKey(cmd, s, key, err)
		}),
	}
}

func printKey(cmd *cobra.Command, s *wazuhSettings, key wazuh.AgentKey, err error) error {
	if err != nil {
		return err
	}
	if s.asJSON {
		return jsonLines(cmd.OutOrStdout(), []wazuh.AgentKey{key})
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s %s\n", oneLine(string(key.ID)), oneLine(key.Key))
	return err
}

func wazuhAgentDelete(s *wazuhSettings) *cobra.Command {
	var d wazuh.AgentDelete
	var yes bool
	cmd := &cobra.Command{
		Use: "delete ID…", Short: "Remove agents from the manager", Args: cobra.MinimumNArgs(1),
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, args []string) error {
			if !yes {
				return sureOf("removes " + strings.Join(args, ", "))
			}
			d.IDs = agentIDs(args)
			gone, err := c.Agents.Delete(cmd.Context(), d)
			return printIDs(cmd, s, "DELETED", gone, err)
		}),
	}
	cmd.Flags().StringVar(&d.OlderThan, "older-than", "", "only those that were not seen for so long, such as 7d")
	cmd.Flags().BoolVar(&d.Purge, "purge", false, "also from the key store")
	yesFlag(cmd, &yes)
	return cmd
}

func printIDs(cmd *cobra.Command, s *wazuhSettings, head string, ids []wazuh.AgentID, err error) error {
	if len(ids) == 0 && err != nil {
		return err
	}
	return printAll(cmd, s, listed(ids, err), column[wazuh.AgentID]{head, func(id wazuh.AgentID) string { return string(id) }})
}

// order is something that agents are told.
type order func(context.Context, ...wazuh.AgentID) ([]wazuh.AgentID, error)

func wazuhOrder(s *wazuhSettings, name, short string, of func(*wazuh.Client) order) *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use: name + " [ID…]", Short: short,
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, args []string) error {
			if all == (len(args) > 0) {
				return fmt.Errorf("name agents, or say --all")
			}
			told, err := of(c)(cmd.Context(), agentIDs(args)...)
			return printIDs(cmd, s, "TOLD", told, err)
		}),
	}
	cmd.Flags().BoolVar(&all, "all", false, "all agents")
	return cmd
}

func wazuhGroups(s *wazuhSettings) *cobra.Command {
	cmd := &cobra.Command{
		Use: "groups", Short: "Groups of agents: list, create, assign", Args: cobra.NoArgs,
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, _ []string) error {
			return printAll(cmd, s, c.Groups.List(cmd.Context(), wazuh.GroupFilter{}),
				column[wazuh.Group]{"GROUP", func(g wazuh.Group) string { return g.Name }},
				column[wazuh.Group]{"AGENTS", func(g wazuh.Group) string { return strconv.Itoa(g.Count) }})
		}),
	}
	cmd.AddCommand(&cobra.Command{
		Use: "create NAME", Short: "Make a group", Args: cobra.ExactArgs(1),
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, args []string) error {
			return c.Groups.Create(cmd.Context(), args[0])
		}),
	}, &cobra.Command{
		Use: "assign GROUP ID…", Short: "Put agents into a group", Args: cobra.MinimumNArgs(2),
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, args []string) error {
			in, err := c.Groups.AssignAll(cmd.Context(), args[0], false, agentIDs(args[1:])...)
			return printIDs(cmd, s, "ASSIGNED", in, err)
		}),
	})
	return cmd
}

func wazuhUsers(s *wazuhSettings) *cobra.Command {
	return &cobra.Command{
		Use: "users", Short: "Users of the manager's API", Args: cobra.NoArgs,
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, _ []string) error {
			return printAll(cmd, s, c.Users.List(cmd.Context(), wazuh.UserFilter{}),
				column[wazuh.User]{"ID", func(u wazuh.User) string { return strconv.Itoa(u.ID) }},
				column[wazuh.User]{"NAME", func(u wazuh.User) string { return u.Name }},
				column[wazuh.User]{"ROLES", func(u wazuh.User) string { return strings.Trim(fmt.Sprint(u.Roles), "[]") }},
				column[wazuh.User]{"RUN AS", func(u wazuh.User) string { return strconv.FormatBool(u.AllowRunAs) }})
		}),
	}
}

func wazuhTasks(s *wazuhSettings) *cobra.Command {
	return &cobra.Command{
		Use: "tasks", Short: "What the manager does in the background, such as upgrades", Args: cobra.NoArgs,
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, _ []string) error {
			return printAll(cmd, s, c.Tasks.List(cmd.Context(), wazuh.TaskFilter{}),
				column[wazuh.Task]{"ID", func(t wazuh.Task) string { return strconv.FormatInt(int64(t.ID), 10) }},
				column[wazuh.Task]{"AGENT", func(t wazuh.Task) string { return string(t.Agent) }},
				column[wazuh.Task]{"COMMAND", func(t wazuh.Task) string { return t.Command }},
				column[wazuh.Task]{"STATUS", func(t wazuh.Task) string { return t.Status }},
				column[wazuh.Task]{"CHANGED", func(t wazuh.Task) string { return local(t.Updated) }})
		}),
	}
}
