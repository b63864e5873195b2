package phone

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"time"
)

const (
	frame     = rate / 50 // samples of a packet: 20 ms
	frameTime = 20 * time.Millisecond
	header    = 12 // bytes of RTP before the sound
)

// line is the audio of one call (RFC 3550).
type line struct {
	conn    *net.UDPConn
	media   media
	allowed []netip.Addr // who may press keys: the answer's address and the server's
	digits  chan byte    // '0' to '9', '*', '#', 'A' to 'D'

	sequence  uint16
	timestamp uint32
	source    uint32
	started   time.Time
	sent      int // packets
}

func newLine(conn *net.UDPConn, m media, server netip.Addr) *line {
	// Random, as RFC 3550 asks: who guesses them could speak in our name.
	return &line{
		conn: conn, media: m, allowed: []netip.Addr{m.to.Addr(), server.Unmap()}, digits: make(chan byte, 16),
		sequence: uint16(rand.Uint32()), timestamp: rand.Uint32(), source: rand.Uint32(), //nolint:gosec // no secret
	}
}

// listen hands on each key that is pressed, once, until the connection is closed.
func (l *line) listen() {
	packet := make([]byte, 2048)
	last, any := uint32(0), false
	for {
		n, from, err := l.conn.ReadFromUDPAddrPort(packet)
		if err != nil {
			return
		}
		digit, timestamp, ok := l.digit(packet[:n], from.Addr().Unmap())
		if !ok || (any && timestamp == last) { // the end of an event comes three times
			continue
		}
		last, any = timestamp, true
		select {
		case l.digits <- digit:
		default: // nobody presses 16 keys on purpose
		}
	}
}

// digit reads the end of a telephone event (RFC 4733).
func (l *line) digit(packet []byte, from netip.Addr) (digit byte, timestamp uint32, ok bool) {
	if len(packet) < header || packet[0]>>6 != 2 || int(packet[1]&0x7f) != l.media.events || (from != l.allowed[0] && from != l.allowed[1]) {
		return 0, 0, false
	}
	body := packet[min(header+4*int(packet[0]&0x0f), len(packet)):]
	if packet[0]&0x10 != 0 { // an extension
		if len(body) < 4 {
			return 0, 0, false
		}
		body = body[min(4+4*int(binary.BigEndian.Uint16(body[2:])), len(body)):]
	}
	const names = "0123456789*#ABCD"
	if len(body) < 4 || int(body[0]) >= len(names) || body[1]&0x80 == 0 {
		return 0, 0, false
	}
	return names[body[0]], binary.BigEndian.Uint32(packet[4:]), true
}

// play sends samples at the speed of sound, and silence for as long as wait says after them. It ends early, with true, when
// wanted is pressed, and with ctx.
func (l *line) play(ctx context.Context, samples []int16, wait time.Duration, wanted byte) (pressed bool, err error) {
	sound := encodeG711(samples, l.media.codec)
	silence := encodeG711(make([]int16, frame), l.media.codec)
	timer := time.NewTimer(0)
	defer timer.Stop()
	frames := (len(sound)+frame-1)/frame + int(wait/frameTime)
	for end := l.sent + frames; l.sent < end; {
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case digit := <-l.digits:
			if digit == wanted {
				return true, nil
			}
			continue
		case <-timer.C:
		}
		body := silence
		if len(sound) > 0 {
			body = sound[:min(frame, len(sound))]
			sound = sound[len(body):]
			if len(body) < frame {
				body = slices.Concat(body, silence[len(body):])
			}
		}
		l.send(body)
		// Counted from the start, so that late timers do not add up.
		timer.Reset(time.Until(l.started.Add(time.Duration(l.sent) * frameTime)))
	}
	return false, nil
}

// send sends a packet. An error is not told: the network may lose any packet, and a key may arrive all the same.
func (l *line) send(body []byte) {
	if l.sent == 0 {
		l.started = time.Now()
	}
	packet := make([]byte, header, header+len(body))
	packet[0], packet[1] = 2<<6, byte(l.media.codec)
	if l.sent == 0 {
		packet[1] |= 0x80 // the beginning of speech
	}
	binary.BigEndian.PutUint16(packet[2:], l.sequence)
	binary.BigEndian.PutUint32(packet[4:], l.timestamp)
	binary.BigEndian.PutUint32(packet[8:], l.source)
	_, _ = l.conn.WriteToUDPAddrPort(append(packet, body...), l.media.to)
	l.sequence++
	l.timestamp += frame
	l.sent++
}
