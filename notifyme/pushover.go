package notifyme

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Pushover posts by https://pushover.net/api: title 250 characters, body 1,024, one link of 512. A critical message is
// an emergency: it sounds every minute for an hour until somebody confirms it.
type Pushover struct {
	Token  Secret `form:"token,required" help:"the application's token"`
	User   Secret `form:"user,required" help:"key of the user or group"`
	Device string `form:"device" help:"name of one device; all of them if empty"`
	Server string `form:"server,url" default:"https://api.pushover.net" help:"address of Pushover"`
	HTTP
}

// Notify posts m.
func (n Pushover) Notify(ctx context.Context, m Message) (Receipt, error) {
	if err := Ready("pushover", &n, m); err != nil {
		return Receipt{}, err
	}
	title, cutTitle := Cut(m.Heading(), 250, Runes)
	text, cut := Cut(m.Plain(), 1024, Runes)
	if text == "" { // Pushover refuses a message without a body
		text, title = title, ""
	}
	form := url.Values{"token": {string(n.Token)}, "user": {string(n.User)}, "message": {text}}
	set := func(name, value string) {
		if value != "" {
			form.Set(name, value)
		}
	}
	set("title", title)
	set("device", n.Device)
	if len(m.Link) <= 512 {
		set("url", m.Link)
	}
	if !m.Time.IsZero() {
		set("timestamp", strconv.FormatInt(m.Time.Unix(), 10))
	}
	switch m.Severity {
	case Critical:
		form["priority"], form["retry"], form["expire"] = []string{"2"}, []string{"60"}, []string{"3600"}
	case High:
		set("priority", "1")
	case Informational:
		set("priority", "-1")
	}
	c := call{
		kind: "pushover", secrets: Secrets(&n), url: under(n.Server, "/1/messages.json"), body: []byte(form.Encode()), wait: pushoverWait,
		header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
	}
	got, err := n.do(ctx, c)
	if err != nil {
		return Receipt{}, err
	}
	var said struct {
		Status  int    `json:"status"`
		Request string `json:"request"`
	}
	if err := json.Unmarshal(got.body, &said); err != nil || said.Status != 1 {
		return Receipt{}, c.refused(Permanent, got, "its status is not 1: "+string(got.body))
	}
	return Receipt{ID: said.Request, At: got.at, Cut: cut || cutTitle}, nil
}

// pushoverWait reads when the month's count begins anew.
func pushoverWait(got answer) time.Duration {
	reset, err := strconv.ParseInt(got.header.Get("X-Limit-App-Reset"), 10, 64)
	if err != nil {
		return 0
	}
	return time.Unix(reset, 0).Sub(got.at)
}
