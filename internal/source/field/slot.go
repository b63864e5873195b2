package field

import (
	"net/netip"
	"slices"
	"strings"

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
	ProcessArgument // one of many, in their order
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
	}
	text := unpadded(v.Text())
	if absent(text) || v.IsArray() && v.Joined() != text {
		return false // an array's other values would be lost
	}
	switch s {
	case SourceHost:
		return put(&a.Source.Host, strings.TrimSpace(text))
	case SourceUser:
		return put(&a.Source.User, strings.TrimSpace(text))
	case DestinationHost:
		return put(&a.Destination.Host, strings.TrimSpace(text))
	case DestinationUser:
		return put(&a.Destination.User, strings.TrimSpace(text))
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

func port(at *uint16, v Value) bool {
	n := v.Port()
	if *at == 0 {
		*at = n
	}
	if n == 0 {
		number, ok := v.Int()
		return ok && number == 0 // no port, and no fact
	}
	return *at == n
}

// address takes "192.0.2.7" and, as firewalls write it, "192.0.2.7:443:X0:host". Of
// the latter the rest is no less worth reading, so it is not told by the address.
func address(at *soc.Endpoint, v Value) bool {
	if addr := v.Address(); addr.IsValid() {
		if !at.Address.IsValid() {
			at.Address = addr
		}
		return at.Address == addr
	}
	host, rest, _ := strings.Cut(v.Text(), ":")
	number, _, _ := strings.Cut(rest, ":")
	if both, err := netip.ParseAddrPort(host + ":" + number); err == nil && !at.Address.IsValid() {
		at.Address, at.Port = both.Addr(), both.Port()
	}
	return false
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
	if both && (len(transport) > 4 || application == "" || application[0] <= '9') {
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
	return put(&a.Protocol, transport) && (!both || put(&a.Application, strings.ToLower(application)))
}

func (s Slot) fillFile(a *soc.Alert, text string) bool {
	var file soc.File
	if a.File != nil {
		file = *a.File
	}
	told := false
	switch s {
	case FilePath:
		told = !IsRegistry(text) && put(&file.Path, single(text))
	case FileSHA256:
		told = hash(&file.SHA256, text, 64)
	case FileSHA1:
		told = hash(&file.SHA1, text, 40)
	case FileMD5:
		told = hash(&file.MD5, text, 32)
	}
	if told && a.File == nil {
		a.File = new(soc.File)
	}
	if told {
		*a.File = file
	}
	return told
}

// IsRegistry says whether a path leads into the registry of Windows.
func IsRegistry(path string) bool {
	return strings.HasPrefix(path, "HKEY_") || strings.HasPrefix(path, `\REGISTRY\`)
}

// single undoes the doubling of backslashes with which Wazuh hands on what Windows
// wrote: C:\\Windows\\notepad.exe. Defender's "file:_" goes, too.
func single(text string) string {
	text = strings.TrimPrefix(text, "file:_")
	if strings.Contains(text, `:\\`) || strings.HasPrefix(text, `\\\\`) {
		return strings.ReplaceAll(text, `\\`, `\`)
	}
	return text
}

func hash(at *string, text string, digits int) bool {
	if len(text) != digits || strings.Trim(text, "0123456789abcdefABCDEF") != "" {
		return false
	}
	return put(at, strings.ToLower(text))
}

func (s Slot) fillProcess(a *soc.Alert, text string) bool {
	if a.Process == nil {
		a.Process = new(soc.Process)
	}
	p := a.Process
	if s != ProcessID {
		text = single(text)
	}
	switch s {
	case ProcessPath:
		return put(&p.Path, text)
	case ProcessID:
		return put(&p.ID, text)
	case ProcessCommand:
		return put(&p.Command, text)
	case ProcessArgument:
		if p.Command != "" {
			text = p.Command + " " + text
		}
		p.Command = Clip(text, MaxText)
		return true
	case ProcessParent:
		return put(&p.Parent, text)
	case ProcessParentCommand:
		return put(&p.ParentCommand, text)
	}
	return false
}

// hashes are those of the file that the event is about, or, where it names none, of
// the program itself.
func hashes(a *soc.Alert, d *Details, text string) bool {
	file := a.File != nil && a.File.Path != ""
	told := false
	for part := range strings.SplitSeq(text, ",") {
		name, value, found := strings.Cut(strings.TrimSpace(part), "=")
		if !found {
			continue
		}
		told = true
		name = strings.ToLower(name)
		slot := map[string]Slot{"sha256": FileSHA256, "sha1": FileSHA1, "md5": FileMD5}[name]
		if file && slot != Detail && slot.fillFile(a, value) {
			continue
		}
		if !file {
			name = "process " + name
		}
		d.Add(Clip(name, 64), strings.ToLower(value))
	}
	return told
}
