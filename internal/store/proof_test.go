package store_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/internal/proof"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// signer is the authority of a core.
func signer(t *testing.T) proof.Signer {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	certificate := must(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))(t)
	return func(digest []byte) ([]byte, []byte, error) {
		signature, err := ecdsa.SignASN1(rand.Reader, key, digest)
		return certificate, signature, err
	}
}

func (w *world) proof(t *testing.T, f store.ProofFilter) []byte {
	t.Helper()
	f.Node = w.node.ID
	header := must(w.ProofHeader(t.Context(), system, f))(t)
	var file bytes.Buffer
	out := must(proof.NewWriter(&file, signer(t), header))(t)
	if err := w.Proof(t.Context(), system, f, out.Write); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// signed delivers entries with the node's signature over the last.
func (w *world) signed(t *testing.T, c *chain, entries []soc.Entry) {
	t.Helper()
	d := c.delivery(entries)
	last := entries[len(entries)-1]
	d.Signed.Time = w.clock
	d.Signed.Signature = soc.Statement{Chain: c.Chain, Head: soc.Head{Seq: last.Seq, Value: last.Value}, Time: w.clock}.Sign(w.key)
	must(w.Accept(t.Context(), system, d))(t)
}

// month is a node's ledger over some days: two lanes, a repeat, a range that was dropped.
func month(t *testing.T, w *world) (from, until time.Time) {
	t.Helper()
	normal, urgent := newChain(w.node.ID, soc.LaneNormal), newChain(w.node.ID, soc.LaneUrgent)
	n := 0
	day := func(records int) {
		w.signed(t, normal, normal.entries(t, alerts(w, n, records)...))
		w.signed(t, urgent, urgent.entries(t, alerts(w, 10_000+n, 3)...))
		n += records
		w.clock = w.clock.Add(24 * time.Hour)
	}
	early := alerts(w, 0, 5)
	day(10)
	from = w.clock
	day(20)
	day(5)
	// 40 records that the quota took.
	gone := soc.Head{Seq: normal.head.Seq + 40, Value: soc.Hash{1, 2, 3}}
	dropped := []soc.Withheld{
		{Rule: soc.Rule{Engine: "suricata", ID: "1"}, Severity: soc.SeverityLow, Why: soc.WhyQuota, Count: 30, FirstTime: w.clock, LastTime: w.clock},
		{Rule: soc.Rule{Engine: "suricata", ID: "2"}, Severity: soc.SeverityMedium, Why: soc.WhyQuota, Count: 10, FirstTime: w.clock, LastTime: w.clock},
	}
	statement := soc.Statement{Chain: normal.Chain, Head: gone, Missing: normal.head.Seq + 1, Dropped: soc.DroppedHash(dropped), Time: w.clock}
	must(w.AcceptMissing(t.Context(), system, store.Missing{
		Chain: normal.Chain, From: normal.head.Seq + 1, Head: gone, Dropped: dropped,
		Signed: soc.Signed{Time: w.clock, Signature: statement.Sign(w.key)},
	}))(t)
	normal.head = gone
	w.signed(t, normal, normal.entries(t, early[3:]...)) // both are here already
	day(8)
	until = w.clock.Add(-time.Hour)
	day(30)
	return from, until
}

func TestAProofOfTheLedgerHolds(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		from, until := month(t, w)
		for _, raw := range []bool{false, true} {
			report, err := proof.Verify(bytes.NewReader(w.proof(t, store.ProofFilter{From: from, Until: until, Raw: raw})))
			if err != nil || !report.Good() {
				t.Fatalf("Verify = %v, %v", report, err)
			}
			got := [5]uint64{report.Alerts, report.Repeated, report.Dropped, report.Witnesses, report.Missing}
			if want := [5]uint64{20 + 5 + 8 + 9, 2, 40, 0, 0}; got != want {
				t.Errorf("alerts, repeated, dropped, witnesses, missing = %v, want %v", got, want)
			}
			if wantRaws := map[bool]int{false: 0, true: 42}[raw]; report.Raws != wantRaws || report.Heads < 6 {
				t.Errorf("checked %d raw lines and %d heads, want %d and 6 or more", report.Raws, report.Heads, wantRaws)
			}
			if report.Header.Name != w.node.Name || report.Authority == (soc.Hash{}) {
				t.Errorf("header %+v, authority %s", report.Header, report.Authority)
			}
		}
		whole, err := proof.Verify(bytes.NewReader(w.proof(t, store.ProofFilter{From: from.AddDate(-1, 0, 0), Until: until.AddDate(1, 0, 0)})))
		if err != nil || !whole.Good() || whole.Alerts != 10+20+5+8+30+15 {
			t.Errorf("the whole ledger: %+v, %v", whole, err)
		}
		nothing, err := proof.Verify(bytes.NewReader(w.proof(t, store.ProofFilter{From: from.AddDate(-2, 0, 0), Until: from.AddDate(-1, 0, 0)})))
		if err != nil || !nothing.Good() || nothing.Alerts != 0 {
			t.Errorf("a time before everything: %+v, %v", nothing, err)
		}
		if got := must(w.Withheld(t.Context(), system, w.node.ID))(t); len(got) != 2 || got[0].Count != 30 || got[0].Why != soc.WhyQuota || got[1].Rule.ID != "2" {
			t.Errorf("withheld = %+v, want 30 of rule 1 and 10 of rule 2", got)
		}
	})
}

func TestAProofThatWasTamperedWithNamesTheFirstRecord(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		from, until := month(t, w)
		file := w.proof(t, store.ProofFilter{From: from, Until: until, Raw: true})
		lines := strings.SplitAfter(strings.TrimSuffix(string(file), "\n"), "\n")
		find := func(lane string, seq int) int {
			in := ""
			for i, line := range lines {
				var l proof.Line
				if err := json.Unmarshal([]byte(line), &l); err != nil {
					t.Fatal(err)
				}
				if l.Chain != nil {
					in = l.Chain.Lane.String()
				}
				if l.Record != nil && in == lane && l.Record.Seq == uint64(seq) {
					return i
				}
			}
			t.Fatalf("record %d of the %s lane is not in the file", seq, lane)
			return 0
		}
		edit := func(i int, change func(*proof.Line)) []string {
			var l proof.Line
			if err := json.Unmarshal([]byte(lines[i]), &l); err != nil {
				t.Fatal(err)
			}
			change(&l)
			edited := append([]string(nil), lines...)
			edited[i] = string(must(json.Marshal(l))(t)) + "\n"
			return edited
		}
		without := func(first, last int) []string {
			return append(append([]string(nil), lines[:first]...), lines[last+1:]...)
		}
		at := find("normal", 17)
		tests := []struct {
			name  string
			lines []string
			first string
		}{
			{"a record deleted", without(at, at), "record 17 of the normal lane, epoch epoch-1, is missing"},
			{"three records deleted", without(at, at+2), "record 17 of the normal lane, epoch epoch-1, is missing, and all up to record 19"},
			{"a raw hash changed", edit(at, func(l *proof.Line) { l.Record.RawHash[3] ^= 1 }), "record 17 of the normal lane, epoch epoch-1, was changed"},
			{"an alert's id changed", edit(at, func(l *proof.Line) { l.Record.AlertID[3] ^= 1 }), "record 17 of the normal lane, epoch epoch-1, was changed"},
			{"a raw line changed", edit(at, func(l *proof.Line) { l.Record.Raw[3] ^= 1 }), "record 17 of the normal lane, epoch epoch-1, has a raw line that was changed"},
			{"the last one of the file deleted", without(len(lines)-1, len(lines)-1), "the file has no end: it was cut off"},
			{"a kind changed", edit(at, func(l *proof.Line) { l.Record.Kind = proof.KindRepeated }), "the file is not as the core wrote it"},
			{"another node's key", edit(0, func(l *proof.Line) { l.Header.LedgerKey[0] ^= 1 }), "the signature over record"},
		}
		for _, tt := range tests {
			report, err := proof.Verify(strings.NewReader(strings.Join(tt.lines, "")))
			if err != nil || report.Good() {
				t.Errorf("%s: Verify = %+v, %v; want a problem", tt.name, report, err)
				continue
			}
			if !strings.HasPrefix(report.Problems[0], tt.first) {
				t.Errorf("%s: the first problem is %q, want %q", tt.name, report.Problems[0], tt.first)
			}
		}
		// Whoever changes a record and every value after it cannot make the node's signature.
		var value soc.Hash
		forged := append([]string(nil), lines...)
		for i := at; i < len(lines); i++ {
			var l proof.Line
			if err := json.Unmarshal([]byte(lines[i]), &l); err != nil {
				t.Fatal(err)
			}
			if l.Record == nil {
				break
			}
			if i == at {
				l.Record.RawHash[0] ^= 1
				l.Record.Raw = nil
				var before proof.Line
				_ = json.Unmarshal([]byte(lines[i-1]), &before)
				value = before.Record.Value
			}
			value = soc.Record{Seq: l.Record.Seq, AlertID: l.Record.AlertID, RawHash: l.Record.RawHash}.Next(value)
			l.Record.Value = value
			forged[i] = string(must(json.Marshal(l))(t)) + "\n"
		}
		report, err := proof.Verify(strings.NewReader(strings.Join(forged, "")))
		if err != nil || report.Good() || !strings.Contains(report.Problems[0], "is not the one that the node signed") {
			t.Errorf("a forged chain: %+v, %v", report, err)
		}
	})
}

// An answer was lost on the way: the core holds the first records of a range that the
// node has dropped since.
func TestWhatOfADroppedRangeIsHeldAlreadyCountsOnce(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := newChain(w.node.ID, soc.LaneNormal)
		must(w.Accept(t.Context(), system, c.delivery(c.entries(t, alerts(w, 0, 10)...))))(t)
		dropped := func(id string, count uint64) soc.Withheld {
			return soc.Withheld{Rule: soc.Rule{Engine: "suricata", ID: id}, Why: soc.WhyQuota, Count: count, FirstTime: w.clock, LastTime: w.clock}
		}
		must(w.AcceptMissing(t.Context(), system, store.Missing{
			Chain: c.Chain, From: 5, Head: soc.Head{Seq: 20, Value: soc.Hash{7}}, Dropped: []soc.Withheld{dropped("1", 4), dropped("2", 12)},
			Signed: soc.Signed{Time: w.clock, Signature: []byte{1}},
		}))(t)
		if got, want := counts(t, w), [5]uint64{20, 10, 0, 10, 0}; got != want {
			t.Errorf("delivered, alerts, repeated, dropped, missing = %v, want %v", got, want)
		}
		sum := uint64(0)
		for _, held := range must(w.Withheld(t.Context(), system, w.node.ID))(t) {
			sum += held.Count
		}
		if sum != 10 {
			t.Errorf("by rule %d were dropped, want 10", sum)
		}
		_, err := w.AcceptMissing(t.Context(), system, store.Missing{
			Chain: c.Chain, From: 21, Head: soc.Head{Seq: 30, Value: soc.Hash{8}}, Dropped: []soc.Withheld{dropped("1", 9)},
			Signed: soc.Signed{Time: w.clock, Signature: []byte{1}},
		})
		if !errors.Is(err, soc.ErrInvalid) {
			t.Errorf("rules that do not make up the range: %v, want ErrInvalid", err)
		}
	})
}

func TestWhatIsNoProofIsAnError(t *testing.T) {
	for _, text := range []string{"", "\n", "{}\n", "hello", `{"socme_proof":{"version":9}}` + "\n", strings.Repeat("x", 3*soc.MaxRaw)} {
		if report, err := proof.Verify(strings.NewReader(text)); err == nil {
			t.Errorf("Verify(%.20q) = %+v, want an error", text, report)
		}
	}
}

func TestCountsThatAreToldTwiceAreKeptOnce(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		told := func(outbox string, count uint64) {
			t.Helper()
			err := w.SetWithheld(t.Context(), system, w.node.ID, []store.Counted{{Outbox: outbox, Withheld: soc.Withheld{
				Rule: soc.Rule{Engine: "wazuh", ID: "5710", Name: "x"}, Why: soc.WhyFilter, Reason: "noise", Severity: soc.SeverityLow,
				Count: count, FirstTime: w.clock, LastTime: w.clock,
			}}})
			if err != nil {
				t.Fatal(err)
			}
		}
		told("a", 10)
		told("a", 10)
		told("a", 25)
		told("b", 5) // an outbox made anew begins at zero
		got := must(w.Withheld(t.Context(), system, w.node.ID))(t)
		want := []soc.Withheld{{
			Rule: soc.Rule{Engine: "wazuh", ID: "5710", Name: "x"}, Why: soc.WhyFilter, Reason: "noise", Severity: soc.SeverityLow,
			Count: 30, FirstTime: w.clock, LastTime: w.clock,
		}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("withheld (-want +got):\n%s", diff)
		}
	})
}
