package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/internal/proof"
	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

func proofCommand() *cobra.Command {
	var from, until, file string
	var raw bool
	cmd := &cobra.Command{
		Use: "proof NODE", Short: "Write a signed file that proves what a node delivered", Args: cobra.ExactArgs(1),
		Long: "Write a signed file that proves what a node delivered between two times of the core's\nclock. `socme verify FILE` checks it without any core. NODE is an id or a name.",
		Example: "  socme proof acme-gate --from 2026-03-01 --until 2026-04-01 --output acme-march.jsonl\n" +
			"  socme proof acme-gate --from -24h | socme verify -",
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			node, err := findNode(cmd, api, args[0])
			if err != nil {
				return err
			}
			of := sdk.ProofOf{Node: node.ID, Raw: raw}
			if of.From, err = parseMoment(from, time.Now()); err != nil {
				return err
			}
			if until != "" {
				if of.Until, err = parseMoment(until, time.Now()); err != nil {
					return err
				}
			}
			if file == "" || file == "-" {
				return api.Proof(cmd.Context(), of, cmd.OutOrStdout())
			}
			// Under another name until it is whole: half a proof proves nothing.
			part, err := os.Create(file + ".part") //nolint:gosec // the user names it
			if err != nil {
				return err
			}
			err = errors.Join(api.Proof(cmd.Context(), of, part), part.Close())
			if err != nil {
				return errors.Join(err, os.Remove(part.Name()))
			}
			return os.Rename(part.Name(), file)
		}),
	}
	cmd.ValidArgsFunction = completeNode
	flags := cmd.Flags()
	flags.StringVar(&from, "from", "-24h", "a time such as 2026-03-01, 2026-03-01T14:00:00Z or -24h; without a zone it is UTC")
	flags.StringVar(&until, "until", "", "the end, exclusive (default: now)")
	flags.StringVarP(&file, "output", "o", "", "file to write (default: standard output)")
	flags.BoolVar(&raw, "raw", false, "with the sensors' own lines, as far as the core still holds them")
	return cmd
}

func verifyCommand() *cobra.Command {
	var key, authority string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "verify FILE", Short: "Check such a file, offline, and name the first record that is missing or was changed", Args: cobra.ExactArgs(1),
		Long: "Check a file of `socme proof` with nothing but the file. The node's ledger key and the\nfingerprint of the core's authority are printed: compare them with what you know, or\ngive them as --ledger-key and --authority. FILE may be - for standard input.",
		RunE: func(cmd *cobra.Command, args []string) error {
			in := io.NopCloser(cmd.InOrStdin())
			if args[0] != "-" {
				file, err := os.Open(args[0])
				if err != nil {
					return err
				}
				in = file
			}
			report, err := proof.Verify(in)
			if err := errors.Join(err, in.Close()); err != nil {
				return err
			}
			if key != "" && !strings.EqualFold(key, soc.HexBytes(report.Header.LedgerKey).String()) {
				report.Problems = append(report.Problems, "the ledger key is not the one that was given: this is another node's ledger")
			}
			if authority != "" && !strings.EqualFold(authority, report.Authority.String()) {
				report.Problems = append(report.Problems, "the file was not signed by the authority that was given")
			}
			if asJSON {
				err = jsonLines(cmd.OutOrStdout(), []*proof.Report{report})
			} else {
				err = printReport(cmd.OutOrStdout(), report)
			}
			if err == nil && !report.Good() {
				err = errors.New("the proof does not hold: " + report.Problems[0])
			}
			return err
		},
	}
	cmd.Flags().StringVar(&key, "ledger-key", "", "the node's ledger key, as `socme node key` prints it at the node")
	cmd.Flags().StringVar(&authority, "authority", "", "the fingerprint of the core's authority")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

func printReport(out io.Writer, r *proof.Report) error {
	var b strings.Builder
	h := r.Header
	fmt.Fprintf(&b, "node         %s (%s) of %s\n", h.Name, h.Node, h.Client)
	fmt.Fprintf(&b, "delivered    from %s until %s\n", h.From.Format(time.RFC3339), h.Until.Format(time.RFC3339))
	fmt.Fprintf(&b, "records      %d: %d alerts, %d repeated, %d witnesses, %d dropped by the node's quota\n",
		r.Alerts+r.Repeated+r.Witnesses+r.Dropped, r.Alerts, r.Repeated, r.Witnesses, r.Dropped)
	if r.Missing > 0 {
		fmt.Fprintf(&b, "missing      %d\n", r.Missing)
	}
	fmt.Fprintf(&b, "checked      %d signed heads, %d raw lines\n", r.Heads, r.Raws)
	fmt.Fprintf(&b, "ledger key   %s\n", soc.HexBytes(h.LedgerKey))
	if r.Authority != (soc.Hash{}) {
		fmt.Fprintf(&b, "authority    %s\n", r.Authority)
	}
	for _, problem := range r.Problems {
		fmt.Fprintf(&b, "WRONG        %s\n", problem)
	}
	if r.Good() {
		b.WriteString("\nProven: no record is missing, and none was changed.\n")
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// parseMoment reads -24h, -7d, a date or RFC 3339.
func parseMoment(text string, now time.Time) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04", "2006-01-02T15:04:05", time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	if back, ok := strings.CutPrefix(text, "-"); ok {
		if days, ok := strings.CutSuffix(back, "d"); ok {
			back = days + "h"
			if d, err := time.ParseDuration(back); err == nil {
				return now.Add(-24 * d), nil
			}
		} else if d, err := time.ParseDuration(back); err == nil {
			return now.Add(-d), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time; write -24h, -7d, 2026-01-31 or 2026-01-31T14:00:00Z", text)
}

// findNode finds a node by its id, or by its name if only one has it.
func findNode(cmd *cobra.Command, api *sdk.Caller, idOrName string) (soc.Node, error) {
	nodes, err := api.Nodes(cmd.Context())
	if err != nil {
		return soc.Node{}, err
	}
	var found []soc.Node
	for _, n := range nodes {
		if string(n.ID) == idOrName {
			return n, nil
		}
		if strings.EqualFold(n.Name, idOrName) {
			found = append(found, n)
		}
	}
	switch len(found) {
	case 0:
		return soc.Node{}, fmt.Errorf("there is no node %q; `socme node list` shows them", idOrName)
	case 1:
		return found[0], nil
	}
	return soc.Node{}, fmt.Errorf("%d nodes are called %q; give the id, as `socme node list` shows it", len(found), idOrName)
}
