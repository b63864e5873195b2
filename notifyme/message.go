package notifyme

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Message is what is to be told. Title or a body must be there; everything else is optional, and a channel that cannot
// carry it leaves it out. A message of more than MaxMessage bytes is refused.
type Message struct {
	Title string `json:"title"` // one line; line breaks and control characters become spaces

	// The same body in up to three forms. A channel takes the richest one that it can show and makes do with another.
	// Markdown is what CommonMark and all chat services share: emphasis, code, links, lists.
	Text     string `json:"text,omitempty"`
	Markdown string `json:"markdown,omitempty"`
	HTML     string `json:"html,omitempty"`

	Severity Severity  `json:"severity"`
	Link     string    `json:"link,omitempty"`    // http or https: where to read on
	Actions  []Action  `json:"actions,omitempty"` // buttons, the first one first
	Key      string    `json:"key,omitempty"`     // names this one message: give it again when trying again, and a service that can shows it once
	Thread   string    `json:"thread,omitempty"`  // messages with the same thread stand together, where the sender may name it (mail, webhook, MQTT, XMPP)
	Parent   string    `json:"parent,omitempty"`  // Receipt.ID of an earlier message of the same channel to answer, where the service names it (Slack, Telegram, Matrix, Discord)
	Time     time.Time `json:"time"`              // when it happened; zero: now
}

// MaxMessage is the most bytes that all texts of a message may have together: 4 MiB.
const MaxMessage = 4 << 20

// Action is a button below a message. Without Method it opens URL in the reader's browser. With a Method the service
// itself makes that request when the button is pressed (ntfy). Data instead of URL comes back to the bot's owner
// (Telegram; at most 64 bytes).
type Action struct {
	Label  string `json:"label"`
	URL    string `json:"url,omitempty"`
	Method string `json:"method,omitempty"` // GET, POST or PUT
	Body   string `json:"body,omitempty"`   // of that request
	Data   string `json:"data,omitempty"`
}

// Severity is OCSF's severity_id: higher is worse.
type Severity int

// The severities.
const (
	Unknown Severity = iota
	Informational
	Low
	Medium
	High
	Critical
)

// String returns the lower case name.
func (s Severity) String() string {
	names := [...]string{"unknown", "informational", "low", "medium", "high", "critical"}
	if s < 0 || int(s) >= len(names) {
		return fmt.Sprintf("severity %d", int(s))
	}
	return names[s]
}

// Check says what makes m unfit for any channel. Every channel calls it.
func (m Message) Check() error {
	if strings.TrimSpace(m.Title+m.Text+m.Markdown+m.HTML) == "" {
		return errors.New("the message has neither title nor body")
	}
	if len(m.Title)+len(m.Text)+len(m.Markdown)+len(m.HTML) > MaxMessage {
		return fmt.Errorf("the message is larger than %d bytes", MaxMessage)
	}
	if m.Severity < Unknown || m.Severity > Critical {
		return fmt.Errorf("%s is not one of 0 to 5", m.Severity)
	}
	if m.Link != "" {
		if err := webURL(m.Link); err != nil {
			return fmt.Errorf("link: %w", err)
		}
	}
	for i, action := range m.Actions {
		if err := action.check(); err != nil {
			return fmt.Errorf("action %d: %w", i+1, err)
		}
	}
	return nil
}

func (a Action) check() error {
	switch {
	case strings.TrimSpace(a.Label) == "":
		return errors.New("it has no label")
	case (a.URL == "") == (a.Data == ""):
		return errors.New("it needs either url or data")
	case len(a.Data) > 64:
		return errors.New("data is longer than 64 bytes")
	case a.Method != "" && a.Method != http.MethodGet && a.Method != http.MethodPost && a.Method != http.MethodPut:
		return errors.New("method is none of GET, POST and PUT")
	case a.URL != "":
		return webURL(a.URL)
	}
	return nil
}

func webURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || strings.ContainsAny(s, " \"'<>\\^`{|}") {
		return errors.New("it is no http or https address")
	}
	return nil
}

// Line is s as one line of valid UTF-8: line breaks, tabs and control characters become single spaces. Every title goes
// through it, so that no title can begin a header, a field or a line of its own.
func Line(s string) string {
	s = strings.Map(func(r rune) rune {
		// U+2028 and U+2029 break lines too; U+202A to U+202E and U+2066 to U+2069 would turn the rest around.
		if r < ' ' || (r >= 0x7f && r < 0xa0) || (r >= 0x2028 && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Join(strings.Fields(s), " ")
}

// lines is s with \n for every line end and without other control characters.
func lines(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r':
			return '\n'
		case r < ' ' || r == 0x7f:
			return -1
		}
		return r
	}, s)
}
