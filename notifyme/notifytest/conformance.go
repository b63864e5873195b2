// Package notifytest holds the one test that every channel passes. It is for the tests of channels, these and others'.
package notifytest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/notifyme"
)

// Behaviour is what a peer does with what it is sent.
type Behaviour int

// The behaviours, in the words of HTTP: a peer of another protocol does what comes nearest.
const (
	Accept       Behaviour = iota // takes it, as its documentation says
	Refuse                        // 4xx: a request that it does not want
	Unauthorized                  // 401
	Limit                         // 429 with "Retry-After: 42"
	Fail                          // 5xx
	Hang                          // takes it and never answers
	Reset                         // cuts the connection
	BadTLS                        // shows a certificate that nobody signed
)

// String returns the words that name the subtest.
func (b Behaviour) String() string {
	return [...]string{"2xx", "4xx", "401", "429 with Retry-After", "5xx", "a hang", "a reset", "bad TLS"}[b]
}

// Wait is what a peer that behaves as Limit asks for.
const Wait = 42 * time.Second

// Delivery is what the peer received.
type Delivery struct {
	Wire    string // the request to the byte, for the golden file
	Title   string // as the service reads it
	Body    string // as the service reads it, heading and link included where it has one field for all
	Counted string // what the service's limit counts; Body if empty
}

// Subject is a channel under test.
type Subject struct {
	Kind    string
	Golden  string                         // name of the golden file; Kind if empty
	Secrets []string                       // all that must not be in an error
	ID      string                         // Receipt.ID of an accepted message; empty if the service names none
	Lacks   map[Behaviour]string           // what the service's protocol has no form of, and why
	Want    map[Behaviour]notifyme.Outcome // where it differs from what HTTP's channels do
	Limit   int                            // of Delivery.Counted; 0 if the service has none
	Unit    notifyme.Unit

	// Start runs a peer that behaves so until the test ends, and returns a channel that speaks to it. Its answers hold every secret
	// where the protocol has room for text. received may be called once Notify has returned.
	Start func(t *testing.T, b Behaviour) (channel notifyme.Notifier, received func() Delivery)
}

// Message is the one whose request the golden files hold: every field is filled.
func Message() notifyme.Message {
	return notifyme.Message{
		Title: `Node "acme-gate" is silent <5 min> & counting`, Text: "No alert since 14:02.\nLast: *ET SCAN* <b>10.0.0.7</b>",
		Severity: notifyme.High, Link: "https://soc.example/nodes/acme-gate?tab=1&x=2", Key: "node/acme-gate/silent/1", Thread: "node/acme-gate",
		Actions: []notifyme.Action{{Label: "Acknowledge", URL: "https://soc.example/ack/7", Method: "POST", Body: `{"by":"ntfy"}`}, {Label: "Runbook", URL: "https://soc.example/runbook"}},
		Time:    time.Date(2026, 3, 1, 14, 7, 0, 0, time.UTC),
	}
}

// Run runs the test.
func Run(t *testing.T, s Subject) {
	t.Run("the documented request", s.documented)
	want := map[Behaviour]notifyme.Outcome{
		Refuse: notifyme.Permanent, Unauthorized: notifyme.Permanent, Limit: notifyme.Limited, Fail: notifyme.Temporary,
		Hang: notifyme.Temporary, Reset: notifyme.Temporary, BadTLS: notifyme.Permanent,
	}
	for b := Refuse; b <= BadTLS; b++ {
		t.Run(b.String(), func(t *testing.T) {
			if why, lacks := s.Lacks[b]; lacks {
				t.Skip(why)
			}
			outcome := want[b]
			if other, ok := s.Want[b]; ok {
				outcome = other
			}
			s.fails(t, b, outcome)
		})
	}
	for _, tt := range []struct{ name, title, body string }{
		{"Unicode", "Störung 障害 🚨 e\u0301", "Größe: ≥ 5 µm\n日本語 👩‍💻 العربية"},
		{"quotes and newlines in titles", "He said \"no\" 'never' `\\`\r\nBcc: all@example.org\r\n\r\n{\"a\":1} <b>&amp;</b>\x00\u2028\u202E", `a "quoted" body \ {to} %0a & <i>`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n, received := s.Start(t, Accept)
			if _, err := n.Notify(t.Context(), notifyme.Message{Title: tt.title, Text: tt.body}); err != nil {
				t.Fatal(err)
			}
			got := received()
			if want := notifyme.Line(tt.title); got.Title != want {
				t.Errorf("the title arrived as %q, want %q", got.Title, want)
			}
			if !strings.Contains(got.Body, tt.body) {
				t.Errorf("the body arrived as %q, want %q in it", got.Body, tt.body)
			}
		})
	}
	t.Run("a body of 1 MiB", s.long)
	t.Run("a message of nothing is refused before it goes out", func(t *testing.T) {
		n, _ := s.Start(t, Fail)
		if _, err := n.Notify(t.Context(), notifyme.Message{Title: " \n"}); notifyme.OutcomeOf(err) != notifyme.Permanent {
			t.Errorf("err = %v, want a permanent one", err)
		}
	})
}

func (s Subject) documented(t *testing.T) {
	n, received := s.Start(t, Accept)
	before := time.Now()
	receipt, err := n.Notify(t.Context(), Message())
	if err != nil {
		t.Fatal(err)
	}
	if receipt.ID != s.ID || receipt.Cut || receipt.At.Location() != time.UTC || (receipt.At.Before(before.Add(-time.Second)) && receipt.At != Message().Time) {
		t.Errorf("receipt = %+v, want the ID %q, not cut, of now", receipt, s.ID)
	}
	Golden(t, cmp.Or(s.Golden, s.Kind), received().Wire)
}

func (s Subject) fails(t *testing.T, b Behaviour, want notifyme.Outcome) {
	n, _ := s.Start(t, b)
	ctx := t.Context()
	if b == Hang {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, 150*time.Millisecond)
		defer cancel()
	}
	before := time.Now()
	receipt, err := n.Notify(ctx, Message())
	after := time.Now()
	var e *notifyme.Error
	if !errors.As(err, &e) {
		t.Fatalf("Notify returned %+v, %v; want an *Error", receipt, err)
	}
	t.Log(err)
	if e.Outcome != want || e.Channel != s.Kind || receipt != (notifyme.Receipt{}) {
		t.Errorf("outcome = %v of %q with %+v, want %v of %q", e.Outcome, e.Channel, receipt, want, s.Kind)
	}
	if b == Hang && !errors.Is(err, context.DeadlineExceeded) {
		t.Error("the error does not say that the context ended")
	}
	// Services count in whole seconds.
	if want == notifyme.Limited && (e.Until.Before(before.Add(Wait-time.Second)) || e.Until.After(after.Add(Wait+time.Second))) {
		t.Errorf("until = %v, want %v from now", e.Until, Wait)
	}
	s.hidden(t, n, err)
}

// hidden looks for a secret in each way in which a program could show the error or the channel.
func (s Subject) hidden(t *testing.T, n notifyme.Notifier, err error) {
	t.Helper()
	encoded, _ := json.Marshal(n)
	shown := []string{fmt.Sprintf("%+v %#v %v %+v %#v", err, err, n, n, n), string(encoded)}
	for e := err; e != nil; e = errors.Unwrap(e) {
		shown = append(shown, e.Error(), fmt.Sprintf("%#v", e))
	}
	for _, secret := range s.Secrets {
		for _, text := range shown {
			if strings.Contains(text, secret) {
				t.Errorf("the secret %q is in %s", secret, text)
			}
		}
	}
}

func (s Subject) long(t *testing.T) {
	n, received := s.Start(t, Accept)
	// A character of several bytes and one that JSON and HTML write longer: whoever counts wrong shows it.
	body := strings.Repeat("Zeile mit Ümlaut & 🚨\n", 1<<20/23)
	receipt, err := n.Notify(t.Context(), notifyme.Message{Title: "long", Text: body, Link: "https://soc.example/x"})
	if err != nil {
		t.Fatal(err)
	}
	got := received()
	counted := got.Counted
	if counted == "" {
		counted = got.Body
	}
	length := s.Unit.Len(counted)
	switch {
	case s.Limit == 0:
		if receipt.Cut || !strings.Contains(got.Body, strings.TrimSpace(body)) {
			t.Errorf("cut = %v and %d bytes arrived, want all of it", receipt.Cut, len(got.Body))
		}
	case !receipt.Cut || length > s.Limit || length < s.Limit*3/5:
		t.Errorf("cut = %v, and %d of at most %d arrived", receipt.Cut, length, s.Limit)
	case !strings.Contains(got.Body, body[:40]) || strings.ContainsRune(got.Body, '\uFFFD'):
		t.Errorf("what arrived begins with %q", got.Body[:min(len(got.Body), 100)])
	}
}

// Golden compares got with testdata/NAME.golden, which `go test -update` writes.
func Golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if updating() {
		if err := errors.Join(os.MkdirAll("testdata", 0o750), os.WriteFile(file, []byte(got), 0o600)); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file) //nolint:gosec // of the test
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs.\ngot:\n%s\nwant:\n%s", file, got, want)
	}
}

// updating reads the flag -update of the test that runs us, if it has one.
func updating() bool {
	f := flag.Lookup("update")
	return f != nil && f.Value.String() == "true"
}
