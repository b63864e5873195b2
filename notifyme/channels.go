package notifyme

import "fmt"

// Channel is a kind of channel: what a page or a command needs to offer it.
type Channel struct {
	Kind  string          // as settings name it
	About string          // one line
	New   func() Notifier // a pointer to the channel's empty struct, whose tags are the form; see Fields
}

// Channels is every kind of this package, in the order of their names. Package all has those of the packages below too.
func Channels() []Channel {
	return []Channel{
		{"command", "a program on this machine", func() Notifier { return &Command{} }},
		{"discord", "Discord, by a webhook", func() Notifier { return &Discord{} }},
		{"gotify", "a Gotify server", func() Notifier { return &Gotify{} }},
		{"matrix", "a Matrix room", func() Notifier { return &Matrix{} }},
		{"mattermost", "Mattermost, by an incoming webhook", func() Notifier { return &Mattermost{} }},
		{"ntfy", "ntfy, with buttons", func() Notifier { return &Ntfy{} }},
		{"pushover", "Pushover", func() Notifier { return &Pushover{} }},
		{"rocketchat", "Rocket.Chat, by an incoming webhook", func() Notifier { return &RocketChat{} }},
		{"signal", "Signal, through signal-cli-rest-api", func() Notifier { return &Signal{} }},
		{"slack", "Slack, by a bot's token", func() Notifier { return &Slack{} }},
		{"slack-webhook", "Slack, by an incoming webhook", func() Notifier { return &SlackWebhook{} }},
		{"sms", "SMS, through any gateway that takes HTTP requests", func() Notifier { return &SMS{} }},
		{"smstools", "SMS, through smsd of SMS Server Tools 3 on this machine", func() Notifier { return &SMSTools{} }},
		{"teams", "Microsoft Teams, by a workflow's webhook", func() Notifier { return &Teams{} }},
		{"telegram", "Telegram, with buttons", func() Notifier { return &Telegram{} }},
		{"webhook", "any HTTP server, with a signature (Standard Webhooks)", func() Notifier { return &Webhook{} }},
	}
}

// Fields is the form of the kind.
func (c Channel) Fields() []Field { return Fields(c.New()) }

// Open makes a channel of this kind. An error names the fields that are wrong and shows no value.
func (c Channel) Open(settings Settings) (Notifier, error) {
	notifier := c.New()
	if err := Decode(notifier, settings); err != nil {
		return nil, fmt.Errorf("channel %s: %w", c.Kind, err)
	}
	return notifier, nil
}
