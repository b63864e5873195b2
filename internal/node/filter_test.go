package node

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/internal/config"
	"github.com/socme-project/socme/soc"
)

func TestWhatAFilterKeepsBackIsCountedByRuleAndReason(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	scan := soc.Rule{Engine: soc.EngineSuricata, ID: "2210020", Name: "STREAM noise"}
	login := soc.Rule{Engine: soc.EngineWazuh, ID: "5710", Name: "sshd: unknown user"}
	alert := func(rule soc.Rule, severity soc.Severity, source string) soc.Alert {
		return soc.Alert{Rule: rule, Severity: severity, Source: soc.Endpoint{Address: netip.MustParseAddr(source)}}
	}
	f, err := newFilter(config.Node{Filters: []config.Filter{
		{Query: "severity<=low rule:2210020", Reason: "old firewall"},
		{Query: "src:192.0.2.0/28 client:acme"},
	}, Budget: config.Budget{PerRuleHour: 2}}, "Acme", func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	kept, withheld := f.apply([]soc.Alert{
		alert(scan, soc.SeverityLow, "198.51.100.1"),           // filtered
		alert(scan, soc.SeverityHigh, "198.51.100.1"),          // kept
		alert(login, soc.SeverityMedium, "192.0.2.3"),          // filtered
		alert(login, soc.SeverityMedium, "192.0.2.77"),         // kept, first of two
		alert(scan, soc.SeverityInformational, "198.51.100.1"), // filtered
		alert(login, soc.SeverityHigh, "192.0.2.77"),           // kept, second of two
		alert(login, soc.SeverityLow, "192.0.2.77"),            // over the budget
	})
	var got []soc.Severity
	for _, a := range kept {
		got = append(got, a.Severity)
	}
	if want := []soc.Severity{soc.SeverityHigh, soc.SeverityMedium, soc.SeverityHigh}; !slices.Equal(got, want) {
		t.Errorf("kept alerts of severities %v, want %v", got, want)
	}
	want := []soc.Withheld{
		{Rule: scan, Severity: soc.SeverityLow, Why: soc.WhyFilter, Reason: "old firewall", Count: 2, FirstTime: now, LastTime: now},
		{Rule: login, Severity: soc.SeverityMedium, Why: soc.WhyFilter, Count: 1, FirstTime: now, LastTime: now},
		{Rule: login, Severity: soc.SeverityLow, Why: soc.WhyBudget, Count: 1, FirstTime: now, LastTime: now},
	}
	if diff := cmp.Diff(want, withheld); diff != "" {
		t.Errorf("withheld (-want +got):\n%s", diff)
	}
	now = now.Add(time.Hour)
	if kept, _ := f.apply([]soc.Alert{alert(login, soc.SeverityLow, "192.0.2.77")}); len(kept) != 1 {
		t.Error("the budget of a new hour is spent already")
	}
}

func TestAFilterThatCannotWorkIsRefused(t *testing.T) {
	for query, says := range map[string]string{
		"severity>=hihg": "hihg",
		"after:-24h":     "has no place in a filter",
		"before:-1h ssh": "has no place in a filter",
		"a OR -is:open":  "only the core knows the state",
		"owner:alice":    "only the core knows the owner",
		"has:verdict":    "only the core knows the verdict",
		"node:gate":      "only the core knows the node",
		"is:mine":        "needs somebody who is signed in",
	} {
		_, err := newFilter(config.Node{Filters: []config.Filter{{Query: query}}}, "Acme", time.Now)
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "filter 1") {
			t.Errorf("%s: %v, want an error about filter 1 that says %q", query, err, says)
		}
	}
}
