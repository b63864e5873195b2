package mail_test

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/notifyme"
	"github.com/socme-project/socme/notifyme/mail"
	"github.com/socme-project/socme/notifyme/notifytest"
)

var _ = flag.Bool("update", false, "write the golden files anew")

const password = "mail secret 15"

func TestConformance(t *testing.T) {
	notifytest.Run(t, notifytest.Subject{
		Kind: "mail", Secrets: []string{password, base64.StdEncoding.EncodeToString([]byte("\x00soc\x00" + password))},
		ID:    "<" + notifytest.Message().Name() + "@example.org>",
		Lacks: map[notifytest.Behaviour]string{notifytest.Limit: "SMTP has no way to say when to come back; a 4xx is temporary"},
		Start: func(t *testing.T, b notifytest.Behaviour) (notifyme.Notifier, func() notifytest.Delivery) {
			certificate, file, _ := notifytest.Certificate(t)
			if b == notifytest.BadTLS {
				_, file, _ = notifytest.Certificate(t)
			}
			var wire strings.Builder
			address := notifytest.Serve(t, func(conn net.Conn) { talk(conn, certificate, b, &wire) })
			_, port, _ := net.SplitHostPort(address)
			number, _ := strconv.Atoi(port)
			n := mail.Mail{
				Host: "localhost", Port: number, CAFile: file, Auth: "plain", User: "soc", Password: password,
				From: "SOC <soc@example.org>", Hello: "soc.example.org", To: []string{"Ann <ann@example.org>", "bob@example.net"},
				Now: func() time.Time { return notifytest.Message().Time },
			}
			return n, func() notifytest.Delivery { return read(t, wire.String()) }
		},
	})
}

// talk is the server's half of a conversation; what it is told after STARTTLS goes to wire.
func talk(conn net.Conn, certificate tls.Certificate, b notifytest.Behaviour, wire *strings.Builder) {
	in := bufio.NewReader(conn)
	say := func(format string, args ...any) { fmt.Fprintf(conn, format+"\r\n", args...) }
	say("220 localhost ready")
	secure := false
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		if secure {
			wire.WriteString(line)
		}
		switch verb := strings.ToUpper(strings.Fields(line)[0]); {
		case verb == "EHLO" && !secure:
			say("250-localhost\r\n250 STARTTLS")
		case verb == "EHLO":
			say("250-localhost\r\n250-SIZE 40000000\r\n250 AUTH PLAIN")
		case verb == "STARTTLS":
			say("220 go ahead")
			upgraded := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}})
			conn, in, secure = upgraded, bufio.NewReader(upgraded), true
		case verb == "AUTH" && b == notifytest.Unauthorized:
			say("535 5.7.8 no such user: %s", line[:len(line)-2])
		case verb == "AUTH":
			say("235 welcome")
		case verb == "RCPT" && b == notifytest.Refuse:
			say("550 5.1.1 nobody of that name, %s", password)
		case verb == "MAIL" && b == notifytest.Fail:
			say("451 4.3.0 later, %s", password)
		case verb == "MAIL" && b == notifytest.Hang:
			_, _ = io.Copy(io.Discard, in)
		case verb == "MAIL" && b == notifytest.Reset:
			notifytest.Cut(conn.(*tls.Conn).NetConn())
			return
		case verb == "DATA":
			say("354 go on")
			for line != ".\r\n" {
				if line, err = in.ReadString('\n'); err != nil {
					return
				}
				wire.WriteString(line)
			}
			say("250 queued")
		case verb == "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func read(t *testing.T, wire string) notifytest.Delivery {
	t.Helper()
	_, data, _ := strings.Cut(wire, "DATA\r\n")
	letter, err := netmail.ReadMessage(strings.NewReader(strings.ReplaceAll(data, "\r\n..", "\r\n.")))
	if err != nil {
		t.Fatal(err)
	}
	for name := range letter.Header {
		if strings.EqualFold(name, "Bcc") || len(letter.Header[name]) != 1 {
			t.Errorf("the letter has the header %s: %q", name, letter.Header[name])
		}
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(letter.Header.Get("Subject"))
	if err != nil {
		t.Error(err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(letter.Body))
	if err != nil {
		t.Error(err)
	}
	return notifytest.Delivery{Wire: wire, Title: subject, Body: strings.ReplaceAll(string(body), "\r\n", "\n")}
}
