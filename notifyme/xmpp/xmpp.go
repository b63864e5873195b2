// Package xmpp is notifyme's channel by XMPP, also called Jabber (mellium.im/xmpp). It imports nothing of ours but notifyme.
package xmpp

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"mellium.im/sasl"
	"mellium.im/xmlstream"
	"mellium.im/xmpp"
	"mellium.im/xmpp/jid"
	"mellium.im/xmpp/stanza"

	"github.com/socme-project/socme/notifyme"
)

// XMPP sends a message to one address, not encrypted end to end. TLS is required. The receipt says that our server took it and did not
// send it back at once; its ID is the message's. A body has at most 50,000 bytes, for servers bound a stanza, mostly at 64 KiB or more.
type XMPP struct {
	Address  string          `form:"address,required" help:"our own address, such as soc@example.org"`
	Password notifyme.Secret `form:"password,required" help:"its password"`
	To       string          `form:"to,required" help:"whom to tell, such as ann@example.org"`
	Server   string          `form:"server" help:"host:port of the server; the address's domain and 5222 if empty"`
	CAFile   string          `form:"ca_file" help:"PEM file with the authority of the server's certificate; the system's authorities if empty"`
	Timeout  time.Duration   `form:"timeout" default:"20s" help:"for all of it"`
}

// maxBody is in bytes as XML.
const maxBody = 50000

// Kind is the channel's row of the table.
func Kind() notifyme.Channel {
	return notifyme.Channel{Kind: "xmpp", About: "XMPP, to one address", New: func() notifyme.Notifier { return &XMPP{} }}
}

// letter is a message stanza.
type letter struct {
	stanza.Message
	Subject string `xml:"subject,omitempty"`
	Body    string `xml:"body"`
	Thread  string `xml:"thread,omitempty"`
}

// Notify sends m.
func (n XMPP) Notify(ctx context.Context, m notifyme.Message) (notifyme.Receipt, error) {
	if err := notifyme.Ready("xmpp", &n, m); err != nil {
		return notifyme.Receipt{}, err
	}
	secrets := notifyme.Secrets(&n)
	own, err := jid.Parse(n.Address)
	to, errTo := jid.Parse(n.To)
	if err = errors.Join(err, errTo); err != nil {
		return notifyme.Receipt{}, notifyme.Fail("xmpp", notifyme.Permanent, "address or to: "+err.Error(), secrets...)
	}
	config := &tls.Config{ServerName: own.Domainpart(), MinVersion: tls.VersionTLS12}
	if n.CAFile != "" {
		if config.RootCAs, err = notifyme.Authorities(n.CAFile); err != nil {
			return notifyme.Receipt{}, notifyme.Fail("xmpp", notifyme.Permanent, err.Error(), secrets...)
		}
	}
	// Servers quote what they refuse, and a password may go out in this form.
	secrets = append(secrets, base64.StdEncoding.EncodeToString([]byte("\x00"+own.Localpart()+"\x00"+string(n.Password))))
	out, cut := write(m, to)
	ctx, cancel := context.WithTimeout(ctx, n.Timeout)
	defer cancel()
	if err := n.send(ctx, own, config, out); err != nil {
		return notifyme.Receipt{}, judge(ctx, err, secrets)
	}
	return notifyme.Receipt{ID: out.ID, At: time.Now().UTC(), Cut: cut}, nil
}

func write(m notifyme.Message, to jid.JID) (out letter, cut bool) {
	title, cutTitle := notifyme.Cut(m.Heading(), 1000, notifyme.Bytes)
	text := m.Plain()
	for {
		over := escaped(text) - maxBody
		if over <= 0 {
			break
		}
		text, cut = notifyme.Cut(text, len(text)-max(over/6, 8), notifyme.Bytes) // &quot; is six times as long
	}
	if m.Link != "" {
		text = strings.TrimPrefix(text+"\n\n"+m.Link, "\n\n")
	}
	out = letter{
		Message: stanza.Message{ID: m.Name(), To: to, Type: stanza.ChatMessage}, Subject: title, Body: cmp.Or(text, title), Thread: notifyme.Line(m.Thread),
	}
	return out, cut || cutTitle
}

func escaped(s string) int {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.Len()
}

// bounce is a message that came back.
type bounce struct {
	ID    string `xml:"id,attr"`
	Type  string `xml:"type,attr"`
	Cause struct {
		Type string `xml:"type,attr"`
		Any  []struct {
			XMLName xml.Name
		} `xml:",any"`
	} `xml:"error"`
}

func (b bounce) Error() string {
	if len(b.Cause.Any) == 0 {
		return "the message came back"
	}
	return "the message came back: " + b.Cause.Any[0].XMLName.Local
}

func (n XMPP) send(ctx context.Context, own jid.JID, config *tls.Config, out letter) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", cmp.Or(n.Server, net.JoinHostPort(own.Domainpart(), "5222")))
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })() // a server that hangs is left at once
	session, err := xmpp.NewClientSession(ctx, own, conn,
		xmpp.StartTLS(config), xmpp.SASL("", string(n.Password), sasl.ScramSha256Plus, sasl.ScramSha256, sasl.ScramSha1Plus, sasl.ScramSha1, sasl.Plain),
		xmpp.BindResource())
	if err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	var (
		group sync.WaitGroup
		mu    sync.Mutex
		back  error
		ended = make(chan error, 1)
	)
	alive, cancel := context.WithCancel(ctx)
	defer cancel()
	group.Go(func() {
		defer cancel() // nobody answers once the stream has ended
		ended <- session.Serve(xmpp.HandlerFunc(func(t xmlstream.TokenReadEncoder, start *xml.StartElement) error {
			if start.Name.Local != "message" {
				return nil
			}
			var got bounce
			// The library's reader ends where its decoder wants one token more: what was read counts, not the error.
			_ = xml.NewTokenDecoder(t).DecodeElement(&got, start)
			if got.Type == "error" && got.ID == out.ID {
				mu.Lock()
				back = got
				mu.Unlock()
			}
			return nil
		}))
	})
	err = session.Encode(ctx, out)
	if err == nil {
		err = answered(alive, session, own)
	}
	_ = conn.Close() // ends Serve
	group.Wait()
	mu.Lock()
	defer mu.Unlock()
	if back != nil {
		return back
	}
	// How the stream ended says more than that nobody answers.
	if last := <-ended; err != nil && last != nil && ctx.Err() == nil {
		return last
	}
	return err
}

// answered pings our server (XEP-0199) and waits. An answer that it knows no pings is one too.
func answered(ctx context.Context, session *xmpp.Session, own jid.JID) error {
	iq := stanza.IQ{Type: stanza.GetIQ, To: own.Domain()}
	answer, err := session.SendIQElement(ctx, xmlstream.Wrap(nil, xml.StartElement{Name: xml.Name{Space: "urn:xmpp:ping", Local: "ping"}}), iq)
	if err != nil {
		return err
	}
	return answer.Close()
}

// judge sorts a failure by RFC 6120's conditions. The library keeps the type of those of SASL to itself, but writes them as XML.
func judge(ctx context.Context, err error, secrets []string) error {
	if ctx.Err() != nil {
		return notifyme.Broken("xmpp", ctx.Err(), secrets...)
	}
	if back, ok := errors.AsType[bounce](err); ok {
		outcome := notifyme.Permanent
		if back.Cause.Type == "wait" {
			outcome = notifyme.Temporary
		}
		return notifyme.Fail("xmpp", outcome, back.Error(), secrets...)
	}
	e := notifyme.Broken("xmpp", err, secrets...)
	var failure xml.Marshaler
	if errors.As(err, &failure) {
		if text, err := xml.Marshal(failure); err == nil && bytes.Contains(text, []byte("urn:ietf:params:xml:ns:xmpp-sasl")) && !bytes.Contains(text, []byte("<temporary-auth-failure")) {
			e.Outcome, e.Reason = notifyme.Permanent, "the server does not let us in"
		}
	}
	for _, condition := range []string{"host-unknown", "policy-violation", "not supported", "unsupported", "required"} {
		if strings.Contains(err.Error(), condition) {
			e.Outcome = notifyme.Permanent
		}
	}
	return e
}
