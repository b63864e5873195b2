// Package mqtt is notifyme's channel by MQTT 5 (github.com/eclipse/paho.golang), for sirens, lights, dashboards and home
// automation. It imports nothing of ours but notifyme.
package mqtt

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/eclipse/paho.golang/packets"
	"github.com/eclipse/paho.golang/paho"

	"github.com/socme-project/socme/notifyme"
)

// MQTT publishes to a topic with QoS 1: the receipt says that the broker has it, and its ID is the message's name, which goes along as
// correlation data. A text is cut where the broker's largest packet ends.
type MQTT struct {
	Broker   string          `form:"broker,required" help:"mqtts://host:8883, or mqtt://host:1883 without TLS"`
	CAFile   string          `form:"ca_file" help:"PEM file with the authority of the broker's certificate; the system's authorities if empty"`
	User     string          `form:"user" help:"user name"`
	Password notifyme.Secret `form:"password" help:"password; never sent without TLS except to this machine"`
	ClientID string          `form:"client_id" help:"client identifier; one of the broker's choice if empty"`
	Topic    string          `form:"topic,required" help:"topic to publish to"`
	Format   string          `form:"format" default:"json" choices:"json,text" help:"the whole message as JSON, or heading, body and link as text"`
	Retain   bool            `form:"retain" help:"the broker keeps it for who subscribes later"`
	Timeout  time.Duration   `form:"timeout" default:"15s" help:"for all of it"`
}

// Kind is the channel's row of the table.
func Kind() notifyme.Channel {
	return notifyme.Channel{Kind: "mqtt", About: "MQTT 5, to a topic of a broker", New: func() notifyme.Notifier { return &MQTT{} }}
}

// Notify publishes m.
func (n MQTT) Notify(ctx context.Context, m notifyme.Message) (notifyme.Receipt, error) {
	if err := notifyme.Ready("mqtt", &n, m); err != nil {
		return notifyme.Receipt{}, err
	}
	secrets := notifyme.Secrets(&n)
	fail := func(outcome notifyme.Outcome, reason string) (notifyme.Receipt, error) {
		return notifyme.Receipt{}, notifyme.Fail("mqtt", outcome, reason, secrets...)
	}
	if strings.ContainsAny(n.Topic, "+#") {
		return fail(notifyme.Permanent, "topic: it holds a wildcard")
	}
	ctx, cancel := context.WithTimeout(ctx, n.Timeout)
	defer cancel()
	broken := func(err error) (notifyme.Receipt, error) {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return notifyme.Receipt{}, notifyme.Broken("mqtt", err, secrets...)
	}
	conn, err := n.dial(ctx)
	if _, wrong := errors.AsType[configError](err); wrong {
		return fail(notifyme.Permanent, err.Error())
	}
	if err != nil {
		return broken(err)
	}
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })() // a broker that hangs is left at once
	client := paho.NewClient(paho.ClientConfig{Conn: packets.NewThreadSafeConn(conn), PacketTimeout: n.Timeout})
	connect := &paho.Connect{ClientID: n.ClientID, KeepAlive: 30, CleanStart: true, Username: n.User, UsernameFlag: n.User != ""}
	if n.Password != "" {
		connect.Password, connect.PasswordFlag = []byte(n.Password), true
	}
	greeting, err := client.Connect(ctx, connect)
	if err != nil {
		if greeting != nil && greeting.ReasonCode >= 0x80 {
			return fail(outcomeOf(greeting.ReasonCode), fmt.Sprintf("the broker refuses the connection: reason 0x%02x", greeting.ReasonCode))
		}
		return broken(err)
	}
	defer client.Disconnect(&paho.Disconnect{}) //nolint:errcheck // the broker has the message
	packet, cut := n.packet(m, greeting)
	answer, err := client.Publish(ctx, packet)
	if answer != nil && answer.ReasonCode >= 0x80 {
		return fail(outcomeOf(answer.ReasonCode), fmt.Sprintf("the broker refuses the message: reason 0x%02x", answer.ReasonCode))
	}
	if err != nil {
		return broken(err)
	}
	return notifyme.Receipt{ID: string(packet.Properties.CorrelationData), At: time.Now().UTC(), Cut: cut}, nil
}

// packet fits m into what the broker takes.
func (n MQTT) packet(m notifyme.Message, greeting *paho.Connack) (packet *paho.Publish, cut bool) {
	kind, utf8 := "application/json", byte(1)
	if n.Format == "text" {
		kind = "text/plain"
	}
	packet = &paho.Publish{QoS: 1, Retain: n.Retain, Topic: n.Topic, Properties: &paho.PublishProperties{
		ContentType: kind, PayloadFormat: &utf8, CorrelationData: []byte(m.Name()),
	}}
	if m.Thread != "" {
		packet.Properties.User.Add("thread", notifyme.Line(m.Thread))
	}
	// Header, topic and properties: a few of each, and generously counted.
	overhead := 256 + len(n.Topic) + 2*len(m.Thread)
	limit := 0
	if greeting.Properties != nil && greeting.Properties.MaximumPacketSize != nil {
		limit = int(*greeting.Properties.MaximumPacketSize)
	}
	for {
		packet.Payload = n.payload(m)
		over := len(packet.Payload) + overhead - limit
		if limit == 0 || over <= 0 {
			return packet, cut
		}
		cut = true
		text := m.Plain()
		if text == "" {
			return packet, cut
		}
		// JSON writes some characters longer: a few steps may be needed, each of which shortens.
		m.Text, _ = notifyme.Cut(text, max(len(text)-max(over/2, 16), 0), notifyme.Bytes)
		if m.Markdown, m.HTML = "", ""; m.Text == "" {
			m.Title, _ = notifyme.Cut(m.Heading(), 200, notifyme.Bytes)
		}
	}
}

func (n MQTT) payload(m notifyme.Message) []byte {
	if n.Format == "text" {
		return []byte(m.Full())
	}
	m.Title = m.Heading()
	if m.Time.IsZero() {
		m.Time = time.Now()
	}
	m.Time = m.Time.UTC()
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(m) // strings and numbers: it cannot fail
	return bytes.TrimRight(b.Bytes(), "\n")
}

// configError is a mistake in a field.
type configError string

func (e configError) Error() string { return string(e) }

func (n MQTT) dial(ctx context.Context) (net.Conn, error) {
	u, err := url.Parse(n.Broker)
	if err != nil || u.Hostname() == "" || (u.Scheme != "mqtt" && u.Scheme != "mqtts") || u.User != nil {
		return nil, configError("broker: it is no address such as mqtts://host:8883")
	}
	port := u.Port()
	if u.Scheme == "mqtt" {
		if port == "" {
			port = "1883"
		}
		if ip := net.ParseIP(u.Hostname()); n.Password != "" && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return nil, configError("broker: mqtt:// would send the password in the clear")
		}
		return (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	}
	if port == "" {
		port = "8883"
	}
	config := &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12}
	if n.CAFile != "" {
		if config.RootCAs, err = notifyme.Authorities(n.CAFile); err != nil {
			return nil, configError(err.Error())
		}
	}
	return (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
}

// outcomeOf sorts a reason code of MQTT 5, section 2.4.
func outcomeOf(code byte) notifyme.Outcome {
	switch code {
	case 0x80, 0x83, 0x88, 0x89, 0x8b, 0x91, 0x93, 0x96, 0x97, 0x9f: // trouble, busy, quotas and rates
		return notifyme.Temporary
	}
	return notifyme.Permanent
}
