package store_test

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// flock is a group with its alerts, as the naive evaluation sees it.
type flock struct {
	soc.Group
	self   soc.StoredAlert // the group, as if it were an alert
	alerts []soc.StoredAlert
}

// flocks reads every group and its alerts.
func flocks(t *testing.T, w *world) []flock {
	t.Helper()
	byID := map[soc.GroupID]*flock{}
	for f := (store.GroupFilter{Limit: 500}); ; {
		page := must(w.Groups(t.Context(), system, f))(t).Groups
		for _, g := range page {
			byID[g.ID] = &flock{Group: g, self: soc.StoredAlert{
				Alert: soc.Alert{Rule: soc.Rule{Engine: g.Rule.Engine, ID: g.Rule.ID}, Severity: g.Severity}, Client: g.Client, Demo: g.Demo, State: g.State, Owner: g.Owner,
			}}
		}
		if len(page) < 500 {
			break
		}
		place := store.PlaceOf(&page[len(page)-1])
		f.Before = &place
	}
	for _, a := range everything(t, w, query.Query{}) {
		f := byID[soc.NewGroupID(a.ClientID, &a.Alert)]
		f.alerts = append(f.alerts, a)
		for _, side := range []struct{ to, from *netip.Addr }{
			{&f.self.Source.Address, &a.Source.Address},
			{&f.self.Destination.Address, &a.Destination.Address},
		} {
			if !side.to.IsValid() {
				*side.to = *side.from
			}
		}
	}
	var all []flock
	for _, f := range byID {
		all = append(all, *f)
	}
	return all
}

// asks says what a part of a query asks for: what groups know, what their alerts share.
func asks(e query.Expr) (known, shared, timed bool) {
	known, shared = true, true
	query.Query{Root: &e}.Each(func(t *query.Term) bool {
		field := t.Field
		if field == query.Has {
			field = t.Has
		}
		switch {
		case slices.Contains([]query.Field{query.Client, query.RuleID, query.Engine, query.Source, query.Destination, query.Address}, field):
		case t.Field == query.StateOf && t.State == query.Demo:
		case slices.Contains([]query.Field{query.Severity, query.StateOf, query.Owner}, field):
			shared = false
		default:
			known, shared = false, false
		}
		return true
	})
	return known, shared, e.Join == query.One && (e.Term.Field == query.After || e.Term.Field == query.Before)
}

// has is what a query on groups means, one group and alert after another.
func (f *flock) has(q query.Query) bool {
	var rest, shared []query.Expr
	for _, e := range parts(q) {
		known, common, timed := asks(e)
		switch {
		case known && !(query.Query{Root: &e}).Match(&f.self):
			return false
		case known && common:
			shared = append(shared, e)
		case !known && !timed:
			rest = append(rest, e)
		}
	}
	if len(rest) > 0 {
		rest = append(rest, shared...)
	}
	for _, e := range parts(q) {
		if _, _, timed := asks(e); timed {
			rest = append(rest, e)
		}
	}
	return slices.ContainsFunc(f.alerts, func(a soc.StoredAlert) bool {
		return !slices.ContainsFunc(rest, func(e query.Expr) bool { return !(query.Query{Root: &e}).Match(&a) })
	})
}

func parts(q query.Query) []query.Expr {
	switch {
	case q.Root == nil:
		return nil
	case q.Root.Join == query.And:
		return q.Root.Of
	}
	return []query.Expr{*q.Root}
}

// populateGroups stores random alerts of few groups, whose states and owners fit.
func populateGroups(t *testing.T, w *world, r sampler, n int) {
	t.Helper()
	must(w.AddClient(t.Context(), system, "Acme", true))(t)
	other, _ := w.enrol(t, "Acme")
	for part, node := range []soc.NodeID{w.node.ID, other.ID} {
		c := newChain(node, soc.LaneNormal)
		var made []soc.Alert
		for i := range n / 2 {
			a := r.alert(w, node, part*n+i)
			a.Source = soc.Endpoint{Host: r.of("web-1", "10.0.0.1", "")}
			if r.IntN(4) > 0 {
				a.Source.Address = netip.MustParseAddr(r.of("10.0.0.1", "10.7.0.2", "2001:db8::1"))
			}
			a.Destination = soc.Endpoint{Address: netip.MustParseAddr(r.of("10.7.0.1", "172.14.1.1")), Host: r.host()}
			a.Rule.ID, a.Agent = r.of("9000001", "86601", "3:19187"), nil
			a.ID = soc.NewAlertID(a.EventTime, node, a.Raw)
			made = append(made, a)
		}
		for chunk := range slices.Chunk(made, 250) {
			must(w.Accept(t.Context(), system, c.delivery(c.entries(t, chunk...))))(t)
		}
	}
	must(w.AddLink(t.Context(), system))(t) // makes the user admin
	for _, statement := range []string{
		`INSERT INTO users (id, name, role, name_key, created_ms) VALUES ('u2', 'Alice', 'analyst', 'alice', 0)`,
		`UPDATE alerts SET state = 2 WHERE num % 2 = 0`,
		`UPDATE alerts SET state = 4, verdict = 1 + num % 4 WHERE group_num % 3 = 0 AND num % 7 <> 0`,
		`UPDATE alerts SET owner_num = 1 + group_num % 2 WHERE group_num % 5 = 0`,
		`UPDATE alert_groups SET owner_num = 1 + num % 2 WHERE num % 5 = 0`,
		`UPDATE alert_groups SET open = (SELECT COUNT(*) FROM alerts WHERE group_num = alert_groups.num AND state = 1), acknowledged = (SELECT COUNT(*) FROM alerts WHERE group_num = alert_groups.num AND state = 2),
			escalated = 0, state = (SELECT MIN(state) FROM alerts WHERE group_num = alert_groups.num)`,
	} {
		if err := store.Exec(w.Store, statement); err != nil {
			t.Fatal(err)
		}
	}
}

// groupPages reads all pages of a query.
func groupPages(t *testing.T, w *world, f store.GroupFilter) []soc.Group {
	t.Helper()
	var all []soc.Group
	for {
		page := must(w.Groups(t.Context(), system, f))(t).Groups
		all = append(all, page...)
		if len(page) < f.Limit {
			return all
		}
		place := store.PlaceOf(&page[len(page)-1])
		f.Before = &place
	}
}

func TestGroupsOfRandomQueriesAreThoseOfTheNaiveWay(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		r := sampler{rand.New(rand.NewPCG(8, 9))}
		populateGroups(t, w, r, 400)
		all := flocks(t, w)
		var ids []soc.AlertID
		for i := range all {
			ids = append(ids, all[i].alerts[0].ID)
		}
		if len(all) < 30 || len(all) > 200 {
			t.Fatalf("%d groups of 400 alerts prove little", len(all))
		}
		known := []string{"is:open", "severity>=high", "-is:resolved", "is:mine", "is:unclaimed", "client:acme", "src:10.0.0.0/8", "after:-40h", "before:-24h", "rule:9000001", "-src:10.0.0.1", "engine:wazuh", "has:src", "severity:low"}
		hits, whole := 0, 0
		for i := range 150 {
			text := r.expr(ids, r.IntN(3))
			if i%2 == 0 {
				text = r.of(known...) + " " + r.of(known...)
			}
			if i%3 == 0 {
				text += " " + r.of(known...)
			}
			q, err := query.Parse(text, query.Asker{Now: w.clock, User: "admin"})
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			var want []soc.GroupID
			worst := i%4 < 2
			slices.SortFunc(all, func(a, b flock) int {
				order := cmp.Or(bytes.Compare(b.SortKey[:], a.SortKey[:]), bytes.Compare(b.ID[:], a.ID[:]))
				if worst {
					order = cmp.Or(cmp.Compare(b.Severity, a.Severity), order)
				}
				return order
			})
			for i := range all {
				if all[i].has(q) {
					want = append(want, all[i].ID)
				}
			}
			var got []soc.GroupID
			for _, g := range groupPages(t, w, store.GroupFilter{Query: q, WorstFirst: worst, Limit: 1 + r.IntN(60)}) {
				got = append(got, g.ID)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: the database finds %d groups, the naive way %d", text, len(got), len(want))
			}
			list := must(w.Groups(t.Context(), system, store.GroupFilter{Query: q, Count: true}))(t)
			if list.Count.Groups != int64(len(want)) || !list.Complete || !list.Count.Complete {
				t.Errorf("%s: %+v are counted, want %d", text, list.Count, len(want))
			}
			checkFacets(t, w, q, text, all)
			if 0 < len(want) && len(want) < len(all) {
				hits++
			}
			if !slices.ContainsFunc(parts(q), func(e query.Expr) bool { known, _, timed := asks(e); return !known && !timed }) {
				whole++
			}
		}
		if hits < 60 || whole < 50 || whole > 120 {
			t.Errorf("%d of 150 queries find some groups and not others, %d ask for what groups know: they prove little", hits, whole)
		}
	})
}

// checkFacets holds the counts of a query against the naive way: each without what the
// query asks of the field.
func checkFacets(t *testing.T, w *world, q query.Query, text string, all []flock) {
	t.Helper()
	f := must(w.GroupFacets(t.Context(), system, q, "admin"))(t)
	without := func(of func(term *query.Term) bool) query.Query {
		left := query.Expr{Join: query.And}
		for _, e := range parts(q) {
			alone := true
			query.Query{Root: &e}.Each(func(term *query.Term) bool { alone = alone && of(term); return alone })
			if !alone {
				left.Of = append(left.Of, e)
			}
		}
		if len(left.Of) == 0 {
			return query.Query{}
		}
		return query.Query{Root: &left}
	}
	for _, field := range []struct {
		got   []store.GroupFacet
		of    func(term *query.Term) bool
		value func(f *flock) string
	}{
		{f.Severities, func(term *query.Term) bool { return term.Field == query.Severity }, func(f *flock) string { return f.Severity.String() }},
		{f.States, func(term *query.Term) bool {
			return term.Field == query.StateOf && !slices.Contains([]query.State{query.Mine, query.Unclaimed, query.Demo}, term.State)
		}, func(f *flock) string { return string(f.State) }},
		{f.Clients, func(term *query.Term) bool { return term.Field == query.Client }, func(f *flock) string { return f.Client }},
		{f.Owners, func(term *query.Term) bool {
			return term.Field == query.Owner || term.Field == query.Has && term.Has == query.Owner || term.Field == query.StateOf && (term.State == query.Mine || term.State == query.Unclaimed)
		}, func(f *flock) string {
			return map[string]string{"": "nobody", "admin": "me", "Alice": "others"}[f.Owner]
		}},
		{f.Rules, func(term *query.Term) bool { return term.Field == query.RuleID }, nil},
	} {
		if field.value == nil {
			field.value = func(f *flock) string { return f.Rule.ID + " " + f.Rule.Engine }
		}
		want := map[string]int64{}
		left := without(field.of)
		for i := range all {
			if all[i].has(left) {
				want[field.value(&all[i])]++
			}
		}
		total := int64(0)
		for _, n := range want {
			total += n
		}
		for _, facet := range field.got {
			total -= facet.Count
			if n, ok := want[facet.Value]; ok && n != facet.Count {
				t.Errorf("%s: %d groups have %s, want %d", text, facet.Count, facet.Value, n)
			}
			if _, err := query.Parse(facet.Query, query.Asker{User: "admin"}); err != nil {
				t.Errorf("%s: the facet's query %s: %v", text, facet.Query, err)
			}
		}
		if total != 0 {
			t.Errorf("%s: %d groups are missing in %+v, want %v", text, total, field.got, want)
		}
	}
}

func TestTheGroupsOfAQueryAreActedOnAsTheyWereShown(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ann, bob := w.staff(t, "ann", soc.RoleAnalyst), w.staff(t, "bob", soc.RoleAnalyst)
		quiet, busy, calm := alertAt(w.node.ID, w.clock, 1), alertAt(w.node.ID, w.clock, 2), alertAt(w.node.ID, w.clock, 3)
		for i, a := range []*soc.Alert{&quiet, &busy, &calm} {
			a.Source.Host, a.Severity = fmt.Sprint("host-", i), soc.SeverityMedium
			a.Tags = []string{"odd"}
			w.deliver(t, *a)
		}
		group := func(a *soc.Alert) soc.Group {
			return must(w.Group(t.Context(), system, soc.NewGroupID(w.client.ID, a)))(t)
		}
		calmID := group(&calm).ID
		must(w.act(t, ann, store.Step{Verb: soc.VerbAcknowledge, Group: &calmID}))(t)
		of := func(text string, asOf int64, verb soc.Verb) store.Step {
			q := must(query.Parse(text, query.Asker{Now: w.clock, User: "ann"}))(t)
			return store.Step{Verb: verb, Query: &q, As: text, Groups: true, AsOf: asOf}
		}
		shown := must(w.Matches(t.Context(), ann, of("is:open severity<=medium tag:odd", 0, soc.VerbClaim)))(t)
		if shown.Groups != 2 || shown.Alerts != 2 {
			t.Fatalf("%+v are shown, want two groups of an alert each", shown)
		}
		// Then one gets worse, and one that was not shown is open again.
		worse, again := busy, calm
		worse.Severity, worse.Raw = soc.SeverityHigh, []byte("worse")
		again.Raw = []byte("again")
		for _, a := range []*soc.Alert{&worse, &again} {
			a.EventTime = a.EventTime.Add(time.Hour)
			a.ID = soc.NewAlertID(a.EventTime, w.node.ID, a.Raw)
			w.deliver(t, *a)
		}
		if g := group(&calm); g.State != soc.AlertOpen {
			t.Fatalf("a group with a new alert is %s", g.State)
		}
		claim := must(w.act(t, ann, of("is:open severity<=medium tag:odd", shown.AsOf, soc.VerbClaim)))(t)
		if claim.Alerts != 2 || group(&quiet).Owner != "ann" || group(&busy).Owner != "ann" || group(&calm).Owner != "" {
			t.Errorf("%d alerts are claimed, groups are of %q, %q and %q", claim.Alerts, group(&quiet).Owner, group(&busy).Owner, group(&calm).Owner)
		}
		if owner := must(w.Alert(t.Context(), system, worse.ID))(t).Owner; owner != "" {
			t.Errorf("an alert that came after the look is claimed by %s", owner)
		}
		if now := must(w.Matches(t.Context(), ann, of("is:open severity<=medium tag:odd", 0, soc.VerbClaim)))(t); now.Groups != 2 || now.Alerts != 3 {
			t.Errorf("now it is about %+v, want the quiet one and the one that is open again", now)
		}
		taken := of("host:host-0", 0, soc.VerbClaim)
		if _, err := w.act(t, bob, taken); !errors.Is(err, soc.ErrConflict) {
			t.Errorf("bob claims what ann has: %v", err)
		}
		undo, _, err := w.Undo(t.Context(), ann, claim.ID)
		if err != nil || undo.Alerts != 2 || group(&quiet).Owner != "" || group(&busy).Owner != "" {
			t.Errorf("undo gives back %d, %v; the groups are of %q and %q", undo.Alerts, err, group(&quiet).Owner, group(&busy).Owner)
		}
		checkGroups(t, w)
	})
}

func TestAlertsAreGroupedByOtherKeys(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		populateGroups(t, w, sampler{rand.New(rand.NewPCG(1, 2))}, 200)
		all := everything(t, w, query.Query{})
		q := must(query.Parse("severity>=low", query.Asker{Now: w.clock}))(t)
		for _, by := range [][]store.GroupKey{{store.BySource}, {store.ByRule, store.ByDestination}, {store.ByClient, store.BySeverity}, {store.ByHost}, {store.ByNode, store.ByEngine}, {store.ByUser}} {
			found := must(w.GroupBy(t.Context(), system, store.GroupByFilter{Query: q, As: "severity>=low", By: by, Limit: 500}))(t)
			total := int64(0)
			for _, row := range found.Items {
				total += row.Alerts
				theirs := must(query.Parse(row.Query, query.Asker{Now: w.clock}))(t)
				matches := int64(0)
				for i := range all {
					if theirs.Match(&all[i]) {
						matches++
					}
				}
				if loose := slices.Contains(by, store.ByHost) || slices.Contains(by, store.ByUser); matches < row.Alerts || !loose && matches != row.Alerts {
					t.Errorf("%v: %s finds %d alerts, the row has %d", by, row.Query, matches, row.Alerts)
				}
			}
			if total != found.Alerts || !found.Complete || found.Alerts == 0 || found.Groups != int64(len(found.Items)) {
				t.Errorf("%v: rows have %d alerts, %+v", by, total, found)
			}
			if len(found.Seen) != 2 || len(strings.TrimSpace(found.Items[0].Query)) == 0 {
				t.Errorf("%v: seen are %v", by, found.Seen)
			}
		}
	})
}
