package notifyme

import (
	"context"
	"encoding/json"
	"html"
	"strconv"
	"strings"
	"time"
)

// Telegram sends by the Bot API's sendMessage, https://core.telegram.org/bots/api#sendmessage: at most 4,096 UTF-16
// units after its entities are resolved, up to eight buttons.
type Telegram struct {
	Token  Secret `form:"token,required" help:"the bot's token, from @BotFather"`
	Chat   string `form:"chat,required" help:"id of the chat, or @name of a channel"`
	Topic  int    `form:"topic" help:"message_thread_id of a forum's topic"`
	Silent bool   `form:"silent" help:"no sound for what is below high"`
	Server string `form:"server,url" default:"https://api.telegram.org" help:"address of the Bot API server"`
	HTTP
}

type telegramButton struct {
	Text string `json:"text"`
	URL  string `json:"url,omitempty"`
	Data string `json:"callback_data,omitempty"`
}

type telegramReply struct {
	MessageID int64 `json:"message_id"`
}

// Notify sends m. The receipt's ID is the message_id.
func (n Telegram) Notify(ctx context.Context, m Message) (Receipt, error) {
	if err := Ready("telegram", &n, m); err != nil {
		return Receipt{}, err
	}
	// Cut before escaping: the limit counts what is shown, and an entity cut in half would be refused.
	title, cutTitle := Cut(m.Heading(), 256, UTF16s)
	room := 4096 - UTF16s.Len(title) - 2
	if m.Link != "" {
		room -= UTF16s.Len(m.Link) + 2
	}
	text, cut := Cut(m.Plain(), max(room, 1), UTF16s)
	shown := html.EscapeString(text)
	if title != "" {
		title = "<b>" + html.EscapeString(title) + "</b>"
	}
	type keyboard struct {
		Rows [][]telegramButton `json:"inline_keyboard"`
	}
	body := struct {
		Chat    string         `json:"chat_id"`
		Topic   int            `json:"message_thread_id,omitempty"`
		Text    string         `json:"text"`
		Mode    string         `json:"parse_mode"`
		Silent  bool           `json:"disable_notification,omitempty"`
		Preview map[string]any `json:"link_preview_options"`
		Reply   *telegramReply `json:"reply_parameters,omitempty"`
		Markup  *keyboard      `json:"reply_markup,omitempty"`
	}{
		Chat: n.Chat, Topic: n.Topic, Mode: "HTML", Text: m.join(title, shown, html.EscapeString(m.Link)),
		Silent: n.Silent && m.Severity < High, Preview: map[string]any{"is_disabled": true},
	}
	if id, err := strconv.ParseInt(m.Parent, 10, 64); err == nil {
		body.Reply = &telegramReply{id}
	}
	for _, action := range m.Actions[:min(len(m.Actions), 8)] {
		if body.Markup == nil {
			body.Markup = &keyboard{}
		}
		body.Markup.Rows = append(body.Markup.Rows, []telegramButton{{Line(action.Label), action.URL, action.Data}})
	}
	c := call{
		kind: "telegram", secrets: Secrets(&n), header: jsonHeader(), body: encode(body), wait: telegramWait,
		url: under(n.Server, "/bot"+string(n.Token)+"/sendMessage"),
	}
	got, err := n.do(ctx, c)
	if err != nil {
		return Receipt{}, err
	}
	var said struct {
		OK          bool          `json:"ok"`
		Description string        `json:"description"`
		Result      telegramReply `json:"result"`
	}
	if err := json.Unmarshal(got.body, &said); err != nil || !said.OK {
		return Receipt{}, c.refused(Permanent, got, strings.TrimSpace("ok is not true "+said.Description))
	}
	return Receipt{ID: strconv.FormatInt(said.Result.MessageID, 10), At: got.at, Cut: cut || cutTitle}, nil
}

func telegramWait(got answer) time.Duration {
	var said struct {
		Parameters struct {
			RetryAfter int `json:"retry_after"`
		} `json:"parameters"`
	}
	_ = json.Unmarshal(got.body, &said)
	return time.Duration(said.Parameters.RetryAfter) * time.Second
}
