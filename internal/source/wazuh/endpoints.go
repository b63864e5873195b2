package wazuh

import (
	"slices"
	"strings"

	"github.com/socme-project/socme/internal/source/field"
	"github.com/socme-project/socme/soc"
)

// path is where a field may stand in data.
type path []string

// Decoders name the same thing in many ways. The first that is there is taken: the
// names of Wazuh's own decoders, then those of the products whose logs it reads.
var (
	sourceAddresses = []path{
		{"srcip"},
		{"src_ip"},
		{"srcaddr"},
		{"src"},
		{"src_endpoint", "ip"},
		{"win", "eventdata", "ipAddress"},
		{"win", "eventdata", "sourceIp"},
		{"win", "eventdata", "sourceAddress"},
		{"aws", "sourceIPAddress"},
		{"aws", "source_ip_address"},
		{"office365", "ClientIP"},
		{"office365", "ActorIpAddress"},
		{"gcp", "protoPayload", "requestMetadata", "callerIp"},
		{"github", "actor_ip"},
		{"ClientIP"},
		{"client_ip"},
		{"identSrc"},
		{"ip"},
	}
	sourcePorts = []path{
		{"srcport"},
		{"src_port"},
		{"src_endpoint", "port"},
		{"win", "eventdata", "ipPort"},
		{"win", "eventdata", "sourcePort"},
	}
	sourceUsers = []path{
		{"srcuser"},
		{"win", "eventdata", "subjectUserName"},
		{"aws", "userIdentity", "userName"},
		{"office365", "UserId"},
		{"gcp", "protoPayload", "authenticationInfo", "principalEmail"},
		{"github", "actor"},
		{"usrName"},
	}
	sourceHosts = []path{
		{"win", "eventdata", "workstationName"}, {"win", "eventdata", "sourceHostname"}, {"identHostName"},
	}
	destinationAddresses = []path{
		{"dstip"},
		{"dst_ip"},
		{"dest_ip"},
		{"dstaddr"},
		{"dst"},
		{"dst_endpoint", "ip"},
		{"win", "eventdata", "destinationIp"},
		{"win", "eventdata", "destAddress"},
	}
	destinationPorts = []path{
		{"dstport"},
		{"dst_port"},
		{"dest_port"},
		{"dst_endpoint", "port"},
		{"win", "eventdata", "destinationPort"},
		{"win", "eventdata", "destPort"},
	}
	destinationUsers = []path{
		{"dstuser"}, {"win", "eventdata", "targetUserName"}, {"win", "eventdata", "user"},
	}
	destinationHosts = []path{
		{"win", "eventdata", "destinationHostname"}, {"win", "system", "computer"},
	}
	protocols    = []path{{"protocol"}, {"proto"}, {"win", "eventdata", "protocol"}}
	applications = []path{{"app_proto"}, {"app"}}
	actions      = []path{{"action"}, {"fw_action"}, {"github", "action"}}
	categories   = []path{{"category"}, {"alert", "category"}}
	methods      = []string{"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE"}
)

func (m *members) endpoints(a *soc.Alert) {
	f := finder{data: m.data}
	a.Source = soc.Endpoint{
		Address: f.find(sourceAddresses, isAddress).Address(),
		Port:    f.find(sourcePorts, isPort).Port(),
		User:    person(f.find(sourceUsers, isText)),
		Host:    person(f.find(sourceHosts, isText)),
	}
	a.Destination = soc.Endpoint{
		Address: f.find(destinationAddresses, isAddress).Address(),
		Port:    f.find(destinationPorts, isPort).Port(),
		User:    person(f.find(destinationUsers, isText)),
		Host:    person(f.find(destinationHosts, isText)),
	}
	// Suricata writes TCP and http; so that one search finds both, so do we.
	if a.Protocol = strings.ToUpper(f.find(protocols, isText).Text()); slices.Contains(methods, a.Protocol) {
		a.Protocol = "" // Wazuh's decoder of web logs puts the method there
	}
	a.Application = strings.ToLower(f.find(applications, isText).Text())
	a.Action = f.find(actions, isText).Text()
	a.Category = f.find(categories, isText).Text()
}

// finder looks for the first path at which a fitting value stands.
type finder struct{ data field.Value }

func (f finder) find(paths []path, fits func(field.Value) bool) field.Value {
	for _, p := range paths {
		if v := f.data.Get(p...); fits(v) {
			return v
		}
	}
	return ""
}

func isText(v field.Value) bool    { return v.Text() != "" }
func isPort(v field.Value) bool    { return v.Port() != 0 }
func isAddress(v field.Value) bool { return v.Address().IsValid() }

// person is a name, or "" where Windows writes a dash for none.
func person(v field.Value) string {
	if text := strings.TrimSpace(v.Text()); text != "-" {
		return text
	}
	return ""
}
