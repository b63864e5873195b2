package notifyme

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
)

// Gotify creates a message, https://gotify.net/api-docs#/message/createMessage. It documents no limit; a body goes out whole.
type Gotify struct {
	Server string `form:"server,required,url" help:"address of the server"`
	Token  Secret `form:"token,required" help:"the application's token"`
	HTTP
}

// Notify posts m.
func (n Gotify) Notify(ctx context.Context, m Message) (Receipt, error) {
	if err := Ready("gotify", &n, m); err != nil {
		return Receipt{}, err
	}
	extras := map[string]any{}
	if m.Link != "" {
		extras["client::notification"] = map[string]any{"click": map[string]string{"url": m.Link}}
	}
	text := m.Plain()
	if m.Markdown != "" {
		text = m.AsMarkdown()
		extras["client::display"] = map[string]string{"contentType": "text/markdown"}
	}
	if text == "" { // Gotify refuses a message without a body
		text = m.Heading()
	}
	body := encode(struct {
		Title    string         `json:"title,omitempty"`
		Message  string         `json:"message"`
		Priority int            `json:"priority"`
		Extras   map[string]any `json:"extras,omitempty"`
	}{m.Heading(), text, [...]int{5, 1, 3, 5, 8, 10}[m.Severity], extras})
	header := http.Header{"Content-Type": {"application/json"}, "X-Gotify-Key": {string(n.Token)}}
	got, err := n.do(ctx, call{kind: "gotify", secrets: Secrets(&n), url: under(n.Server, "/message"), header: header, body: body})
	if err != nil {
		return Receipt{}, err
	}
	var said struct {
		ID int64 `json:"id"`
	}
	_ = json.Unmarshal(got.body, &said)
	return Receipt{ID: strconv.FormatInt(said.ID, 10), At: got.at}, nil
}
