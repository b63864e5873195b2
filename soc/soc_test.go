package soc_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/soc"
)

func TestAlertIDsSortByTimeAndNameTheSameEventAlike(t *testing.T) {
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	id := func(at time.Time, node soc.NodeID, parts ...string) soc.AlertID {
		var identity [][]byte
		for _, p := range parts {
			identity = append(identity, []byte(p))
		}
		return soc.NewAlertID(at, node, identity...)
	}
	same := id(at, "n1", "raw")
	if same != id(at, "n1", "raw") {
		t.Error("the same event has two ids")
	}
	for name, other := range map[string]soc.AlertID{
		"another node": id(at, "n2", "raw"), "another line": id(at, "n1", "raw "), "another time": id(at.Add(time.Millisecond), "n1", "raw"),
		"parts that join alike": id(at, "n1", "ra", "w"),
	} {
		if same == other {
			t.Errorf("%s has the same id", name)
		}
	}
	if earlier := id(at.Add(-time.Millisecond), "n1", "zzz"); bytes.Compare(earlier[:], same[:]) >= 0 {
		t.Error("an earlier event does not sort before")
	}
	for name, when := range map[string]time.Time{"no time": {}, "before 1970": time.Unix(-5, 0), "far beyond": time.UnixMilli(1 << 50)} {
		if got := id(when, "n1", "raw"); !bytes.Equal(got[:6], make([]byte, 6)) {
			t.Errorf("%s: the id begins with %x, want zeros", name, got[:6])
		}
	}
	if back, err := soc.ParseAlertID(same.String()); err != nil || back != same {
		t.Errorf("ParseAlertID(%s) = %s, %v", same, back, err)
	}
	for _, bad := range []string{"", "12", same.String()[:31] + "g"} {
		if _, err := soc.ParseAlertID(bad); !errors.Is(err, soc.ErrInvalid) {
			t.Errorf("ParseAlertID(%q) = %v, want ErrInvalid", bad, err)
		}
	}
}

// TestTheChainIsTheOneThatProofsRestOn holds the chain's values fast: proofs that
// were made once must verify for ever.
func TestTheChainIsTheOneThatProofsRestOn(t *testing.T) {
	chain := soc.Chain{Node: "node", Epoch: "epoch", Lane: soc.LaneUrgent}
	first := chain.Genesis()
	record := soc.Record{Seq: 1, AlertID: soc.AlertID{1, 2, 3}, RawHash: soc.Hash{4, 5, 6}}
	for name, got := range map[string]struct{ got, want string }{
		"genesis": {first.String(), "75cf5d75348d96dc794fadef88cbfa90276f278935d83d75792a5a57e4ea1969"},
		"next":    {record.Next(first).String(), "dc5d639aa0e45c472e42921094e69de985c946a951f167dacf7845ab21c422a9"},
	} {
		if got.got != got.want {
			t.Errorf("%s = %s, want %s", name, got.got, got.want)
		}
	}
	seen := map[soc.Hash]string{first: "first"}
	for _, other := range []soc.Chain{
		{Node: "nodeepoch", Lane: soc.LaneUrgent},
		{Node: "node", Epoch: "epoch", Lane: soc.LaneNormal},
		{Node: "node", Epoch: "epoch", Previous: "before", Lane: soc.LaneUrgent},
	} {
		if name := seen[other.Genesis()]; name != "" {
			t.Errorf("%+v begins like %s", other, name)
		}
		seen[other.Genesis()] = fmt.Sprintf("%+v", other)
	}
	dropped := record
	dropped.Dropped = true
	if dropped.Next(first) != record.Next(first) {
		t.Error("dropping a record's raw line changes the chain")
	}
}

func TestAStatementHoldsForWhatItSaysOnly(t *testing.T) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := soc.Statement{Chain: soc.Chain{Node: "n", Epoch: "e", Lane: soc.LaneNormal}, Head: soc.Head{Seq: 7, Value: soc.Hash{1}}, Time: time.UnixMilli(1000)}
	signature := s.Sign(private)
	if !s.Verify(public, signature) {
		t.Error("a good signature does not verify")
	}
	for name, change := range map[string]func(*soc.Statement){
		"seq": func(s *soc.Statement) { s.Head.Seq++ }, "value": func(s *soc.Statement) { s.Head.Value[31] = 1 },
		"time": func(s *soc.Statement) { s.Time = s.Time.Add(time.Millisecond) }, "missing": func(s *soc.Statement) { s.Missing = 3 },
		"lane": func(s *soc.Statement) { s.Chain.Lane = soc.LaneUrgent }, "node": func(s *soc.Statement) { s.Chain.Node = "m" },
	} {
		other := s
		change(&other)
		if other.Verify(public, signature) {
			t.Errorf("the signature holds for another %s", name)
		}
	}
	if s.Verify(nil, signature) || s.Verify(public, nil) {
		t.Error("a signature without key or signature verifies")
	}
}

func TestSecretsDoNotShow(t *testing.T) {
	secret := soc.NewSecret()
	if len(secret) != 52 || secret == soc.NewSecret() {
		t.Errorf("a secret has %d characters, want 52 that differ each time", len(string(secret)))
	}
	marshalled, err := json.Marshal(map[string]soc.Secret{"token": secret})
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{fmt.Sprint(secret), fmt.Sprintf("%v %+v %#v %s %q", secret, secret, secret, secret, secret), string(marshalled)} {
		if bytes.Contains([]byte(shown), []byte(string(secret))) {
			t.Errorf("a secret shows in %s", shown)
		}
	}
}

func TestAnAlertComesBackFromItsJSON(t *testing.T) {
	want := soc.Alert{
		ID: soc.AlertID{9}, Severity: soc.SeverityCritical, Rule: soc.Rule{Engine: soc.EngineWazuh, ID: "5710", Name: "naïve \x00"},
		Source:    soc.Endpoint{Address: netip.MustParseAddr("2001:db8::1"), Port: 65535, Host: "h", User: "u"},
		Agent:     &soc.Agent{ID: "001", Name: "web1"},
		MITRE:     &soc.MITRE{Tactics: []string{"Credential Access"}, Techniques: []soc.Technique{{ID: "T1110.001"}}},
		Tags:      []string{"sshd"},
		Details:   []soc.Detail{{Name: "file", Value: "/etc/passwd"}},
		EventTime: time.Date(2026, 3, 2, 12, 0, 0, 342e6, time.UTC),
	}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got soc.Alert
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWordsOfSeveritiesAndLanes(t *testing.T) {
	for i, word := range []string{"unknown", "informational", "low", "medium", "high", "critical"} {
		got, err := soc.ParseSeverity(word)
		if err != nil || got != soc.Severity(i) || got.String() != word {
			t.Errorf("ParseSeverity(%s) = %v, %v", word, got, err)
		}
		lane := soc.LaneNormal
		switch word {
		case "high":
			lane = soc.LaneUrgent
		case "critical":
			lane = soc.LaneCritical
		}
		if got.Lane() != lane {
			t.Errorf("%s travels in the %s lane, want %s", word, got.Lane(), lane)
		}
	}
	if got, err := soc.ParseSeverity("info"); got != soc.SeverityInformational || err != nil {
		t.Errorf("info = %v, %v", got, err)
	}
	if _, err := soc.ParseSeverity("worst"); !errors.Is(err, soc.ErrInvalid) {
		t.Errorf("worst = %v, want ErrInvalid", err)
	}
	if soc.Severity(77).String() != "unknown" {
		t.Error("a severity out of range is not unknown")
	}
}

func TestTheZeroScopeSeesNothing(t *testing.T) {
	var none soc.Scope
	if none.All() || none.Sees("c1") || none.Sees("") || none.Role() != "" {
		t.Errorf("the zero scope is %+v", none)
	}
	one := soc.ScopeOf("viewer", soc.RoleViewer, "c1")
	if !one.Sees("c1") || one.Sees("c2") || one.All() {
		t.Errorf("a scope of c1 sees c1 %v, c2 %v", one.Sees("c1"), one.Sees("c2"))
	}
}

func TestANodesStateIsToldFromWhatWasHeard(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name string
		node soc.Node
		want soc.NodeState
	}{
		{"never heard of", soc.Node{}, soc.NodeNew},
		{"heard just now", soc.Node{LastSeenTime: now}, soc.NodeDelivering},
		{"two beats missed", soc.Node{LastSeenTime: now.Add(-29 * time.Second)}, soc.NodeDelivering},
		{"three beats missed", soc.Node{LastSeenTime: now.Add(-31 * time.Second)}, soc.NodeOffline},
		{"much waits", soc.Node{LastSeenTime: now, Waiting: 5000}, soc.NodeLagging},
		{"revoked", soc.Node{LastSeenTime: now, RevokedTime: now}, soc.NodeRevoked},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.node.StateAt(now); got != tt.want {
				t.Errorf("state = %s, want %s", got, tt.want)
			}
		})
	}
}
