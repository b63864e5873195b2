package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/wazuh"
)

// wazuhRuleset is rules or decoders.
func wazuhRuleset(s *wazuhSettings, noun string) *cobra.Command {
	cmd := &cobra.Command{
		Use: noun, Short: "The manager's " + noun + ": list, files, show, put, delete", Args: cobra.NoArgs,
		Long: "The manager's " + noun + ", up to Wazuh 4.14. A file that was put or deleted counts after `socme wazuh reload`.",
	}
	limitFlag(cmd, 100)
	files := func(c *wazuh.Client) *wazuh.RulesetFiles {
		if noun == "rules" {
			return c.Rules.Files
		}
		return c.Decoders.Files
	}
	if noun == "rules" {
		listRules(cmd, s)
	} else {
		listDecoders(cmd, s)
	}
	cmd.AddCommand(&cobra.Command{
		Use: "files", Short: "The files", Args: cobra.NoArgs,
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, _ []string) error {
			return printAll(cmd, s, files(c).List(cmd.Context(), wazuh.RulesetFileFilter{}),
				column[wazuh.RulesetFile]{"FILE", func(f wazuh.RulesetFile) string { return f.Name }},
				column[wazuh.RulesetFile]{"FOLDER", func(f wazuh.RulesetFile) string { return f.Folder }},
				column[wazuh.RulesetFile]{"STATUS", func(f wazuh.RulesetFile) string { return f.Status }})
		}),
	}, &cobra.Command{
		Use: "show FILE", Short: "Print a file to the byte", Args: cobra.ExactArgs(1),
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, args []string) error {
			text, err := files(c).Read(cmd.Context(), wazuh.FileRef{Name: args[0]})
			return printBytes(cmd, text, err)
		}),
	}, wazuhPut(s, func(cmd *cobra.Command, c *wazuh.Client, name string, text []byte, overwrite bool) error {
		return files(c).Write(cmd.Context(), wazuh.FileRef{Name: name}, text, overwrite)
	}), wazuhDelete(s, func(cmd *cobra.Command, c *wazuh.Client, name string) error {
		return files(c).Delete(cmd.Context(), wazuh.FileRef{Name: name})
	}))
	return cmd
}

func printBytes(cmd *cobra.Command, text []byte, err error) error {
	if err != nil {
		return err
	}
	_, err = cmd.OutOrStdout().Write(text)
	return err
}

func listRules(cmd *cobra.Command, s *wazuhSettings) {
	var f wazuh.RuleFilter
	cmd.RunE = withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, _ []string) error {
		f.PageSize = s.pageOf()
		return printAll(cmd, s, c.Rules.List(cmd.Context(), f),
			column[wazuh.Rule]{"ID", func(r wazuh.Rule) string { return strconv.Itoa(r.ID) }},
			column[wazuh.Rule]{"LEVEL", func(r wazuh.Rule) string { return strconv.Itoa(r.Level) }},
			column[wazuh.Rule]{"DESCRIPTION", func(r wazuh.Rule) string { return r.Description }},
			column[wazuh.Rule]{"GROUPS", func(r wazuh.Rule) string { return strings.Join(r.Groups, ",") }},
			column[wazuh.Rule]{"MITRE", func(r wazuh.Rule) string { return strings.Join(r.Mitre, ",") }},
			column[wazuh.Rule]{"FILE", func(r wazuh.Rule) string { return r.File }})
	})
	flags := cmd.Flags()
	flags.IntSliceVar(&f.IDs, "id", nil, "only these")
	flags.StringVar(&f.Level, "level", "", "4, or 2-4")
	flags.StringVar(&f.Group, "group", "", "only those of a group")
	flags.StringSliceVar(&f.Files, "file", nil, "only those of a file")
	flags.StringVar(&f.Mitre, "mitre", "", "only those of a technique, such as T1110.001")
	flags.StringVar(&f.Search, "search", "", "a text that any field holds")
}

func listDecoders(cmd *cobra.Command, s *wazuhSettings) {
	var f wazuh.DecoderFilter
	cmd.RunE = withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, _ []string) error {
		f.PageSize = s.pageOf()
		return printAll(cmd, s, c.Decoders.List(cmd.Context(), f),
			column[wazuh.Decoder]{"NAME", func(d wazuh.Decoder) string { return d.Name }},
			column[wazuh.Decoder]{"POSITION", func(d wazuh.Decoder) string { return strconv.Itoa(d.Position) }},
			column[wazuh.Decoder]{"FILE", func(d wazuh.Decoder) string { return d.File }},
			column[wazuh.Decoder]{"DETAILS", func(d wazuh.Decoder) string { return string(d.Details) }})
	})
	flags := cmd.Flags()
	flags.StringSliceVar(&f.Names, "name", nil, "only these")
	flags.StringSliceVar(&f.Files, "file", nil, "only those of a file")
	flags.StringVar(&f.Search, "search", "", "a text that any field holds")
}

func wazuhLists(s *wazuhSettings) *cobra.Command {
	cmd := &cobra.Command{
		Use: "lists", Short: "The manager's CDB lists: list, show, put, delete", Args: cobra.NoArgs,
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, _ []string) error {
			return printAll(cmd, s, c.Lists.List(cmd.Context(), wazuh.ListFilter{}),
				column[wazuh.CDBList]{"LIST", func(l wazuh.CDBList) string { return l.Name }},
				column[wazuh.CDBList]{"FOLDER", func(l wazuh.CDBList) string { return l.Folder }},
				column[wazuh.CDBList]{"KEYS", func(l wazuh.CDBList) string { return strconv.Itoa(len(l.Items)) }})
		}),
	}
	cmd.AddCommand(&cobra.Command{
		Use: "show NAME", Short: "Print a list: lines of key:value", Args: cobra.ExactArgs(1),
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, args []string) error {
			text, err := c.Lists.Read(cmd.Context(), args[0])
			return printBytes(cmd, text, err)
		}),
	}, wazuhPut(s, func(cmd *cobra.Command, c *wazuh.Client, name string, text []byte, overwrite bool) error {
		return c.Lists.Write(cmd.Context(), name, text, overwrite)
	}), wazuhDelete(s, func(cmd *cobra.Command, c *wazuh.Client, name string) error {
		return c.Lists.Delete(cmd.Context(), name)
	}))
	return cmd
}

func wazuhPut(s *wazuhSettings, write func(*cobra.Command, *wazuh.Client, string, []byte, bool) error) *cobra.Command {
	var name string
	var overwrite, reload bool
	cmd := &cobra.Command{
		Use: "put FILE", Short: "Store a file at the manager (- is the standard input, with --name)", Args: cobra.ExactArgs(1),
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, args []string) error {
			text, err := readArgument(cmd, args[0])
			if err != nil {
				return err
			}
			if name == "" {
				name = filepath.Base(args[0])
			}
			if name == "-" {
				return errors.New("say --name: what the file is to be called")
			}
			err = write(cmd, c, name, text, overwrite)
			if errors.Is(err, wazuh.ErrExists) {
				return fmt.Errorf("%w\nsay --overwrite to replace it", err)
			}
			if err != nil || !reload {
				return err
			}
			_, err = c.Manager.ReloadRuleset(cmd.Context())
			return err
		}),
	}
	cmd.Flags().StringVar(&name, "name", "", "what it is called there; as here, if empty")
	cmd.Flags().BoolVar(&overwrite, "overwrite", false, "replace one that is there already")
	cmd.Flags().BoolVar(&reload, "reload", false, "make the manager read it now")
	return cmd
}

func readArgument(cmd *cobra.Command, name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(cmd.InOrStdin())
	}
	return os.ReadFile(name) //nolint:gosec // the user names it
}

func wazuhDelete(s *wazuhSettings, remove func(*cobra.Command, *wazuh.Client, string) error) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use: "delete FILE", Short: "Remove a file of the manager's own", Args: cobra.ExactArgs(1),
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, args []string) error {
			if !yes {
				return sureOf("removes " + args[0])
			}
			return remove(cmd, c, args[0])
		}),
	}
	yesFlag(cmd, &yes)
	return cmd
}

func wazuhLogtest(s *wazuhSettings) *cobra.Command {
	in := wazuh.LogtestInput{}
	cmd := &cobra.Command{
		Use: "logtest [EVENT]", Short: "Try what the manager makes of an event, or of each line of the standard input", Args: cobra.MaximumNArgs(1),
		Long: "Try what the manager makes of an event, or of each line of the standard input, without it\nbeing one. All lines are of one session, so that rules with a frequency count them.",
		RunE: withWazuh(s, func(cmd *cobra.Command, c *wazuh.Client, args []string) error {
			lines := cmd.InOrStdin()
			if len(args) == 1 {
				lines = strings.NewReader(args[0])
			}
			scanner := bufio.NewScanner(lines)
			scanner.Buffer(nil, 1<<20)
			for scanner.Scan() {
				if scanner.Text() == "" {
					continue
				}
				in.Event = scanner.Text()
				result, err := c.Logtest.Run(cmd.Context(), in)
				if err != nil {
					return err
				}
				in.Token = result.Token
				if err := printLogtest(cmd, s, result); err != nil {
					return err
				}
			}
			if err := scanner.Err(); err != nil {
				return err
			}
			if in.Token == "" {
				return nil
			}
			return c.Logtest.End(cmd.Context(), in.Token)
		}),
	}
	cmd.Flags().StringVar(&in.Format, "format", "syslog", "syslog, json, eventchannel, …")
	cmd.Flags().StringVar(&in.Location, "location", "socme", "where the event is said to come from")
	return cmd
}

func printLogtest(cmd *cobra.Command, s *wazuhSettings, r wazuh.LogtestResult) error {
	if s.asJSON {
		return jsonLines(cmd.OutOrStdout(), []wazuh.LogtestResult{r})
	}
	var b strings.Builder
	row := func(name, text string) {
		if text != "" && text != "{}" {
			fmt.Fprintf(&b, "%-9s %s\n", name, oneLine(text))
		}
	}
	o := r.Output
	row("event", o.FullLog)
	row("decoder", string(o.Decoder))
	row("data", string(o.Data))
	if o.Rule == nil {
		row("rule", "none fits")
	} else {
		row("rule", fmt.Sprintf("%s, level %d: %s", o.Rule.ID, o.Rule.Level, o.Rule.Description))
		row("groups", strings.Join(o.Rule.Groups, " "))
		if o.Rule.Mitre != nil {
			row("mitre", strings.Join(o.Rule.Mitre.ID, " ")+" "+strings.Join(o.Rule.Mitre.Technique, ", "))
		}
	}
	row("alert", map[bool]string{true: "yes", false: "no"}[r.Alert])
	for _, m := range r.Messages {
		if !strings.HasPrefix(m, "INFO") {
			row("note", m)
		}
	}
	b.WriteByte('\n')
	_, err := io.WriteString(cmd.OutOrStdout(), b.String())
	return err
}
