package shoutrrr_test

import (
	"encoding/json"
	"flag"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/socme-project/socme/notifyme"
	"github.com/socme-project/socme/notifyme/notifytest"
	"github.com/socme-project/socme/notifyme/shoutrrr"
)

var _ = flag.Bool("update", false, "write the golden files anew")

// Bark stands for all of them: its address is the one that may lead to this machine.
func TestConformance(t *testing.T) {
	subject := notifytest.HTTPSubject{
		Subject: notifytest.Subject{
			Kind: "shoutrrr", Secrets: []string{"barksecret19"}, Limit: 2000, Unit: notifyme.Runes,
			Lacks: map[notifytest.Behaviour]string{notifytest.Limit: "shoutrrr keeps the headers to itself; 429 is temporary"},
		},
		Answer: `{"code":200,"message":"success"}`, Plain: true,
		New: func(base string, _ notifyme.HTTP) notifyme.Notifier {
			u, _ := url.Parse(base)
			return shoutrrr.Shoutrrr{URL: notifyme.Secret("bark://:barksecret19@" + u.Host + "/?scheme=" + u.Scheme)}
		},
		Read: func(_ *http.Request, body []byte) notifytest.Delivery {
			var sent struct {
				Body string `json:"body"`
			}
			_ = json.Unmarshal(body, &sent)
			title, _, _ := strings.Cut(sent.Body, "\n")
			return notifytest.Delivery{Title: title, Body: sent.Body}
		},
	}
	notifytest.RunHTTP(t, subject)
}

func TestServices(t *testing.T) {
	for name, address := range map[string]string{
		"one that has a channel of its own": "ntfy://ntfy.sh/topicsecret19",
		"one that is none":                  "gopher://topicsecret19",
		"one that shoutrrr cannot read":     "zulip://topicsecret19",
	} {
		t.Run(name+" is permanent", func(t *testing.T) {
			_, err := shoutrrr.Shoutrrr{URL: notifyme.Secret(address)}.Notify(t.Context(), notifyme.Message{Title: "x"})
			if notifyme.OutcomeOf(err) != notifyme.Permanent || strings.Contains(err.Error(), "topicsecret19") {
				t.Errorf("err = %v, want a permanent one without the secret", err)
			}
		})
	}
}
