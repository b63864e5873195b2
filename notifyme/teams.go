package notifyme

import (
	"context"
	"slices"
	"strings"
)

// Teams posts an Adaptive Card to a webhook of a Teams workflow ("Post to a channel when a webhook request is
// received"). The whole request has at most 28 KiB. The service gives no name of the message back.
type Teams struct {
	URL Secret `form:"url,required,url" help:"the workflow's address"`
	HTTP
}

// teamsLimit is in bytes of the encoded request.
const teamsLimit = 28 << 10

// teamsMarks are the marks of a card's Markdown, which knows no HTML.
const teamsMarks = "\\*_[]`"

type teamsText struct {
	Type   string `json:"type"`
	Text   string `json:"text"`
	Weight string `json:"weight,omitempty"`
	Size   string `json:"size,omitempty"`
	Color  string `json:"color,omitempty"`
	Wrap   bool   `json:"wrap"`
}

type teamsAction struct {
	Type  string `json:"type"`
	Title string `json:"title"`
	URL   string `json:"url"`
}

type teamsCard struct {
	Schema  string        `json:"$schema"`
	Type    string        `json:"type"`
	Version string        `json:"version"`
	Body    []teamsText   `json:"body"`
	Actions []teamsAction `json:"actions,omitempty"`
}

type teamsAttachment struct {
	ContentType string    `json:"contentType"`
	Content     teamsCard `json:"content"`
}

type teamsMessage struct {
	Type        string            `json:"type"`
	Attachments []teamsAttachment `json:"attachments"`
}

// Notify posts m.
func (n Teams) Notify(ctx context.Context, m Message) (Receipt, error) {
	if err := Ready("teams", &n, m); err != nil {
		return Receipt{}, err
	}
	title, cut := Cut(m.Heading(), 1000, Runes)
	card := teamsCard{Schema: "http://adaptivecards.io/schemas/adaptive-card.json", Type: "AdaptiveCard", Version: "1.4"}
	if title != "" {
		card.Body = append(card.Body, teamsText{"TextBlock", escapeMarks(title, teamsMarks), "Bolder", "Medium", m.Severity.teamsColor(), true})
	}
	for _, link := range m.links("Open", 6) {
		card.Actions = append(card.Actions, teamsAction{"Action.OpenUrl", link.Label, link.URL})
	}
	text := m.Markdown
	if text == "" { // a single line break is none in a card
		text = strings.ReplaceAll(escapeMarks(m.Plain(), teamsMarks), "\n", "\n\n")
	}
	with := func(text string) []byte {
		filled := card
		if text != "" {
			filled.Body = slices.Concat(card.Body, []teamsText{{Type: "TextBlock", Text: text, Wrap: true}})
		}
		return encode(teamsMessage{"message", []teamsAttachment{{"application/vnd.microsoft.card.adaptive", filled}}})
	}
	text, cutText := fit(text, teamsLimit, func(text string) int { return len(with(text)) })
	got, err := n.do(ctx, call{kind: "teams", secrets: Secrets(&n), url: string(n.URL), header: jsonHeader(), body: with(text)})
	if err != nil {
		return Receipt{}, err
	}
	return Receipt{At: got.at, Cut: cut || cutText}, nil
}

func (s Severity) teamsColor() string {
	switch {
	case s >= High:
		return "Attention"
	case s == Medium:
		return "Warning"
	}
	return "Default"
}
