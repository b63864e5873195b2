package xmpp_test

import (
	"crypto/tls"
	"encoding/base64"
	"encoding/xml"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mellium.im/sasl"
	"mellium.im/xmlstream"
	mellium "mellium.im/xmpp"
	"mellium.im/xmpp/jid"
	"mellium.im/xmpp/stanza"

	"github.com/socme-project/socme/notifyme"
	"github.com/socme-project/socme/notifyme/notifytest"
	"github.com/socme-project/socme/notifyme/xmpp"
)

var _ = flag.Bool("update", false, "write the golden files anew")

const secret = "xmppsecret18"

func TestConformance(t *testing.T) {
	notifytest.Run(t, notifytest.Subject{
		Kind: "xmpp", Secrets: []string{secret, base64.StdEncoding.EncodeToString([]byte("\x00soc\x00" + secret))},
		ID: notifytest.Message().Name(), Limit: 50000 + len("\n\nhttps://soc.example/x"),
		Lacks: map[notifytest.Behaviour]string{notifytest.Limit: "XMPP has no way to say when to come back; the type wait is temporary"},
		Start: func(t *testing.T, b notifytest.Behaviour) (notifyme.Notifier, func() notifytest.Delivery) {
			certificate, file, _ := notifytest.Certificate(t)
			if b == notifytest.BadTLS {
				_, file, _ = notifytest.Certificate(t)
			}
			var got notifytest.Delivery
			address := notifytest.Serve(t, func(conn net.Conn) { serve(conn, certificate, b, &got) })
			return xmpp.XMPP{Address: "soc@localhost", Password: secret, To: "ann@localhost", Server: address, CAFile: file}, func() notifytest.Delivery { return got }
		},
	})
}

type message struct {
	ID      string `xml:"id,attr"`
	To      string `xml:"to,attr"`
	Type    string `xml:"type,attr"`
	Subject string `xml:"subject"`
	Body    string `xml:"body"`
	Thread  string `xml:"thread"`
	Inner   string `xml:",innerxml"`
}

// serve is a server's half of a conversation.
func serve(conn net.Conn, certificate tls.Certificate, b notifytest.Behaviour, got *notifytest.Delivery) {
	in := xml.NewDecoder(conn)
	say := func(format string, args ...any) { fmt.Fprintf(conn, format, args...) }
	features := "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
	for {
		token, err := in.Token()
		if err != nil {
			return
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		attr := func(name string) string {
			for _, a := range start.Attr {
				if a.Name.Local == name {
					return a.Value
				}
			}
			return ""
		}
		switch start.Name.Local {
		case "stream":
			say("<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1' from='localhost' version='1.0'><stream:features>%s</stream:features>", features)
			continue
		case "starttls":
			say("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
			conn = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}})
			in, features = xml.NewDecoder(conn), "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>"
			continue
		case "auth":
			var sent string
			in.DecodeElement(&sent, &start)
			if b == notifytest.Unauthorized {
				say("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/><text>%s</text></failure>", sent)
				continue
			}
			say("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
			in, features = xml.NewDecoder(conn), "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"
			continue
		case "iq":
			id := attr("id")
			if attr("type") == "set" {
				say("<iq type='result' id='%s'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>soc@localhost/1</jid></bind></iq>", id)
			} else {
				say("<iq type='result' id='%s' from='localhost' to='soc@localhost/1'/>", id)
			}
		case "message":
			var m message
			if err := in.DecodeElement(&m, &start); err != nil {
				return
			}
			*got = notifytest.Delivery{Wire: fmt.Sprintf("to=%s type=%s id=%s\n%s\n", m.To, m.Type, m.ID, m.Inner), Title: m.Subject, Body: m.Body}
			switch b {
			case notifytest.Refuse:
				say("<message type='error' id='%s' from='ann@localhost'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>%s</text></error></message>", m.ID, secret)
			case notifytest.Fail:
				say("<stream:error><internal-server-error xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>%s</text></stream:error></stream:stream>", secret)
				return
			case notifytest.Hang:
				in.Skip()
				in.Skip()
			case notifytest.Reset:
				notifytest.Cut(conn.(*tls.Conn).NetConn())
				return
			}
			continue
		}
		in.Skip()
	}
}

// A real prosody: what ann reads is what was sent, a wrong password is permanent, so is an address that nobody has.
func TestRealServer(t *testing.T) {
	program := notifytest.Program(t, "prosody")
	_, cert, key := notifytest.Certificate(t)
	dir, port := t.TempDir(), notifytest.FreePort(t, "tcp")
	config := filepath.Join(dir, "prosody.cfg.lua")
	settings := fmt.Sprintf(`run_as_root = true
pidfile = %q
data_path = %q
log = { info = "*console" }
modules_enabled = { "roster", "saslauth", "tls", "disco", "ping" }
modules_disabled = { "s2s", "http" }
interfaces = { "127.0.0.1" }
c2s_ports = { %d }
c2s_require_encryption = true
authentication = "internal_hashed"
ssl = { certificate = %q, key = %q }
VirtualHost "localhost"
	ssl = { certificate = %q, key = %q }
`, filepath.Join(dir, "pid"), dir, port, cert, key, cert, key)
	if err := os.WriteFile(config, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, user := range []string{"soc", "ann"} {
		if out, err := exec.Command("prosodyctl", "--root", "--config", config, "register", user, "localhost", secret).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	address := fmt.Sprintf("127.0.0.1:%d", port)
	notifytest.Peer(t, func() bool { return notifytest.Listening(address) }, program, "--root", "--config", config, "-F")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	ann, err := mellium.NewClientSession(t.Context(), jid.MustParse("ann@localhost/ear"), conn,
		mellium.StartTLS(&tls.Config{InsecureSkipVerify: true}), mellium.SASL("", secret, sasl.ScramSha1), mellium.BindResource())
	if err != nil {
		t.Fatal(err)
	}
	arrived := make(chan message, 1)
	go ann.Serve(mellium.HandlerFunc(func(r xmlstream.TokenReadEncoder, start *xml.StartElement) error {
		var m message
		if start.Name.Local == "message" {
			xml.NewTokenDecoder(r).DecodeElement(&m, start) // what it lacks, the test sees
			arrived <- m
		}
		return nil
	}))
	if err := ann.Send(t.Context(), stanza.Presence{}.Wrap(nil)); err != nil {
		t.Fatal(err)
	}
	n := xmpp.XMPP{Address: "soc@localhost", Password: secret, To: "ann@localhost", Server: address, CAFile: cert}
	m := notifyme.Message{Title: "Störung <5> & 🚨", Text: "a\n<b>\"]]>", Thread: "t1", Key: "k", Link: "https://soc.example/1"}
	receipt, err := n.Notify(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	select {
	case got := <-arrived:
		if got.Subject != m.Title || got.Body != m.Text+"\n\n"+m.Link || got.Thread != "t1" || got.ID != receipt.ID {
			t.Errorf("it arrived as %+v", got)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("nothing arrived")
	}
	for name, change := range map[string]func(*xmpp.XMPP){
		"a wrong password":       func(n *xmpp.XMPP) { n.Password = "another" },
		"an address nobody has":  func(n *xmpp.XMPP) { n.To = "nobody@localhost" },
		"an authority of others": func(n *xmpp.XMPP) { _, n.CAFile, _ = notifytest.Certificate(t) },
	} {
		t.Run(name+" is permanent", func(t *testing.T) {
			wrong := n
			change(&wrong)
			if _, err := wrong.Notify(t.Context(), notifyme.Message{Title: "x"}); notifyme.OutcomeOf(err) != notifyme.Permanent || strings.Contains(fmt.Sprint(err), secret) {
				t.Errorf("err = %v, want a permanent one", err)
			}
		})
	}
}
