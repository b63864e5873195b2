package phone

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// events is our payload type for RFC 4733 telephone events.
const events = 101

// offer is the session description (RFC 8866) of our half: both laws, and keys.
func offer(address netip.Addr, port int, session uint64) string {
	family := "IP4"
	if address.Is6() {
		family = "IP6"
	}
	return strings.Join([]string{
		"v=0",
		fmt.Sprintf("o=notifyme %d %d IN %s %s", session, session, family, address),
		"s=-",
		fmt.Sprintf("c=IN %s %s", family, address),
		"t=0 0",
		fmt.Sprintf("m=audio %d RTP/AVP %d %d %d", port, pcmu, pcma, events),
		fmt.Sprintf("a=rtpmap:%d PCMU/8000", pcmu),
		fmt.Sprintf("a=rtpmap:%d PCMA/8000", pcma),
		fmt.Sprintf("a=rtpmap:%d telephone-event/8000", events),
		fmt.Sprintf("a=fmtp:%d 0-15", events),
		"a=ptime:20",
		"a=sendrecv",
		"",
	}, "\r\n")
}

// media is the other half: where audio goes, as what, and which payload type its keys have (-1: it sends none).
type media struct {
	to     netip.AddrPort
	codec  int
	events int
}

// parseAnswer reads the first audio stream of a session description.
func parseAnswer(body []byte) (media, error) {
	m := media{codec: -1, events: -1}
	var address string
	port, seen := 0, false
	named := map[string]string{}
	var types []string
	for line := range strings.Lines(string(body)) {
		line = strings.TrimRight(line, "\r\n")
		key, value, found := strings.Cut(line, "=")
		if !found || (seen && key == "m") {
			if seen && key == "m" {
				break
			}
			continue
		}
		fields := strings.Fields(value)
		switch {
		case key == "c" && len(fields) == 3:
			address, _, _ = strings.Cut(fields[2], "/") // without a multicast's TTL
		case key == "m" && len(fields) > 3 && fields[0] == "audio":
			seen, types = true, fields[3:]
			first, _, _ := strings.Cut(fields[1], "/")
			port, _ = strconv.Atoi(first)
			if fields[2] != "RTP/AVP" {
				return media{}, errors.New("the answer wants audio other than plain RTP")
			}
		case key == "a" && strings.HasPrefix(value, "rtpmap:") && len(fields) >= 2:
			named[strings.TrimPrefix(fields[0], "rtpmap:")] = strings.ToLower(fields[1])
		}
	}
	for _, payload := range types {
		number, err := strconv.Atoi(payload)
		switch {
		case err != nil:
		case (number == pcmu || number == pcma) && m.codec < 0:
			m.codec = number
		case named[payload] == "telephone-event/8000":
			m.events = number
		}
	}
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.IsUnspecified() || port <= 0 || port > 65535 {
		return media{}, errors.New("the answer names no address for audio")
	}
	if m.codec < 0 {
		return media{}, errors.New("the answer speaks neither PCMU nor PCMA")
	}
	m.to = netip.AddrPortFrom(ip.Unmap(), uint16(port))
	return m, nil
}
