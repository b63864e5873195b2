package notifyme

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"
)

// Discord executes a webhook, https://docs.discord.com/developers/resources/webhook#execute-webhook, with one embed:
// title 256 characters, description 4,096. Nobody is mentioned, whatever the text holds. Parent is the id of a thread of
// the webhook's channel.
type Discord struct {
	URL  Secret `form:"url,required,url" help:"the webhook's address"`
	Name string `form:"name" help:"name to post under; the webhook's own if empty"`
	HTTP
}

type discordEmbed struct {
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	URL         string `json:"url,omitempty"`
	Color       int    `json:"color,omitempty"`
	Timestamp   string `json:"timestamp,omitempty"`
}

// color is a severity as 0xRRGGBB.
func (s Severity) color() int {
	return [...]int{0x6b7280, 0x3b82f6, 0x22c55e, 0xeab308, 0xf97316, 0xdc2626}[max(Unknown, min(s, Critical))]
}

// Notify posts m.
func (n Discord) Notify(ctx context.Context, m Message) (Receipt, error) {
	if err := Ready("discord", &n, m); err != nil {
		return Receipt{}, err
	}
	title, cutTitle := Cut(m.Heading(), 256, UTF16s)
	var links strings.Builder
	for _, link := range m.links("", 6) {
		if link.Label != "" { // the first one stands behind the title
			links.WriteString("\n[" + EscapeMarkdown(link.Label) + "](" + link.URL + ")")
		}
	}
	below := links.String()
	text, cut := Cut(m.AsMarkdown(), max(4096-UTF16s.Len(below), 0), UTF16s)
	embed := discordEmbed{Title: title, Description: text + below, URL: m.Link, Color: m.Severity.color()}
	if !m.Time.IsZero() {
		embed.Timestamp = m.Time.UTC().Format(time.RFC3339)
	}
	body := encode(map[string]any{
		"allowed_mentions": map[string]any{"parse": []string{}}, "embeds": []discordEmbed{embed}, "username": n.Name,
	})
	if n.Name == "" {
		body = encode(map[string]any{"allowed_mentions": map[string]any{"parse": []string{}}, "embeds": []discordEmbed{embed}})
	}
	address, _ := url.Parse(string(n.URL)) // Ready has read it
	query := address.Query()
	query.Set("wait", "true") // or the answer comes before Discord has looked
	if m.Parent != "" {
		query.Set("thread_id", m.Parent)
	}
	address.RawQuery = query.Encode()
	got, err := n.do(ctx, call{
		kind: "discord", secrets: Secrets(&n), url: address.String(), header: jsonHeader(), body: body, wait: discordWait,
	})
	if err != nil {
		return Receipt{}, err
	}
	var said struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(got.body, &said)
	return Receipt{ID: said.ID, At: got.at, Cut: cut || cutTitle}, nil
}

func discordWait(got answer) time.Duration {
	var said struct {
		RetryAfter float64 `json:"retry_after"`
	}
	_ = json.Unmarshal(got.body, &said)
	return time.Duration(said.RetryAfter * float64(time.Second))
}
