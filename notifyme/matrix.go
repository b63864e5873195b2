package notifyme

import (
	"context"
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Matrix sends an event to a room, PUT …/send/m.room.message/{txnId} of the client-server API v3. An event has at most 65,536
// bytes with all that the server adds; each of its two bodies gets at most 24,000. The transaction is the message's name:
// with the same Key it is shown once. Parent begins a thread. The room must not be encrypted.
type Matrix struct {
	Server string `form:"server,required,url" help:"address of the homeserver"`
	Room   string `form:"room,required" help:"id of the room, such as !abc:example.org"`
	Token  Secret `form:"token,required" help:"the access token of the bot's account"`
	HTTP
}

type matrixReply struct {
	EventID string `json:"event_id"`
}

type matrixRelation struct {
	Type    string      `json:"rel_type"`
	EventID string      `json:"event_id"`
	Falling bool        `json:"is_falling_back"`
	Reply   matrixReply `json:"m.in_reply_to"`
}

const matrixBody = 24000 // bytes as JSON, per body

// Notify sends m. The receipt's ID is the event_id.
func (n Matrix) Notify(ctx context.Context, m Message) (Receipt, error) {
	if err := Ready("matrix", &n, m); err != nil {
		return Receipt{}, err
	}
	title, cutTitle := Cut(m.Heading(), 1000, Bytes)
	text, cut := fit(m.Plain(), matrixBody, func(text string) int {
		return max(len(encode(text)), len(encode(Message{Text: text}.AsHTML())))
	})
	formatted := m.AsHTML()
	if m.HTML == "" || len(encode(formatted)) > matrixBody { // half a tag is worse than none
		formatted = Message{Text: text}.AsHTML()
	}
	heading := ""
	if title != "" {
		heading = "<strong>" + html.EscapeString(title) + "</strong>"
	}
	link := ""
	if m.Link != "" {
		link = `<a href="` + html.EscapeString(m.Link) + `">` + html.EscapeString(m.Link) + "</a>"
	}
	body := struct {
		Type      string          `json:"msgtype"`
		Body      string          `json:"body"`
		Format    string          `json:"format"`
		Formatted string          `json:"formatted_body"`
		Mentions  struct{}        `json:"m.mentions"` // nobody, whatever the text holds
		Relates   *matrixRelation `json:"m.relates_to,omitempty"`
	}{
		Type: "m.text", Body: m.join(title, text, m.Link), Format: "org.matrix.custom.html",
		Formatted: paragraphs(heading, formatted, link),
	}
	if m.Parent != "" {
		body.Relates = &matrixRelation{"m.thread", m.Parent, true, matrixReply{m.Parent}}
	}
	address := under(n.Server, "/_matrix/client/v3/rooms/"+url.PathEscape(n.Room)+"/send/m.room.message/"+m.Name())
	got, err := n.do(ctx, call{
		kind: "matrix", secrets: Secrets(&n), method: http.MethodPut, url: address, header: bearer(jsonHeader(), n.Token),
		body: encode(body), wait: matrixWait,
	})
	if err != nil {
		return Receipt{}, err
	}
	var said matrixReply
	_ = json.Unmarshal(got.body, &said)
	return Receipt{ID: said.EventID, At: got.at, Cut: cut || cutTitle}, nil
}

func paragraphs(parts ...string) string {
	var all strings.Builder
	for _, part := range parts {
		if part != "" {
			all.WriteString("<p>" + part + "</p>")
		}
	}
	return all.String()
}

func matrixWait(got answer) time.Duration {
	var said struct {
		RetryAfterMS int64 `json:"retry_after_ms"`
	}
	_ = json.Unmarshal(got.body, &said)
	return time.Duration(said.RetryAfterMS) * time.Millisecond
}
