package mqtt_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/packets"
	"github.com/eclipse/paho.golang/paho"

	"github.com/socme-project/socme/notifyme"
	"github.com/socme-project/socme/notifyme/mqtt"
	"github.com/socme-project/socme/notifyme/notifytest"
)

var _ = flag.Bool("update", false, "write the golden files anew")

const largest = 64 << 10

func TestConformance(t *testing.T) {
	notifytest.Run(t, notifytest.Subject{
		Kind: "mqtt", Secrets: []string{"mqttsecret17"}, ID: notifytest.Message().Name(), Limit: largest,
		Lacks: map[notifytest.Behaviour]string{notifytest.Limit: "MQTT has no way to say when to come back; quotas are temporary"},
		Start: func(t *testing.T, b notifytest.Behaviour) (notifyme.Notifier, func() notifytest.Delivery) {
			certificate, file, _ := notifytest.Certificate(t)
			if b == notifytest.BadTLS {
				_, file, _ = notifytest.Certificate(t)
			}
			var got notifytest.Delivery
			address := notifytest.Serve(t, func(conn net.Conn) {
				broker(tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}}), b, &got)
			})
			return mqtt.MQTT{Broker: "mqtts://" + address, CAFile: file, User: "soc", Password: "mqttsecret17", Topic: "soc/alerts"}, func() notifytest.Delivery { return got }
		},
	})
}

// broker is a broker's half of a conversation.
func broker(conn *tls.Conn, b notifytest.Behaviour, got *notifytest.Delivery) {
	for {
		packet, err := packets.ReadPacket(conn)
		if err != nil {
			return
		}
		switch p := packet.Content.(type) {
		case *packets.Connect:
			size := uint32(largest)
			greeting := packets.NewControlPacket(packets.CONNACK)
			greeting.Content = &packets.Connack{
				ReasonCode: map[notifytest.Behaviour]byte{notifytest.Unauthorized: 0x86, notifytest.Fail: 0x88}[b],
				Properties: &packets.Properties{MaximumPacketSize: &size, ReasonString: "no, " + string(p.Password)},
			}
			switch b {
			case notifytest.Hang:
				continue
			case notifytest.Reset:
				notifytest.Cut(conn.NetConn())
				return
			}
			greeting.WriteTo(conn)
		case *packets.Publish:
			var m notifyme.Message
			if err := json.Unmarshal(p.Payload, &m); err != nil {
				return
			}
			*got = notifytest.Delivery{
				Wire:  fmt.Sprintf("%s QoS %d retain %v\n%s\n%s\n", p.Topic, p.QoS, p.Retain, p.Properties, p.Payload),
				Title: m.Title, Body: m.Text, Counted: string(p.Payload),
			}
			answer := packets.NewControlPacket(packets.PUBACK)
			answer.Content = &packets.Puback{PacketID: p.PacketID, ReasonCode: map[notifytest.Behaviour]byte{notifytest.Refuse: 0x90}[b], Properties: &packets.Properties{}}
			answer.WriteTo(conn)
		}
	}
}

// A real mosquitto with TLS and a password: what a subscriber gets is what was published.
func TestRealBroker(t *testing.T) {
	program := notifytest.Program(t, "mosquitto")
	_, cert, key := notifytest.Certificate(t)
	dir, port := t.TempDir(), notifytest.FreePort(t, "tcp")
	users, config := filepath.Join(dir, "users"), filepath.Join(dir, "mosquitto.conf")
	if out, err := exec.Command("mosquitto_passwd", "-b", "-c", users, "soc", "mqttsecret17").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	settings := fmt.Sprintf("user root\nlistener %d 127.0.0.1\ncertfile %s\nkeyfile %s\npassword_file %s\nallow_anonymous false\nmax_packet_size 20000\n", port, cert, key, users)
	if err := os.WriteFile(config, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	address := fmt.Sprintf("127.0.0.1:%d", port)
	notifytest.Peer(t, func() bool { return notifytest.Listening(address) }, program, "-c", config)
	n := mqtt.MQTT{Broker: "mqtts://" + address, CAFile: cert, User: "soc", Password: "mqttsecret17", Topic: "soc/alerts"}

	conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	arrived := make(chan *paho.Publish, 4)
	subscriber := paho.NewClient(paho.ClientConfig{
		Conn: packets.NewThreadSafeConn(conn), OnPublishReceived: []func(paho.PublishReceived) (bool, error){
			func(p paho.PublishReceived) (bool, error) { arrived <- p.Packet; return true, nil },
		},
	})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if _, err := subscriber.Connect(ctx, &paho.Connect{ClientID: "ear", CleanStart: true, KeepAlive: 30, Username: "soc", UsernameFlag: true, Password: []byte("mqttsecret17"), PasswordFlag: true}); err != nil {
		t.Fatal(err)
	}
	defer subscriber.Disconnect(&paho.Disconnect{})
	if _, err := subscriber.Subscribe(ctx, &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: "soc/#", QoS: 1}}}); err != nil {
		t.Fatal(err)
	}
	for _, m := range []notifyme.Message{
		{Title: "Störung 🚨", Text: "a\nb", Severity: notifyme.High, Thread: "t1"},
		{Title: "long", Text: strings.Repeat("ü🚨\n", 100000)},
	} {
		receipt, err := n.Notify(ctx, m)
		if err != nil {
			t.Fatal(err)
		}
		select {
		case p := <-arrived:
			var got notifyme.Message
			if err := json.Unmarshal(p.Payload, &got); err != nil || got.Title != m.Title || string(p.Properties.CorrelationData) != receipt.ID || p.Properties.ContentType != "application/json" {
				t.Errorf("it arrived as %+v with %+v, %v", got, p.Properties, err)
			}
			if receipt.Cut != (got.Text != m.Text) || receipt.Cut != (m.Title == "long") {
				t.Errorf("cut = %v, %d of %d bytes arrived", receipt.Cut, len(got.Text), len(m.Text))
			}
		case <-ctx.Done():
			t.Fatal("nothing arrived")
		}
	}
	wrong := n
	wrong.Password = "another"
	if _, err := wrong.Notify(ctx, notifyme.Message{Title: "x"}); notifyme.OutcomeOf(err) != notifyme.Permanent {
		t.Errorf("err = %v, want a permanent one", err)
	}
}

func TestNoPasswordInTheClear(t *testing.T) {
	n := mqtt.MQTT{Broker: "mqtt://broker.example.org", User: "soc", Password: "mqttsecret17", Topic: "x"}
	if _, err := n.Notify(t.Context(), notifyme.Message{Title: "x"}); notifyme.OutcomeOf(err) != notifyme.Permanent || !strings.Contains(err.Error(), "in the clear") {
		t.Errorf("err = %v, want a refusal before anything goes out", err)
	}
}
