// Package mail is notifyme's channel by mail, over SMTP (github.com/wneessen/go-mail). It imports nothing of ours but
// notifyme.
package mail

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/textproto"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/socme-project/socme/notifyme"
)

// Mail sends by an SMTP server. A text part always goes out, HTML beside it if the message has it; no body is cut. Messages with
// the same Thread stand together in every mail program, also where the first one never arrived. The receipt's ID is the Message-ID.
type Mail struct {
	Host     string          `form:"host,required" help:"name of the SMTP server, as in its certificate"`
	Port     int             `form:"port" help:"587 if empty, or 465 with tls and 25 with none"`
	Security string          `form:"security" default:"starttls" choices:"starttls,tls,none" help:"starttls is required then and never left out; none sends no password except to this machine"`
	Auth     string          `form:"auth" default:"auto" choices:"auto,plain,login,cram-md5,scram-sha-256,xoauth2" help:"auto takes the safest that the server offers"`
	User     string          `form:"user" help:"empty: no authentication"`
	Password notifyme.Secret `form:"password" help:"or the access token for xoauth2"`
	From     string          `form:"from,required" help:"SOC <soc@example.org>"`
	To       []string        `form:"to,required" help:"recipients, one an entry"`
	CAFile   string          `form:"ca_file" help:"PEM file with the authority of the server's certificate; the system's authorities if empty"`
	Hello    string          `form:"hello" help:"name to greet the server with; this machine's if empty"`
	Timeout  time.Duration   `form:"timeout" default:"30s" help:"for all of it"`

	Now func() time.Time // nil: time.Now
}

// Kind is the channel's row of the table.
func Kind() notifyme.Channel {
	return notifyme.Channel{Kind: "mail", About: "mail, by an SMTP server", New: func() notifyme.Notifier { return &Mail{} }}
}

// Notify sends m to all recipients, or to none if the server refuses one of them.
func (n Mail) Notify(ctx context.Context, m notifyme.Message) (notifyme.Receipt, error) {
	if err := notifyme.Ready("mail", &n, m); err != nil {
		return notifyme.Receipt{}, err
	}
	// Servers quote what they refuse, and a password goes out in this form.
	secrets := append(notifyme.Secrets(&n), base64.StdEncoding.EncodeToString([]byte("\x00"+n.User+"\x00"+string(n.Password))))
	now := time.Now
	if n.Now != nil {
		now = n.Now
	}
	letter, err := n.letter(m, now())
	if err != nil {
		return notifyme.Receipt{}, notifyme.Fail("mail", notifyme.Permanent, err.Error(), secrets...)
	}
	ctx, cancel := context.WithTimeout(ctx, n.Timeout)
	defer cancel()
	client, err := n.client(ctx)
	if err != nil {
		return notifyme.Receipt{}, notifyme.Fail("mail", notifyme.Permanent, err.Error(), secrets...)
	}
	connection, err := client.DialToSMTPClientWithContext(ctx)
	if err == nil {
		err = client.SendWithSMTPClient(connection, letter)
		// The server has the letter; a failing goodbye does not take it back.
		_ = client.CloseWithSMTPClient(connection)
	}
	if err != nil {
		return notifyme.Receipt{}, judge(ctx, err, secrets)
	}
	return notifyme.Receipt{ID: letter.GetMessageID(), At: now().UTC()}, nil
}

// letter writes m down. Nothing of the message can begin a header: the subject is one line and encoded, the names of
// messages and threads are hashes, addresses are parsed and written anew.
func (n Mail) letter(m notifyme.Message, now time.Time) (*gomail.Msg, error) {
	letter := gomail.NewMsg(gomail.WithBoundary("notifyme-"+m.Name()), gomail.WithNoDefaultUserAgent())
	from, err := mail.ParseAddress(n.From)
	if err != nil {
		return nil, errors.New("from: it is no mail address")
	}
	letter.FromMailAddress(from)
	for i, to := range n.To {
		if err := letter.AddTo(to); err != nil {
			return nil, fmt.Errorf("to: entry %d is no mail address", i+1)
		}
	}
	domain := from.Address[strings.LastIndexByte(from.Address, '@')+1:]
	letter.SetMessageIDWithValue(m.Name() + "@" + domain)
	letter.SetDateWithValue(now)
	letter.Subject(cmp.Or(m.Heading(), "Notification"))
	var ancestors []string
	if m.Thread != "" {
		sum := sha256.Sum256([]byte(m.Thread))
		ancestors = append(ancestors, "<thread-"+hex.EncodeToString(sum[:16])+"@"+domain+">")
	}
	if id := notifyme.Line(m.Parent); strings.HasPrefix(id, "<") && strings.HasSuffix(id, ">") && len(id) < 250 {
		ancestors = append(ancestors, id)
	}
	if ancestors != nil {
		letter.SetGenHeader(gomail.HeaderInReplyTo, ancestors[len(ancestors)-1])
		letter.SetGenHeader(gomail.HeaderReferences, strings.Join(ancestors, " "))
	}
	letter.SetGenHeader("Auto-Submitted", "auto-generated") // so that no absence notice answers
	if m.Severity >= notifyme.High {
		letter.SetImportance(gomail.ImportanceHigh)
	}
	letter.SetBodyString(gomail.TypeTextPlain, text(m))
	if m.HTML != "" {
		letter.AddAlternativeString(gomail.TypeTextHTML, m.AsHTML())
	}
	return letter, nil
}

// text is the body with what a chat would make buttons of.
func text(m notifyme.Message) string {
	parts := []string{strings.TrimRight(m.Plain(), "\n ")}
	if m.Link != "" {
		parts = append(parts, m.Link)
	}
	for _, action := range m.Actions {
		if action.URL != "" && action.Method == "" {
			parts = append(parts, notifyme.Line(action.Label)+": "+action.URL)
		}
	}
	return strings.TrimLeft(strings.Join(parts, "\n\n"), "\n") + "\n"
}

func (n Mail) client(ctx context.Context) (*gomail.Client, error) {
	config := &tls.Config{ServerName: n.Host, MinVersion: tls.VersionTLS12}
	if n.CAFile != "" {
		pool, err := notifyme.Authorities(n.CAFile)
		if err != nil {
			return nil, err
		}
		config.RootCAs = pool
	}
	port := map[string]int{"starttls": 587, "tls": 465, "none": 25}[n.Security]
	if n.Port != 0 {
		port = n.Port
	}
	options := []gomail.Option{
		gomail.WithPort(port), gomail.WithTLSConfig(config), gomail.WithTimeout(n.Timeout), gomail.WithoutNoop(),
		gomail.WithDialContextFunc(n.dial(ctx, config)), gomail.WithTLSPolicy(gomail.TLSMandatory),
	}
	if n.Hello != "" {
		options = append(options, gomail.WithHELO(n.Hello))
	}
	switch n.Security {
	case "tls":
		options = append(options, gomail.WithSSL())
	case "none":
		if n.Password != "" && !isLoopback(n.Host) {
			return nil, errors.New("security none would send the password in the clear")
		}
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if n.User != "" {
		kind := map[string]gomail.SMTPAuthType{
			"auto": gomail.SMTPAuthAutoDiscover, "plain": gomail.SMTPAuthPlain, "login": gomail.SMTPAuthLogin,
			"cram-md5": gomail.SMTPAuthCramMD5, "scram-sha-256": gomail.SMTPAuthSCRAMSHA256, "xoauth2": gomail.SMTPAuthXOAUTH2,
		}[n.Auth]
		options = append(options, gomail.WithSMTPAuth(kind), gomail.WithUsername(n.User), gomail.WithPassword(string(n.Password)))
	}
	return gomail.NewClient(n.Host, options...)
}

// dial makes the end of ctx cut the connection, so that a server that hangs is left at once.
func (n Mail) dial(ctx context.Context, config *tls.Config) gomail.DialContextFunc {
	return func(dialing context.Context, network, address string) (net.Conn, error) {
		connection, err := (&net.Dialer{}).DialContext(dialing, network, address)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, func() { _ = connection.Close() })
		if n.Security != "tls" {
			return connection, nil
		}
		secure := tls.Client(connection, config)
		return secure, secure.HandshakeContext(dialing)
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// judge sorts a failure: a 5xx is permanent, so is bad TLS and a server without what we ask of it; everything else is temporary.
func judge(ctx context.Context, err error, secrets []string) error {
	if ctx.Err() != nil {
		return notifyme.Broken("mail", ctx.Err(), secrets...)
	}
	status, text := 0, err.Error()
	var answer *textproto.Error
	var sending *gomail.SendError
	switch {
	case errors.As(err, &sending):
		status = sending.ErrorCode()
	case errors.As(err, &answer):
		status, text = answer.Code, fmt.Sprintf("the server answers %d %s", answer.Code, answer.Msg)
	}
	if status == 0 {
		e := notifyme.Broken("mail", err, secrets...)
		// No exported error says so; a server without STARTTLS or without our way of sign-in will not learn it by waiting.
		if strings.Contains(text, "does not support STARTTLS") || strings.Contains(text, "does not support SMTP AUTH") || errors.Is(err, gomail.ErrNoSupportedAuthDiscovered) {
			e.Outcome = notifyme.Permanent
		}
		return e
	}
	outcome := notifyme.Temporary
	if status >= 500 {
		outcome = notifyme.Permanent
	}
	e := notifyme.Fail("mail", outcome, text, secrets...)
	e.Status = status
	return e
}
