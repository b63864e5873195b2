package notifyme

import (
	"context"
	"encoding/json"
	"fmt"
)

// RocketChat posts to an incoming webhook, https://docs.rocket.chat/docs/integrations. The server's own limit
// (Message_MaxAllowedSize) is 5,000 characters unless it was changed.
type RocketChat struct {
	URL     Secret `form:"url,required,url" help:"the webhook's address"`
	Channel string `form:"channel" help:"another room than the webhook's own: #name or @user"`
	Alias   string `form:"alias" help:"name to post under"`
	Limit   int    `form:"limit" default:"5000" help:"the server's Message_MaxAllowedSize"`
	HTTP
}

type rocketAttachment struct {
	Color     string `json:"color"`
	Title     string `json:"title,omitempty"`
	TitleLink string `json:"title_link,omitempty"`
	Text      string `json:"text,omitempty"`
}

// Notify posts m.
func (n RocketChat) Notify(ctx context.Context, m Message) (Receipt, error) {
	if err := Ready("rocketchat", &n, m); err != nil {
		return Receipt{}, err
	}
	title, cutTitle := Cut(silence(m.Heading()), 500, Runes)
	below := m.linksBelow()
	text := m.Markdown
	if text == "" {
		text = escapeMarks(m.Plain(), "*_~`#") // all that its parser takes a backslash before
	}
	text, cut := Cut(silence(text), max(n.Limit-Runes.Len(below)-Runes.Len(title), 0), Runes)
	c := call{
		kind: "rocketchat", secrets: Secrets(&n), url: string(n.URL), header: jsonHeader(),
		body: encode(struct {
			Channel     string             `json:"channel,omitempty"`
			Alias       string             `json:"alias,omitempty"`
			Attachments []rocketAttachment `json:"attachments"`
		}{n.Channel, n.Alias, []rocketAttachment{{fmt.Sprintf("#%06x", m.Severity.color()), title, m.Link, text + below}}}),
	}
	got, err := n.do(ctx, c)
	if err != nil {
		return Receipt{}, err
	}
	var said struct {
		Success *bool  `json:"success"`
		Error   string `json:"error"`
	}
	if json.Unmarshal(got.body, &said) == nil && said.Success != nil && !*said.Success {
		return Receipt{}, c.refused(Permanent, got, said.Error)
	}
	return Receipt{At: got.at, Cut: cut || cutTitle}, nil
}
