package notifyme

import (
	"context"
	"encoding/json"
)

// Ntfy publishes to a topic of https://docs.ntfy.sh/publish/ as JSON. Title at most 250 bytes, body 4,096 bytes, three
// buttons. A message with the key of an earlier one takes its place (servers from 2.16 on).
type Ntfy struct {
	Server string `form:"server,url" default:"https://ntfy.sh" help:"address of the server"`
	Topic  string `form:"topic,required" help:"topic to publish to; whoever knows it may read it, unless the server asks for a token"`
	Token  Secret `form:"token" help:"access token (tk_…), if the topic is protected"`
	HTTP
}

type ntfyAction struct {
	Action string `json:"action"`
	Label  string `json:"label"`
	URL    string `json:"url"`
	Method string `json:"method,omitempty"`
	Body   string `json:"body,omitempty"`
}

// Notify publishes m.
func (n Ntfy) Notify(ctx context.Context, m Message) (Receipt, error) {
	if err := Ready("ntfy", &n, m); err != nil {
		return Receipt{}, err
	}
	title, cutTitle := Cut(m.Heading(), 250, Bytes)
	body := struct {
		Topic    string       `json:"topic"`
		Title    string       `json:"title,omitempty"`
		Message  string       `json:"message,omitempty"`
		Markdown bool         `json:"markdown,omitempty"`
		Priority int          `json:"priority,omitempty"`
		Click    string       `json:"click,omitempty"`
		Actions  []ntfyAction `json:"actions,omitempty"`
		Sequence string       `json:"sequence_id,omitempty"`
	}{Topic: n.Topic, Title: title, Priority: int(m.Severity), Click: m.Link, Markdown: m.Markdown != ""}
	text := m.Plain()
	if body.Markdown {
		text = m.AsMarkdown()
	}
	var cut bool
	body.Message, cut = Cut(text, 4096, Bytes)
	if m.Key != "" {
		body.Sequence = shortHash(m.Key)
	}
	for _, action := range m.Actions {
		if action.URL == "" || len(body.Actions) == 3 {
			continue
		}
		kind := "view"
		if action.Method != "" {
			kind = "http"
		}
		body.Actions = append(body.Actions, ntfyAction{kind, Line(action.Label), action.URL, action.Method, action.Body})
	}
	got, err := n.do(ctx, call{
		kind: "ntfy", secrets: Secrets(&n), url: under(n.Server, "/"), header: bearer(jsonHeader(), n.Token), body: encode(body),
	})
	if err != nil {
		return Receipt{}, err
	}
	var said struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(got.body, &said) // sent all the same
	return Receipt{ID: said.ID, At: got.at, Cut: cut || cutTitle}, nil
}
