package phone

import (
	"net/netip"
	"testing"
)

func TestDigit(t *testing.T) {
	answer, server, stranger := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2"), netip.MustParseAddr("192.0.2.3")
	l := newLine(nil, media{to: netip.AddrPortFrom(answer, 4000), events: 101}, server)
	end := []byte{0x80, 101, 0, 1, 0, 0, 0, 9, 0, 0, 0, 1, 1, 0x8a, 0, 160}
	with := func(change func(p []byte) []byte) []byte { return change(append([]byte(nil), end...)) }
	for _, tt := range []struct {
		name   string
		packet []byte
		from   netip.Addr
		want   bool
	}{
		{"from the answer's address", end, answer, true},
		{"from the server, which may carry the audio", end, server, true},
		{"from a stranger", end, stranger, false},
		{"still held", with(func(p []byte) []byte { p[13] = 0x0a; return p }), answer, false},
		{"of another payload type", with(func(p []byte) []byte { p[1] = 100; return p }), answer, false},
		{"of another version", with(func(p []byte) []byte { p[0] = 0x40; return p }), answer, false},
		{"of no key", with(func(p []byte) []byte { p[12] = 16; return p }), answer, false},
		{"cut short", end[:14], answer, false},
		{"behind a source list and an extension", append([]byte{0x91, 101, 0, 1, 0, 0, 0, 9, 0, 0, 0, 1, 7, 7, 7, 7, 0, 0, 0, 1, 8, 8, 8, 8}, end[12:]...), answer, true},
	} {
		if digit, _, ok := l.digit(tt.packet, tt.from); ok != tt.want || (ok && digit != '1') {
			t.Errorf("a key %s: got %q, %v, want %v", tt.name, digit, ok, tt.want)
		}
	}
	// An exchange that sends no keys must not have them read out of its sound.
	l.media.events = -1
	if _, _, ok := l.digit(end, answer); ok {
		t.Error("a key arrived of a payload type that was not agreed on")
	}
}

func TestParseAnswer(t *testing.T) {
	const head = "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\n"
	for _, tt := range []struct {
		name, body string
		want       media
	}{
		{"µ-law and keys", head + "c=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 8 96\r\na=rtpmap:96 telephone-event/8000\r\n", media{netip.MustParseAddrPort("192.0.2.1:4000"), 0, 96}},
		{"A-law first, no keys", head + "m=audio 4000 RTP/AVP 8 0\nc=IN IP4 192.0.2.1\n", media{netip.MustParseAddrPort("192.0.2.1:4000"), 8, -1}},
		{"a video behind", head + "c=IN IP4 192.0.2.1\nm=audio 4000 RTP/AVP 0\nm=video 5000 RTP/AVP 31\nc=IN IP4 192.0.2.7\n", media{netip.MustParseAddrPort("192.0.2.1:4000"), 0, -1}},
		{"another codec alone", head + "c=IN IP4 192.0.2.1\nm=audio 4000 RTP/AVP 9\n", media{}},
		{"encrypted audio", head + "c=IN IP4 192.0.2.1\nm=audio 4000 RTP/SAVP 0\n", media{}},
		{"audio refused", head + "c=IN IP4 192.0.2.1\nm=audio 0 RTP/AVP 0\n", media{}},
		{"on hold in the old way", head + "c=IN IP4 0.0.0.0\nm=audio 4000 RTP/AVP 0\n", media{}},
		{"nothing", "", media{}},
	} {
		if got, err := parseAnswer([]byte(tt.body)); got != tt.want || (err == nil) != (tt.want != media{}) {
			t.Errorf("%s: got %+v, %v, want %+v", tt.name, got, err, tt.want)
		}
	}
}

func FuzzWire(f *testing.F) {
	f.Add([]byte("RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x04\x00\x00\x00\x01\x00\x02\x00"))
	f.Add([]byte("v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 0 96\r\na=rtpmap:96 telephone-event/8000\r\n"))
	f.Add([]byte{0x91, 101, 0, 1, 0, 0, 0, 9, 0, 0, 0, 1, 7, 7, 7, 7, 0, 0, 0, 1, 8, 8, 8, 8, 1, 0x8a, 0, 160})
	l := newLine(nil, media{to: netip.MustParseAddrPort("192.0.2.1:4000"), events: 101}, netip.MustParseAddr("192.0.2.1"))
	f.Fuzz(func(t *testing.T, wire []byte) {
		_, _ = parseWAV(wire)
		if m, err := parseAnswer(wire); err == nil && (!m.to.IsValid() || m.to.Port() == 0) {
			t.Errorf("%+v has no address", m)
		}
		if digit, _, ok := l.digit(wire, netip.MustParseAddr("192.0.2.1")); ok && digit == 0 {
			t.Error("a key without a name")
		}
	})
}
