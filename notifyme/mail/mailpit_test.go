package mail_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/socme-project/socme/notifyme"
	"github.com/socme-project/socme/notifyme/mail"
	"github.com/socme-project/socme/notifyme/notifytest"
)

// mailpit runs a real mail server that asks for STARTTLS and a password.
type mailpit struct {
	api  string
	mail mail.Mail
}

func startMailpit(t *testing.T, args ...string) mailpit {
	t.Helper()
	program := notifytest.Program(t, "mailpit")
	_, cert, key := notifytest.Certificate(t)
	users := filepath.Join(t.TempDir(), "users")
	if err := os.WriteFile(users, []byte("soc:"+strings.ReplaceAll(password, " ", "-")), 0o600); err != nil {
		t.Fatal(err)
	}
	smtp, web := notifytest.FreePort(t, "tcp"), notifytest.FreePort(t, "tcp")
	p := mailpit{api: fmt.Sprintf("http://127.0.0.1:%d", web), mail: mail.Mail{
		Host: "localhost", Port: smtp, CAFile: cert, User: "soc", Password: notifyme.Secret(strings.ReplaceAll(password, " ", "-")),
		From: "SOC <soc@example.org>", To: []string{"ann@example.org"},
	}}
	args = append([]string{
		"--smtp", fmt.Sprintf("127.0.0.1:%d", smtp), "--listen", fmt.Sprintf("127.0.0.1:%d", web), "--disable-version-check", "--smtp-disable-rdns",
		"--smtp-tls-cert", cert, "--smtp-tls-key", key, "--smtp-auth-file", users, "--database", filepath.Join(t.TempDir(), "mail.db"),
	}, args...)
	notifytest.Peer(t, func() bool {
		response, err := http.Get(p.api + "/readyz")
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK
	}, program, args...)
	return p
}

func (p mailpit) get(t *testing.T, path string, into any) {
	t.Helper()
	response, err := http.Get(p.api + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if text, ok := into.(*string); ok {
		*text = string(body)
	} else if err == nil {
		err = json.Unmarshal(body, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestRealServer(t *testing.T) {
	p := startMailpit(t, "--smtp-require-starttls")

	t.Run("what arrives is what was sent", func(t *testing.T) {
		m := notifyme.Message{
			Title: "Störung \"acme\" 🚨\r\nBcc: everybody@example.org", Text: "Größe: 5\n.\n..dots\n日本語", HTML: "<p>Größe: <b>5</b></p>",
			Severity: notifyme.Critical, Link: "https://soc.example/7", Thread: "incident/7\r\nX-Evil: 1", Key: "one",
		}
		receipt, err := p.mail.Notify(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		second := m
		second.Key, second.Parent = "two", receipt.ID
		if _, err := p.mail.Notify(t.Context(), second); err != nil {
			t.Fatal(err)
		}
		var list struct {
			Messages []struct{ ID, MessageID string }
		}
		p.get(t, "/api/v1/messages", &list)
		if len(list.Messages) != 2 {
			t.Fatalf("%d letters arrived, want 2", len(list.Messages))
		}
		var got struct {
			Subject, Text, HTML, MessageID string
			To, Bcc                        []struct{ Address string }
		}
		p.get(t, "/api/v1/message/"+list.Messages[1].ID, &got)
		if want := `Störung "acme" 🚨 Bcc: everybody@example.org`; got.Subject != want || len(got.Bcc) != 0 || len(got.To) != 1 {
			t.Errorf("it arrived as %+v, want the subject %q, one recipient", got, want)
		}
		if want := "Größe: 5\n.\n..dots\n日本語\n\nhttps://soc.example/7\n"; strings.TrimRight(strings.ReplaceAll(got.Text, "\r\n", "\n"), "\n") != strings.TrimRight(want, "\n") {
			t.Errorf("text = %q, want %q", got.Text, want)
		}
		if !strings.Contains(got.HTML, "<p>Größe: <b>5</b></p>") || "<"+got.MessageID+">" != receipt.ID {
			t.Errorf("HTML = %q, id = %q; want the message's own and %q", got.HTML, got.MessageID, receipt.ID)
		}
		var first, reply map[string][]string
		p.get(t, "/api/v1/message/"+list.Messages[1].ID+"/headers", &first)
		p.get(t, "/api/v1/message/"+list.Messages[0].ID+"/headers", &reply)
		if first["X-Evil"] != nil || first["References"] == nil || reply["References"][0] != first["References"][0]+" "+receipt.ID || reply["In-Reply-To"][0] != receipt.ID {
			t.Errorf("headers = %v and %v: not one thread", first, reply)
		}
	})
	t.Run("1 MiB arrives whole", func(t *testing.T) {
		body := strings.Repeat("Zeile mit Ümlaut\n", 1<<20/17)
		if _, err := p.mail.Notify(t.Context(), notifyme.Message{Title: "long", Text: body}); err != nil {
			t.Fatal(err)
		}
		var got struct{ Text string }
		p.get(t, "/api/v1/message/latest", &got)
		if strings.ReplaceAll(got.Text, "\r\n", "\n") != body {
			t.Errorf("%d bytes arrived, want %d", len(got.Text), len(body))
		}
	})
	for _, tt := range []struct {
		name   string
		change func(*mail.Mail)
	}{
		{"a wrong password", func(n *mail.Mail) { n.Password = "another-one" }},
		{"an authority that did not sign", func(n *mail.Mail) { _, n.CAFile, _ = notifytest.Certificate(t) }},
		{"a server that requires STARTTLS, and we do not", func(n *mail.Mail) { n.Security = "none" }},
		{"TLS at once where the server speaks first", func(n *mail.Mail) { n.Security = "tls" }},
		{"a sender that is no address", func(n *mail.Mail) { n.From = "soc" }},
	} {
		t.Run(tt.name+" is permanent", func(t *testing.T) {
			n := p.mail
			tt.change(&n)
			_, err := n.Notify(t.Context(), notifyme.Message{Title: "x"})
			if notifyme.OutcomeOf(err) != notifyme.Permanent {
				t.Errorf("err = %v, want a permanent one", err)
			}
		})
	}
}

func TestNoPasswordInTheClear(t *testing.T) {
	n := mail.Mail{Host: "mail.example.org", Security: "none", User: "soc", Password: password, From: "soc@example.org", To: []string{"a@example.org"}}
	if _, err := n.Notify(t.Context(), notifyme.Message{Title: "x"}); notifyme.OutcomeOf(err) != notifyme.Permanent || !strings.Contains(err.Error(), "in the clear") {
		t.Errorf("err = %v, want a refusal before anything goes out", err)
	}
}

// A server that has trouble says 4xx; mailpit can be told to.
func TestServerInTrouble(t *testing.T) {
	p := startMailpit(t, "--chaos-triggers", "Recipient:452:100")
	if _, err := p.mail.Notify(t.Context(), notifyme.Message{Title: "x"}); notifyme.OutcomeOf(err) != notifyme.Temporary {
		t.Errorf("err = %v, want a temporary one", err)
	}
}
