// Package shoutrrr is notifyme's channel to services that github.com/nicholas-fedor/shoutrrr speaks to and notifyme does not: Bark,
// Google Chat, IFTTT, Join, Lark, Notifiarr, Opsgenie, PagerDuty, Pushbullet, WeCom and Zulip. It imports nothing of ours but notifyme.
//
// Shoutrrr sends a text and says whether it worked. So there is no receipt ID, no button and no time to come back, whether a failure is temporary is
// read from its words, and a service that hangs holds a goroutine until shoutrrr gives up.
package shoutrrr

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nicholas-fedor/shoutrrr"

	"github.com/socme-project/socme/notifyme"
)

// Shoutrrr sends heading, body and link as one text.
type Shoutrrr struct {
	URL     notifyme.Secret `form:"url,required" help:"shoutrrr's address of the service, with its secrets: bark, googlechat, ifttt, join, lark, notifiarr, opsgenie, pagerduty, pushbullet, wecom or zulip"`
	Limit   int             `form:"limit" default:"2000" help:"most characters of a text"`
	Timeout time.Duration   `form:"timeout" default:"15s" help:"how long to wait for the answer"`
}

// Kind is the channel's row of the table.
func Kind() notifyme.Channel {
	return notifyme.Channel{Kind: "shoutrrr", About: "eleven more services, through shoutrrr", New: func() notifyme.Notifier { return &Shoutrrr{} }}
}

// services are those that shoutrrr carries for us. The others have channels of their own here, with receipts.
func services() []string {
	return []string{"bark", "googlechat", "hangouts", "ifttt", "join", "lark", "notifiarr", "opsgenie", "pagerduty", "pushbullet", "wecom", "zulip"}
}

var status = regexp.MustCompile(`\b[45][0-9][0-9]\b`)

// Notify sends m.
func (n Shoutrrr) Notify(ctx context.Context, m notifyme.Message) (notifyme.Receipt, error) {
	if err := notifyme.Ready("shoutrrr", &n, m); err != nil {
		return notifyme.Receipt{}, err
	}
	secrets := notifyme.Secrets(&n)
	service, _, _ := strings.Cut(string(n.URL), ":")
	if !slices.Contains(services(), service) {
		return notifyme.Receipt{}, notifyme.Fail("shoutrrr", notifyme.Permanent, "url: it is none of "+strings.Join(services(), ", "), secrets...)
	}
	sender, err := shoutrrr.CreateSender(string(n.URL))
	if err != nil { // its text holds the URL
		return notifyme.Receipt{}, notifyme.Fail("shoutrrr", notifyme.Permanent, "url: shoutrrr cannot read this address of "+service, secrets...)
	}
	ctx, cancel := context.WithTimeout(ctx, n.Timeout)
	defer cancel()
	text, cut := notifyme.Cut(m.Full(), n.Limit, notifyme.Runes)
	done := make(chan error, 1)
	go func() { done <- errors.Join(sender.Send(text, nil)...) }()
	select {
	case err = <-done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		return notifyme.Receipt{}, judge(err, secrets)
	}
	return notifyme.Receipt{At: time.Now().UTC(), Cut: cut, Detail: service}, nil
}

func judge(err error, secrets []string) error {
	e := notifyme.Broken("shoutrrr", err, secrets...)
	var transport *url.Error
	if e.Err != nil || errors.As(err, &transport) {
		return e
	}
	if found := status.FindString(err.Error()); found != "" {
		e.Status, _ = strconv.Atoi(found)
		if e.Status < 500 && e.Status != 408 && e.Status != 429 {
			e.Outcome = notifyme.Permanent
		}
	}
	return e
}
