package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/wazuh"
)

func wazuhInfo(s *wazuhSettings) *cobra.Command {
	return &cobra.Command{
		Use: "info", Short: "What the manager is and how it does", Args: cobra.NoArgs,
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, _ []string) error {
			var all struct {
				Info   wazuh.Info         `json:"info"`
				Node   wazuh.NodeInfo     `json:"node"`
				Status wazuh.NodeStatus   `json:"status"`
				Agents wazuh.AgentsStatus `json:"agents"`
			}
			var err error
			ctx := cmd.Context()
			if all.Info, err = c.Info(ctx); err != nil {
				return err
			}
			if all.Node, err = c.Manager.Info(ctx); err != nil {
				return err
			}
			if all.Status, err = c.Manager.Status(ctx); err != nil {
				return err
			}
			if all.Agents, err = c.Agents.Status(ctx); err != nil {
				return err
			}
			if s.asJSON {
				return jsonLines(cmd.OutOrStdout(), []any{all})
			}
			var b strings.Builder
			row := func(name, format string, args ...any) {
				fmt.Fprintf(&b, "%-9s %s\n", name, oneLine(fmt.Sprintf(format, args...)))
			}
			row("server", "%s at %s", all.Info.Title, all.Info.Hostname)
			row("version", "%s %s", all.Info.APIVersion, all.Info.Revision)
			row("folder", "%s", all.Node.Path)
			row("zone", "%s %s", all.Node.Zone, all.Node.ZoneOffset)
			row("agents", "%d: %d active, %d disconnected, %d never connected, %d pending", all.Agents.Connection.Total, all.Agents.Connection.Active,
				all.Agents.Connection.Disconnected, all.Agents.Connection.NeverConnected, all.Agents.Connection.Pending)
			by := map[string][]string{}
			for name, d := range all.Status.Daemons {
				by[d.State] = append(by[d.State], strings.TrimPrefix(strings.TrimPrefix(name, "wazuh-"), "manager-"))
			}
			for _, state := range slices.Sorted(maps.Keys(by)) {
				slices.Sort(by[state])
				row(state, "%s", strings.Join(by[state], " "))
			}
			if !all.Status.Ready {
				row("READY", "no: the manager cannot do its work")
			}
			_, err = io.WriteString(cmd.OutOrStdout(), b.String())
			return err
		}),
	}
}

func wazuhLogs(s *wazuhSettings) *cobra.Command {
	var f wazuh.LogFilter
	var node string
	cmd := &cobra.Command{
		Use: "logs", Short: "The manager's own log, newest first", Args: cobra.NoArgs,
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, _ []string) error {
			f.PageSize = s.pageOf()
			return printAll(cmd, s, nodeOf(c, node).Logs(cmd.Context(), f),
				column[wazuh.LogEntry]{"TIME", func(l wazuh.LogEntry) string { return local(l.Time) }},
				column[wazuh.LogEntry]{"LEVEL", func(l wazuh.LogEntry) string { return l.Level }},
				column[wazuh.LogEntry]{"DAEMON", func(l wazuh.LogEntry) string { return l.Tag }},
				column[wazuh.LogEntry]{"TEXT", func(l wazuh.LogEntry) string { return l.Description }})
		}),
	}
	cmd.Flags().StringVar(&f.Level, "level", "", "critical, error, warning, info, debug or debug2")
	cmd.Flags().StringVar(&f.Tag, "daemon", "", "such as wazuh-remoted")
	cmd.Flags().StringVar(&f.Search, "search", "", "a text in the line; with - before it, lines without")
	nodeFlag(cmd, &node)
	limitFlag(cmd, 50)
	return cmd
}

func nodeFlag(cmd *cobra.Command, to *string) {
	cmd.Flags().StringVar(to, "node", "", "of the cluster; the one that answers, if empty")
}

func nodeOf(c *wazuh.Client, name string) *wazuh.Node {
	if name == "" {
		return c.Manager
	}
	return c.Cluster.Node(name)
}

func local(t wazuh.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format("2006-01-02 15:04:05")
}

func wazuhReload(s *wazuhSettings) *cobra.Command {
	var node string
	cmd := &cobra.Command{
		Use: "reload", Short: "Make the manager read rules, decoders and lists again, without a restart", Args: cobra.NoArgs,
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, _ []string) error {
			said, err := nodeOf(c, node).ReloadRuleset(cmd.Context())
			return printAll(cmd, s, listed(said, err),
				column[wazuh.RulesetReload]{"NODE", func(r wazuh.RulesetReload) string { return r.Node }},
				column[wazuh.RulesetReload]{"ANSWER", func(r wazuh.RulesetReload) string { return string(r.Message) }})
		}),
	}
	nodeFlag(cmd, &node)
	return cmd
}

func wazuhRestart(s *wazuhSettings) *cobra.Command {
	var node string
	var yes bool
	cmd := &cobra.Command{
		Use: "restart", Short: "Restart the manager; agents connect again by themselves", Args: cobra.NoArgs,
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, _ []string) error {
			if !yes {
				return sureOf("restarts the manager")
			}
			return nodeOf(c, node).Restart(cmd.Context())
		}),
	}
	yesFlag(cmd, &yes)
	nodeFlag(cmd, &node)
	return cmd
}

func yesFlag(cmd *cobra.Command, to *bool) {
	cmd.Flags().BoolVar(to, "yes", false, "do it: there is no other question")
}

func sureOf(what string) error { return fmt.Errorf("this %s: say --yes if it is meant", what) }

func wazuhValidate(s *wazuhSettings) *cobra.Command {
	var node string
	cmd := &cobra.Command{
		Use: "validate", Short: "Check the configuration that the next restart would take", Args: cobra.NoArgs,
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, _ []string) error {
			v, err := nodeOf(c, node).Validate(cmd.Context())
			if err != nil {
				return err
			}
			return printAll(cmd, s, listed([]wazuh.Validation{v}, nil),
				column[wazuh.Validation]{"NODE", func(v wazuh.Validation) string { return v.Node }},
				column[wazuh.Validation]{"STATUS", func(v wazuh.Validation) string { return v.Status }})
		}),
	}
	nodeFlag(cmd, &node)
	return cmd
}

func wazuhCluster(s *wazuhSettings) *cobra.Command {
	return &cobra.Command{
		Use: "cluster", Short: "The nodes of the cluster", Args: cobra.NoArgs,
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, _ []string) error {
			return printAll(cmd, s, c.Cluster.Nodes(cmd.Context(), wazuh.NodeFilter{}),
				column[wazuh.ClusterNode]{"NODE", func(n wazuh.ClusterNode) string { return n.Name }},
				column[wazuh.ClusterNode]{"TYPE", func(n wazuh.ClusterNode) string { return n.Type }},
				column[wazuh.ClusterNode]{"VERSION", func(n wazuh.ClusterNode) string { return n.Version }},
				column[wazuh.ClusterNode]{"ADDRESS", func(n wazuh.ClusterNode) string { return n.IP }})
		}),
	}
}

func wazuhGet(s *wazuhSettings) *cobra.Command {
	return &cobra.Command{
		Use: "get PATH", Short: "Print the answer to any GET of the API, such as '/agents?limit=1'", Args: cobra.ExactArgs(1),
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, args []string) error {
			path, query, err := splitPath(args[0])
			if err != nil {
				return err
			}
			a, err := c.Do(cmd.Context(), wazuh.Call{Path: path, Query: query})
			if len(a.Body) > 0 && a.Status == 200 {
				body := a.Body
				if !s.asJSON && json.Valid(body) {
					if indented, err := json.MarshalIndent(json.RawMessage(body), "", "  "); err == nil {
						body = indented
					}
				}
				if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%s\n", body); err != nil {
					return err
				}
			}
			return err
		}),
	}
}
