package suricata

import (
	"github.com/socme-project/socme/internal/source/field"
	"github.com/socme-project/socme/soc"
)

// section is one top-level field of an alert and the facts in it that a human would
// look for; without facts it is a fact itself, called name.
type section struct {
	key, name string
	facts     []field.Fact
}

// sections stand in the order in which they are worth reading.
var sections = [...]section{
	{key: "http", facts: []field.Fact{
		{Key: "http_method", Name: "http method"},
		{Key: "hostname", Name: "http host"},
		{Key: "http_port", Name: "http port"},
		{Key: "url", Name: "url"},
		{Key: "status", Name: "http status"},
		{Key: "http_user_agent", Name: "user agent"},
		{Key: "http_refer", Name: "referrer"},
		{Key: "redirect", Name: "redirect"},
		{Key: "http_content_type", Name: "content type"},
		{Key: "xff", Name: "xff"},
		{Key: "length", Name: "http length"},
	}},
	{key: "dns", facts: []field.Fact{
		{Key: "rrname", Name: "dns name"},
		{Key: "rrtype", Name: "dns type"},
		{Key: "rcode", Name: "dns answer code"},
	}},
	{key: "tls", facts: []field.Fact{
		{Key: "sni", Name: "tls name"},
		{Key: "subject", Name: "tls subject"},
		{Key: "issuerdn", Name: "tls issuer"},
		{Key: "fingerprint", Name: "tls fingerprint"},
		{Key: "serial", Name: "tls serial"},
		{Key: "version", Name: "tls version"},
		{Key: "notbefore", Name: "tls valid from"},
		{Key: "notafter", Name: "tls valid until"},
		{Key: "ja3", Name: "ja3", Sub: []string{"hash"}},
		{Key: "ja3s", Name: "ja3s", Sub: []string{"hash"}},
		{Key: "ja4", Name: "ja4"},
	}},
	{key: "quic", facts: []field.Fact{
		{Key: "sni", Name: "tls name"},
		{Key: "ua", Name: "user agent"},
		{Key: "ja3", Name: "ja3", Sub: []string{"hash"}},
		{Key: "ja4", Name: "ja4"},
	}},
	{key: "ssh", facts: []field.Fact{
		{Key: "client", Name: "ssh client", Sub: []string{"software_version"}},
		{Key: "server", Name: "ssh server", Sub: []string{"software_version"}},
		{Key: "client", Name: "hassh", Sub: []string{"hassh", "hash"}},
		{Key: "server", Name: "hassh server", Sub: []string{"hassh", "hash"}},
	}},
	{key: "smb", facts: []field.Fact{
		{Key: "command", Name: "smb command"},
		{Key: "filename", Name: "file"},
		{Key: "share", Name: "smb share"},
		{Key: "named_pipe", Name: "smb pipe"},
		{Key: "ntlmssp", Name: "user", Sub: []string{"user"}},
		{Key: "ntlmssp", Name: "domain", Sub: []string{"domain"}},
		{Key: "ntlmssp", Name: "host", Sub: []string{"host"}},
		{Key: "status", Name: "smb status"},
		{Key: "dialect", Name: "smb dialect"},
	}},
	{key: "files", facts: fileFacts},
	{key: "fileinfo", facts: fileFacts},
	{key: "email", facts: []field.Fact{
		{Key: "from", Name: "mail from"},
		{Key: "to", Name: "mail to"},
		{Key: "cc", Name: "mail cc"},
		{Key: "subject", Name: "mail subject"},
		{Key: "attachment", Name: "attachment"},
		{Key: "url", Name: "url"},
	}},
	{key: "smtp", facts: []field.Fact{
		{Key: "helo", Name: "smtp helo"},
		{Key: "mail_from", Name: "smtp sender"},
		{Key: "rcpt_to", Name: "smtp recipient"},
	}},
	{key: "ftp", facts: []field.Fact{
		{Key: "command", Name: "ftp command"},
		{Key: "command_data", Name: "ftp argument"},
		{Key: "reply", Name: "ftp reply"},
	}},
	{key: "ftp_data", facts: []field.Fact{
		{Key: "filename", Name: "file"},
		{Key: "command", Name: "ftp command"},
	}},
	{key: "nfs", facts: []field.Fact{
		{Key: "procedure", Name: "nfs procedure"},
		{Key: "filename", Name: "file"},
	}},
	{key: "tftp", facts: []field.Fact{
		{Key: "packet", Name: "tftp request"},
		{Key: "file", Name: "file"},
	}},
	{key: "rdp", facts: []field.Fact{
		{Key: "event_type", Name: "rdp event"},
		{Key: "cookie", Name: "rdp cookie"},
		{Key: "client", Name: "host", Sub: []string{"client_name"}},
	}},
	{key: "krb5", facts: []field.Fact{
		{Key: "msg_type", Name: "kerberos message"},
		{Key: "cname", Name: "user"},
		{Key: "sname", Name: "kerberos service"},
		{Key: "realm", Name: "kerberos realm"},
		{Key: "encryption", Name: "kerberos encryption"},
		{Key: "error_code", Name: "kerberos error"},
	}},
	{key: "dcerpc", facts: []field.Fact{
		{Key: "request", Name: "dcerpc request"},
	}},
	{key: "snmp", facts: []field.Fact{
		{Key: "pdu_type", Name: "snmp request"},
		{Key: "community", Name: "snmp community"},
		{Key: "usm", Name: "user"},
	}},
	{key: "sip", facts: []field.Fact{
		{Key: "method", Name: "sip method"},
		{Key: "uri", Name: "sip uri"},
		{Key: "code", Name: "sip code"},
	}},
	{key: "dhcp", facts: []field.Fact{
		{Key: "dhcp_type", Name: "dhcp message"},
		{Key: "client_mac", Name: "mac address"},
		{Key: "hostname", Name: "host"},
		{Key: "assigned_ip", Name: "dhcp address"},
	}},
	{key: "mqtt", facts: []field.Fact{
		{Key: "connect", Name: "mqtt client", Sub: []string{"client_id"}},
		{Key: "connect", Name: "user", Sub: []string{"username"}},
		{Key: "publish", Name: "mqtt topic", Sub: []string{"topic"}},
	}},
	{key: "modbus", facts: []field.Fact{
		{Key: "request", Name: "modbus function", Sub: []string{"function_code"}},
		{Key: "request", Name: "modbus unit", Sub: []string{"unit_id"}},
	}},
	{key: "ike", facts: []field.Fact{
		{Key: "exchange_type_verbose", Name: "ike exchange"},
		{Key: "alg_enc", Name: "ike encryption"},
	}},
	{key: "pgsql", facts: []field.Fact{
		{Key: "request", Name: "sql", Sub: []string{"simple_query"}},
	}},
	{key: "xff", name: "xff"},
	{key: "payload_printable", name: "payload"},
	{key: "verdict", facts: []field.Fact{{Key: "action", Name: "verdict"}}},
	{key: "direction", name: "direction"},
	{key: "icmp_type", name: "icmp type"},
	{key: "icmp_code", name: "icmp code"},
	{key: "tunnel", facts: []field.Fact{
		{Key: "proto", Name: "tunnel protocol"},
		{Key: "src_ip", Name: "tunnel source"},
		{Key: "src_port", Name: "tunnel source port"},
		{Key: "dest_ip", Name: "tunnel destination"},
		{Key: "dest_port", Name: "tunnel destination port"},
	}},
	{key: "vlan", name: "vlan"},
	{key: "ether", facts: []field.Fact{
		{Key: "src_mac", Name: "source mac address"},
		{Key: "dest_mac", Name: "destination mac address"},
	}},
	{key: "flow", facts: []field.Fact{
		{Key: "start", Name: "flow start"},
		{Key: "bytes_toserver", Name: "bytes to server"},
		{Key: "bytes_toclient", Name: "bytes to client"},
		{Key: "pkts_toserver", Name: "packets to server"},
		{Key: "pkts_toclient", Name: "packets to client"},
	}},
	{key: "metadata", facts: []field.Fact{{Key: "flowbits", Name: "flowbits"}}},
	{key: "flow_id", name: "flow id"},
	{key: "tx_id", name: "transaction id"},
	{key: "in_iface", name: "interface"},
	{key: "host", name: "sensor"},
	{key: "pcap_filename", name: "capture"},
	{key: "pkt_src", name: "packet source"},
}

var fileFacts = []field.Fact{
	{Key: "filename", Name: "file"},
	{Key: "magic", Name: "file type"},
	{Key: "sha256", Name: "sha256"},
	{Key: "sha1", Name: "sha1"},
	{Key: "md5", Name: "md5"},
	{Key: "size", Name: "file size"},
}

// dnsQuery is one member of dns.query (Suricata 7) or dns.queries (8).
var dnsQuery = []field.Fact{
	{Key: "rrname", Name: "dns name"},
	{Key: "rrtype", Name: "dns type"},
}

func (m *members) details(s *signature, meta *metadata) []soc.Detail {
	d := make(field.Details, 0, 40)
	for i := range sections {
		value, sec := m.sections[i], &sections[i]
		switch {
		case value == "":
		case sec.facts == nil:
			d.Add(sec.name, value.Joined())
		default:
			if sec.key == "dns" {
				addDNS(&d, value)
			}
			d.AddFacts(value, sec.facts)
		}
	}
	d.Add("attacker", s.source.Get("ip").Text())
	d.Add("target", s.target.Get("ip").Text())
	d.Add("xff", s.xff.Text())
	d.Add("reference", s.references.Joined())
	for _, other := range meta.others {
		d.Add(other.Name, other.Value)
	}
	d.Add("rule revision", s.rev.Text())
	return d
}

// addDNS looks where the versions of Suricata put questions and answers.
func addDNS(d *field.Details, dns field.Value) {
	d.AddFacts(dns.Get("query"), dnsQuery)
	d.AddFacts(dns.Get("queries"), dnsQuery)
	answer := dns.Get("answer")
	d.AddFacts(answer, []field.Fact{{Key: "rrname", Name: "dns name"}, {Key: "rcode", Name: "dns answer code"}})
	for key, value := range dns.Get("grouped").Members() {
		d.Add(field.Clip("dns "+key, 64), value.Joined())
	}
}
