package notifyme_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/socme-project/socme/notifyme"
)

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		name string
		m    notifyme.Message
	}{
		{"nothing", notifyme.Message{}},
		{"a severity that is none", notifyme.Message{Title: "x", Severity: 6}},
		{"a link that runs", notifyme.Message{Title: "x", Link: "javascript:alert(1)"}},
		{"a link that ends a tag", notifyme.Message{Title: "x", Link: `https://a/"><b>`}},
		{"a button without a label", notifyme.Message{Title: "x", Actions: []notifyme.Action{{URL: "https://a"}}}},
		{"a button that does nothing", notifyme.Message{Title: "x", Actions: []notifyme.Action{{Label: "a"}}}},
		{"a button with too much data", notifyme.Message{Title: "x", Actions: []notifyme.Action{{Label: "a", Data: strings.Repeat("x", 65)}}}},
		{"a method that is none", notifyme.Message{Title: "x", Actions: []notifyme.Action{{Label: "a", URL: "https://a", Method: "DELETE"}}}},
		{"5 MiB", notifyme.Message{Title: "x", Text: strings.Repeat("x", 5<<20)}},
	} {
		if tt.m.Check() == nil {
			t.Errorf("%s is not refused", tt.name)
		}
	}
}

func TestBodies(t *testing.T) {
	for _, tt := range []struct {
		name                  string
		m                     notifyme.Message
		plain, markdown, html string
	}{
		{"text alone", notifyme.Message{Text: "a *b*\r\n<c>\x00"}, "a *b*\n<c>", `a \*b\*` + "\n" + `\<c\>`, "a *b*<br>\n&lt;c&gt;"},
		{"Markdown alone", notifyme.Message{Markdown: "a *b*"}, "a *b*", "a *b*", "a *b*"},
		{"HTML alone", notifyme.Message{HTML: "<p>a &amp; <b>b</b></p><script>x<y</script><ul><li>c</ul>"}, "a & b\n- c", "a & b\n- c", "<p>a &amp; <b>b</b></p><script>x<y</script><ul><li>c</ul>"},
		{"all three", notifyme.Message{Text: "t", Markdown: "m", HTML: "h"}, "t", "m", "h"},
	} {
		if p, m, h := tt.m.Plain(), tt.m.AsMarkdown(), tt.m.AsHTML(); p != tt.plain || m != tt.markdown || h != tt.html {
			t.Errorf("%s: got %q, %q, %q", tt.name, p, m, h)
		}
	}
}

func TestSMSParts(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, strings.Repeat("a", 160): 1, strings.Repeat("a", 161): 2, strings.Repeat("a", 306): 2, strings.Repeat("a", 307): 3,
		strings.Repeat("€", 80): 1, strings.Repeat("€", 81): 2, strings.Repeat("ä", 160): 1,
		strings.Repeat("日", 70): 1, strings.Repeat("日", 71): 2, strings.Repeat("🚨", 35): 1, strings.Repeat("🚨", 36): 2,
	} {
		if got := notifyme.SMSParts(text); got != want {
			t.Errorf("%d characters of %.3q take %d parts, want %d", utf8.RuneCountInString(text), text, got, want)
		}
	}
}

func FuzzCut(f *testing.F) {
	f.Add("Zeile 🚨 & ü", 5)
	f.Add("", 0)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		s = strings.ToValidUTF8(s, "?")
		limit = min(max(limit, 0), 1<<20)
		for _, unit := range []notifyme.Unit{notifyme.Bytes, notifyme.Runes, notifyme.UTF16s} {
			short, cut := notifyme.Cut(s, limit, unit)
			if unit.Len(short) > limit || !utf8.ValidString(short) || (!cut && short != s) || (cut && unit.Len(s) <= limit) {
				t.Errorf("Cut(%q, %d, %d) = %q, %v", s, limit, unit, short, cut)
			}
		}
	})
}

func FuzzMessage(f *testing.F) {
	f.Add("title\r\nX: y", "<p>a<b", "*m*")
	f.Fuzz(func(t *testing.T, title, html, markdown string) {
		m := notifyme.Message{Title: title, HTML: html, Markdown: markdown}
		if got := m.Heading(); strings.ContainsAny(got, "\r\n\x00\u2028\u202e") || !utf8.ValidString(got) {
			t.Errorf("heading = %q", got)
		}
		for _, got := range []string{m.Plain(), m.AsMarkdown(), m.AsHTML(), m.Full(), notifyme.Message{HTML: html}.Plain()} {
			if strings.ContainsAny(got, "\r\x00") || !utf8.ValidString(got) {
				t.Errorf("body = %q", got)
			}
		}
	})
}

// way is a notifier whose outcome is given.
type way func(context.Context) (notifyme.Receipt, error)

func (w way) Notify(ctx context.Context, _ notifyme.Message) (notifyme.Receipt, error) { return w(ctx) }

// One that hangs and one that panics keep nobody from being told, and each is told of.
func TestFanout(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	fanout := notifyme.Fanout{
		"good": way(func(context.Context) (notifyme.Receipt, error) { cancel(); return notifyme.Receipt{ID: "1"}, nil }),
		"hangs": way(func(ctx context.Context) (notifyme.Receipt, error) {
			<-ctx.Done()
			return notifyme.Receipt{}, notifyme.Broken("x", ctx.Err())
		}),
		"panics":  way(func(context.Context) (notifyme.Receipt, error) { panic("a secret") }),
		"strange": way(func(context.Context) (notifyme.Receipt, error) { return notifyme.Receipt{}, errors.New("of another's") }),
		"refused": notifyme.Ntfy{},
	}
	got := map[string]notifyme.Outcome{}
	deliveries := fanout.Send(ctx, notifyme.Message{Title: "x"})
	for _, d := range deliveries {
		got[d.Name] = d.Outcome
		if (d.Err == nil) != (d.Outcome == notifyme.Sent) || (d.Err != nil && strings.Contains(d.Err.Error(), "a secret")) {
			t.Errorf("%s: %v with %v", d.Name, d.Outcome, d.Err)
		}
	}
	want := map[string]notifyme.Outcome{
		"good": notifyme.Sent, "hangs": notifyme.Temporary, "panics": notifyme.Permanent, "strange": notifyme.Temporary, "refused": notifyme.Permanent,
	}
	for name, outcome := range want {
		if got[name] != outcome {
			t.Errorf("%s: %v, want %v", name, got[name], outcome)
		}
	}
	if len(got) != len(want) || !notifyme.AnySent(deliveries) {
		t.Errorf("got %v", got)
	}
}

func TestVerifyWebhook(t *testing.T) {
	// The example of the specification, standardwebhooks.com.
	header := http.Header{}
	header.Set("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
	header.Set("webhook-timestamp", "1614265330")
	header.Set("webhook-signature", "v1,bm9ldHUjKzFob2VudXRob2VodWUzMjRvdWVvdW9ldQo= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
	secret, body, now := notifyme.Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), []byte(`{"test": 2432232314}`), time.Unix(1614265330, 0)
	if !notifyme.VerifyWebhook(secret, header, body, now.Add(4*time.Minute)) {
		t.Error("the specification's own example does not hold")
	}
	if notifyme.VerifyWebhook(secret, header, append(body, ' '), now) || notifyme.VerifyWebhook(secret+"A", header, body, now) || notifyme.VerifyWebhook(secret, header, body, now.Add(6*time.Minute)) {
		t.Error("another body, another key or a late one holds")
	}
}
