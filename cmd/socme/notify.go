package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/BurntSushi/toml"
	"github.com/spf13/cobra"

	"github.com/socme-project/socme/notifyme"
	"github.com/socme-project/socme/notifyme/all"
)

func notifyCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "notify", Short: "Ways to tell people, and whether they work"}
	cmd.AddCommand(notifyTest(), notifyChannels())
	return cmd
}

func notifyTest() *cobra.Command {
	var files []string
	var severity, link string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "test TEXT", Short: "Send a message by one or more channels and say what became of it", Args: cobra.ExactArgs(1),
		Long: "Send a message by one or more channels and say what became of it. Ends with 1 unless all of\n" +
			"them sent it. A channel is a TOML file: its kind, and the fields that `socme notify channels`\n" +
			"lists. A secret stands in a file of its own, which others cannot read: token_file = \"ntfy.token\".",
		Example: "  socme notify test --channel ntfy.toml \"Does this reach you?\"\n  socme notify test --channel mail.toml --channel phone.toml --severity critical \"A drill\"",
		RunE: func(cmd *cobra.Command, args []string) error {
			fanout := notifyme.Fanout{}
			for _, file := range files {
				notifier, err := openChannel(file)
				if err != nil {
					return err
				}
				fanout[file] = notifier
			}
			level := slices.IndexFunc(severities(), func(name string) bool { return name == severity })
			if level < 0 {
				return fmt.Errorf("severity %q is none of %s", severity, strings.Join(severities(), ", "))
			}
			// The SIP library tells of its own housekeeping there.
			slog.SetDefault(slog.New(slog.DiscardHandler))
			m := notifyme.Message{Title: "SOCme test", Text: args[0], Severity: notifyme.Severity(level), Link: link}
			deliveries := fanout.Send(cmd.Context(), m)
			slices.SortFunc(deliveries, func(a, b notifyme.Delivery) int { return cmp.Compare(a.Name, b.Name) })
			return printDeliveries(cmd.OutOrStdout(), deliveries, asJSON)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&files, "channel", nil, "the channel's TOML file; may be given again")
	flags.StringVar(&severity, "severity", notifyme.Informational.String(), strings.Join(severities(), ", "))
	flags.StringVar(&link, "link", "", "address to send along")
	flags.BoolVar(&asJSON, "json", false, "one JSON object a channel")
	_ = cmd.MarkFlagRequired("channel") // the flag exists
	return cmd
}

func severities() []string {
	var names []string
	for s := notifyme.Unknown; s <= notifyme.Critical; s++ {
		names = append(names, s.String())
	}
	return names
}

// openChannel reads a channel's file.
func openChannel(file string) (notifyme.Notifier, error) {
	settings := notifyme.Settings{}
	if _, err := toml.DecodeFile(file, &settings); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	kind, _ := settings["kind"].(string)
	delete(settings, "kind")
	channels := all.Channels()
	at := slices.IndexFunc(channels, func(c notifyme.Channel) bool { return c.Kind == kind })
	if at < 0 {
		return nil, fmt.Errorf("%s: kind %q is none of those that `socme notify channels` lists", file, kind)
	}
	settings, err := channels[at].ReadSecrets(settings, filepath.Dir(file))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	notifier, err := channels[at].Open(settings)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return notifier, nil
}

// delivered is a line of the JSON output.
type delivered struct {
	Channel string            `json:"channel"`
	Outcome string            `json:"outcome"`
	Receipt *notifyme.Receipt `json:"receipt,omitempty"`
	Error   string            `json:"error,omitempty"`
}

func printDeliveries(out io.Writer, deliveries []notifyme.Delivery, asJSON bool) error {
	failed := 0
	var shown []delivered
	for _, d := range deliveries {
		line := delivered{Channel: d.Name, Outcome: d.Outcome.String(), Receipt: &d.Receipt}
		if d.Err != nil {
			failed++
			line.Receipt, line.Error = nil, d.Err.Error()
		}
		shown = append(shown, line)
	}
	if asJSON {
		if err := jsonLines(out, shown); err != nil {
			return err
		}
	} else {
		table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, line := range shown {
			detail := line.Error
			if line.Receipt != nil {
				detail = line.Receipt.ID
				if line.Receipt.Acknowledged {
					detail += " acknowledged"
				}
			}
			fmt.Fprintf(table, "%s\t%s\t%s\n", line.Channel, line.Outcome, detail)
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d channels did not send it", failed, len(deliveries))
	}
	return nil
}

func notifyChannels() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "channels [KIND]", Short: "List the kinds of channels, or the fields of one", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			channels := all.Channels()
			if len(args) == 1 {
				channels = slices.DeleteFunc(channels, func(c notifyme.Channel) bool { return c.Kind != args[0] })
				if len(channels) == 0 {
					return fmt.Errorf("there is no kind %q", args[0])
				}
			}
			out := cmd.OutOrStdout()
			table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
			for _, c := range channels {
				switch {
				case asJSON:
					line, err := json.Marshal(map[string]any{"kind": c.Kind, "about": c.About, "fields": c.Fields()})
					if err != nil {
						return err
					}
					fmt.Fprintln(out, string(line))
				case len(args) == 1:
					printFields(table, c)
				default:
					fmt.Fprintf(table, "%s\t%s\n", c.Kind, c.About)
				}
			}
			return table.Flush()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a kind, with its fields")
	return cmd
}

// printFields shows the fields as the file names them: a secret by its file.
func printFields(out io.Writer, c notifyme.Channel) {
	fmt.Fprintf(out, "kind = %q\t%s\n", c.Kind, c.About)
	for _, f := range c.Fields() {
		name, note := f.Name, f.Type
		if f.Secret {
			name, note = name+"_file", "file of a secret"
		}
		switch {
		case f.Required:
			note += ", required"
		case f.Default != "":
			note += ", default " + f.Default
		}
		if f.Choices != nil {
			note += " (" + strings.Join(f.Choices, ", ") + ")"
		}
		fmt.Fprintf(out, "%s\t%s\t%s\n", name, note, f.Help)
	}
}
