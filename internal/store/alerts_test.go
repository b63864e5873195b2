package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// variety makes alerts that queries can tell apart.
func variety(w *world, n int) []soc.Alert {
	random := rand.New(rand.NewPCG(1, 2))
	names := []string{"SSH: Brute-force, many tries", "Éclair of a scanner", "WEB SQL injection in query", "", "Règle à accent"}
	made := make([]soc.Alert, n)
	for i := range made {
		a := alertAt(w.node.ID, w.clock.Add(-time.Duration(random.IntN(72*60))*time.Minute), i)
		a.Severity = soc.Severity(random.IntN(6))
		a.Rule = soc.Rule{Engine: soc.EngineSuricata, ID: fmt.Sprint(9000000 + random.IntN(5)), Name: names[random.IntN(len(names))]}
		if random.IntN(4) > 0 {
			a.Source.Address = netip.AddrFrom4([4]byte{10, byte(random.IntN(3)), 0, byte(random.IntN(4))})
		}
		if random.IntN(4) > 0 {
			a.Destination.Address = netip.MustParseAddr(fmt.Sprintf("2001:db8:%d::%d", random.IntN(3), random.IntN(4)))
		}
		if random.IntN(10) == 0 {
			a.EventTime = time.Time{}
		}
		a.Source.Host = []string{"", "ward-pc-17", "gate.example"}[random.IntN(3)]
		a.Details = []soc.Detail{{Name: "url", Value: "/a/b?id=" + fmt.Sprint(i%13)}}
		if random.IntN(5) == 0 { // a node whose clock is wrong, or is not
			skew := []int64{-600_000, 600_000, 90_000_000, 1500, -2000}[random.IntN(5)]
			a.SkewMS = &skew
		}
		a.ID = soc.NewAlertID(a.EventTime, w.node.ID, a.Raw)
		made[i] = a
	}
	return made
}

func TestTheDatabaseAndMatchAgreeOnEveryQuery(t *testing.T) {
	queries := []string{
		"", "severity>=high", "severity<medium", "severity:unknown", "severity>low severity<=high", "rule:9000001", "rule:1",
		"src:10.0.0.1", "src:10.1.0.0/16", "src:10.0.0.0/8", "src:0.0.0.0/0", "src:::/0", "dst:2001:db8:1::/48", "dst:2001:db8::1", "dst:::/0", "dst:10.0.0.0/8",
		"after:-24h", "before:-24h", "after:-48h before:-24h", "after:2026-03-01", "before:1980-01-01",
		"brute", "brut*", "rute", `"brute force"`, `"force brute"`, "many", "éclair", "eclair", "règle", "ward-pc", "ward-pc-1*", `"ward-pc-1"`, "2001:db8:1::2", "10.1.0.3",
		`client:"clinic saint-luc" severity>=low`, "client:nobody", `"id 1"`, "9000003", "severity>=low brute src:10.0.0.0/8 after:-40h",
	}
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := newChain(w.node.ID, soc.LaneNormal)
		must(w.Accept(t.Context(), system, c.delivery(c.entries(t, variety(w, 600)...))))(t)
		all := everything(t, w, query.Query{})
		if len(all) != 600 {
			t.Fatalf("%d alerts are stored, want 600", len(all))
		}
		for _, text := range queries {
			q, err := query.Parse(text, query.Asker{Now: w.clock})
			if err != nil {
				t.Fatal(err)
			}
			var want []soc.AlertID
			for i := range all {
				if q.Match(&all[i]) {
					want = append(want, all[i].ID)
				}
			}
			var got []soc.AlertID
			for _, a := range everything(t, w, q) {
				got = append(got, a.ID)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: the database finds %d alerts, Match %d", text, len(got), len(want))
			}
		}
	})
}

// everything reads all pages of a query and checks that they go down without gaps.
func everything(t *testing.T, w *world, q query.Query) []soc.StoredAlert {
	t.Helper()
	return inPages(t, w, q, 37)
}

func inPages(t *testing.T, w *world, q query.Query, size int) []soc.StoredAlert {
	t.Helper()
	var all []soc.StoredAlert
	var before *soc.SortKey
	seen := map[soc.AlertID]bool{}
	for {
		page := must(w.Alerts(t.Context(), system, store.AlertFilter{Query: q, Before: before, Limit: size}))(t)
		if len(page) == 0 {
			return all
		}
		for _, a := range page {
			// Where three of one millisecond want one place in SQLite's text index, these may
			// stand otherwise than their keys.
			if before != nil && a.SortKey.UnixMilli() > before.UnixMilli() {
				t.Fatalf("alert %s comes after %s", a.SortKey, *before)
			}
			if seen[a.ID] {
				t.Fatalf("alert %s comes twice", a.ID)
			}
			seen[a.ID] = true
			key := a.SortKey
			before = &key
		}
		all = append(all, page...)
	}
}

func TestRawComesBackToTheByte(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := newChain(w.node.ID, soc.LaneNormal)
		made := alerts(w, 0, 3)
		made[0].Raw = []byte{}
		made[1].Raw = []byte("{\"a\":\"\x00\xff\xfe\"}")
		made[2].Raw = slices.Repeat([]byte("0123456789abcdef"), soc.MaxRaw/16)
		must(w.Accept(t.Context(), system, c.delivery(c.entries(t, made...))))(t)
		for i, a := range made {
			got := must(w.AlertRaw(t.Context(), system, a.ID))(t)
			if string(got) != string(a.Raw) {
				t.Errorf("alert %d: raw has %d bytes, want %d", i, len(got), len(a.Raw))
			}
			stored := must(w.Alert(t.Context(), system, a.ID))(t)
			if stored.RawSHA256 != a.RawHash() || stored.RawSize != len(a.Raw) {
				t.Errorf("alert %d: sha256 %s over %d bytes, want %s over %d", i, stored.RawSHA256, stored.RawSize, a.RawHash(), len(a.Raw))
			}
			place := must(w.AlertPlace(t.Context(), system, a.ID))(t)
			if place.HeadSeq != 3 || stored.Seq != uint64(i+1) {
				t.Errorf("alert %d: place %d of %d, want %d of 3", i, stored.Seq, place.HeadSeq, i+1)
			}
		}
	})
}

func TestAScopeOfOneClientSeesThatClientOnly(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		other := must(w.AddClient(t.Context(), system, "Other", false))(t)
		otherNode, _ := w.enrol(t, other.Name)
		mine, theirs := alertAt(w.node.ID, w.clock, 1), alertAt(otherNode.ID, w.clock, 2)
		for node, alert := range map[soc.NodeID]soc.Alert{w.node.ID: mine, otherNode.ID: theirs} {
			c := newChain(node, soc.LaneNormal)
			must(w.Accept(t.Context(), system, c.delivery(c.entries(t, alert))))(t)
		}
		scope := soc.ScopeOf("viewer", soc.RoleViewer, w.client.ID)
		ctx := t.Context()
		if got := must(w.Alerts(ctx, scope, store.AlertFilter{}))(t); len(got) != 1 || got[0].ID != mine.ID {
			t.Errorf("Alerts = %v, want only %s", got, mine.ID)
		}
		if got := must(w.Clients(ctx, scope))(t); len(got) != 1 || got[0].ID != w.client.ID {
			t.Errorf("Clients = %v, want only %s", got, w.client.ID)
		}
		if got := must(w.Nodes(ctx, scope))(t); len(got) != 1 || got[0].ID != w.node.ID {
			t.Errorf("Nodes = %v, want only %s", got, w.node.ID)
		}
		if got, _, err := w.Feed(ctx, scope, 0, 10); err != nil || len(got) != 1 || got[0].Alert.ID != mine.ID {
			t.Errorf("Feed = %v, %v; want only %s", got, err, mine.ID)
		}
		for what, err := range map[string]error{
			"Alert":    second(w.Alert(ctx, scope, theirs.ID)),
			"AlertRaw": second(w.AlertRaw(ctx, scope, theirs.ID)),
			"Node":     second(w.Node(ctx, scope, otherNode.ID)),
			"Client":   second(w.Client(ctx, scope, other.Name)),
			"Tape":     second(w.Tape(ctx, scope, otherNode.ID)),
		} {
			if !errors.Is(err, soc.ErrNotFound) {
				t.Errorf("%s of another client = %v, want ErrNotFound", what, err)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestANoticeIsRaisedOnce(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		for i := range 3 {
			notice := store.Notice{Client: w.client.ID, Node: w.node.ID, Once: "fork 1", Alert: soc.Alert{
				ID: soc.NewAlertID(w.clock, w.node.ID, []byte{byte(i)}), Severity: soc.SeverityHigh,
				Rule: soc.Rule{Engine: soc.EngineSOCme, ID: "ledger-fork", Name: "forked"}, EventTime: w.clock,
			}}
			fed := must(w.Raise(t.Context(), system, notice))(t)
			if want := i == 0; (len(fed) == 1) != want {
				t.Errorf("time %d: raised %v, want %v", i, len(fed) == 1, want)
			}
		}
		got := must(w.Alerts(t.Context(), system, store.AlertFilter{}))(t)
		if len(got) != 1 || got[0].Node != "gate" || got[0].Lane != 0 {
			t.Errorf("Alerts = %+v, want one about the node without a place in the ledger", got)
		}
		if text := string(must(json.Marshal(got[0]))(t)); text == "" {
			t.Error("a notice has no JSON")
		}
	})
}

func TestDeleteDemoLeavesTheRest(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		nodes := []soc.NodeID{w.node.ID}
		for _, name := range []string{"Demo", "Demo shop", "Demo factory"} {
			demo := must(w.AddClient(t.Context(), system, name, true))(t)
			node, _ := w.enrol(t, demo.Name)
			nodes = append(nodes, node.ID)
		}
		for _, n := range nodes {
			c := newChain(n, soc.LaneNormal)
			must(w.Accept(t.Context(), system, c.delivery(c.entries(t, alertAt(n, w.clock, 1), alertAt(n, w.clock, 2)))))(t)
		}
		if n := must(w.DeleteDemo(t.Context(), system))(t); n != 6 {
			t.Errorf("%d alerts went, want 6", n)
		}
		if left := must(w.Clients(t.Context(), system))(t); len(left) != 1 || left[0].ID != w.client.ID {
			t.Errorf("clients %+v are left, want the real one", left)
		}
		if got := must(w.Alerts(t.Context(), system, store.AlertFilter{}))(t); len(got) != 2 || got[0].ClientID != w.client.ID {
			t.Errorf("%d alerts are left, want the 2 of the real client", len(got))
		}
		if _, err := w.DeleteDemo(t.Context(), system); !errors.Is(err, soc.ErrNotFound) {
			t.Errorf("a second time = %v, want ErrNotFound", err)
		}
	})
}
