package notifyme

import (
	"context"
	"fmt"
)

// Mattermost posts to an incoming webhook, https://developers.mattermost.com/integrate/webhooks/incoming/: at most 16,383
// characters. The service gives no name of the message back.
type Mattermost struct {
	URL     Secret `form:"url,required,url" help:"the webhook's address"`
	Channel string `form:"channel" help:"name of another channel than the webhook's own"`
	Name    string `form:"name" help:"name to post under, if the server allows it"`
	HTTP
}

type mattermostAttachment struct {
	Fallback  string `json:"fallback"`
	Color     string `json:"color"`
	Title     string `json:"title,omitempty"`
	TitleLink string `json:"title_link,omitempty"`
	Text      string `json:"text,omitempty"`
}

// Notify posts m.
func (n Mattermost) Notify(ctx context.Context, m Message) (Receipt, error) {
	if err := Ready("mattermost", &n, m); err != nil {
		return Receipt{}, err
	}
	title, cutTitle := Cut(silence(m.Heading()), 1000, Runes)
	below := m.linksBelow()
	text, cut := Cut(silence(m.AsMarkdown()), max(16383-Runes.Len(below)-Runes.Len(title), 0), Runes)
	body := encode(struct {
		Channel     string                 `json:"channel,omitempty"`
		Name        string                 `json:"username,omitempty"`
		Attachments []mattermostAttachment `json:"attachments"`
	}{n.Channel, n.Name, []mattermostAttachment{{
		Fallback: title, Color: fmt.Sprintf("#%06x", m.Severity.color()), Title: title, TitleLink: m.Link, Text: text + below,
	}}})
	got, err := n.do(ctx, call{kind: "mattermost", secrets: Secrets(&n), url: string(n.URL), header: jsonHeader(), body: body})
	if err != nil {
		return Receipt{}, err
	}
	return Receipt{At: got.at, Cut: cut || cutTitle}, nil
}

// linksBelow are the actions that open an address, as a line of Markdown links; the message's own link goes behind the title.
func (m Message) linksBelow() string {
	below := ""
	for _, link := range m.links("", 6) {
		if link.Label == "" {
			continue
		}
		if below != "" {
			below += " · "
		}
		below += "[" + EscapeMarkdown(link.Label) + "](" + link.URL + ")"
	}
	if below == "" {
		return ""
	}
	return "\n\n" + below
}
