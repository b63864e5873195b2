package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

func nodeShow() *cobra.Command {
	var asJSON, live bool
	cmd := &cobra.Command{
		Use: "show NODE", Short: "Show how a node does: health, sources, ledger, and what it did not deliver", Args: cobra.ExactArgs(1),
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			found, err := findNode(cmd, api, args[0])
			if err != nil {
				return err
			}
			tick := time.NewTicker(2 * time.Second)
			defer tick.Stop()
			for {
				n, err := api.Node(cmd.Context(), found.ID)
				if err != nil {
					return err
				}
				if asJSON {
					err = jsonLines(cmd.OutOrStdout(), []sdk.NodeDetail{n})
				} else {
					if live {
						fmt.Fprint(cmd.OutOrStdout(), "\x1b[H\x1b[2J") // a clear screen
					}
					err = printNode(cmd.OutOrStdout(), n, time.Now())
				}
				if err != nil || !live {
					return err
				}
				select {
				case <-cmd.Context().Done():
					return nil
				case <-tick.C:
				}
			}
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	cmd.ValidArgsFunction = completeNode
	cmd.Flags().BoolVar(&live, "live", false, "again every 2 s, until interrupted")
	return cmd
}

func printNode(out io.Writer, n sdk.NodeDetail, now time.Time) error {
	var b strings.Builder
	row := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-12s %s\n", name, fmt.Sprintf(format, args...))
	}
	row("node", "%s (%s) of %s", n.Name, n.ID, named(n.Client, n.Demo))
	row("state", "%s, heard %s", n.State, ago(n.LastSeenTime, now))
	row("version", "%s at %s", n.Version, n.Address)
	row("clock", "%s", skew(n.ClockSkewMS))
	row("delivered", "%d: %d alerts, %d repeated, %d dropped; %d missing, %d forks", n.Delivered, n.Alerts, n.Repeated, n.Dropped, n.Missing, n.Forks)
	row("ledger key", "%s", n.LedgerKey)
	if h := n.Health; h != nil {
		printHealth(row, h, now)
	}
	if m := n.Machine; m != nil {
		printMachine(row, m, now)
	}
	if a := n.Agents; a != nil {
		row("agents", "%s, as of %s", agentCounts(a.AgentCounts), ago(a.ToldTime, now))
		if a.Trouble != "" {
			row("TROUBLE", "%s", a.Trouble)
		}
	}
	b.WriteByte('\n')
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SOURCE\tSTATE\tLINES\tALERTS\tFILTERED\tSKIPPED\tLAG\tFAILURES\tPATH")
	for _, s := range n.Sources {
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%d\t%s\t%s\t%d\t%s\n", s.Name, s.State, s.Lines, s.Alerts, s.Filtered, skipped(s.Counts), lag(s), s.Failures, s.Path)
	}
	if len(n.Sources) == 0 {
		fmt.Fprintln(table, "none: name the sensors in the node's node.toml")
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, s := range n.Sources {
		if s.Error != "" {
			fmt.Fprintf(&b, "%s: %s\n", s.Name, s.Error)
		}
	}
	fmt.Fprintf(&b, "\n")
	table = tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "LANE\tEPOCH\tTAKEN\tOF\tSIGNED\tVALUE")
	for _, h := range n.Heads {
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%d\t%.16s…\n", h.Lane, h.Epoch, h.Seq, h.Latest, h.SignedSeq, h.Value)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if len(n.Withheld) > 0 {
		b.WriteByte('\n')
		table = tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "NOT DELIVERED\tWHY\tSEVERITY\tRULE\tLAST")
		for _, w := range n.Withheld {
			why := string(w.Why)
			if w.Reason != "" {
				why += ": " + w.Reason
			}
			fmt.Fprintf(table, "%d\t%s\t%s\t%s %s\t%s\n", w.Count, why, w.Severity, w.Rule.ID, w.Rule.Name, ago(w.LastTime, now))
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}

func printHealth(row func(name, format string, args ...any), h *soc.NodeHealth, now time.Time) {
	oldest := "nothing waits"
	if !h.OldestTime.IsZero() {
		oldest = fmt.Sprintf("%d records wait, the oldest since %s", h.OutboxRecords, ago(h.OldestTime, now))
	}
	row("outbox", "%s of %s; %s", size(h.OutboxBytes), size(h.OutboxQuota), oldest)
	if h.Trouble != "" {
		row("TROUBLE", "%s", h.Trouble)
	}
	row("process", "%.1f %% of a core, %s, up since %s", h.CPUPercent, size(h.MemoryBytes), ago(h.StartTime, now))
	row("load", "%.0f %% of the machine's processor, load %.2f on %d cores, %s of %s memory free, %s of %s disk free",
		h.CPUUsage, h.Load, h.Cores, size(h.MemoryFree), size(h.MemoryTotal), size(h.DiskFree), size(h.DiskTotal))
	system := h.System
	if h.Suricata != "" {
		system += "; Suricata " + h.Suricata
	}
	if h.Wazuh != "" {
		system += "; Wazuh " + h.Wazuh
	}
	row("system", "%s", system)
}

// printMachine prints what is known of the machine.
func printMachine(row func(name, format string, args ...any), m *soc.Machine, now time.Time) {
	words := func(name string, parts ...string) {
		parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
		if len(parts) > 0 {
			row(name, "%s", oneLine(strings.Join(parts, ", ")))
		}
	}
	of := func(s soc.Space) string { return size(s.Used) + " of " + size(s.Total) }
	words("machine", m.Host, m.Model, m.Inside)
	words("os", m.OS, m.Kernel)
	if !m.BootTime.IsZero() {
		row("booted", "%s", ago(m.BootTime, now))
	}
	cores := ""
	if m.Cores > 0 {
		cores = fmt.Sprintf("%d cores, %d threads", m.Cores, m.Threads)
	}
	words("cpu", m.CPU, cores)
	words("gpu", m.GPUs...)
	if m.Memory.Total > 0 {
		row("memory", "%s", of(m.Memory))
	}
	if m.Swap.Total > 0 {
		row("swap", "%s", of(m.Swap))
	}
	for _, d := range m.Disks {
		row("disk", "%s %s %s", oneLine(d.Mount), of(d.Space), oneLine(d.Type))
	}
	for _, a := range m.Addresses {
		words("address", a.Address+" "+a.Interface)
	}
}

func size(n int64) string { return humanize.IBytes(uint64(max(0, n))) }

func ago(t, now time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return humanize.RelTime(t, now, "ago", "from now")
}

func skew(ms int64) string {
	d := time.Duration(ms) * time.Millisecond
	switch {
	case d.Abs() <= soc.SkewAllowed:
		return "agrees with the core's"
	case d > 0:
		return fmt.Sprintf("%s AHEAD of the core's", d)
	}
	return fmt.Sprintf("%s BEHIND the core's", d.Abs())
}

func skipped(c soc.Counts) string {
	var parts []string
	if c.Malformed > 0 {
		parts = append(parts, fmt.Sprintf("%d malformed", c.Malformed))
	}
	if c.TooLong > 0 {
		parts = append(parts, fmt.Sprintf("%d too long", c.TooLong))
	}
	if len(parts) == 0 {
		return "0"
	}
	return strings.Join(parts, ", ")
}

func lag(s soc.SourceHealth) string {
	if s.LagBytes == 0 && s.LagSeconds == 0 {
		return "none"
	}
	return fmt.Sprintf("%s, %.0f s", size(s.LagBytes), s.LagSeconds)
}
