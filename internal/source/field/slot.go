package field

import (
	"net/netip"
	"slices"
	"strings"
	"unicode"

	"github.com/socme-project/socme/soc"
)

// Slot is a place of its own in a soc.Alert.
type Slot uint8

// The slots. Detail is no place of its own; what is Nowhere, with all that is in it,
// is left out, because it says nothing to a human or because the parser itself has
// taken it.
const (
	Detail Slot = iota
	Nowhere
	SourceAddress
	SourcePort
	SourceHost
	SourceUser
	DestinationAddress
	DestinationPort
	DestinationHost
	DestinationUser
	Protocol
	Application
	Action
	Category
	CommunityID
	FilePath
	FileSHA256
	FileSHA1
	FileMD5
	Hashes // Sysmon's "SHA1=…,MD5=…": the file's, or else the process's
	ProcessPath
	ProcessID
	ProcessCommand
	ProcessArgument  // one of many, in their order
	ProcessArguments // all of them, where no command line is known
	ProcessParent
	ProcessParentCommand
)

// fill puts v into its slot and says whether it is told by that: it is not if v does
// not fit, or if the slot holds something else.
func (s Slot) fill(a *soc.Alert, d *Details, v Value) bool {
	switch s {
	case SourceAddress:
		return address(&a.Source, v)
	case DestinationAddress:
		return address(&a.Destination, v)
	case SourcePort:
		return port(&a.Source.Port, v)
	case DestinationPort:
		return port(&a.Destination.Port, v)
	case Hashes:
		return hashes(a, d, v.Text())
	case ProcessArguments:
		return s.fillProcess(a, strings.Join(v.Texts(), " "))
	}
	text := unpadded(v.Text())
	if absent(text) || several(v) {
		return false // an array's other values would be lost
	}
	switch s {
	case SourceHost:
		return put(&a.Source.Host, strings.TrimSpace(text))
	case SourceUser:
		return put(&a.Source.User, account(text))
	case DestinationHost:
		return put(&a.Destination.Host, strings.TrimSpace(text))
	case DestinationUser:
		return put(&a.Destination.User, account(text))
	case Protocol:
		return protocol(a, text)
	case Application:
		return put(&a.Application, strings.ToLower(text))
	case Action:
		return put(&a.Action, text)
	case Category:
		return put(&a.Category, text)
	case CommunityID:
		return put(&a.CommunityID, text)
	}
	if s >= ProcessPath {
		return s.fillProcess(a, text)
	}
	return s.fillFile(a, text)
}

// put says whether at is what text says, once it was set if it was empty.
func put(at *string, text string) bool {
	if *at == "" {
		*at = text
	}
	return *at == text
}

// putPath is put, for a path of which text may be but the name.
func putPath(at *string, text string) bool {
	if put(at, text) {
		return true
	}
	before, named := strings.CutSuffix(*at, text)
	return named && (strings.HasSuffix(before, "/") || strings.HasSuffix(before, `\`))
}

func port(at *uint16, v Value) bool {
	n := v.Port()
	if *at == 0 {
		*at = n
	}
	if n == 0 {
		number, ok := v.Int()
		return ok && number == 0 // no port, and no fact
	}
	return *at == n && !several(v)
}

// several says whether an array holds more than Text tells.
func several(v Value) bool { return v.IsArray() && v.Joined() != v.Text() }

// address takes "192.0.2.7", a host's name in its place, and, as firewalls write it,
// "192.0.2.7:443:X0:host". Of the latter the rest is no less worth reading, so it is not
// told by the address.
func address(at *soc.Endpoint, v Value) bool {
	if addr := v.Address(); addr.IsValid() {
		if !at.Address.IsValid() {
			at.Address = addr
		}
		return at.Address == addr && !several(v)
	}
	text := v.Text()
	host, rest, _ := strings.Cut(text, ":")
	number, _, _ := strings.Cut(rest, ":")
	if both, err := netip.ParseAddrPort(host + ":" + number); err == nil && !at.Address.IsValid() {
		at.Address, at.Port = both.Addr(), both.Port()
	}
	return isName(text) && !several(v) && put(&at.Host, text)
}

// isName says whether text can be the full name of a host.
func isName(text string) bool {
	return strings.Contains(text, ".") && strings.Trim(text, "0123456789.") != "" && len(text) <= 253 &&
		strings.IndexFunc(text, func(r rune) bool {
			return r != '-' && r != '_' && r != '.' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
		}) < 0
}

// isMethod says whether a text is what Wazuh's decoder of web logs calls a protocol: a method.
func isMethod(text string) bool {
	return slices.Contains([]string{"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE"}, text)
}

// protocol writes it as Suricata does, so that one search finds both sensors' alerts:
// TCP for tcp and 6, and TCP and https for tcp/https.
func protocol(a *soc.Alert, text string) bool {
	if isMethod(text) {
		return false
	}
	transport, application, both := strings.Cut(text, "/")
	numbered := both && application != "" && application[0] <= '9' // tcp/443
	if both && (len(transport) > 4 || application == "") {
		transport, both = text, false
	}
	if len(transport) <= 4 || transport == strings.ToLower(transport) {
		transport = strings.ToUpper(transport)
	}
	switch transport {
	case "1":
		transport = "ICMP"
	case "6":
		transport = "TCP"
	case "17":
		transport = "UDP"
	case "47":
		transport = "GRE"
	case "58", "IPV6-ICMP", "ICMPV6":
		transport = "IPv6-ICMP"
	case "132":
		transport = "SCTP"
	}
	return put(&a.Protocol, transport) && !numbered && (!both || put(&a.Application, strings.ToLower(application)))
}
