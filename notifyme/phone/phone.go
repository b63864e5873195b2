// Package phone is notifyme's channel by telephone: it calls a number over SIP (github.com/emiago/sipgo), says the
// message and waits for a key. It imports nothing of ours but notifyme.
//
// Only a pressed 1 (RFC 4733) is an acknowledgement. Busy, refused, not answered, hung up and a voicemail that listens to the
// end are temporary errors, each with an error of its own to compare with: the message did not reach anybody.
//
// Speech comes from espeak-ng or piper on this machine, or from recordings. Audio is G.711, µ-law or A-law, 8 kHz. It is not
// encrypted (no SRTP), nor is the signalling unless transport is tls: say nothing that the line must not hear.
package phone

import (
	"context"
	"errors"
	"net/netip"
	"regexp"
	"strings"
	"time"

	"github.com/socme-project/socme/notifyme"
)

// Why a call was no acknowledgement; for errors.Is.
var (
	ErrBusy            = errors.New("the line is busy")
	ErrRefused         = errors.New("the call was refused")
	ErrNoAnswer        = errors.New("nobody answered")
	ErrNotAcknowledged = errors.New("answered, but not acknowledged")
)

// Phone calls one number. The receipt is Acknowledged, unless Announce is set: then it is enough that somebody answered and heard
// the message to its end, which a voicemail does too.
type Phone struct {
	Server    string          `form:"server,required" help:"the SIP trunk or exchange: host, or host:port"`
	Transport string          `form:"transport" default:"udp" choices:"udp,tcp,tls" help:"how to speak SIP with it"`
	CAFile    string          `form:"ca_file" help:"for tls: PEM file with the authority of the server's certificate; the system's authorities if empty"`
	Domain    string          `form:"domain" help:"domain of the addresses; the server's host if empty"`
	User      string          `form:"user,required" help:"the account"`
	Password  notifyme.Secret `form:"password" help:"for digest authentication"`
	AuthUser  string          `form:"auth_user" help:"name for authentication, if it is not user"`
	Register  bool            `form:"register" help:"register for the length of the call, as exchanges want and trunks mostly do not"`
	CallerID  string          `form:"caller_id" help:"number to show; user if empty"`
	To        string          `form:"to,required" help:"number to call, such as +4915112345678, or an extension"`
	Address   string          `form:"address" help:"IP address to name for audio, behind NAT; this machine's towards the server if empty"`
	Ring      time.Duration   `form:"ring" default:"45s" help:"how long to let it ring"`
	Wait      time.Duration   `form:"wait" default:"8s" help:"how long to wait for the key after each time of saying it"`
	Repeat    int             `form:"repeat" default:"3" help:"how often to say it"`
	Announce  bool            `form:"announce" help:"only say it; an answered call counts as sent without a key"`

	Engine     string   `form:"engine" default:"espeak-ng" choices:"espeak-ng,piper" help:"what speaks"`
	Program    string   `form:"program" help:"path of the engine, if it is not on the path"`
	Voice      string   `form:"voice" default:"en" help:"for espeak-ng: a voice such as en, de or fr"`
	Speed      int      `form:"speed" default:"140" help:"for espeak-ng: words a minute"`
	Model      string   `form:"model" help:"for piper: path of the voice's .onnx file"`
	Prompt     string   `form:"prompt" default:"Press 1 to acknowledge." help:"said after the message"`
	Limit      int      `form:"limit" default:"500" help:"most characters of a message to say"`
	Recordings []string `form:"recordings" help:"WAV files to play instead of speech, one after the other"`

	Speaker Speaker // instead of Engine; nil: Engine
}

// Speaker makes speech of text: mono, 16 bit, 8,000 samples a second.
type Speaker interface {
	Say(ctx context.Context, text string) ([]int16, error)
}

// Kind is the channel's row of the table.
func Kind() notifyme.Channel {
	return notifyme.Channel{Kind: "phone", About: "a phone call over SIP: speaks, and waits for a key", New: func() notifyme.Notifier { return &Phone{} }}
}

var (
	callee  = regexp.MustCompile(`^\+?[0-9A-Za-z*#._-]{1,64}$`)
	account = regexp.MustCompile(`^\+?[0-9A-Za-z._~-]{1,128}$`)
	host    = regexp.MustCompile(`^[0-9A-Za-z._:\[\]-]{1,255}$`)
)

func (n Phone) check() error {
	switch {
	case !callee.MatchString(n.To):
		return errors.New("to: it is no number or extension")
	case !account.MatchString(n.User), n.CallerID != "" && !account.MatchString(n.CallerID):
		return errors.New("user or caller_id: it holds characters that no SIP address has")
	case !host.MatchString(n.Server), n.Domain != "" && !host.MatchString(n.Domain):
		return errors.New("server or domain: it is no name of a host")
	}
	if _, err := netip.ParseAddr(n.Address); err != nil && n.Address != "" {
		return errors.New("address: it is no IP address")
	}
	return nil
}

// Notify calls, and returns when the call has ended or ctx does.
func (n Phone) Notify(ctx context.Context, m notifyme.Message) (notifyme.Receipt, error) {
	if err := notifyme.Ready("phone", &n, m); err != nil {
		return notifyme.Receipt{}, err
	}
	secrets := notifyme.Secrets(&n)
	if err := n.check(); err != nil {
		return notifyme.Receipt{}, notifyme.Fail("phone", notifyme.Permanent, err.Error(), secrets...)
	}
	text, cut := n.words(m)
	// Before it rings: somebody who answers is not to hear silence.
	sound, err := n.sound(ctx, text)
	if err != nil {
		if ctx.Err() != nil {
			return notifyme.Receipt{}, notifyme.Broken("phone", ctx.Err(), secrets...)
		}
		return notifyme.Receipt{}, notifyme.Fail("phone", notifyme.Permanent, "speech: "+err.Error(), secrets...)
	}
	c := call{Phone: n, secrets: secrets}
	id, acknowledged, err := c.run(ctx, sound)
	if err != nil {
		return notifyme.Receipt{}, c.judge(ctx, err)
	}
	return notifyme.Receipt{ID: id, At: time.Now().UTC(), Acknowledged: acknowledged, Cut: cut}, nil
}

// words is what to say: the heading, the body, and what to do.
func (n Phone) words(m notifyme.Message) (text string, cut bool) {
	text = strings.TrimRight(m.Heading(), ".")
	if body := strings.TrimSpace(m.Plain()); body != "" {
		if text != "" {
			text += ".\n"
		}
		text += body
	}
	text, cut = notifyme.Cut(text, n.Limit, notifyme.Runes)
	if !n.Announce {
		text += ".\n" + n.Prompt
	}
	return text, cut
}
