package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/wazuh"
)

// spanFlags narrow a search.
type spanFlags struct {
	since  time.Duration
	agents []string
	text   string
}

func (f *spanFlags) add(cmd *cobra.Command, since time.Duration) {
	if since > 0 {
		cmd.Flags().DurationVar(&f.since, "since", since, "how far back, such as 24h; 0 is all")
	}
	cmd.Flags().StringSliceVar(&f.agents, "agent", nil, "only those of an agent, by id")
	cmd.Flags().StringVar(&f.text, "text", "", "what they must say, in the indexer's query_string language")
}

func (f *spanFlags) span(s *wazuhSettings) wazuh.Span {
	span := wazuh.Span{Agents: agentIDs(f.agents), Text: f.text, Descending: true, PageSize: 500}
	if s.limit > 0 {
		span.PageSize, span.Live = min(s.limit+1, 1000), s.limit < 1000 // one page needs no point in time
	}
	if f.since > 0 {
		span.From = time.Now().Add(-f.since)
	}
	return span
}

func wazuhAlerts(s *wazuhSettings) *cobra.Command {
	var f spanFlags
	var search wazuh.AlertSearch
	cmd := &cobra.Command{
		Use: "alerts", Short: "Alerts of Wazuh 4 from the indexer, newest first", Args: cobra.NoArgs,
		RunE: withIndexer(s, func(cmd *cobra.Command, x *wazuh.Indexer, _ []string) error {
			search.Span = f.span(s)
			type alert = wazuh.IndexedAlert
			if s.asJSON {
				return printSources(cmd, s, func(yield func(wazuh.Document, error) bool) {
					for a, err := range x.Alerts(cmd.Context(), search) {
						if !yield(a.Document, err) {
							return
						}
					}
				})
			}
			return printAll(cmd, s, x.Alerts(cmd.Context(), search),
				column[alert]{"TIME", func(a alert) string { return local(a.Time) }},
				column[alert]{"LEVEL", func(a alert) string { return number(a.Rule.Level) }},
				column[alert]{"RULE", func(a alert) string { return string(a.Rule.ID) }},
				column[alert]{"AGENT", func(a alert) string { return string(a.Agent.ID) + " " + a.Agent.Name }},
				column[alert]{"DESCRIPTION", func(a alert) string { return a.Rule.Description }})
		}),
	}
	f.add(cmd, 24*time.Hour)
	cmd.Flags().IntVar(&search.MinLevel, "min-level", 0, "of the rule, 1 to 16")
	cmd.Flags().StringSliceVar(&search.Rules, "rule", nil, "only those of a rule, by id")
	cmd.Flags().StringSliceVar(&search.Groups, "group", nil, "only those of a group of rules")
	limitFlag(cmd, 50)
	return cmd
}

// printSources prints documents as they were indexed, one a line.
func printSources(cmd *cobra.Command, s *wazuhSettings, documents func(func(wazuh.Document, error) bool)) error {
	n := 0
	for d, err := range documents {
		if err != nil {
			return err
		}
		if n++; s.limit > 0 && n > s.limit {
			return nil
		}
		if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%s\n", strings.ReplaceAll(string(d.Source), "\n", " ")); err != nil {
			return err
		}
	}
	return nil
}

func wazuhFindings(s *wazuhSettings) *cobra.Command {
	var f spanFlags
	var search wazuh.FindingSearch
	cmd := &cobra.Command{
		Use: "findings", Short: "Findings of Wazuh 5 from the indexer, newest first", Args: cobra.NoArgs,
		RunE: withIndexer(s, func(cmd *cobra.Command, x *wazuh.Indexer, _ []string) error {
			search.Span = f.span(s)
			type finding = wazuh.IndexedFinding
			if s.asJSON {
				return printSources(cmd, s, func(yield func(wazuh.Document, error) bool) {
					for a, err := range x.Findings(cmd.Context(), search) {
						if !yield(a.Document, err) {
							return
						}
					}
				})
			}
			return printAll(cmd, s, x.Findings(cmd.Context(), search),
				column[finding]{"TIME", func(a finding) string { return local(a.Time) }},
				column[finding]{"LEVEL", func(a finding) string { return a.Wazuh.Rule.Level }},
				column[finding]{"AGENT", func(a finding) string { return string(a.Wazuh.Agent.ID) + " " + a.Wazuh.Agent.Name }},
				column[finding]{"TITLE", func(a finding) string { return a.Wazuh.Rule.Title }},
				column[finding]{"RULE", func(a finding) string { return string(a.Wazuh.Rule.ID) }})
		}),
	}
	f.add(cmd, 24*time.Hour)
	cmd.Flags().StringSliceVar(&search.Levels, "level", nil, "informational, low, medium, high or critical")
	cmd.Flags().StringSliceVar(&search.Rules, "rule", nil, "only those of a rule, by id")
	limitFlag(cmd, 50)
	return cmd
}

func wazuhVulnerabilities(s *wazuhSettings) *cobra.Command {
	var f spanFlags
	var search wazuh.VulnerabilitySearch
	cmd := &cobra.Command{
		Use: "vulnerabilities", Short: "Packages that are vulnerable now, from the indexer", Args: cobra.NoArgs,
		RunE: withIndexer(s, func(cmd *cobra.Command, x *wazuh.Indexer, _ []string) error {
			search.Span = f.span(s)
			type found = wazuh.Vulnerability
			return printAll(cmd, s, x.Vulnerabilities(cmd.Context(), search),
				column[found]{"CVE", func(v found) string { return v.Vulnerability.ID }},
				column[found]{"SEVERITY", func(v found) string { return v.Vulnerability.Severity }},
				column[found]{"SCORE", func(v found) string { return strconv.FormatFloat(v.Vulnerability.Score.Base, 'f', 1, 64) }},
				column[found]{"AGENT", func(v found) string { return string(v.Agent.ID) + " " + v.Agent.Name }},
				column[found]{"PACKAGE", func(v found) string { return v.Package.Name + " " + string(v.Package.Version) }},
				column[found]{"FOUND", func(v found) string { return local(v.Vulnerability.Detected) }})
		}),
	}
	f.add(cmd, 0)
	cmd.Flags().StringSliceVar(&search.Severities, "severity", nil, "Critical, High, Medium or Low")
	cmd.Flags().StringSliceVar(&search.IDs, "cve", nil, "only these")
	cmd.Flags().StringSliceVar(&search.Packages, "package", nil, "only those of a package, by name")
	limitFlag(cmd, 100)
	return cmd
}

func wazuhHealth(s *wazuhSettings) *cobra.Command {
	return &cobra.Command{
		Use: "health", Short: "How the indexer does, and what it holds", Args: cobra.NoArgs,
		RunE: withIndexer(s, func(cmd *cobra.Command, x *wazuh.Indexer, _ []string) error {
			health, err := x.Health(cmd.Context())
			if err != nil {
				return err
			}
			indices, err := x.Indices(cmd.Context(), "wazuh-*")
			if err != nil {
				return err
			}
			if s.asJSON {
				return jsonLines(cmd.OutOrStdout(), []any{map[string]any{"health": health, "indices": indices}})
			}
			if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%s is %s: %d nodes, %d shards, %d of them unassigned\n\n",
				oneLine(health.Cluster), health.Status, health.Nodes, health.Shards, health.UnassignedShards); err != nil {
				return err
			}
			return printAll(cmd, s, listed(indices, nil),
				column[wazuh.Index]{"INDEX", func(i wazuh.Index) string { return i.Name }},
				column[wazuh.Index]{"HEALTH", func(i wazuh.Index) string { return i.Health }},
				column[wazuh.Index]{"DOCUMENTS", func(i wazuh.Index) string { return number(i.Documents) }},
				column[wazuh.Index]{"SIZE", func(i wazuh.Index) string { return size(int64(i.Bytes)) }})
		}),
	}
}
