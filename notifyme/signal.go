package notifyme

import (
	"context"
	"encoding/json"
)

// Signal sends through a signal-cli-rest-api server, POST /v2/send: at most 2,000 bytes, which every Signal shows whole.
type Signal struct {
	Server string   `form:"server,required,url" help:"address of signal-cli-rest-api"`
	From   string   `form:"from,required" help:"the registered number, such as +4915112345678"`
	To     []string `form:"to,required" help:"numbers, user names or group ids (group.…)"`
	Token  Secret   `form:"token" help:"bearer token, if a proxy in front asks for one"`
	HTTP
}

// Notify sends m. The receipt's ID is Signal's timestamp of it.
func (n Signal) Notify(ctx context.Context, m Message) (Receipt, error) {
	if err := Ready("signal", &n, m); err != nil {
		return Receipt{}, err
	}
	text, cut := cutFull(m, 2000, Bytes)
	body := encode(struct {
		Message    string   `json:"message"`
		Number     string   `json:"number"`
		Recipients []string `json:"recipients"`
		Mode       string   `json:"text_mode"`
	}{text, n.From, n.To, "normal"})
	got, err := n.do(ctx, call{kind: "signal", secrets: Secrets(&n), url: under(n.Server, "/v2/send"), header: bearer(jsonHeader(), n.Token), body: body})
	if err != nil {
		return Receipt{}, err
	}
	var said struct {
		Timestamp string `json:"timestamp"`
	}
	_ = json.Unmarshal(got.body, &said)
	return Receipt{ID: said.Timestamp, At: got.at, Cut: cut}, nil
}

// cutFull is heading, body and link within limit: the body gives way first.
func cutFull(m Message, limit int, unit Unit) (string, bool) {
	full := m.Full()
	if unit.Len(full) <= limit {
		return full, false
	}
	room := limit - unit.Len(m.join(m.Heading(), "x", m.Link)) + 1
	if room > 0 {
		text, _ := Cut(m.Plain(), room, unit)
		return m.join(m.Heading(), text, m.Link), true
	}
	return Cut(full, limit, unit)
}
