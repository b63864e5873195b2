package notifyme_test

import (
	"encoding/json"
	"encoding/xml"
	"flag"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/socme-project/socme/notifyme"
	"github.com/socme-project/socme/notifyme/notifytest"
)

var _ = flag.Bool("update", false, "write the golden files anew")

type (
	delivery = notifytest.Delivery
	object   = map[string]any
)

// decode reads a request's JSON; one that is none gives an empty object, and so a failing test.
func decode(body []byte) object {
	var o object
	_ = json.Unmarshal(body, &o)
	return o
}

// at follows keys and indexes into decoded JSON.
func at(v any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			o, _ := v.(object)
			v = o[step]
		case int:
			list, _ := v.([]any)
			if step >= len(list) {
				return nil
			}
			v = list[step]
		}
	}
	return v
}

func text(v any, path ...any) string {
	s, _ := at(v, path...).(string)
	return s
}

// unmark reads Markdown as a chat does, as far as plain text goes.
func unmark(s string) string { return regexp.MustCompile(`\\([^\w\s])`).ReplaceAllString(s, "$1") }

// firstLine is the heading where a service has one field for everything.
func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

var tags = regexp.MustCompile(`</?(b|p|strong|br|a)( [^>]*)?>`)

func TestNtfy(t *testing.T) {
	notifytest.RunHTTP(t, notifytest.HTTPSubject{
		Subject: notifytest.Subject{Kind: "ntfy", Secrets: []string{"tk_secret_1"}, ID: "sPs71M8A2T", Limit: 4096},
		Answer:  `{"id":"sPs71M8A2T","time":1672000000,"event":"message","topic":"soc"}`,
		New: func(base string, common notifyme.HTTP) notifyme.Notifier {
			return notifyme.Ntfy{Server: base, Topic: "soc", Token: "tk_secret_1", HTTP: common}
		},
		Read: func(_ *http.Request, body []byte) delivery {
			o := decode(body)
			return delivery{Title: text(o, "title"), Body: text(o, "message")}
		},
	})
}

func TestTelegram(t *testing.T) {
	notifytest.RunHTTP(t, notifytest.HTTPSubject{
		Subject: notifytest.Subject{Kind: "telegram", Secrets: []string{"12345:AAsecret-2"}, ID: "77", Limit: 4096, Unit: notifyme.UTF16s},
		Answer:  `{"ok":true,"result":{"message_id":77}}`,
		New: func(base string, common notifyme.HTTP) notifyme.Notifier {
			return notifyme.Telegram{Server: base, Token: "12345:AAsecret-2", Chat: "-100123", Topic: 4, HTTP: common}
		},
		Read: func(_ *http.Request, body []byte) delivery {
			shown := html.UnescapeString(tags.ReplaceAllString(text(decode(body), "text"), ""))
			return delivery{Title: firstLine(shown), Body: shown}
		},
	})
}

func TestSlack(t *testing.T) {
	unescape := strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
	read := func(_ *http.Request, body []byte) delivery {
		o := decode(body)
		section := text(o, "blocks", 1, "text", "text")
		return delivery{Title: text(o, "blocks", 0, "text", "text"), Body: unescape.Replace(section), Counted: section}
	}
	notifytest.RunHTTP(t, notifytest.HTTPSubject{
		Subject: notifytest.Subject{Kind: "slack", Secrets: []string{"xoxb-secret-3"}, ID: "1503435956.000247", Limit: 3000, Unit: notifyme.Runes},
		Answer:  `{"ok":true,"channel":"C1","ts":"1503435956.000247"}`, Read: read,
		New: func(base string, common notifyme.HTTP) notifyme.Notifier {
			return notifyme.Slack{Server: base, Token: "xoxb-secret-3", Channel: "C1", HTTP: common}
		},
	})
	t.Run("webhook", func(t *testing.T) {
		notifytest.RunHTTP(t, notifytest.HTTPSubject{
			Subject: notifytest.Subject{Kind: "slack-webhook", Secrets: []string{"/services/T000/B000/secretXXXXXXXX", "secretXXXXXXXX"}, Limit: 3000, Unit: notifyme.Runes},
			Answer:  "ok", Read: read,
			New: func(base string, common notifyme.HTTP) notifyme.Notifier {
				return notifyme.SlackWebhook{URL: notifyme.Secret(base + "/services/T000/B000/secretXXXXXXXX"), HTTP: common}
			},
		})
	})
}

func TestDiscord(t *testing.T) {
	notifytest.RunHTTP(t, notifytest.HTTPSubject{
		Subject: notifytest.Subject{Kind: "discord", Secrets: []string{"/api/webhooks/1234567890/secret_token-4", "secret_token-4"}, ID: "1100", Limit: 4096, Unit: notifyme.UTF16s},
		Answer:  `{"id":"1100","content":""}`,
		New: func(base string, common notifyme.HTTP) notifyme.Notifier {
			return notifyme.Discord{URL: notifyme.Secret(base + "/api/webhooks/1234567890/secret_token-4"), Name: "SOC", HTTP: common}
		},
		Read: func(_ *http.Request, body []byte) delivery {
			o := decode(body)
			description := text(o, "embeds", 0, "description")
			return delivery{Title: text(o, "embeds", 0, "title"), Body: unmark(description), Counted: description}
		},
	})
}

func TestTeams(t *testing.T) {
	notifytest.RunHTTP(t, notifytest.HTTPSubject{
		Subject: notifytest.Subject{Kind: "teams", Secrets: []string{"sig=secretsignature5", "secretsignature5"}, Limit: 28 << 10},
		Status:  http.StatusAccepted,
		New: func(base string, common notifyme.HTTP) notifyme.Notifier {
			return notifyme.Teams{URL: notifyme.Secret(base + "/workflows/1/triggers/manual/paths/invoke?api-version=1&sig=secretsignature5"), HTTP: common}
		},
		Read: func(_ *http.Request, body []byte) delivery {
			card := at(decode(body), "attachments", 0, "content", "body")
			return delivery{Title: unmark(text(card, 0, "text")), Body: strings.ReplaceAll(unmark(text(card, 1, "text")), "\n\n", "\n"), Counted: string(body)}
		},
	})
}

func attachment(_ *http.Request, body []byte) delivery {
	o := at(decode(body), "attachments", 0)
	return delivery{Title: text(o, "title"), Body: unmark(text(o, "text")), Counted: text(o, "text")}
}

func TestMattermost(t *testing.T) {
	notifytest.RunHTTP(t, notifytest.HTTPSubject{
		Subject: notifytest.Subject{Kind: "mattermost", Secrets: []string{"/hooks/secretsecretsecret6", "secretsecretsecret6"}, Limit: 16383, Unit: notifyme.Runes},
		Answer:  "ok", Read: attachment,
		New: func(base string, common notifyme.HTTP) notifyme.Notifier {
			return notifyme.Mattermost{URL: notifyme.Secret(base + "/hooks/secretsecretsecret6"), Channel: "soc", HTTP: common}
		},
	})
}

func TestRocketChat(t *testing.T) {
	notifytest.RunHTTP(t, notifytest.HTTPSubject{
		Subject: notifytest.Subject{Kind: "rocketchat", Secrets: []string{"/hooks/id000000/secret7777777", "secret7777777"}, Limit: 5000, Unit: notifyme.Runes},
		Answer:  `{"success":true}`, Read: attachment,
		New: func(base string, common notifyme.HTTP) notifyme.Notifier {
			return notifyme.RocketChat{URL: notifyme.Secret(base + "/hooks/id000000/secret7777777"), Alias: "SOC", HTTP: common}
		},
	})
}

func TestGotify(t *testing.T) {
	notifytest.RunHTTP(t, notifytest.HTTPSubject{
		Subject: notifytest.Subject{Kind: "gotify", Secrets: []string{"Asecret.8"}, ID: "25"},
		Answer:  `{"id":25,"appid":5,"message":"…"}`,
		New: func(base string, common notifyme.HTTP) notifyme.Notifier {
			return notifyme.Gotify{Server: base + "/", Token: "Asecret.8", HTTP: common}
		},
		Read: func(_ *http.Request, body []byte) delivery {
			o := decode(body)
			return delivery{Title: text(o, "title"), Body: text(o, "message")}
		},
	})
}

func TestPushover(t *testing.T) {
	notifytest.RunHTTP(t, notifytest.HTTPSubject{
		Subject: notifytest.Subject{Kind: "pushover", Secrets: []string{"asecrettoken9", "usecretkey9"}, ID: "647d2300-702c", Limit: 1024, Unit: notifyme.Runes},
		Answer:  `{"status":1,"request":"647d2300-702c"}`,
		New: func(base string, common notifyme.HTTP) notifyme.Notifier {
			return notifyme.Pushover{Server: base, Token: "asecrettoken9", User: "usecretkey9", HTTP: common}
		},
		Read: func(_ *http.Request, body []byte) delivery {
			form, _ := url.ParseQuery(string(body))
			return delivery{Title: form.Get("title"), Body: form.Get("message")}
		},
	})
}

func TestMatrix(t *testing.T) {
	notifytest.RunHTTP(t, notifytest.HTTPSubject{
		Subject: notifytest.Subject{Kind: "matrix", Secrets: []string{"syt_secret_10"}, ID: "$event:x", Limit: 65536 - 4096},
		Answer:  `{"event_id":"$event:x"}`,
		New: func(base string, common notifyme.HTTP) notifyme.Notifier {
			return notifyme.Matrix{Server: base, Room: "!room:example.org", Token: "syt_secret_10", HTTP: common}
		},
		Read: func(_ *http.Request, body []byte) delivery {
			plain := text(decode(body), "body")
			return delivery{Title: firstLine(plain), Body: plain, Counted: string(body)}
		},
	})
}

func TestSignal(t *testing.T) {
	notifytest.RunHTTP(t, notifytest.HTTPSubject{
		Subject: notifytest.Subject{Kind: "signal", Secrets: []string{"signalsecret11"}, ID: "1672000000123", Limit: 2000},
		Status:  http.StatusCreated, Answer: `{"timestamp":"1672000000123"}`,
		New: func(base string, common notifyme.HTTP) notifyme.Notifier {
			return notifyme.Signal{Server: base, From: "+4915112345678", To: []string{"+4915187654321"}, Token: "signalsecret11", HTTP: common}
		},
		Read: func(_ *http.Request, body []byte) delivery {
			plain := text(decode(body), "message")
			return delivery{Title: firstLine(plain), Body: plain}
		},
	})
}

func TestSMS(t *testing.T) {
	for _, tt := range []struct {
		name    string
		gateway notifyme.SMS
		read    func(r *http.Request, body []byte) string
	}{
		{"as JSON", notifyme.SMS{Password: "smssecret12", User: "soc"}, func(_ *http.Request, body []byte) string { return text(decode(body), "text") }},
		{"as a form", notifyme.SMS{ContentType: "application/x-www-form-urlencoded", Body: "to={to}&msg={text}", Token: "smssecret12"}, func(_ *http.Request, body []byte) string {
			form, _ := url.ParseQuery(string(body))
			return form.Get("msg")
		}},
		{"as XML", notifyme.SMS{ContentType: "text/xml", Body: `<sms to="{to}" id="{id}">{text}</sms>`, Token: "smssecret12", Scheme: "App"}, func(_ *http.Request, body []byte) string {
			var sms struct {
				Text string `xml:",chardata"`
			}
			_ = xml.Unmarshal(body, &sms)
			return sms.Text
		}},
		{"in the query", notifyme.SMS{Method: "GET", URL: "/send?to={to}&text={text}", Token: "smssecret12"}, func(r *http.Request, _ []byte) string { return r.URL.Query().Get("text") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			notifytest.RunHTTP(t, notifytest.HTTPSubject{
				Subject: notifytest.Subject{Kind: "sms", Golden: "sms-" + strings.ReplaceAll(tt.name, " ", "-"), Secrets: []string{"smssecret12"}, Limit: 3 * 67, Unit: notifyme.UTF16s},
				New: func(base string, common notifyme.HTTP) notifyme.Notifier {
					n := tt.gateway
					if n.URL == "" {
						n.URL = "/v1/messages"
					}
					n.URL, n.To, n.HTTP = base+n.URL, "+4915112345678", common
					return n
				},
				Read: func(r *http.Request, body []byte) delivery {
					sent := tt.read(r, body)
					return delivery{Title: firstLine(sent), Body: sent}
				},
			})
		})
	}
}

func TestWebhook(t *testing.T) {
	const secret = "whsec_c2VjcmV0IG9mIHRoZSB0ZXN0IDEz"
	notifytest.RunHTTP(t, notifytest.HTTPSubject{
		Subject: notifytest.Subject{Kind: "webhook", Secrets: []string{secret, "secretpath13", "bearersecret13"}, ID: "msg_" + notifytest.Message().Name()},
		New: func(base string, common notifyme.HTTP) notifyme.Notifier {
			return notifyme.Webhook{URL: notifyme.Secret(base + "/in/secretpath13"), Secret: secret, Token: "bearersecret13", HTTP: common}
		},
		Read: func(r *http.Request, body []byte) delivery {
			if !notifyme.VerifyWebhook(secret, r.Header, body, notifytest.Message().Time) {
				return delivery{Title: "the signature does not hold"}
			}
			o := decode(body)
			return delivery{Title: notifyme.Line(text(o, "title")), Body: text(o, "text")}
		},
	})
}
