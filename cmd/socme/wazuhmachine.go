package main

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/wazuh"
)

// inventory prints a part of what an agent says of its machine.
type inventory func(cmd *cobra.Command, s *wazuhSettings, c *wazuh.Client, agent wazuh.AgentID, q wazuh.Query) error

func inventories() map[string]inventory {
	return map[string]inventory{
		"os": func(cmd *cobra.Command, s *wazuhSettings, c *wazuh.Client, agent wazuh.AgentID, _ wazuh.Query) error {
			of, err := c.Syscollector.OS(cmd.Context(), agent)
			return printOne(cmd, s, of, err)
		},
		"hardware": func(cmd *cobra.Command, s *wazuhSettings, c *wazuh.Client, agent wazuh.AgentID, _ wazuh.Query) error {
			of, err := c.Syscollector.Hardware(cmd.Context(), agent)
			return printOne(cmd, s, of, err)
		},
		"packages": func(cmd *cobra.Command, s *wazuhSettings, c *wazuh.Client, agent wazuh.AgentID, q wazuh.Query) error {
			return printAll(cmd, s, c.Syscollector.Packages(cmd.Context(), agent, q),
				column[wazuh.Package]{"PACKAGE", func(p wazuh.Package) string { return p.Name }},
				column[wazuh.Package]{"VERSION", func(p wazuh.Package) string { return p.Version }},
				column[wazuh.Package]{"ARCHITECTURE", func(p wazuh.Package) string { return p.Architecture }},
				column[wazuh.Package]{"FORMAT", func(p wazuh.Package) string { return p.Format }},
				column[wazuh.Package]{"VENDOR", func(p wazuh.Package) string { return p.Vendor }})
		},
		"ports": func(cmd *cobra.Command, s *wazuhSettings, c *wazuh.Client, agent wazuh.AgentID, q wazuh.Query) error {
			return printAll(cmd, s, c.Syscollector.Ports(cmd.Context(), agent, q),
				column[wazuh.Port]{"PROTOCOL", func(p wazuh.Port) string { return p.Protocol }},
				column[wazuh.Port]{"LOCAL", func(p wazuh.Port) string { return fmt.Sprintf("%s %d", p.Local.IP, p.Local.Port) }},
				column[wazuh.Port]{"REMOTE", func(p wazuh.Port) string { return fmt.Sprintf("%s %d", p.Remote.IP, p.Remote.Port) }},
				column[wazuh.Port]{"STATE", func(p wazuh.Port) string { return p.State }},
				column[wazuh.Port]{"PROCESS", func(p wazuh.Port) string { return p.Process }})
		},
		"processes": func(cmd *cobra.Command, s *wazuhSettings, c *wazuh.Client, agent wazuh.AgentID, q wazuh.Query) error {
			return printAll(cmd, s, c.Syscollector.Processes(cmd.Context(), agent, q),
				column[wazuh.Process]{"PID", func(p wazuh.Process) string { return strconv.FormatInt(int64(p.PID), 10) }},
				column[wazuh.Process]{"USER", func(p wazuh.Process) string { return p.User }},
				column[wazuh.Process]{"NAME", func(p wazuh.Process) string { return p.Name }},
				column[wazuh.Process]{"COMMAND", func(p wazuh.Process) string { return strings.TrimSpace(p.Command + " " + string(p.Arguments)) }})
		},
		"addresses": func(cmd *cobra.Command, s *wazuhSettings, c *wazuh.Client, agent wazuh.AgentID, q wazuh.Query) error {
			return plain(cmd, s, c.Syscollector.Addresses(cmd.Context(), agent, q))
		},
		"interfaces": func(cmd *cobra.Command, s *wazuhSettings, c *wazuh.Client, agent wazuh.AgentID, q wazuh.Query) error {
			return plain(cmd, s, c.Syscollector.Interfaces(cmd.Context(), agent, q))
		},
		"gateways": func(cmd *cobra.Command, s *wazuhSettings, c *wazuh.Client, agent wazuh.AgentID, q wazuh.Query) error {
			return plain(cmd, s, c.Syscollector.Gateways(cmd.Context(), agent, q))
		},
		"hotfixes": func(cmd *cobra.Command, s *wazuhSettings, c *wazuh.Client, agent wazuh.AgentID, q wazuh.Query) error {
			return plain(cmd, s, c.Syscollector.Hotfixes(cmd.Context(), agent, q))
		},
		"users": func(cmd *cobra.Command, s *wazuhSettings, c *wazuh.Client, agent wazuh.AgentID, q wazuh.Query) error {
			return plain(cmd, s, c.Syscollector.Accounts(cmd.Context(), agent, q))
		},
		"groups": func(cmd *cobra.Command, s *wazuhSettings, c *wazuh.Client, agent wazuh.AgentID, q wazuh.Query) error {
			return plain(cmd, s, c.Syscollector.AccountGroups(cmd.Context(), agent, q))
		},
		"services": func(cmd *cobra.Command, s *wazuhSettings, c *wazuh.Client, agent wazuh.AgentID, q wazuh.Query) error {
			return plain(cmd, s, c.Syscollector.Services(cmd.Context(), agent, q))
		},
		"extensions": func(cmd *cobra.Command, s *wazuhSettings, c *wazuh.Client, agent wazuh.AgentID, q wazuh.Query) error {
			return plain(cmd, s, c.Syscollector.BrowserExtensions(cmd.Context(), agent, q))
		},
	}
}

// printOne prints a thing: indented, or in one line with --json.
func printOne[T any](cmd *cobra.Command, s *wazuhSettings, of T, err error) error {
	if err != nil {
		return err
	}
	if s.asJSON {
		return jsonLines(cmd.OutOrStdout(), []T{of})
	}
	text, err := json.MarshalIndent(of, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s\n", text)
	return err
}

// plain prints what has no table of its own: each as JSON.
func plain[T any](cmd *cobra.Command, s *wazuhSettings, items iter.Seq2[T, error]) error {
	s.asJSON = true
	return printAll(cmd, s, items)
}

func wazuhInventory(s *wazuhSettings) *cobra.Command {
	var q wazuh.Query
	all := inventories()
	names := slices.Sorted(maps.Keys(all))
	cmd := &cobra.Command{
		Use: "inventory AGENT KIND", Short: "What an agent says of its machine: os, packages, ports, …", Args: cobra.ExactArgs(2),
		Long: "What an agent says of its machine, up to Wazuh 4.14. KIND is one of:\n" + strings.Join(names, ", "),
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, args []string) error {
			do := all[args[1]]
			if do == nil {
				return fmt.Errorf("there is no %q: say one of %s", args[1], strings.Join(names, ", "))
			}
			q.PageSize = s.pageOf()
			return do(cmd, s, c, agentIDs(args)[0], q)
		}),
	}
	cmd.Flags().StringVar(&q.Q, "query", "", "Wazuh's query, such as 'name~ssl'")
	cmd.Flags().StringVar(&q.Search, "search", "", "a text that any field holds")
	limitFlag(cmd, 200)
	return cmd
}

func number(n wazuh.Int) string { return strconv.FormatInt(int64(n), 10) }

func wazuhSCA(s *wazuhSettings) *cobra.Command {
	var f wazuh.SCACheckFilter
	cmd := &cobra.Command{
		Use: "sca AGENT [POLICY]", Short: "How a machine fits policies; with one, its checks", Args: cobra.RangeArgs(1, 2),
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, args []string) error {
			agent := agentIDs(args)[0]
			if len(args) == 1 {
				return printAll(cmd, s, c.SCA.Policies(cmd.Context(), agent, wazuh.Query{}),
					column[wazuh.SCAPolicy]{"POLICY", func(p wazuh.SCAPolicy) string { return p.ID }},
					column[wazuh.SCAPolicy]{"SCORE", func(p wazuh.SCAPolicy) string { return number(p.Score) + " %" }},
					column[wazuh.SCAPolicy]{"PASS", func(p wazuh.SCAPolicy) string { return number(p.Pass) }},
					column[wazuh.SCAPolicy]{"FAIL", func(p wazuh.SCAPolicy) string { return number(p.Fail) }},
					column[wazuh.SCAPolicy]{"SCANNED", func(p wazuh.SCAPolicy) string { return local(p.End) }},
					column[wazuh.SCAPolicy]{"NAME", func(p wazuh.SCAPolicy) string { return p.Name }})
			}
			return printAll(cmd, s, c.SCA.Checks(cmd.Context(), agent, args[1], f),
				column[wazuh.SCACheck]{"CHECK", func(k wazuh.SCACheck) string { return number(k.ID) }},
				column[wazuh.SCACheck]{"RESULT", func(k wazuh.SCACheck) string { return k.Result }},
				column[wazuh.SCACheck]{"TITLE", func(k wazuh.SCACheck) string { return k.Title }})
		}),
	}
	cmd.Flags().StringVar(&f.Result, "result", "", "passed, failed or 'not applicable'")
	limitFlag(cmd, 0)
	return cmd
}

func wazuhFiles(s *wazuhSettings) *cobra.Command {
	var f wazuh.WatchedFilter
	cmd := &cobra.Command{
		Use: "fim AGENT", Short: "Files that an agent watches", Args: cobra.ExactArgs(1),
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, args []string) error {
			f.PageSize = s.pageOf()
			return printAll(cmd, s, c.Syscheck.Files(cmd.Context(), agentIDs(args)[0], f),
				column[wazuh.WatchedFile]{"CHANGED", func(w wazuh.WatchedFile) string { return local(w.Modified) }},
				column[wazuh.WatchedFile]{"SIZE", func(w wazuh.WatchedFile) string { return number(w.Size) }},
				column[wazuh.WatchedFile]{"OWNER", func(w wazuh.WatchedFile) string { return w.User }},
				column[wazuh.WatchedFile]{"FILE", func(w wazuh.WatchedFile) string { return w.File }},
				column[wazuh.WatchedFile]{"SHA256", func(w wazuh.WatchedFile) string { return w.SHA256 }})
		}),
	}
	cmd.Flags().StringVar(&f.File, "file", "", "only this path")
	cmd.Flags().StringVar(&f.Hash, "hash", "", "only files with this md5, sha1 or sha256")
	cmd.Flags().StringVar(&f.Search, "search", "", "a text that any field holds")
	limitFlag(cmd, 200)
	return cmd
}

func wazuhMitre(s *wazuhSettings) *cobra.Command {
	return &cobra.Command{
		Use: "mitre TECHNIQUE", Short: "A technique of MITRE ATT&CK, such as T1110.001", Args: cobra.ExactArgs(1),
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, args []string) error {
			if strings.ContainsAny(args[0], ";,()=<>!~ ") {
				return fmt.Errorf("%q is no number of a technique", args[0])
			}
			found, err := wazuh.Collect(c.Mitre.Techniques(cmd.Context(), wazuh.Query{Q: "external_id=" + args[0]}))
			if err != nil {
				return err
			}
			if len(found) == 0 {
				return fmt.Errorf("the manager knows no technique %s", args[0])
			}
			t := found[0]
			if s.asJSON {
				return jsonLines(cmd.OutOrStdout(), found[:1])
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s %s\n%s\n\n%s\n", oneLine(t.ExternalID), oneLine(t.Name), oneLine(t.URL), oneLine(t.Description))
			return err
		}),
	}
}
