package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

func auditCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "The audit: who did what, and who saw what"}
	cmd.AddCommand(auditList(), auditVerify())
	return cmd
}

func auditList() *cobra.Command {
	var of sdk.AuditOf
	var from, until string
	var all, asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List the audit, the newest record first", Args: cobra.NoArgs,
		Example: "  socme audit list --verb revoke --client acme\n  socme audit list --all --json > audit.jsonl && socme audit verify audit.jsonl",
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, _ []string) error {
			for _, at := range []struct {
				text string
				to   *time.Time
			}{{from, &of.From}, {until, &of.Until}} {
				if at.text == "" {
					continue
				}
				var err error
				if *at.to, err = parseMoment(at.text, time.Now()); err != nil {
					return err
				}
			}
			limit := of.Limit
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			if !asJSON {
				fmt.Fprintln(table, "SEQ\tTIME\tWHO\tFROM\tWHAT\tTARGET\tCLIENT\tAFTER")
			}
			for {
				of.Limit = 500
				if !all {
					of.Limit = min(limit, 500)
				}
				page, err := api.Audit(cmd.Context(), of)
				if err != nil {
					return err
				}
				if asJSON {
					if err := jsonLines(cmd.OutOrStdout(), page.Items); err != nil {
						return err
					}
				}
				for i := range page.Items {
					if r := &page.Items[i]; !asJSON {
						fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s %s\t%s\t%s\t%.60s\n", r.Seq, r.Time.Format("2006-01-02 15:04:05"), r.Actor.Name, r.Actor.Address,
							r.Verb, r.Noun, cmp.Or(r.Target.Name, r.Target.ID), r.Client.Name, r.After)
					}
				}
				limit -= len(page.Items)
				if page.Next == nil || !all && limit <= 0 {
					return table.Flush()
				}
				of.Cursor = *page.Next
			}
		}),
	}
	flags := cmd.Flags()
	flags.StringVar(&of.Actor, "who", "", "who did it, by name or id")
	flags.StringVar(&of.Verb, "verb", "", "what was done, such as revoke")
	flags.StringVar(&of.Noun, "noun", "", "to what kind of thing, such as node")
	flags.StringVar(&of.Target, "target", "", "to what, by name or id")
	flags.StringVar(&of.Client, "client", "", "about which client, by name or id")
	flags.StringVar(&from, "from", "", "not before this time: -24h, -7d, 2026-01-31 or RFC 3339")
	flags.StringVar(&until, "until", "", "before this time")
	flags.IntVar(&of.Limit, "limit", 50, "how many")
	flags.BoolVar(&all, "all", false, "all of them")
	flags.BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

func auditVerify() *cobra.Command {
	var data, databaseFile, head string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "verify [FILE]", Short: "Find the first record of the audit that was changed or is missing", Args: cobra.MaximumNArgs(1),
		Long: "Find the first record of the audit that was changed or is missing: at the core, in a\n" +
			"data folder (--data, no core needed), or in a file that `socme audit list --all --json`\n" +
			"wrote. It prints the head, which is worth writing down elsewhere: with --head, a later\n" +
			"run also finds that everything was written anew. It ends with 1 if something is wrong.",
		RunE: func(cmd *cobra.Command, args []string) error {
			var found store.AuditHead
			var heads map[uint64]soc.Hash
			var err error
			switch {
			case len(args) == 1:
				found, heads, err = verifyFile(args[0])
			case data != "":
				err = onFolder(cmd.Context(), data, databaseFile, func(s *store.Store) error {
					var err error
					found, err = s.VerifyAudit(cmd.Context(), soc.System("audit verify"))
					return err
				})
			default:
				err = withCaller(func(cmd *cobra.Command, api *sdk.Caller, _ []string) error {
					got, err := api.VerifyAudit(cmd.Context())
					found = store.AuditHead(got)
					return err
				})(cmd, args)
			}
			if err == nil && head != "" {
				err = sameHead(head, found, heads)
			}
			if err != nil {
				return err
			}
			if asJSON {
				return jsonLines(cmd.OutOrStdout(), []store.AuditHead{found})
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "The audit is as it was written: %d records%s.\nHead: %d:%s\n", found.Seq-found.First+1, since(found.First), found.Seq, found.Value)
			return err
		},
	}
	cmd.Flags().StringVar(&data, "data", "", "data folder of a core, instead of SOCME_URL")
	addDatabaseFlag(cmd, &databaseFile)
	cmd.Flags().StringVar(&head, "head", "", "a head that an earlier run printed, to compare with a file: NUMBER:VALUE")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the head as JSON")
	return cmd
}

// since says where the audit begins, if not at its first record.
func since(first uint64) string {
	if first <= 1 {
		return ""
	}
	return fmt.Sprintf(", from record %d on; those before it are not there", first)
}

// sameHead compares with a head that was written down.
func sameHead(text string, found store.AuditHead, heads map[uint64]soc.Hash) error {
	number, value, _ := strings.Cut(text, ":")
	var want store.AuditHead
	var err error
	if want.Seq, err = strconv.ParseUint(number, 10, 64); err == nil {
		err = want.Value.UnmarshalText([]byte(value))
	}
	if err != nil {
		return fmt.Errorf("%q is no head; it looks like 17:%s", text, strings.Repeat("0", 8)+"…")
	}
	if heads == nil {
		heads = map[uint64]soc.Hash{found.Seq: found.Value}
		if want.Seq < found.Seq {
			return errors.New("more has happened since that head: compare it with a file of `socme audit list --all --json`")
		}
	}
	if got, ok := heads[want.Seq]; !ok || got != want.Value {
		return fmt.Errorf("%w: record %d is not the one that the head names", store.ErrAudit, want.Seq)
	}
	return nil
}

// verifyFile checks records that were written as JSON lines, in either order, from any
// record to any later one without a hole.
func verifyFile(path string) (store.AuditHead, map[uint64]soc.Hash, error) {
	var head store.AuditHead
	file, err := os.Open(path) //nolint:gosec // the caller names the file
	if err != nil {
		return head, nil, err
	}
	defer func() { _ = file.Close() }() // only read
	records, err := readAudit(file)
	if err != nil {
		return head, nil, fmt.Errorf("%s: %w", path, err)
	}
	slices.SortFunc(records, func(a, b soc.AuditRecord) int { return cmp.Compare(a.Seq, b.Seq) })
	heads := map[uint64]soc.Hash{}
	for i := range records {
		r := &records[i]
		switch {
		case i == 0 && r.Seq == 1 && r.Previous != soc.AuditGenesis():
			return head, nil, fmt.Errorf("%w: record 1 does not begin an audit", store.ErrAudit)
		case i > 0 && r.Seq != head.Seq+1:
			return head, nil, fmt.Errorf("%w: record %d is missing, or stands twice", store.ErrAudit, head.Seq+1)
		case i > 0 && r.Previous != head.Value, r.Hash() != r.Value:
			return head, nil, fmt.Errorf("%w: record %d is not as it was written", store.ErrAudit, r.Seq)
		}
		head = store.AuditHead{First: records[0].Seq, Seq: r.Seq, Value: r.Value}
		heads[r.Seq] = r.Value
	}
	if len(records) == 0 {
		return head, nil, fmt.Errorf("%s holds no record", path)
	}
	return head, heads, nil
}

// readAudit reads the lines strictly: what reads the same but is written otherwise was
// changed.
func readAudit(from io.Reader) ([]soc.AuditRecord, error) {
	var records []soc.AuditRecord
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		var r soc.AuditRecord
		decoder := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&r); err != nil {
			return nil, fmt.Errorf("%w: line %d is no record: %w", store.ErrAudit, n, err)
		}
		var again bytes.Buffer
		if err := jsonLines(&again, []soc.AuditRecord{r}); err != nil {
			return nil, err
		}
		if !bytes.Equal(bytes.TrimRight(again.Bytes(), "\n"), lines.Bytes()) {
			return nil, fmt.Errorf("%w: line %d, record %d, is not as it was written", store.ErrAudit, n, r.Seq)
		}
		records = append(records, r)
	}
	return records, lines.Err()
}
