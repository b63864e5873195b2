package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

func alertCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "alert", Short: "Alerts: list, count, watch, work on them, and the sensor's own bytes"}
	cmd.AddCommand(alertList(), alertRaw(), alertWatch(), alertHistogram(), alertFacets(), alertSimilar(), alertExport(),
		plainly("show ID", "Show one alert with its observables and its place in the ledger, as JSON", cobra.ExactArgs(1), func(cmd *cobra.Command, api *sdk.Caller, args []string) (json.RawMessage, error) {
			return api.AlertDetail(cmd.Context(), args[0])
		}),
		actionList("timeline ID", "What was done to an alert, the newest first", cobra.ExactArgs(1), func(cmd *cobra.Command, api *sdk.Caller, args []string) ([]soc.Action, error) {
			return api.AlertTimeline(cmd.Context(), args[0])
		}))
	cmd.AddCommand(doing("alert", func(cmd *cobra.Command, api *sdk.Caller, id string, d sdk.Doing) (soc.Action, error) {
		return api.ActOnAlert(cmd.Context(), id, d)
	})...)
	return cmd
}

// pageSize is how many alerts are asked for at a time.
const pageSize = 500

func alertList() *cobra.Command {
	var asJSON, all bool
	var limit int
	var query string
	cmd := &cobra.Command{
		Use: "list", Short: "List alerts, newest event first", Args: cobra.NoArgs,
		Long: "List alerts, newest event first: the last 24 hours, unless the query says after:,\nand at most --limit of them. --all ignores both.",
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, _ []string) error {
			if !all && limit < 1 {
				return errors.New("--limit must be 1 or more; --all lists everything")
			}
			if !all && !strings.Contains(strings.ToLower(query), "after:") && !strings.Contains(strings.ToLower(query), "since:") {
				query = lastDay(query)
			}
			p := newPrinter(cmd.OutOrStdout(), asJSON)
			for cursor, left := "", limit; all || left > 0; {
				size := pageSize
				if !all {
					size = min(left, pageSize)
				}
				page, err := api.Alerts(cmd.Context(), query, cursor, size)
				if err != nil {
					return err
				}
				if err := p.print(page.Items...); err != nil {
					return err
				}
				left -= len(page.Items)
				if page.Next == nil {
					break
				}
				cursor = *page.Next
			}
			return p.flush()
		}),
	}
	flags := cmd.Flags()
	flags.BoolVar(&asJSON, "json", false, "one JSON object a line")
	flags.BoolVar(&all, "all", false, "every alert, however old and many")
	flags.IntVar(&limit, "limit", 50, "at most so many")
	flags.StringVar(&query, "query", "", `such as 'severity>=high client:acme "brute force"'`)
	return cmd
}

func alertRaw() *cobra.Command {
	return &cobra.Command{
		Use: "raw ID", Short: "Print an alert as the sensor wrote it, to the byte", Args: cobra.ExactArgs(1),
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, args []string) error {
			raw, err := api.AlertRaw(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(raw)
			return err
		}),
	}
}

func alertWatch() *cobra.Command {
	var asJSON bool
	var query string
	cmd := &cobra.Command{
		Use: "watch", Short: "Print alerts as they arrive", Args: cobra.NoArgs,
		RunE: withCaller(func(cmd *cobra.Command, api *sdk.Caller, _ []string) error {
			return watch(cmd.Context(), api, query, newPrinter(cmd.OutOrStdout(), asJSON))
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	cmd.Flags().StringVar(&query, "query", "", `such as 'severity>=high client:acme'`)
	return cmd
}

// watch follows the stream, and comes back to where it was when the core restarts.
func watch(ctx context.Context, api *sdk.Caller, query string, p *printer) error {
	position, said := "", false
	for {
		err := api.Stream(ctx, query, position, func(event sdk.Event) error {
			said = false
			if event.ID != "" {
				position = event.ID
			}
			switch event.Name {
			case "reset":
				fmt.Fprintln(os.Stderr, "socme: some alerts were missed while away; list them with `socme alert list`")
			case "alert":
				if err := p.print(*event.Alert); err != nil {
					return err
				}
				return p.flush()
			}
			return nil
		})
		var problem *sdk.Problem
		if ctx.Err() != nil || errors.As(err, &problem) {
			return err
		}
		if !said {
			said = true
			fmt.Fprintln(os.Stderr, "socme: not live, trying again: "+err.Error())
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// printer writes alerts for people or for scripts.
type printer struct {
	out    io.Writer
	asJSON bool
	table  *tabwriter.Writer
	headed bool
}

func newPrinter(out io.Writer, asJSON bool) *printer {
	return &printer{out: out, asJSON: asJSON, table: tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)}
}

func (p *printer) print(alerts ...soc.StoredAlert) error {
	if p.asJSON {
		return jsonLines(p.out, alerts)
	}
	if !p.headed && len(alerts) > 0 {
		p.headed = true
		fmt.Fprintln(p.table, "TIME\tSEVERITY\tCLIENT\tRULE\tSOURCE\tDESTINATION\tID")
	}
	for i := range alerts {
		a := &alerts[i]
		when := "unknown"
		if !a.EventTime.IsZero() {
			when = a.EventTime.Local().Format("2006-01-02 15:04:05")
		}
		fmt.Fprintf(p.table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
			when, a.Severity, named(a.Client, a.Demo), oneLine(a.Rule.Name), endpoint(a.Source), endpoint(a.Destination), a.ID)
	}
	return nil
}

func (p *printer) flush() error {
	if p.asJSON {
		return nil
	}
	if !p.headed {
		_, err := fmt.Fprintln(p.out, "No alert matches. --all looks beyond the last 24 hours.")
		return err
	}
	return p.table.Flush()
}

// oneLine keeps what an attacker wrote into a rule's text from moving the terminal's cursor.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0) {
			return ' '
		}
		return r
	}, text)
}

func endpoint(e soc.Endpoint) string {
	switch {
	case e.Address.IsValid() && e.Port != 0:
		return netip.AddrPortFrom(e.Address, e.Port).String()
	case e.Address.IsValid():
		return e.Address.String()
	case e.Host != "":
		return oneLine(e.Host)
	}
	return "-"
}

// lastDay adds a bound of time to a query, also to one that ends with OR alternatives.
func lastDay(query string) string {
	if strings.TrimSpace(query) == "" {
		return "after:-24h"
	}
	if strings.Contains(query, "OR") { // columns of errors stay right where they can
		query = "(" + query + ")"
	}
	return query + " after:-24h"
}
