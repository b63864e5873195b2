package notifyme

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
)

// Slack posts by a bot's token, https://docs.slack.dev/reference/methods/chat.postMessage. A header of 150 characters, a
// section of 3,000, five buttons with a link. Receipt.ID is the message's ts; as Parent it begins a thread.
type Slack struct {
	Token   Secret `form:"token,required" help:"the bot's token (xoxb-…), with the scope chat:write"`
	Channel string `form:"channel,required" help:"id of the channel, such as C0123456789"`
	Server  string `form:"server,url" default:"https://slack.com" help:"address of Slack"`
	HTTP
}

// SlackWebhook posts to an incoming webhook, https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks.
// Slack gives no name of the message back.
type SlackWebhook struct {
	URL Secret `form:"url,required,url" help:"the webhook's address"`
	HTTP
}

type slackText struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

type slackBlock struct {
	Type     string         `json:"type"`
	Text     *slackText     `json:"text,omitempty"`
	Elements []slackElement `json:"elements,omitempty"`
}

type slackElement struct {
	Type string    `json:"type"`
	Text slackText `json:"text"`
	URL  string    `json:"url"`
}

type slackMessage struct {
	Channel string       `json:"channel,omitempty"`
	Text    string       `json:"text"` // what notifications show, and programs that read aloud
	Blocks  []slackBlock `json:"blocks"`
	Thread  string       `json:"thread_ts,omitempty"`
	Links   bool         `json:"unfurl_links"`
	Media   bool         `json:"unfurl_media"`
}

// slackEscape is all that Slack asks to escape; < would begin a link or a call of everybody.
func slackEscape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

func slackOf(m Message) (body slackMessage, cut bool) {
	title, cutTitle := Cut(m.Heading(), 150, Runes)
	// The limit counts what is sent, and escaping makes that longer.
	text, cut := fit(m.Plain(), 3000, func(text string) int { return Runes.Len(slackEscape(text)) })
	if body.Text = slackEscape(title); title == "" {
		body.Text, _ = Cut(slackEscape(Line(text)), 150, Runes)
	}
	if title != "" {
		body.Blocks = append(body.Blocks, slackBlock{Type: "header", Text: &slackText{"plain_text", title}})
	}
	if text != "" {
		body.Blocks = append(body.Blocks, slackBlock{Type: "section", Text: &slackText{"mrkdwn", slackEscape(text)}})
	}
	buttons := slackBlock{Type: "actions"}
	for _, link := range m.links("Open", 5) {
		label, _ := Cut(link.Label, 75, Runes)
		buttons.Elements = append(buttons.Elements, slackElement{"button", slackText{"plain_text", label}, link.URL})
	}
	if buttons.Elements != nil {
		body.Blocks = append(body.Blocks, buttons)
	}
	return body, cut || cutTitle
}

// links are the message's link, under the label open, and its actions that open an address: at most limit.
func (m Message) links(open string, limit int) []Action {
	var links []Action
	if m.Link != "" {
		links = append(links, Action{Label: open, URL: m.Link})
	}
	for _, action := range m.Actions {
		if action.URL != "" && action.Method == "" {
			action.Label = Line(action.Label)
			links = append(links, action)
		}
	}
	return links[:min(len(links), limit)]
}

// Notify posts m.
func (n Slack) Notify(ctx context.Context, m Message) (Receipt, error) {
	if err := Ready("slack", &n, m); err != nil {
		return Receipt{}, err
	}
	body, cut := slackOf(m)
	body.Channel, body.Thread = n.Channel, m.Parent
	header := bearer(http.Header{"Content-Type": {"application/json; charset=utf-8"}}, n.Token)
	c := call{kind: "slack", secrets: Secrets(&n), url: under(n.Server, "/api/chat.postMessage"), header: header, body: encode(body)}
	got, err := n.do(ctx, c)
	if err != nil {
		return Receipt{}, err
	}
	var said struct {
		OK    bool   `json:"ok"`
		TS    string `json:"ts"`
		Error string `json:"error"`
	}
	if err := json.Unmarshal(got.body, &said); err != nil {
		return Receipt{}, c.refused(Temporary, got, "the answer is no JSON")
	}
	if said.OK {
		return Receipt{ID: said.TS, At: got.at, Cut: cut}, nil
	}
	switch said.Error {
	case "ratelimited", "rate_limited", "message_limit_exceeded":
		e := c.refused(Limited, got, said.Error)
		wait, _ := retryAfter(got)
		limitUntil(e, got.at, wait)
		return Receipt{}, e
	case "fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org":
		return Receipt{}, c.refused(Temporary, got, said.Error)
	}
	return Receipt{}, c.refused(Permanent, got, said.Error)
}

// Notify posts m.
func (n SlackWebhook) Notify(ctx context.Context, m Message) (Receipt, error) {
	if err := Ready("slack-webhook", &n, m); err != nil {
		return Receipt{}, err
	}
	body, cut := slackOf(m)
	got, err := n.do(ctx, call{kind: "slack-webhook", secrets: Secrets(&n), url: string(n.URL), header: jsonHeader(), body: encode(body)})
	if err != nil {
		return Receipt{}, err
	}
	return Receipt{At: got.at, Cut: cut}, nil
}
