package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/sdk"
)

func applyCommand() *cobra.Command {
	var file, tokens string
	var yes, dryRun bool
	cmd := &cobra.Command{
		Use: "apply -f FILE", Short: "Make clients, nodes' tokens, users, views and retention as a file says", Args: cobra.NoArgs,
		Long: "Make clients, enrolment tokens of nodes, users, views and retention as a YAML file says. What differs\nis shown first, and then asked about. To apply a file twice changes nothing the second\n" +
			"time. No client, node, user or view is ever taken away; the policies of retention become those\nof the file, if it names any.\n\n" +
			"  clients:\n    - name: Acme\n      nodes: [acme-gate, acme-dmz]\n  users:\n    - {name: ada, role: analyst, clients: [all]}\n  views:\n    - {name: Urgent, query: \"severity>=high is:open\", shared: true}\n  retention:\n    - {severity: low, days: 90}\n    - {client: Acme, severity: critical, days: forever}",
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, _ []string) error {
			want, err := readWantedFile(cmd, file)
			if err != nil {
				return err
			}
			is, err := readPresent(cmd.Context(), api, want)
			if err != nil {
				return err
			}
			changes, err := plan(is, want, tokens, time.Now())
			if err != nil {
				return err
			}
			out, steps := cmd.OutOrStdout(), 0
			for _, c := range changes {
				fmt.Fprintln(out, oneLine(c.says))
				if c.do != nil {
					steps++
				}
			}
			if steps == 0 {
				_, err = fmt.Fprintln(out, "Nothing to change.")
				return err
			}
			if dryRun {
				return nil
			}
			if !yes {
				if file == "-" {
					return errors.New("standard input is the file, so nobody can be asked: give --yes")
				}
				if !agreed(cmd.InOrStdin(), out) {
					return errors.New("nothing was changed")
				}
			}
			for _, c := range changes {
				if c.do == nil {
					continue
				}
				if err := c.do(cmd.Context(), api); err != nil {
					return fmt.Errorf("%s: %w", strings.TrimPrefix(c.says, "+ "), err)
				}
			}
			_, err = fmt.Fprintln(out, "Done.")
			return err
		}),
	}
	flags := cmd.Flags()
	flags.StringVarP(&file, "file", "f", "", "YAML file; - is standard input")
	flags.StringVar(&tokens, "tokens", "", "folder for the enrolment tokens of nodes that are not enrolled; each is good for an hour")
	flags.BoolVar(&yes, "yes", false, "do not ask")
	flags.BoolVar(&dryRun, "dry-run", false, "show what differs, and change nothing")
	_ = cmd.MarkFlagRequired("file") // the flag exists
	return cmd
}

func readWantedFile(cmd *cobra.Command, file string) (wanted, error) {
	in := cmd.InOrStdin()
	if file != "-" {
		opened, err := os.Open(file) //nolint:gosec // the user names it
		if err != nil {
			return wanted{}, err
		}
		defer func() { _ = opened.Close() }() // it was read only
		in = opened
	}
	want, err := readWanted(in)
	if err != nil {
		return want, fmt.Errorf("%s: %w", file, err)
	}
	return want, nil
}

// agreed asks; no answer is no.
func agreed(in io.Reader, out io.Writer) bool {
	fmt.Fprint(out, "Do this? [y/N] ")
	answer, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && answer == "" {
		fmt.Fprintln(out)
		return false
	}
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}
