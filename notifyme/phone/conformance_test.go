package phone_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"math"
	"net"
	"net/textproto"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/notifyme"
	"github.com/socme-project/socme/notifyme/notifytest"
	"github.com/socme-project/socme/notifyme/phone"
)

var _ = flag.Bool("update", false, "write the golden files anew")

// tone says 100 ms of a tone, whatever the text, and keeps the text.
type tone struct{ text string }

func (s *tone) Say(_ context.Context, text string) ([]int16, error) {
	s.text = text
	samples := make([]int16, 800)
	for i := range samples {
		samples[i] = int16(8000 * math.Sin(2*math.Pi*440*float64(i)/8000))
	}
	return samples, nil
}

func TestConformance(t *testing.T) {
	notifytest.Run(t, notifytest.Subject{
		Kind: "phone", Secrets: []string{"phonesecret16"}, ID: "one", Limit: 500, Unit: notifyme.Runes,
		Start: func(t *testing.T, b notifytest.Behaviour) (notifyme.Notifier, func() notifytest.Delivery) {
			certificate, file, _ := notifytest.Certificate(t)
			if b == notifytest.BadTLS {
				_, file, _ = notifytest.Certificate(t)
			}
			var wire strings.Builder
			address := notifytest.Serve(t, func(conn net.Conn) {
				answer(t, tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}}), b, &wire)
			})
			speech := &tone{}
			n := phone.Phone{
				Server: address, Transport: "tls", CAFile: file, User: "soc", Password: "phonesecret16", To: "+4915112345678",
				Domain: "sip.example.org", Wait: 5 * time.Second, Speaker: speech,
			}
			return anyID{n}, func() notifytest.Delivery {
				said := strings.TrimSuffix(speech.text, ".\nPress 1 to acknowledge.")
				return notifytest.Delivery{Wire: stable(wire.String()), Title: strings.TrimSuffix(firstLine(said), "."), Body: said}
			}
		},
	})
}

// anyID gives the receipt the ID "one" for the random Call-ID.
type anyID struct{ phone.Phone }

func (n anyID) Notify(ctx context.Context, m notifyme.Message) (notifyme.Receipt, error) {
	receipt, err := n.Phone.Notify(ctx, m)
	if len(receipt.ID) > 20 && receipt.Acknowledged {
		receipt.ID = "one"
	}
	return receipt, err
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// stable puts a word for each random part of the requests.
func stable(wire string) string {
	for _, r := range []struct{ pattern, word string }{
		{`branch=[^;\r]+`, "branch=BRANCH"},
		{`tag=[^;\r>]+`, "tag=TAG"},
		{`(?m)^Call-ID: [^\r]+`, "Call-ID: ID"},
		{`127\.0\.0\.1:\d+`, "127.0.0.1:PORT"},
		{`m=audio \d+`, "m=audio PORT"},
		{`o=notifyme \d+ \d+`, "o=notifyme N N"},
		{`CSeq: \d+`, "CSeq: N"},
		{`cnonce="[^"]+"`, `cnonce="CNONCE"`},
		{`response="[^"]+"`, `response="HASH"`},
		{`Content-Length: {2,}`, "Content-Length: "},
		{`Content-Length: *\d+`, "Content-Length: N"},
	} {
		wire = regexp.MustCompile(r.pattern).ReplaceAllString(wire, r.word)
	}
	return strings.ReplaceAll(wire, "\r\n", "\n")
}

// answer is an exchange's half of a call: it asks for the password, answers and presses 1.
func answer(t *testing.T, conn *tls.Conn, b notifytest.Behaviour, wire *strings.Builder) {
	in := bufio.NewReader(conn)
	for {
		first, head, body, err := request(in, wire)
		if err != nil {
			return
		}
		method, _, _ := strings.Cut(first, " ")
		say := func(status, headers, body string) {
			fmt.Fprintf(conn, "SIP/2.0 %s\r\n", status)
			for _, name := range []string{"Via", "From", "Call-Id", "Cseq"} {
				fmt.Fprintf(conn, "%s: %s\r\n", name, head.Get(name))
			}
			to := head.Get("To")
			if !strings.Contains(to, "tag=") && !strings.HasPrefix(status, "100") {
				to += ";tag=theirs"
			}
			fmt.Fprintf(conn, "To: %s\r\n%sContent-Length: %d\r\n\r\n%s", to, headers, len(body), body)
		}
		const challenge = "WWW-Authenticate: Digest realm=\"sip.example.org\", nonce=\"abc\", qop=\"auth\", algorithm=MD5\r\n"
		switch {
		case method == "BYE":
			say("200 OK", "", "")
			return
		case method != "INVITE":
		case b == notifytest.Refuse:
			say("404 Nobody phonesecret16", "", "")
		case b == notifytest.Unauthorized:
			say("401 Wrong, phonesecret16", challenge, "")
		case b == notifytest.Limit:
			say("503 Busy phonesecret16", "Retry-After: 42 (soon)\r\n", "")
		case b == notifytest.Fail:
			say("500 Broken phonesecret16", "", "")
		case b == notifytest.Hang:
		case b == notifytest.Reset:
			notifytest.Cut(conn.NetConn())
			return
		case head.Get("Authorization") == "":
			say("401 Who are you", challenge, "")
		default:
			say("100 Trying", "", "")
			port := press(t, body)
			say("200 OK", "Contact: <sip:"+conn.LocalAddr().String()+";transport=tls>\r\nContent-Type: application/sdp\r\n",
				fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n", port))
		}
	}
}

func request(in *bufio.Reader, wire *strings.Builder) (first string, head textproto.MIMEHeader, body string, err error) {
	var raw strings.Builder
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return "", nil, "", err
		}
		if raw.WriteString(line); line == "\r\n" {
			break
		}
	}
	first, rest, _ := strings.Cut(raw.String(), "\r\n")
	head, err = textproto.NewReader(bufio.NewReader(strings.NewReader(rest))).ReadMIMEHeader()
	if err != nil {
		return "", nil, "", err
	}
	length, _ := strconv.Atoi(head.Get("Content-Length"))
	content := make([]byte, length)
	_, err = io.ReadFull(in, content)
	wire.WriteString(raw.String() + string(content))
	return first, head, string(content), err
}

// press opens the other end of the audio and, once some has come, presses 1. It returns its port.
func press(t *testing.T, offer string) int {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Error(err)
		return 0
	}
	t.Cleanup(func() { conn.Close() })
	var port int
	_, line, _ := strings.Cut(offer, "m=audio ")
	fmt.Sscan(line, &port)
	go func() {
		buffer := make([]byte, 2048)
		for range 4 {
			if _, _, err := conn.ReadFromUDP(buffer); err != nil {
				return
			}
		}
		for i := range 5 {
			conn.WriteToUDP(event(1, uint16(i), 777, i >= 2), &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
		}
	}()
	return conn.LocalAddr().(*net.UDPAddr).Port
}

// event is a packet of RFC 4733.
func event(digit byte, sequence uint16, timestamp uint32, end bool) []byte {
	packet := make([]byte, 16)
	packet[0], packet[1], packet[12], packet[13] = 0x80, 101, digit, 10
	if end {
		packet[13] |= 0x80
	}
	binary.BigEndian.PutUint16(packet[2:], sequence)
	binary.BigEndian.PutUint32(packet[4:], timestamp)
	return packet
}
