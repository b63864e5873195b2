package phone_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/socme-project/socme/notifyme"
	"github.com/socme-project/socme/notifyme/notifytest"
	"github.com/socme-project/socme/notifyme/phone"
)

// Parts of scenarios for sipp, which plays the exchange and the person called.
const (
	invited = `<recv request="INVITE"/>`
	ringing = `<send><![CDATA[
SIP/2.0 180 Ringing
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port]>
Content-Length: 0

]]></send>`
	answered = `<send retrans="500"><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port];transport=[transport]>
Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio EAR RTP/AVP LAW 101
a=rtpmap:101 telephone-event/8000

]]></send><recv request="ACK"/>`
	hungUp = `<recv request="BYE"/><send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>`
	hangsUp = `<pause milliseconds="300"/><send retrans="500"><![CDATA[
BYE sip:soc@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:+4915112345678@127.0.0.1>;tag=[call_number]
To: [$caller]
[last_Call-ID:]
CSeq: 1 BYE
Max-Forwards: 70
Content-Length: 0

]]></send><recv response="200"/>`
	cancelled = `<recv request="CANCEL"/><send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send><send><![CDATA[
SIP/2.0 487 Request Terminated
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
CSeq: [$cseq]
Content-Length: 0

]]></send><recv request="ACK"/>`
)

// final is a final answer that is no success, and its ACK.
func final(status, headers string) string {
	return `<send><![CDATA[
SIP/2.0 ` + status + `
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
` + headers + `Content-Length: 0

]]></send><recv request="ACK"/>`
}

func pressed(key string) string {
	return `<pause milliseconds="500"/><nop><action><exec play_pcap_audio="/usr/share/sip-tester/dtmf_2833_` + key + `.pcap"/></action></nop>`
}

// demanded asks a request for the password, and checks it.
func demanded(method, after string) string {
	challenge := `<send><![CDATA[
SIP/2.0 401 Unauthorized
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
WWW-Authenticate: Digest realm="socme.test", nonce="47ebe028cda119c35d4877b383027d28da013815", algorithm=MD5
Content-Length: 0

]]></send>`
	if method == "INVITE" {
		challenge += `<recv request="ACK"/>`
	}
	return `<recv request="` + method + `"/>` + challenge + `<recv request="` + method + `"><action>
<verifyauth assign_to="good" username="soc" password="phone-secret"/></action></recv>
<nop><action><test assign_to="good" variable="good" compare="equal" value="1"/></action></nop>` + after
}

// exchange runs sipp with a scenario and an ear for the audio. The scenario's success is checked at the test's end.
func exchange(t *testing.T, transport, law, steps string) (phone.Phone, *ear) {
	t.Helper()
	program := notifytest.Program(t, "sipp")
	e := listen(t)
	steps = strings.NewReplacer("EAR", fmt.Sprint(e.port()), "LAW", law).Replace(steps)
	file := filepath.Join(t.TempDir(), "scenario.xml")
	scenario := `<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE scenario SYSTEM "sipp.dtd"><scenario name="called">` + steps + `</scenario>`
	if err := os.WriteFile(file, []byte(scenario), 0o600); err != nil {
		t.Fatal(err)
	}
	network := map[string]string{"u1": "udp", "t1": "tcp"}[transport]
	port := notifytest.FreePort(t, network)
	cmd := exec.Command(program, "-sf", file, "-i", "127.0.0.1", "-p", fmt.Sprint(port), "-t", transport, "-m", "1", "-nostdin", "-mp", fmt.Sprint(notifytest.FreePort(t, "udp")),
		"-timeout", "30s", "-timeout_error", "-trace_err", "-error_file", file+".err")
	cmd.Dir = t.TempDir()
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		if t.Failed() {
			cmd.Process.Kill()
		}
		if err := <-ended; err != nil && !t.Failed() {
			trace, _ := os.ReadFile(file + ".err")
			t.Errorf("the exchange did not see the call that it expected: %v\n%s\n%s", err, trace, out.String())
		}
	})
	waitBound(t, network, port)
	return phone.Phone{
		Server: fmt.Sprintf("127.0.0.1:%d", port), Transport: network, User: "soc", To: "+4915112345678",
		Wait: 1500 * time.Millisecond, Repeat: 1, Speaker: &tone{},
	}, e
}

// waitBound returns when somebody holds the port.
func waitBound(t *testing.T, network string, port int) {
	t.Helper()
	table, state := "/proc/net/"+network, ""
	if network == "tcp" {
		state = " 0A "
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for late := time.After(20 * time.Second); ; {
		content, err := os.ReadFile(table)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(content)) {
			if strings.Contains(line, fmt.Sprintf(" 0100007F:%04X ", port)) && strings.Contains(line, state) {
				return
			}
		}
		select {
		case <-tick.C:
		case <-late:
			t.Fatal("sipp does not listen after 20 s")
		}
	}
}

// ear is where the audio arrives.
type ear struct {
	conn    *net.UDPConn
	mu      sync.Mutex
	packets [][]byte
}

func listen(t *testing.T) *ear {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadBuffer(1 << 20)
	e := &ear{conn: conn}
	go func() {
		buffer := make([]byte, 2048)
		for {
			n, _, err := conn.ReadFromUDP(buffer)
			if err != nil {
				return
			}
			e.mu.Lock()
			e.packets = append(e.packets, append([]byte(nil), buffer[:n]...))
			e.mu.Unlock()
		}
	}()
	t.Cleanup(func() { conn.Close() })
	return e
}

func (e *ear) port() int { return e.conn.LocalAddr().(*net.UDPAddr).Port }

// heard is the sound of all packets, which must be in order and of one source.
func (e *ear) heard(t *testing.T, law byte) []int16 {
	t.Helper()
	e.settle()
	e.mu.Lock()
	defer e.mu.Unlock()
	var sound []int16
	for i, packet := range e.packets {
		sequence, stamp := binary.BigEndian.Uint16(packet[2:]), binary.BigEndian.Uint32(packet[4:])
		first := e.packets[0]
		if packet[0] != 0x80 || packet[1]&0x7f != law || packet[1]>>7 == 1 != (i == 0) || sequence-binary.BigEndian.Uint16(first[2:]) != uint16(i) ||
			stamp-binary.BigEndian.Uint32(first[4:]) != uint32(i)*160 || string(packet[8:12]) != string(first[8:12]) || len(packet) != 172 {
			t.Fatalf("packet %d has the header % x, the first one % x", i, packet[:12], first[:12])
		}
		for _, b := range packet[12:] {
			sound = append(sound, decode(b, law))
		}
	}
	return sound
}

// settle waits until nothing more comes: what was sent last may not be read yet.
func (e *ear) settle() {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for last := -1; ; <-tick.C {
		e.mu.Lock()
		n := len(e.packets)
		e.mu.Unlock()
		if n == last {
			return
		}
		last = n
	}
}

// decode is G.711's other half, written from its tables and not from the encoder.
func decode(b, law byte) int16 {
	if law == 0 {
		b = ^b
		value := (int(b&0x0f)<<3+0x84)<<(b>>4&7) - 0x84
		if b&0x80 != 0 {
			value = -value
		}
		return int16(value)
	}
	b ^= 0x55
	value := int(b&0x0f)<<4 + 8
	if segment := b >> 4 & 7; segment > 0 {
		value = (value + 0x100) << (segment - 1)
	}
	if b&0x80 == 0 {
		value = -value
	}
	return int16(value)
}

// alike is the signal-to-noise ratio of got against want in dB.
func alike(got, want []int16) float64 {
	signal, noise := 0.0, 1e-9
	for i, w := range want {
		d := float64(w) - float64(got[i])
		signal += float64(w) * float64(w)
		noise += d * d
	}
	return 10 * math.Log10(signal/noise)
}

func TestCall(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("sipp sends its keys by a raw socket, which root alone may open")
	}
	caller := `<recv request="INVITE"><action><ereg regexp=".*" search_in="hdr" header="From:" assign_to="caller"/></action></recv>`
	kept := `<recv request="INVITE"><action><ereg regexp="[0-9]+ INVITE" search_in="hdr" header="CSeq:" assign_to="cseq"/></action></recv>`
	tests := []struct {
		name   string
		steps  string
		change func(*phone.Phone)
		acked  bool
		want   notifyme.Outcome
		err    error
		until  bool
	}{
		{"answered and 1 pressed", invited + ringing + answered + pressed("1") + hungUp, nil, true, notifyme.Sent, nil, false},
		{"another key", invited + ringing + answered + pressed("2") + hungUp, nil, false, notifyme.Temporary, phone.ErrNotAcknowledged, false},
		{"a voicemail listens to the end", invited + answered + hungUp, nil, false, notifyme.Temporary, phone.ErrNotAcknowledged, false},
		{"hung up before the key", caller + ringing + answered + hangsUp, nil, false, notifyme.Temporary, phone.ErrNotAcknowledged, false},
		{"an announcement needs no key", invited + answered + hungUp, func(n *phone.Phone) { n.Announce = true }, false, notifyme.Sent, nil, false},
		{"busy", invited + final("486 Busy Here", ""), nil, false, notifyme.Temporary, phone.ErrBusy, false},
		{"refused", invited + ringing + final("603 Decline", ""), nil, false, notifyme.Temporary, phone.ErrRefused, false},
		{"nobody answers", kept + ringing + cancelled, func(n *phone.Phone) { n.Ring = 700 * time.Millisecond }, false, notifyme.Temporary, phone.ErrNoAnswer, false},
		{"switched off", invited + final("480 Temporarily Unavailable", ""), nil, false, notifyme.Temporary, phone.ErrNoAnswer, false},
		{"no such number", invited + final("404 Not Found", ""), nil, false, notifyme.Permanent, nil, false},
		{"a trunk that is full", invited + final("503 Full", "Retry-After: 42\n"), nil, false, notifyme.Limited, nil, true},
		{"a trunk asks for the password", demanded("INVITE", ringing+answered+pressed("1")+hungUp), func(n *phone.Phone) { n.Password = "phone-secret" }, true, notifyme.Sent, nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			n, _ := exchange(t, "u1", "0", tt.steps)
			if tt.change != nil {
				tt.change(&n)
			}
			receipt, err := n.Notify(t.Context(), notifyme.Message{Title: "Node down"})
			if notifyme.OutcomeOf(err) != tt.want || (tt.err != nil && !errors.Is(err, tt.err)) || receipt.Acknowledged != tt.acked {
				t.Errorf("Notify returned %+v, %v; want %v, %v", receipt, err, tt.want, tt.err)
			}
			var e *notifyme.Error
			if errors.As(err, &e) && tt.until == e.Until.IsZero() {
				t.Errorf("until = %v", e.Until)
			}
		})
	}
}

// What arrives at the exchange is compared with what espeak-ng said, over each transport and with each law.
func TestSpeechArrives(t *testing.T) {
	t.Parallel()
	espeak := notifytest.Program(t, "espeak-ng")
	for _, tt := range []struct {
		name, transport, law string
		law711               byte
	}{{"µ-law over UDP", "u1", "0", 0}, {"A-law over TCP", "t1", "8", 8}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			n, e := exchange(t, tt.transport, tt.law, invited+ringing+answered+hungUp)
			n.Speaker, n.Wait, n.Repeat = nil, 100*time.Millisecond, 1
			if _, err := n.Notify(t.Context(), notifyme.Message{Title: "Node acme gate is silent"}); !errors.Is(err, phone.ErrNotAcknowledged) {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "speech.wav")
			say := exec.Command(espeak, "-v", "en", "-s", "140", "-w", file, "Node acme gate is silent.\nPress 1 to acknowledge.")
			if out, err := say.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			want := quarter(t, file)
			got := e.heard(t, tt.law711)
			if seconds := float64(len(want)) / 8000; seconds < 2 || len(got) < len(want) {
				t.Fatalf("%d samples arrived of %.1f s of speech", len(got), seconds)
			}
			if snr := alike(got, want); snr < 20 {
				t.Errorf("the speech arrived with a signal-to-noise ratio of %.1f dB, want at least 20", snr)
			} else {
				t.Logf("%.1f s of speech, %.1f dB", float64(len(want))/8000, snr)
			}
		})
	}
}

func TestRegister(t *testing.T) {
	t.Parallel()
	good := `<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>`
	t.Run("an exchange that knows us lets us call", func(t *testing.T) {
		t.Parallel()
		// One call of sipp is one Call-ID, and so the registration alone; the call that follows finds nobody.
		n, _ := exchange(t, "u1", "0", demanded("REGISTER", good))
		n.Register, n.Password = true, "phone-secret"
		n.Ring = 500 * time.Millisecond
		if _, err := n.Notify(t.Context(), notifyme.Message{Title: "x"}); notifyme.OutcomeOf(err) != notifyme.Temporary {
			t.Errorf("err = %v", err)
		}
	})
	t.Run("a password that it refuses is permanent", func(t *testing.T) {
		t.Parallel()
		n, _ := exchange(t, "u1", "0", demanded("REGISTER", strings.Replace(good, "200 OK", "403 Forbidden", 1)))
		n.Register, n.Password = true, "phone-secret"
		if _, err := n.Notify(t.Context(), notifyme.Message{Title: "x"}); notifyme.OutcomeOf(err) != notifyme.Permanent {
			t.Errorf("err = %v, want a permanent one", err)
		}
	})
}
